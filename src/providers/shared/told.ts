/** What one call to a cloud's API came to, with what the cloud's own error means. */
import type { ErrorVerdict } from '../../model/error-verdict.ts';
import type { Reply } from '../../model/outcome.ts';
import type { ErrorClass, ProviderError } from '../../model/provider-error.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';

/** A refusal with how much of what could be had it is about. */
export type Told<T> =
  | Exclude<Reply<T>, { kind: 'refused' }>
  | (Extract<Reply<T>, { kind: 'refused' }> & { readonly verdict: ErrorVerdict });

/** What was told, read further. */
export function mapTold<T, U>(told: Told<T>, next: (value: T) => U): Told<U> {
  return told.kind === 'done' ? { kind: 'done', value: next(told.value) } : told;
}

export interface Refused {
  readonly kind: 'refused';
  readonly error: ProviderError;
}

/** A refusal of our own: nothing was changed. */
export function refused(errorClass: ErrorClass, code: string, message: string, retryAfterMs?: number): Refused {
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { kind: 'refused', error: { class: errorClass, code, message, ...wait } };
}

/** A look that failed changed nothing, whatever became of it. */
export function notSeen({ kind, error }: Exclude<Told<unknown>, { kind: 'done' }>): Refused {
  return { kind: 'refused', error: kind === 'unknown' ? { ...error, class: 'transient' } : error };
}

/** Nothing left this machine, so nothing was changed. */
export function notSent(code: string, message: string): Told<never> {
  const verdict: ErrorVerdict = {
    ...{ class: 'transient', scope: 'none', retry: 'back-off', because: 'nothing was sent' },
    ...{ reach: undefined, retryAfterMs: undefined, expiryMs: undefined },
  };
  return { kind: 'refused', error: { class: 'transient', code, message }, verdict };
}

/**
 * Nothing is sent for a call that is over; one that is cut short has an outcome nobody knows. `outcomeOf`: what was thrown
 * by an answer, or by the lack of one.
 */
export async function askWithin<T>(
  clock: Clock,
  { signal, deadlineAtMonoMs }: ReadCall,
  { name, outcomeOf }: { readonly name: string; readonly outcomeOf: (thrown: unknown) => Told<never> },
  send: (abortSignal: AbortSignal) => Promise<T>,
): Promise<Told<T>> {
  const leftMs = deadlineAtMonoMs - clock.monoMs();
  if (signal.aborted) return notSent('Aborted', 'given up before it began');
  if (leftMs <= 0) return notSent('OutOfTime', 'no time was left for it');
  const late = new AbortController();
  const forget = clock.after(leftMs, () => late.abort());
  try {
    return { kind: 'done', value: await send(AbortSignal.any([signal, late.signal])) };
  } catch (thrown) {
    // SDKs call both ends of waiting by one name.
    if (late.signal.aborted) return { kind: 'unknown', error: noAnswerIn(name, leftMs) };
    return outcomeOf(thrown);
  } finally {
    forget();
  }
}

/** The code of a call that ran out of time. */
export const noAnswer = 'NoAnswer';

function noAnswerIn(name: string, waitedMs: number): ProviderError {
  return {
    class: 'unknown',
    code: noAnswer,
    message: `${name} gave no answer within ${(waitedMs / 1000).toFixed(1)} s`,
  };
}
