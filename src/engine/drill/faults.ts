/** Arms, keeps up and undoes what a drill breaks. Whoever dies in between takes it along: it ends by itself in seconds. */
import type { UndoState } from '../../model/drill-run.ts';
import type { FaultRequest, FaultSight } from '../../model/fault.ts';
import type { Reply, Seen } from '../../model/outcome.ts';
import type { FaultDriver, TrafficDriver } from '../../ports/traffic-driver.ts';
import { callWithin } from '../call-within.ts';
import { passingClasses } from '../effect-terms.ts';
import { createReading } from '../reading.ts';
import type { Rehearsal } from './rehearsal.ts';

/** A fault stands for so long without being armed again, in milliseconds. */
const standsForMs = 10_000;
/** One call to the gateway, in milliseconds. */
const timeoutMs = 2000;
/** How long an undo is tried, in milliseconds: longer than a fault stands by itself. */
const undoWithinMs = 15_000;
/** The same when it is rehearsed: before its own time is over, for that it ends by itself is not what is rehearsed. */
const rehearseWithinMs = 3000;
const undoPauseMs = 250;

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
  // Under a name of its own: a run that was lifted is not armed again.
  const trial = { ...rehearsal, id: `${rehearsal.id}-trial` };
  const armed = await arm(trial, driver, { ...first, sharePct: 0 }, signal);
  if (armed.kind !== 'done') return `the fault cannot be armed: ${armed.error.message}`;
  const seen = await sight(trial, driver, signal);
  const isThere = seen.kind === 'seen' && seen.value.inForce.some(({ run }) => run === trial.id);
  const undone = await liftAll(trial, 'rehearsed', rehearseWithinMs);
  if (!isThere) return 'what was armed was not to be seen at the gateway';
  return undone === 'verified' ? undefined : 'what was armed could not be undone';
}

/**
 * Arms what is due anew, and at every other site of the drill one that hits nothing: so that it is seen that the drill is under
 * way, and that whoever lifts it ends it at any time. Why it cannot go on; a lost answer is asked for again at the next turn.
 */
export async function keepUp(rehearsal: Rehearsal, sinceMs: number, signal: AbortSignal): Promise<string | undefined> {
  const driver = driverOf(rehearsal);
  if (driver === undefined) return unfit;
  const { faults } = rehearsal.drill;
  for (const site of new Set(faults.map((each) => each.site))) {
    const due = faults.find((each) => each.site === site && each.atMs <= sinceMs && sinceMs < each.atMs + each.forMs);
    const atMs = rehearsal.deps.clock.nowMs();
    const reply = await arm(rehearsal, driver, { kind: 'blackhole', site, sharePct: due?.sharePct ?? 0 }, signal);
    if (reply.kind === 'refused') {
      if (passingClasses.has(reply.error.class)) continue;
      return reply.error.code === 'Lifted'
        ? reply.error.message
        : `the fault at ${site} is refused: ${reply.error.message}`;
    }
    if (due === undefined) continue;
    // Without an answer something may be broken all the same.
    rehearsal.faultAtMs ??= atMs;
    if (reply.kind === 'done' && !rehearsal.armed.has(due)) {
      rehearsal.armed.add(due);
      rehearsal.say(`broken: ${due.kind} of ${due.sharePct} % of what goes to ${site}`);
    }
  }
  return undefined;
}

/** Undone, and read back. `unknown`: within ten seconds it is over by itself, but nobody has seen it. */
export async function liftAll(rehearsal: Rehearsal, because: string, withinMs = undoWithinMs): Promise<UndoState> {
  const driver = driverOf(rehearsal);
  if (driver === undefined) return 'not-needed';
  const { clock } = rehearsal.deps;
  const { id: run } = rehearsal;
  const untilMonoMs = clock.monoMs() + withinMs;
  const calm = new AbortController().signal;
  for (;;) {
    await callWithin(clock, timeoutMs, undefined, (call) =>
      driver.lift(rehearsal.drill.deployment, { because, run }, call),
    );
    const seen = await sight(rehearsal, driver, calm);
    if (seen.kind === 'seen' && !seen.value.inForce.some((each) => each.run === run)) return 'verified';
    if (clock.monoMs() >= untilMonoMs) return 'unknown';
    await clock.sleep(undoPauseMs, calm);
  }
}

type Terms = Pick<FaultRequest, 'kind' | 'site' | 'sharePct'>;

async function arm(
  { deps, drill, id: run }: Rehearsal,
  driver: FaultDriver,
  { kind, site, sharePct }: Terms,
  signal: AbortSignal,
): Promise<Reply<unknown>> {
  const about = { deployment: drill.deployment, drill: drill.name, run, by: deps.actor };
  const request: FaultRequest = { ...about, kind, site, sharePct, forMs: standsForMs };
  const end = await callWithin(deps.clock, timeoutMs, signal, (call) => driver.arm(request, call));
  return end.kind === 'answered' ? end.value : { kind: 'unknown', error: end.error };
}

function sight({ deps, drill }: Rehearsal, driver: FaultDriver, signal: AbortSignal): Promise<Seen<FaultSight>> {
  return createReading(deps.clock, timeoutMs)(signal, (call) => driver.faults(drill.deployment, call));
}
