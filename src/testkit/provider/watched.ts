/** A session under watch: every answer comes in time, is one of the port's, and is a value; else the case fails and says so. */
import assert from 'node:assert/strict';
import type { Reply, Seen } from '../../model/outcome.ts';
import { errorClasses, type ProviderError } from '../../model/provider-error.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Provider } from '../../ports/provider.ts';

/** How long after its deadline a call may still be without an answer, in milliseconds: what is later is taken for never. */
const mostOverdueMs = 5000;
/** How far off a time may be before it is one in another unit, in milliseconds: a day. */
const farOffMs = 86_400_000;

const ofRead = ['seen', 'unknown'];
const ofWrite = ['done', 'refused', 'unknown'];
/** What each method may answer. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  ...{ list: ofRead, offers: ofRead, notices: ofRead, checkAccess: ofRead },
  ...{ start: ofWrite, stop: ofWrite, drain: ofWrite, disturb: ofWrite },
};

type Outcome = Reply<unknown> | Seen<unknown>;
type Method = (...given: unknown[]) => Promise<Outcome>;

export function watched(session: Provider, clock: Clock): Provider {
  return new Proxy(session, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const method = member.bind(target) as Method;
      if (typeof name !== 'string' || kinds[name] === undefined) return method;
      return (...given: unknown[]) => answerOf(name, given.at(-1) as ReadCall, clock, () => method(...given));
    },
  });
}

async function answerOf(name: string, call: ReadCall, clock: Clock, ask: () => Promise<Outcome>): Promise<Outcome> {
  const leftMs = Math.max(0, call.deadlineAtMonoMs - clock.monoMs());
  const overdue = Promise.withResolvers<'never'>();
  const cancel = clock.after(leftMs + mostOverdueMs, () => overdue.resolve('never'));
  // What is thrown before the first await is a rejection too.
  const asking = (async () => await ask())().catch((error: unknown) =>
    assert.fail(`${name} threw "${String(error)}": whatever a call comes to is an answer of it, never a rejection`),
  );
  try {
    const outcome = await Promise.race([asking, overdue.promise]);
    if (outcome === 'never') assert.fail(`${name} has not answered ${mostOverdueMs} ms after its deadline`);
    checkOutcome(name, outcome, clock.nowMs());
    return outcome;
  } finally {
    cancel();
  }
}

function checkOutcome(name: string, outcome: Outcome, nowMs: number): void {
  // A plugin need not be checked by a compiler: nothing at all may come back too.
  const kind = (outcome as Outcome | undefined)?.kind ?? 'nothing';
  assert.ok(kinds[name]?.includes(kind), `${name} answers "${kind}", which is none of ${kinds[name]?.join(', ')}`);
  if (outcome.kind === 'refused' || outcome.kind === 'unknown') checkError(name, outcome.error);
  if (outcome.kind === 'seen') isTime(`${name}: asOfMs`, outcome.asOfMs, nowMs);
}

function checkError(name: string, { class: errorClass, code, message }: ProviderError): void {
  assert.ok(errorClasses.includes(errorClass), `${name}: "${errorClass}" is none of the classes of errors`);
  assert.ok(code !== '' && message !== '', `${name}: an error of class ${errorClass} lacks its code or message`);
}

/** A moment of today, in epoch milliseconds: one in seconds, or of a monotonic clock, is none. */
export function isTime(what: string, ms: number, nowMs: number): void {
  const isNear = Number.isFinite(ms) && Math.abs(ms - nowMs) < farOffMs;
  assert.ok(isNear, `${what} is ${ms}, no time in epoch milliseconds near now (${nowMs})`);
}
