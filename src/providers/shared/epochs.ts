/** The highest lease epoch seen per deployment: kept on disk, so that a late writer is turned away after a restart too. */
import { z } from 'zod';
import { readJson, writeDurably } from './durable.ts';

const epochsShape = z.record(z.string(), z.number());

export interface Epochs {
  /** Takes note of an epoch and returns the highest seen, this one included. Only under the site's lock. */
  raise(deployment: string, epoch: number): number;
}

export function openEpochs(path: string): Epochs {
  return {
    raise(deployment, epoch) {
      const seen = new Map(Object.entries(readJson(path, epochsShape) ?? {}));
      const highest = Math.max(seen.get(deployment) ?? 0, epoch);
      if (highest !== seen.get(deployment))
        writeDurably(path, JSON.stringify(Object.fromEntries(seen.set(deployment, highest))));
      return highest;
    },
  };
}
