/** Answers of a cloud that are good for a while: asked again only when they are too old. */
import type { Clock } from '../../ports/clock.ts';
import type { Told } from './told.ts';

export interface Memory {
  /** What `ask` gave at most `forMs` ago, else what it gives now. Only what was answered is kept. */
  recall<T>(key: string, forMs: number, ask: () => Promise<Told<T>>): Promise<Told<T>>;
}

/** Of one session; entries are few and of a fixed number of keys. */
export function createMemory({ monoMs }: Pick<Clock, 'monoMs'>): Memory {
  const kept = new Map<string, { readonly atMonoMs: number; readonly told: Told<unknown> }>();
  return {
    async recall<T>(key: string, forMs: number, ask: () => Promise<Told<T>>) {
      const found = kept.get(key);
      // A key is always asked for the same thing.
      if (found !== undefined && monoMs() - found.atMonoMs < forMs) return found.told as Told<T>;
      const atMonoMs = monoMs();
      const told = await ask();
      if (told.kind === 'done') kept.set(key, { atMonoMs, told });
      return told;
    },
  };
}
