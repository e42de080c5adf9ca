/** The highest lease epoch seen per deployment: kept on disk, so that a late writer is turned away after a restart too. */
import { existsSync, readFileSync } from 'node:fs';
import { writeDurably } from './record.ts';

export interface Epochs {
  /** Takes note of an epoch and returns the highest seen, this one included. */
  raise(deployment: string, epoch: number): number;
}

export function openEpochs(path: string): Epochs {
  const read = (): Map<string, number> =>
    new Map(existsSync(path) ? Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>) : []);
  return {
    raise(deployment, epoch) {
      const seen = read();
      const highest = Math.max(seen.get(deployment) ?? 0, epoch);
      if (highest !== seen.get(deployment))
        writeDurably(path, JSON.stringify(Object.fromEntries(seen.set(deployment, highest))));
      return highest;
    },
  };
}
