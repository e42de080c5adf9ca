/** What must hold before a drill breaks anything: somebody decides, somewhere to go, nothing else under way. */
import { frozenReasons } from '../../core/rules/calendar.ts';
import { shiftOf } from '../../core/standing.ts';
import type { Drill, PlannedFault } from '../../model/drill.ts';
import { replicaFaultKinds, trafficFaultKinds } from '../../model/fault.ts';
import type { Reason } from '../../model/reason.ts';
import type { Weights } from '../../model/route.ts';
import type { View } from '../../model/view.ts';
import type { EngineDeps } from '../engine.ts';
import { failoverReadiness } from '../failover-readiness.ts';
import { faultsOf, readFaults } from '../read-faults.ts';
import { createReading } from '../reading.ts';
import { createRecollection } from '../recollect.ts';

/** One read of the gateway, in milliseconds. */
const readTimeoutMs = 2000;

export interface DrillCheck {
  /** Empty: it may begin. */
  readonly against: readonly Reason[];
  /** In force now; undefined when the gateway was not seen. */
  readonly weights: Weights | undefined;
  /** Where automation would go; undefined: nowhere. */
  readonly to: string | undefined;
}

/** Looks only. The evidence is the controller's own: without a fresh view nobody would decide during the drill either. */
export async function checkDrill(deps: EngineDeps, drill: Drill, signal: AbortSignal): Promise<DrillCheck> {
  const { store, clock } = deps;
  const reading = createReading(clock, readTimeoutMs);
  const memory = createRecollection(deps, drill.deployment);
  await memory.refresh();
  const [snapshot, lease, route, faults] = await Promise.all([
    store.snapshots.get(drill.deployment),
    store.lease.read(drill.deployment),
    reading(signal, (call) => deps.traffic.read(drill.deployment, call)),
    readFaults(deps, drill.deployment, reading, signal),
  ]);
  const nowMs = clock.nowMs();
  const weights = route.kind === 'seen' ? route.value?.weights : undefined;
  const isLed = lease !== undefined && nowMs - lease.renewedAtMs <= lease.ttlMs;
  if (snapshot === undefined || !isLed || nowMs - snapshot.atMs > freshForMs(snapshot.view))
    return { against: [nobodyDecides(drill.deployment)], weights, to: undefined };
  const { faults: _, ...seen } = snapshot.view;
  const sight = { ...seen, ...faultsOf(faults), route, inForce: weights ?? seen.inForce };
  const view = memory.view(sight);
  const { to, isTargetReady, reasons } = failoverReadiness(view, nowMs);
  const unseen: readonly Reason[] =
    faults.kind === 'unknown' ? [{ code: 'DriverUnreachable', message: faults.error.message }] : [];
  const nowhere = to === undefined ? [] : nowhereToGo(drill, to, isTargetReady);
  const against = [...unseen, ...standsInTheWay(view, drill, nowMs), ...reasons, ...nowhere];
  // What stands in the way of a drill may stand in the way of a failover too: once is enough.
  const isFirst = ({ code, message }: Reason, index: number): boolean =>
    against.findIndex((each) => each.code === code && each.message === message) === index;
  return { against: against.filter(isFirst), weights, to };
}

function nobodyDecides(deployment: string): Reason {
  const message = `no controller watches ${deployment}: nobody would decide anything during the drill (godwit run)`;
  return { code: 'UnknownView', message };
}

/** What is rehearsed is a move; where it would go must not be broken too, nor have to be started first. */
function nowhereToGo({ faults }: Drill, to: string, isReady: boolean): readonly Reason[] {
  const isBroken = faults.some((fault) => fault.site === to && hitsRequests(fault));
  if (isReady && !isBroken) return [];
  const message = isBroken
    ? `${to}, where automation would go, is broken by the drill too`
    : `${to}, where automation would go, has nothing ready`;
  return [{ code: 'NoReadyCapacity', site: to, message }];
}

/** How old the controller's view may be, in milliseconds. */
export function freshForMs({ deployment: { failover } }: View): number {
  return Math.max(failover.detector.staleAfterMs, 3 * failover.detector.evaluateEveryMs);
}

/** Beyond what would hold back a failover. */
function standsInTheWay(view: View, drill: Drill, nowMs: number): readonly Reason[] {
  const { open, faults: [running] = [] } = view;
  const shift = shiftOf(view);
  const reasons: Reason[] = [...frozenReasons(view, false, nowMs)];
  if (running !== undefined)
    reasons.push({ code: 'DrillRunning', message: `${running.run} of ${running.by.name} is under way` });
  // The readiness below has no objection to some that nearly are.
  if (open !== undefined)
    reasons.push({ code: 'OperationRunning', message: `${open.id} (${open.plan.kind}) is ${open.state}` });
  if (shift !== undefined)
    reasons.push({
      code: 'ManualShiftActive',
      message: `${shift.operationId} by ${shift.by.name} moved the traffic for a time`,
    });
  for (const { site } of drill.faults.filter(hitsRequests))
    if ((view.inForce[site] ?? 0) === 0)
      reasons.push({ code: 'NoTraffic', site, message: `${site} has no traffic: its loss would prove nothing` });
  return reasons;
}

/** What is done to its provider or to the view of it leaves a site serving. */
function hitsRequests({ kind }: PlannedFault): boolean {
  return [...trafficFaultKinds, ...replicaFaultKinds].some((each) => each === kind);
}
