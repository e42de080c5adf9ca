/** I24 and I25: what was refused is asked again only after a pause, not without end, and never where the refusal stays. */
import type { Reply } from '../model/outcome.ts';
import type { ErrorClass, ProviderError } from '../model/provider-error.ts';
import type { WriteCall } from '../ports/call.ts';
import type { Ghost } from './ghost.ts';

/** Refusals that another try cannot change. */
const lasting: ReadonlySet<ErrorClass> = new Set(['capacity', 'quota', 'invalid', 'conflict']);
/** The shortest pause after a refusal that may pass, less a rounding; milliseconds. */
const leastPauseMs = 49;
/** Between two tries of a hunt at what was refused for good, less a rounding; milliseconds. */
const leastHuntPauseMs = 999;
/** A time less an earlier one may miss what was added to it by the last digits of a float; milliseconds. */
const roundingMs = 0.001;
/** So many tries of one thing in so long are more than any rule of today's makes. */
const most = { tries: 30, withinMs: 5000 };

interface Asked {
  readonly atMs: number[];
  refused: { readonly error: ProviderError; readonly atMs: number } | undefined;
}

/** What one life of a process asks for. */
export class RateMeter {
  readonly #ghost: Ghost;
  readonly #asked = new Map<string, Asked>();

  constructor(ghost: Ghost) {
    this.#ghost = ghost;
  }

  issue(what: string, call: WriteCall): void {
    const { nowMs } = this.#ghost;
    const asked = this.#of(call);
    const { refused } = asked;
    // A refresh that was refused as stale is another one the next time.
    if (refused !== undefined && call.operationId !== 'refresh')
      this.#checkPause(what, refused.error, { waitedMs: nowMs - refused.atMs, isHunt: this.#isOfHunt(call) });
    asked.atMs.push(nowMs);
    while (nowMs - (asked.atMs[0] ?? nowMs) > most.withinMs) asked.atMs.shift();
    if (asked.atMs.length > most.tries)
      this.#ghost.violate('I24', `${what} is asked for ${asked.atMs.length} times in ${most.withinMs} ms`);
  }

  hear(call: WriteCall, reply: Reply<unknown>): void {
    const { nowMs } = this.#ghost;
    const asked = this.#of(call);
    asked.refused = reply.kind === 'refused' ? { error: reply.error, atMs: nowMs } : undefined;
    if (reply.kind === 'done') asked.atMs.length = 0;
  }

  /** Whoever waits for capacity comes back to what was sold out. */
  #isOfHunt({ operationId, idempotencyKey }: WriteCall): boolean {
    const index = Number(idempotencyKey.split('/')[1]);
    return this.#ghost.operations.get(operationId)?.plan.steps[index]?.kind === 'hunt';
  }

  #checkPause(
    what: string,
    error: ProviderError,
    { waitedMs, isHunt }: { readonly waitedMs: number; readonly isHunt: boolean },
  ): void {
    const { class: kind, code, retryAfterMs = 0 } = error;
    if (lasting.has(kind) && !(isHunt && waitedMs >= leastHuntPauseMs))
      return this.#ghost.violate('I24', `${what} is asked for again after ${code}`);
    if (waitedMs < retryAfterMs - roundingMs)
      this.#ghost.violate('I25', `${what} is asked for ${waitedMs} ms after ${code}, which said ${retryAfterMs} ms`);
    else if (waitedMs < leastPauseMs)
      this.#ghost.violate('I24', `${what} is asked for again ${waitedMs} ms after ${code}`);
  }

  /** Each refresh has a key of its own, and is one more try all the same. */
  #of({ operationId, idempotencyKey }: WriteCall): Asked {
    const key = operationId === 'refresh' ? operationId : idempotencyKey;
    const known = this.#asked.get(key) ?? { atMs: [], refused: undefined };
    this.#asked.set(key, known);
    return known;
  }
}
