/** Runs one port call under a deadline on the injected clock. */

import { messageOf } from '../errors.ts';
import type { ProviderError } from '../model/provider-error.ts';
import { span } from '../model/words.ts';
import type { ReadCall } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';

/** `late`: no answer in time. `threw`: the port broke its promise never to; what it did is not known either way. */
export type CallEnd<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'late'; readonly error: ProviderError }
  | { readonly kind: 'threw'; readonly error: ProviderError };

/** Why the call's signal fires once it is answered; a value, because an exception with its stack costs more than the call. */
const answered = 'answered';

/**
 * Past `timeoutMs`, or once `parent` (where there is one) fires, the call's signal fires and its answer, should it still come, is dropped: a
 * caller that gave up does not wait for a port that ignores its signal.
 */
export function callWithin<T>(
  clock: Clock,
  timeoutMs: number,
  parent: AbortSignal | undefined,
  run: (call: ReadCall) => Promise<T>,
): Promise<CallEnd<T>> {
  return new Promise((resolve) => {
    let own: AbortController | undefined;
    let isOver = false;
    const end = (how: CallEnd<T>, why: unknown): void => {
      if (isOver) return;
      isOver = true;
      cancel();
      parent?.removeEventListener('abort', giveUp);
      own?.abort(why);
      resolve(how);
    };
    const giveUp = (): void => end(late('given up before an answer came'), parent?.reason);
    const cancel = clock.after(timeoutMs, () => end(late(`no answer within ${span(timeoutMs)}`), answered));
    if (parent?.aborted === true) giveUp();
    else parent?.addEventListener('abort', giveUp);
    const call: ReadCall = {
      // Made when somebody looks at it: a port that answers from memory never does.
      get signal() {
        own ??= new AbortController();
        if (isOver) own.abort(answered);
        return own.signal;
      },
      deadlineAtMonoMs: clock.monoMs() + timeoutMs,
    };
    // Inside a promise, so that a port that throws before it returns one is no different from one that rejects.
    new Promise<T>((asked) => asked(run(call))).then(
      (value) => end({ kind: 'answered', value }, answered),
      (thrown) =>
        end({ kind: 'threw', error: { class: 'unknown', code: 'PortThrew', message: messageOf(thrown) } }, answered),
    );
  });
}

function late<T>(message: string): CallEnd<T> {
  return { kind: 'late', error: { class: 'unknown', code: 'NoAnswer', message } };
}
