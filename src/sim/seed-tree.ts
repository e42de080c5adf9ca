/** Chance by name: a draw more in one place shifts nothing anywhere else. */
import type { Random } from '../ports/random.ts';
import { createSeededRandom } from '../testkit/seeded-random.ts';

export interface SeedTree {
  /** The same name gives the same stream. */
  stream(name: string): Random;
  fork(name: string): SeedTree;
}

export function seedTree(seed: number): SeedTree {
  return {
    stream: (name) => createSeededRandom(mix(seed, name)),
    fork: (name) => seedTree(mix(seed, name)),
  };
}

/** FNV-1a over the name, begun from the seed: 32 bits, well spread for short names. */
function mix(seed: number, name: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < name.length; index += 1) {
    hash ^= name.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  // Neighbouring seeds must not give neighbouring streams.
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b) >>> 0;
  return (hash ^ (hash >>> 16)) >>> 0;
}
