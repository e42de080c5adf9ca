/** Answers of a cloud that are good for a while: asked again only when they are too old. */
import type { Clock } from '../../ports/clock.ts';
import { noAnswer, type Told } from './told.ts';

export interface Memory {
  /** What `ask` gave at most `forMs` ago, else what it gives now. Only what was answered is kept. */
  recall<T>(key: string, forMs: number, ask: () => Promise<Told<T>>): Promise<Told<T>>;
}

/**
 * A connection that stood idle is closed by the other side at the very moment at which it is used again: that says nothing of
 * the cloud, and without this look a start would ask for what is known to be refused, and a site would not be seen just when
 * something is decided. So a look without an answer is taken once more; what is answered, a server in trouble too, stands.
 */
export async function askTwice<T>(ask: () => Promise<Told<T>>): Promise<Told<T>> {
  const told = await ask();
  const isUnanswered = told.kind === 'unknown' && told.error.class === 'unknown' && told.error.code !== noAnswer;
  return isUnanswered ? await ask() : told;
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
      const told = await askTwice(ask);
      if (told.kind === 'done') kept.set(key, { atMonoMs, told });
      return told;
    },
  };
}
