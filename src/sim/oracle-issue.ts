/** What must be so when a change is sent, whatever becomes of it. */
import type { Seen } from '../model/outcome.ts';
import type { Step } from '../model/plan.ts';
import type { Replica } from '../model/replica.ts';
import type { RouteEntry } from '../model/route.ts';
import type { WriteCall } from '../ports/call.ts';
import type { StartRequest } from '../ports/provider.ts';
import type { Ghost } from './ghost.ts';
import type { Incarnation } from './incarnation.ts';

/** I18: the intent is in the journal before the effect is sent. I5: a step sets its own weights, and all of them at once. */
export function checkWriteIntended(ghost: Ghost, entry: RouteEntry, { operationId, epoch }: WriteCall): void {
  if (entry.epoch !== epoch) ghost.violate('I2', `an entry of epoch ${entry.epoch} is sent under ${epoch}`);
  if (ghost.rolledBackSinceMs !== undefined) return;
  const number = `${epoch}/${entry.routeVersion}`;
  const same = ghost.tables.get(number);
  if (same !== undefined && JSON.stringify(same) !== JSON.stringify(entry))
    ghost.violate('I2', `two tables are sent under ${number}`);
  ghost.tables.set(number, entry);
  const sum = Object.values(entry.weights).reduce((total, each) => total + each, 0);
  if (sum !== 100) ghost.violate('I5', `weights ${JSON.stringify(entry.weights)} are sent`);
  if (operationId === 'refresh') {
    if (!ghost.refreshes.has(`${epoch}/${entry.routeVersion}`))
      ghost.violate('I18', `refresh ${entry.routeVersion} is sent before it is in the journal`);
    return;
  }
  const plan = ghost.operations.get(operationId)?.plan;
  const isIntended = [...(plan?.steps ?? []), undefined].some(
    (step, index) =>
      (step === undefined || step.kind === 'weigh' || step.kind === 'fence') &&
      ghost.intents.has(`${operationId}/${index}/`),
  );
  if (!isIntended) ghost.violate('I18', `${operationId} sends weights before that is in the journal`);
}

/** I18 for each slot by itself. */
export function checkStartIntended(
  ghost: Ghost,
  life: Incarnation,
  { slot, site }: Pick<StartRequest, 'slot'> & { readonly site: string },
  { operationId, idempotencyKey }: WriteCall,
): void {
  if (ghost.rolledBackSinceMs !== undefined) return checkUnaware(ghost, life, `slot ${slot} is started`);
  const index = idempotencyKey.split('/')[1];
  if (!ghost.intents.has(`${operationId}/${index}/${partOf(ghost, operationId, { index, site, slot })}`))
    ghost.violate('I18', `the start of slot ${slot} by ${operationId} is sent before it is in the journal`);
}

/** A hunt names the site too. */
export function partOf(
  ghost: Ghost,
  operationId: string,
  { index, site, slot }: { readonly index: string | undefined; readonly site: string; readonly slot: number },
): string {
  const step = ghost.operations.get(operationId)?.plan.steps[Number(index)];
  return step?.kind === 'hunt' ? `${site}/${slot}` : String(slot);
}

/** The step that may stop something at the site. */
export function stopAt(steps: readonly Step[], site: string): number {
  return steps.findIndex(
    (step) => step.kind === 'stop' || ((step.kind === 'release' || step.kind === 'trim') && step.site === site),
  );
}

/** I18; false: from an older copy of the state, of which nothing more is asked. */
export function checkStopIntended(
  ghost: Ghost,
  life: Incarnation,
  { id, site }: Replica,
  { operationId }: WriteCall,
): boolean {
  if (ghost.rolledBackSinceMs !== undefined) {
    checkUnaware(ghost, life, `${id} is stopped`);
    return false;
  }
  const index = stopAt(ghost.operations.get(operationId)?.plan.steps ?? [], site);
  if (!ghost.intents.has(`${operationId}/${index}/`)) ghost.violate('I18', `the stop of ${id} is not in the journal`);
  return true;
}

/** I20: what may be serving is stopped only after the gateway was read, in this step, and gave it no weight. */
export function checkFenced(ghost: Ghost, life: Incarnation, { id, site }: Replica): void {
  const sinceMs = Math.max(ghost.stepSinceMs, life.bornAtMs);
  const isFenced = readsOf(life, sinceMs).some(
    (read) => read.kind === 'seen' && (read.value?.weights[site] ?? 0) === 0,
  );
  if (!isFenced) ghost.violate('I20', `${id} is stopped, and no read of the gateway showed ${site} without weight`);
}

/** So long after its last good answer a site may still be taken for ready, beside the age that a proof may have; milliseconds. */
const unnoticedMs = 6000;

/** I4: what is stopped is not the last that could serve, unless somebody answers for it. */
export function checkLastServing(
  ghost: Ghost,
  { id, site }: Replica,
  { operationId }: WriteCall,
  proofMaxAgeMs: number,
): void {
  const { overrides = [] } = ghost.operations.get(operationId)?.plan ?? {};
  if (overrides.includes('LastServingSite') || ghost.rolledBackSinceMs !== undefined) return;
  const others = [...ghost.sites.keys()].filter((each) => each !== site);
  if (!others.some((each) => ghost.wasProvableWithin(each, proofMaxAgeMs + unnoticedMs)))
    ghost.violate('I4', `${id} is stopped by ${operationId}, and no site but ${site} could be proven lately`);
}

/** I18: a cut is in the journal before it is sent. */
export function checkCutIntended(ghost: Ghost, site: string, { operationId }: WriteCall): void {
  if (ghost.rolledBackSinceMs !== undefined) return;
  const index = stepOf(ghost, operationId, 'cut', site);
  if (!ghost.intents.has(`${operationId}/${index}/`)) ghost.violate('I18', `the cut of ${site} is not in the journal`);
}

/** I21: a stream is cut only after it had its time. `running`: those that a gateway which cuts them has. */
export function checkCut(ghost: Ghost, site: string, { operationId }: WriteCall, running: number): void {
  if (running === 0 || ghost.disturbed.has(operationId)) return;
  const drain = stepOf(ghost, operationId, 'drain', site);
  const deadlineMs = ghost.operations.get(operationId)?.plan.steps[drain]?.deadlineMs ?? 0;
  const forMs = ghost.nowMs - (ghost.drains.get(`${operationId}/${drain}`) ?? ghost.nowMs);
  if (forMs < deadlineMs)
    ghost.violate('I21', `${running} requests at ${site} are cut after ${forMs} of ${deadlineMs} ms`);
}

function stepOf(ghost: Ghost, operationId: string, kind: 'cut' | 'drain', site: string): number {
  const steps = ghost.operations.get(operationId)?.plan.steps ?? [];
  return steps.findIndex((step) => step.kind === kind && step.site === site);
}

/** I30: only the gateway's table tells an older copy of the state from the newest. */
function checkUnaware(ghost: Ghost, life: Incarnation, what: string): void {
  if (life.bornAtMs < (ghost.rolledBackSinceMs ?? Number.POSITIVE_INFINITY)) return;
  if (readsOf(life, life.bornAtMs).some((read) => read.kind === 'seen' && read.value !== undefined))
    ghost.violate('I30', `${what} from an older copy of the state`);
}

function readsOf(life: Incarnation, sinceMs: number): readonly Seen<RouteEntry | undefined>[] {
  const told = (life.told.get('read') ?? []).filter(({ atMs }) => atMs >= sinceMs);
  return told.map(({ value }) => value as Seen<RouteEntry | undefined>);
}
