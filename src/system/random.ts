/** Real chance. */
import { randomBytes } from 'node:crypto';
import type { Random } from '../ports/random.ts';

/** Crockford's base 32 in lower case: no letters that read like digits. */
const digits = '0123456789abcdefghjkmnpqrstvwxyz';

export function createRandom(): Random {
  return {
    next: () => Math.random(),
    id: (length) => Array.from(randomBytes(length), (byte) => digits[byte % 32]).join(''),
  };
}
