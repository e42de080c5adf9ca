/** Chance that a seed repeats. */
import type { Random } from '../ports/random.ts';

const digits = '0123456789abcdefghjkmnpqrstvwxyz';

/** Mulberry32: small and good enough for tests, not for secrets. The seed is taken modulo 2^32. */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    id: (length) => Array.from({ length }, () => digits[Math.floor(next() * digits.length)]).join(''),
  };
}
