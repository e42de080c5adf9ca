/** Arms, keeps up and undoes what a drill breaks. Whoever dies in between takes it along: it ends by itself in seconds. */

import type { UndoState } from '../model/drill-run.ts';
import type { FaultRequest, FaultSight } from '../model/fault.ts';
import type { Reply, Seen } from '../model/outcome.ts';
import type { FaultDriver, TrafficDriver } from '../ports/traffic-driver.ts';
import { callWithin } from './call-within.ts';
import type { Rehearsal } from './drill-rehearsal.ts';
import { passingClasses } from './effects.ts';
import { createReading } from './reading.ts';

/** A fault stands for so long without being armed again, in milliseconds. */
const standsForMs = 10_000;
/** One call to the gateway, in milliseconds. */
const timeoutMs = 2000;
/** How long an undo is tried, in milliseconds: longer than a fault stands by itself. */
const undoWithinMs = 15_000;
const undoPauseMs = 250;
/** The same when it is rehearsed. */
const rehearseWithinMs = 3000;
/** In its last seconds a fault may be over by itself, in milliseconds. */
const lastMs = 2500;

const unfit = 'this traffic driver cannot break anything on purpose';

function driverOf({ deps: { traffic } }: Rehearsal): FaultDriver | undefined {
  const { faults, arm, lift }: TrafficDriver = traffic;
  if (faults === undefined || arm === undefined || lift === undefined) return undefined;
  return { faults: faults.bind(traffic), arm: arm.bind(traffic), lift: lift.bind(traffic) };
}

/** Shows that a fault can be armed and undone, with one that hits nothing. Undefined: it can; otherwise why not. */
export async function rehearseUndo(rehearsal: Rehearsal, signal: AbortSignal): Promise<string | undefined> {
  const driver = driverOf(rehearsal);
  const [first] = rehearsal.drill.faults;
  if (driver === undefined || first === undefined) return unfit;
  const armed = await arm(rehearsal, driver, { ...first, sharePct: 0, forMs: standsForMs }, signal);
  if (armed.kind !== 'done') return `the fault cannot be armed: ${armed.error.message}`;
  const seen = await sight(rehearsal, driver, signal);
  const isThere = seen.kind === 'seen' && seen.value.inForce.some(({ run }) => run === rehearsal.id);
  // Before its own time is over: that it ends by itself is not what is rehearsed.
  const undone = await liftAll(rehearsal, 'rehearsed', rehearseWithinMs);
  if (!isThere) return 'what was armed was not to be seen at the gateway';
  return undone === 'verified' ? undefined : 'what was armed could not be undone';
}

/** Every fault whose time it is, anew. Why it cannot be; a lost answer is asked for again at the next turn. */
export async function armDue(rehearsal: Rehearsal, sinceMs: number, signal: AbortSignal): Promise<string | undefined> {
  const driver = driverOf(rehearsal);
  if (driver === undefined) return unfit;
  for (const fault of rehearsal.drill.faults) {
    const leftMs = fault.atMs + fault.forMs - sinceMs;
    if (sinceMs < fault.atMs || leftMs <= 0) continue;
    const request = { ...fault, forMs: Math.ceil(Math.min(standsForMs, leftMs)) };
    // From here on something may be broken, whatever the answer.
    rehearsal.faultAtMs ??= rehearsal.deps.clock.nowMs();
    const reply = await arm(rehearsal, driver, request, signal);
    if (reply.kind === 'refused' && !passingClasses.has(reply.error.class))
      return `the fault at ${fault.site} is refused: ${reply.error.message}`;
    if (reply.kind === 'done' && !rehearsal.armed.has(fault)) {
      rehearsal.armed.add(fault);
      rehearsal.say(`broken: ${fault.kind} of ${fault.sharePct} % of what goes to ${fault.site}`);
    }
  }
  return undefined;
}

/** Why a fault is not in force any more though its time is not over; undefined: all stand, or it was not seen. */
export async function endedBy(rehearsal: Rehearsal, sinceMs: number, signal: AbortSignal): Promise<string | undefined> {
  const driver = driverOf(rehearsal);
  if (driver === undefined) return unfit;
  const due = [...rehearsal.armed].filter(({ atMs, forMs }) => sinceMs < atMs + forMs - lastMs);
  const seen = await sight(rehearsal, driver, signal);
  if (seen.kind === 'unknown') return undefined;
  const gone = due.find(
    ({ site }) => !seen.value.inForce.some((each) => each.run === rehearsal.id && each.site === site),
  );
  if (gone === undefined) return undefined;
  const end = seen.value.ended.findLast(
    ({ run, site, sharePct }) => run === rehearsal.id && site === gone.site && sharePct === gone.sharePct,
  );
  return end?.because ?? 'the gateway was started anew, and the fault is gone with the old one';
}

/** Undone, and read back. `unknown`: within ten seconds it is over by itself, but nobody has seen it. */
export async function liftAll(rehearsal: Rehearsal, because: string, withinMs = undoWithinMs): Promise<UndoState> {
  const driver = driverOf(rehearsal);
  if (driver === undefined) return 'not-needed';
  const { clock } = rehearsal.deps;
  const untilMonoMs = clock.monoMs() + withinMs;
  const calm = new AbortController().signal;
  for (;;) {
    await callWithin(clock, timeoutMs, undefined, (call) => driver.lift(rehearsal.drill.deployment, because, call));
    const seen = await sight(rehearsal, driver, calm);
    if (seen.kind === 'seen' && seen.value.inForce.length === 0) return 'verified';
    if (clock.monoMs() >= untilMonoMs) return 'unknown';
    await clock.sleep(undoPauseMs, calm);
  }
}

type Terms = Pick<FaultRequest, 'kind' | 'site' | 'sharePct' | 'forMs'>;

async function arm(
  { deps, drill, id }: Rehearsal,
  driver: FaultDriver,
  terms: Terms,
  signal: AbortSignal,
): Promise<Reply<unknown>> {
  const { kind, site, sharePct, forMs } = terms;
  const request: FaultRequest = { deployment: drill.deployment, run: id, kind, site, sharePct, forMs, by: deps.actor };
  const end = await callWithin(deps.clock, timeoutMs, signal, (call) => driver.arm(request, call));
  return end.kind === 'answered' ? end.value : { kind: 'unknown', error: end.error };
}

function sight({ deps, drill }: Rehearsal, driver: FaultDriver, signal: AbortSignal): Promise<Seen<FaultSight>> {
  return createReading(deps.clock, timeoutMs)(signal, (call) => driver.faults(drill.deployment, call));
}
