/** Arms, keeps up and undoes what a drill breaks. Whoever dies in between takes what is armed along: it ends by itself in seconds. */
import type { PlannedFault } from '../../model/drill.ts';
import type { DrillAction, UndoState } from '../../model/drill-run.ts';
import {
  type ArmedFaultKind,
  armedFaultKinds,
  type FaultRequest,
  type FaultSight,
  trafficFaultKinds,
} from '../../model/fault.ts';
import type { Reply, Seen } from '../../model/outcome.ts';
import { span } from '../../model/words.ts';
import type { FaultDriver, TrafficDriver } from '../../ports/traffic-driver.ts';
import { callWithin } from '../call-within.ts';
import { passingClasses } from '../effect-terms.ts';
import { createReading } from '../reading.ts';
import { type Rehearsal, sitesLeft } from './rehearsal.ts';

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

type Armed = PlannedFault & { readonly kind: ArmedFaultKind };

/** Whether it is kept up where the traffic is. */
export function isArmed(fault: PlannedFault): fault is Armed {
  return armedFaultKinds.some((kind) => kind === fault.kind);
}

/** Whether it is to be in force so long after the first one was, in milliseconds. */
export function isDue({ atMs, forMs }: PlannedFault, sinceMs: number): boolean {
  return atMs <= sinceMs && sinceMs < atMs + forMs;
}

function driverOf({ deps: { traffic } }: Pick<Rehearsal, 'deps'>): FaultDriver | undefined {
  const { faults, arm, lift }: TrafficDriver = traffic;
  if (faults === undefined || arm === undefined || lift === undefined) return undefined;
  return { faults: faults.bind(traffic), arm: arm.bind(traffic), lift: lift.bind(traffic) };
}

/** Shows that faults can be armed and undone, with some that hit nothing: one of each kind. Undefined: they can; otherwise why not. */
export async function rehearseUndo(rehearsal: Rehearsal, signal: AbortSignal): Promise<string | undefined> {
  const driver = driverOf(rehearsal);
  if (driver === undefined) return unfit;
  // Under a name of its own: a run that was lifted is not armed again.
  const trial = { ...rehearsal, id: `${rehearsal.id}-trial` };
  const armed = marksOf(rehearsal);
  for (const mark of armed) {
    const reply = await arm(trial, driver, mark, signal);
    if (reply.kind !== 'done') return `the fault cannot be armed: ${reply.error.message}`;
  }
  const seen = await sight(trial, driver, signal);
  const there = seen.kind === 'seen' ? seen.value.inForce.filter(({ run }) => run === trial.id) : [];
  const undone = await liftAll(trial, 'rehearsed', rehearseWithinMs);
  if (armed.some(({ site, kind }) => !there.some((each) => each.site === site && each.kind === kind)))
    return 'what was armed was not to be seen at the gateway';
  return undone === 'verified' ? undefined : 'what was armed could not be undone';
}

/**
 * At every site of the drill something that hits nothing: so that it is seen that the drill is under way, and that whoever lifts it
 * ends it at any time. And each kind that is to be armed there, at any time of it.
 */
function marksOf({ deps, drill }: Pick<Rehearsal, 'deps' | 'drill'>): readonly Terms[] {
  const { faults } = drill;
  const marks = new Map<string, Terms>();
  for (const site of [...faults.map((each) => each.site), ...sitesLeft({ deps, drill })])
    marks.set(`blackhole ${site}`, { kind: 'blackhole', site, sharePct: 0 });
  for (const fault of faults.filter(isArmed))
    marks.set(`${fault.kind} ${fault.site}`, { ...termsOf(fault), sharePct: 0 });
  return [...marks.values()];
}

function termsOf({ kind, site, sharePct, delayMs }: Armed): Terms {
  return { kind, site, sharePct, ...(delayMs === undefined ? {} : { delayMs }) };
}

/**
 * Arms what is due anew, and everything else of the drill so that it hits nothing. Why it cannot go on; a lost answer is asked for
 * again at the next turn. Rejects when it cannot be written down: what nobody knows of is not broken.
 */
export async function keepUp(rehearsal: Rehearsal, sinceMs: number, signal: AbortSignal): Promise<string | undefined> {
  const driver = driverOf(rehearsal);
  if (driver === undefined) return unfit;
  const { faults } = rehearsal.drill;
  for (const mark of marksOf(rehearsal)) {
    const isMeant = ({ site, kind }: PlannedFault): boolean => site === mark.site && kind === mark.kind;
    const index = faults.findIndex((each) => isMeant(each) && isDue(each, sinceMs));
    const due = faults[index];
    if (due !== undefined) await intend(rehearsal, index);
    const terms = due !== undefined && isArmed(due) ? termsOf(due) : mark;
    const reply = await arm(rehearsal, driver, terms, signal);
    if (reply.kind === 'refused') {
      if (passingClasses.has(reply.error.class)) continue;
      const isLifted = reply.error.code === 'Lifted';
      return isLifted ? reply.error.message : `the fault at ${mark.site} is refused: ${reply.error.message}`;
    }
    if (reply.kind !== 'done') continue;
    if (due !== undefined) await inForce(rehearsal, index, 'armed at the gateway');
    else
      for (const [each, fault] of faults.entries())
        if (isMeant(fault)) await isOver(rehearsal, each, { state: 'done', detail: 'its time is over' });
  }
  return undefined;
}

/** Written down before it is done: without an answer something may be broken all the same. */
export async function intend(rehearsal: Rehearsal, fault: number): Promise<void> {
  const { intended, recorder, deps } = rehearsal;
  if (intended.has(fault)) return;
  await recorder.write({ kind: 'action', what: 'inflict', fault, state: 'intended', detail: '' });
  intended.add(fault);
  rehearsal.faultAtMs ??= deps.clock.nowMs();
}

/** Told once. */
export async function inForce(rehearsal: Rehearsal, fault: number, detail: string): Promise<void> {
  const { inflicted, drill, recorder, say } = rehearsal;
  const planned = drill.faults[fault];
  if (planned === undefined || inflicted.has(fault)) return;
  inflicted.add(fault);
  const by = planned.delayMs === undefined ? '' : ` by ${span(planned.delayMs)}`;
  const share = isOfTraffic(planned) ? ` of ${planned.sharePct}% of what goes to` : ' at';
  say(`broken: ${planned.kind}${by}${share} ${planned.site}, for ${span(planned.forMs)}`);
  await recorder.tell({ kind: 'action', what: 'inflict', fault, state: 'done', detail });
}

function isOfTraffic({ kind }: PlannedFault): boolean {
  return trafficFaultKinds.some((each) => each === kind);
}

/** The same of its end. */
export async function isOver(
  { inflicted, undone, drill, recorder, say }: Rehearsal,
  fault: number,
  { state, detail }: Pick<DrillAction, 'state' | 'detail'>,
): Promise<void> {
  const planned = drill.faults[fault];
  if (planned === undefined || !inflicted.has(fault) || undone.has(fault)) return;
  if (state === 'done') undone.add(fault);
  say(`${state === 'done' ? 'over' : 'NOT known to be over'}: ${planned.kind} at ${planned.site}`);
  await recorder.tell({ kind: 'action', what: 'undo', fault, state, detail });
}

/** Undone, and read back. `unknown`: within ten seconds it is over by itself, but nobody has seen it. */
export async function liftAll(
  rehearsal: Pick<Rehearsal, 'deps' | 'id' | 'drill'>,
  because: string,
  withinMs = undoWithinMs,
): Promise<UndoState> {
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

type Terms = Pick<FaultRequest, 'kind' | 'site' | 'sharePct' | 'delayMs'>;

async function arm(
  { deps, drill, id: run }: Rehearsal,
  driver: FaultDriver,
  terms: Terms,
  signal: AbortSignal,
): Promise<Reply<unknown>> {
  const about = { deployment: drill.deployment, drill: drill.name, run, by: deps.actor };
  const request: FaultRequest = { ...about, ...terms, forMs: standsForMs };
  const end = await callWithin(deps.clock, timeoutMs, signal, (call) => driver.arm(request, call));
  return end.kind === 'answered' ? end.value : { kind: 'unknown', error: end.error };
}

function sight(
  { deps, drill }: Pick<Rehearsal, 'deps' | 'drill'>,
  driver: FaultDriver,
  signal: AbortSignal,
): Promise<Seen<FaultSight>> {
  return createReading(deps.clock, timeoutMs)(signal, (call) => driver.faults(drill.deployment, call));
}
