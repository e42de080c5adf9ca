/** Real chance. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Random } from '../ports/random.ts';

/** Crockford's base 32 in lower case: no letters that read like digits. */
const digits = '0123456789abcdefghjkmnpqrstvwxyz';

export function createRandom(): Random {
  return {
    next: () => randomInt(2 ** 47) / 2 ** 47,
    id: (length) => Array.from(randomBytes(length), (byte) => digits[byte % 32]).join(''),
  };
}
