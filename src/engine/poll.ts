/** A read that is asked again and again: keeps the last answer and never has two questions under way. */

import type { Seen } from '../model/outcome.ts';
import type { ProviderError } from '../model/provider-error.ts';

export interface Poll<T> {
  /** The newest answer; `unknown` before the first. */
  last(): Seen<T>;
  /** Answers so far: the same number, the same answer. */
  count(): number;
  /** Asks unless a question is under way already; resolves when that one is answered. */
  ask(): Promise<void>;
}

const notYet: ProviderError = { class: 'unknown', code: 'NotYetRead', message: 'not read yet' };

/** `read` must not reject: not seeing is an answer too. */
export function createPoll<T>(read: () => Promise<Seen<T>>): Poll<T> {
  let last: Seen<T> = { kind: 'unknown', error: notYet };
  let asking: Promise<void> | undefined;
  let count = 0;
  return {
    last: () => last,
    count: () => count,
    ask() {
      asking ??= read().then((answer) => {
        asking = undefined;
        last = answer;
        count += 1;
      });
      return asking;
    },
  };
}
