/** Runs one port call under a deadline on the injected clock. */
import { messageOf } from '../errors.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { ReadCall } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';

/** `late`: no answer in time. `threw`: the port broke its promise never to; what it did is not known either way. */
export type CallEnd<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'late'; readonly error: ProviderError }
  | { readonly kind: 'threw'; readonly error: ProviderError };

/** Why the call's signal fires once it is answered; a value, because an exception with its stack costs more than the call. */
const answered = 'answered';

/** Past `timeoutMs` the call's signal fires and its answer, should it still come, is dropped. */
export async function callWithin<T>(
  clock: Clock,
  timeoutMs: number,
  parent: AbortSignal,
  run: (call: ReadCall) => Promise<T>,
): Promise<CallEnd<T>> {
  const ended = new AbortController();
  const signal = AbortSignal.any([parent, ended.signal]);
  // Inside a promise, so that a port that throws before it returns one is no different from one that rejects.
  const asked = (async () => await run({ signal, deadlineAtMonoMs: clock.monoMs() + timeoutMs }))();
  const answer = asked.then(
    (value): CallEnd<T> => ({ kind: 'answered', value }),
    (thrown): CallEnd<T> => ({
      kind: 'threw',
      error: { class: 'unknown', code: 'PortThrew', message: messageOf(thrown) },
    }),
  );
  // Aborting (an answer came, or the caller gave up) ends the sleep by rejection: that is not lateness by itself, but
  // a caller that gave up must not wait for a port that ignores its signal.
  const timer = clock.sleep(timeoutMs, signal).then(
    () => 'timed out' as const,
    () => 'given up' as const,
  );
  const first = await Promise.race([answer, timer.then((why): CallEnd<T> => lateEnd(why, timeoutMs))]);
  ended.abort(answered);
  return first;
}

function lateEnd<T>(why: 'timed out' | 'given up', timeoutMs: number): CallEnd<T> {
  const message = why === 'timed out' ? `no answer within ${timeoutMs} ms` : 'given up before an answer came';
  return { kind: 'late', error: { class: 'unknown', code: 'NoAnswer', message } };
}
