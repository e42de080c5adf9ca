/** What is taken away of a site: never what stays, nothing that users are served from, and nothing in the midst of a request. */
import { hasSlot, keptBy, slotsOf } from '../core/slots.ts';
import type { Observation } from '../model/observation.ts';
import type { Seen } from '../model/outcome.ts';
import type { Step } from '../model/plan.ts';
import type { Replica } from '../model/replica.ts';
import type { RouteEntry } from '../model/route.ts';
import type { DeploymentTraffic } from '../model/traffic-stats.ts';
import type { WriteCall } from '../ports/call.ts';
import type { Cloud, CloudEvent } from './cloud.ts';
import type { Gateway } from './gateway.ts';
import type { Ghost } from './ghost.ts';
import type { Incarnation } from './incarnation.ts';
import { checkFenced, checkLastServing, checkStopIntended } from './oracle-issue.ts';

export type TrimStep = Step & { readonly kind: 'trim' };

/** The step of the operation that takes something away of the site. */
export function trimAt(ghost: Ghost, operationId: string, site: string): TrimStep | undefined {
  const steps = ghost.operations.get(operationId)?.plan.steps ?? [];
  return steps.find((step): step is TrimStep => step.kind === 'trim' && step.site === site);
}

/** A table that was made for the step may be accepted so long after its end, in milliseconds. */
const lateMs = 15_000;

/** Whether some operation takes the slot away now, or did a moment ago. */
export function isTrimmed(ghost: Ghost, site: string, slot: number): boolean {
  return [...ghost.operations.values()].some(({ id, state, endedAtMs }) => {
    const step = trimAt(ghost, id, site);
    if (step === undefined || hasSlot(keptBy(step), slot)) return false;
    return endedAtMs === undefined ? state === 'shifting' : ghost.nowMs - (ghost.endedAtMs.get(id) ?? 0) < lateMs;
  });
}

/** When a stop is sent, for a trim or for anything else. */
export function checkStopSent(sent: Sent, replica: Replica, call: WriteCall): void {
  const { ghost, life, cloud, proofMaxAgeMs } = sent;
  const trim = trimAt(ghost, call.operationId, cloud.site);
  const isKnown = checkStopIntended(ghost, life, replica, call);
  if (isKnown && trim !== undefined) return checkTrimSent(sent, replica, call, trim);
  if (isKnown) checkFenced(ghost, life, replica);
  checkLastServing(ghost, replica, call, proofMaxAgeMs);
}

/** I4, I12, I20 and I21, of what whoever sends the stop was told. */
function checkTrimSent(
  { ghost, life, cloud, proofMaxAgeMs }: Sent,
  { id, slot, site }: Replica,
  { operationId }: WriteCall,
  step: TrimStep,
): void {
  const sinceMs = Math.max(ghost.stepSinceMs, life.bornAtMs);
  const { overrides = [], scale } = ghost.operations.get(operationId)?.plan ?? {};
  const stay = scale ?? keptBy(step);
  if (hasSlot(stay, slot))
    ghost.violate('I12', `${operationId} stops ${id} in slot ${slot}, and ${slotsOf(stay).join()} stay at ${site}`);
  const tables = toldSince<RouteEntry | undefined>(life, 'read', sinceMs);
  const withdrawn = tables.find(({ seen }) => seen.kind === 'seen' && !isOffered(seen.value, id));
  if (withdrawn === undefined)
    ghost.violate(
      'I20',
      `${id} is stopped by ${operationId}, and no read of the gateway showed it without new requests`,
    );
  const counts = toldSince<DeploymentTraffic>(life, 'traffic', withdrawn?.atMs ?? ghost.nowMs);
  const isIdle = counts.some(({ seen }) => seen.kind === 'seen' && !isRunning(seen.value, id));
  if (!isIdle && ghost.nowMs - sinceMs < step.drainMs)
    ghost.violate('I21', `${id} is stopped by ${operationId}, and nobody saw it without requests`);
  if ((ghost.weights?.[site] ?? 0) === 0 || overrides.includes('LastServingSite')) return;
  const staying = [...cloud.servers.values()].filter(({ replica }) => hasSlot(keptBy(step), replica.slot));
  if (!staying.some(({ replica }) => wasGood(life, replica, ghost.nowMs - proofMaxAgeMs - unnoticedMs)))
    ghost.violate('I4', `${id} is stopped by ${operationId}, and nothing that stays at ${site} was good lately`);
}

/** So long after its last good answer one may still be taken for ready, beside the age that a proof may have; milliseconds. */
const unnoticedMs = 6000;

export interface Sent {
  readonly ghost: Ghost;
  readonly life: Incarnation;
  readonly cloud: Cloud;
  readonly proofMaxAgeMs: number;
}

/** I20 and I21, of what truly is when it is stopped. What somebody else made of the table meanwhile is not the operation's. */
export function checkTrimmed(
  { ghost, gateway }: { readonly ghost: Ghost; readonly gateway: Gateway },
  { site, id, operationId }: CloudEvent,
  step: TrimStep,
): void {
  if (ghost.open?.id !== operationId || ghost.disturbed.has(operationId)) return;
  if ((gateway.entry?.weights[site] ?? 0) > 0 && gateway.isListed(site, id))
    ghost.violate('I20', `${operationId} stopped ${id}, and the gateway sends it requests`);
  else if (gateway.isBusy(site, id) && ghost.nowMs - ghost.stepSinceMs < step.drainMs)
    ghost.violate('I21', `${operationId} stopped ${id} while requests run there`);
}

function isOffered(entry: RouteEntry | undefined, id: string): boolean {
  const listed = (entry?.sites ?? []).flatMap(({ replicas }) => replicas);
  return listed.some((each) => each.id === id && each.state !== 'draining');
}

function isRunning({ sites }: DeploymentTraffic, id: string): boolean {
  return sites.some(({ replicas }) => replicas.some((each) => each.replica === id && each.inFlight > 0));
}

function wasGood(life: Incarnation, { id, bootId }: Replica, sinceMs: number): boolean {
  const told = life.told.get(`check/${id}`) ?? [];
  return told.some(({ atMs, value }) => {
    const seen = value as Observation;
    return atMs >= sinceMs && seen.bootId === bootId && seen.outcome === 'good';
  });
}

function toldSince<T>(
  life: Incarnation,
  call: string,
  sinceMs: number,
): readonly { readonly atMs: number; readonly seen: Seen<T> }[] {
  const told = (life.told.get(call) ?? []).filter(({ atMs }) => atMs >= sinceMs);
  return told.map(({ atMs, value }) => ({ atMs, seen: value as Seen<T> }));
}
