/** The one retry helper of the engine: issues a changing call, again where its error class allows it. */
import { nextAttempt } from '../core/backoff.ts';
import type { Reply } from '../model/outcome.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { WriteCall } from '../ports/call.ts';
import { callWithin } from './call-within.ts';
import type { EngineDeps } from './engine.ts';
import type { LeaseGrip } from './lease-grip.ts';

export interface WriteTerms {
  readonly operationId: string;
  readonly idempotencyKey: string;
  /** Monotonic milliseconds after which no further try begins. */
  readonly deadlineAtMonoMs: number;
  /** One try's limit, in milliseconds. */
  readonly tryTimeoutMs: number;
  readonly signal: AbortSignal;
  /** A refusal that may pass is not tried again here: the caller looks at the world before it does. Default: false. */
  readonly isSingle?: boolean;
}

/**
 * A port's own deadline comes so much before that of its caller, in milliseconds: who hears nothing within it alone knows
 * whether anything was sent that changes something, and to say so takes a few turns of the event loop. With one deadline for
 * both the caller gives up first, and a look that got no answer ends as a change that nobody knows of.
 */
const answerMs = 300;

/** Of a short try a quarter at most. */
function answerMsOf(leftMs: number): number {
  return Math.min(answerMs, leftMs / 4);
}

const leaseLost: ProviderError = {
  class: 'conflict',
  code: 'LeaseLost',
  message: 'the lease ran out before the call was issued',
};

/**
 * The lease is checked before every single try, not once for all of them; a try never outlives the lease, and an answer
 * that comes after the lease ended counts as `unknown`. `unknown` is not retried here: the caller reads back first.
 */
export async function attemptWrite<T>(
  deps: EngineDeps,
  grip: LeaseGrip,
  terms: WriteTerms,
  write: (call: WriteCall) => Promise<Reply<T>>,
): Promise<Reply<T>> {
  const { clock, random } = deps;
  const { operationId, idempotencyKey, signal } = terms;
  for (let tries = 1; ; tries += 1) {
    const leftMs = Math.min(terms.tryTimeoutMs, grip.remainingMs(), terms.deadlineAtMonoMs - clock.monoMs());
    if (grip.remainingMs() <= 0) return { kind: 'refused', error: leaseLost };
    if (leftMs <= 0 || signal.aborted) return { kind: 'refused', error: noTime };
    const portsOwnAtMonoMs = clock.monoMs() + leftMs - answerMsOf(leftMs);
    const end = await callWithin(clock, leftMs, signal, (call) =>
      write({
        get signal() {
          return call.signal;
        },
        ...{ deadlineAtMonoMs: portsOwnAtMonoMs, operationId, epoch: grip.epoch, idempotencyKey },
      }),
    );
    if (end.kind !== 'answered') return { kind: 'unknown', error: end.error };
    if (grip.remainingMs() <= 0) return { kind: 'unknown', error: leaseLost };
    const reply = end.value;
    if (reply.kind !== 'refused' || terms.isSingle === true) return reply;
    // What hung for a whole try would hang for the next: whoever called may have somewhere else to ask.
    if (clock.monoMs() >= portsOwnAtMonoMs) return reply;
    const next = nextAttempt({ tries, error: reply.error, random: random.next() });
    if (next.kind === 'give-up' || clock.monoMs() + next.waitMs >= terms.deadlineAtMonoMs) return reply;
    const isOver = await clock.sleep(next.waitMs, signal).then(
      () => false,
      () => true,
    );
    if (isOver) return reply;
  }
}

const noTime: ProviderError = { class: 'transient', code: 'NoTime', message: 'no time left to issue the call' };
