/** The invariants, asked after what can break them happened. Each names itself in its violation. */
import type { Config } from '../model/config.ts';
import type { JournalDraft } from '../model/journal-entry.ts';
import type { Plan } from '../model/plan.ts';
import type { RouteEntry, Weights } from '../model/route.ts';
import { sameWeights } from '../model/weights.ts';
import type { Cells } from './cells.ts';
import type { Cloud, CloudEvent } from './cloud.ts';
import type { Gateway } from './gateway.ts';
import type { Ghost } from './ghost.ts';
import type { Incarnation } from './incarnation.ts';
import type { SimOptions } from './options.ts';
import { checkDrained } from './oracle-drained.ts';
import { checkOffered, checkRemoval } from './oracle-emptied.ts';
import { checkFlapping } from './oracle-flapping.ts';
import { checkHedge, noteRaced } from './oracle-hedge.ts';
import { checkNotTooMany } from './oracle-hunt.ts';
import { partOf } from './oracle-issue.ts';
import type { JournalGrammar } from './oracle-journal.ts';
import { checkOpened } from './oracle-opened.ts';
import type { PromiseBook } from './oracle-promises.ts';
import { defectOfClaim } from './oracle-reached.ts';
import { checkStopped } from './oracle-stopped.ts';

export interface Watched {
  readonly options: SimOptions;
  readonly config: Config;
  readonly ghost: Ghost;
  readonly clouds: ReadonlyMap<string, Cloud>;
  readonly gateway: Gateway;
  readonly cells: Cells;
  readonly grammar: JournalGrammar;
  readonly promises: PromiseBook;
}

/** What broke so lately may not have been noticed yet, in milliseconds. */
const unseenMs = 15_000;

/** After the gateway took an entry. */
export function checkAccepted(watched: Watched, before: RouteEntry | undefined, entry: RouteEntry): void {
  const { ghost } = watched;
  if (ghost.rolledBackSinceMs !== undefined && (ghost.issuers.get(entry)?.bornAtMs ?? 0) >= ghost.rolledBackSinceMs)
    return ghost.violate('I30', `entry ${entry.routeVersion} is written from an older copy of the state`);
  checkVector(watched, entry);
  checkOffered(watched);
  checkDrained(watched, entry);
  if (entry.epoch < watched.gateway.newestEpoch)
    ghost.violate('I2', `epoch ${entry.epoch} after ${watched.gateway.newestEpoch}`);
  // Under another epoch the same number may come again: the epoch keeps a late arrival out.
  if (before?.epoch === entry.epoch && entry.routeVersion <= before.routeVersion && !isSame(before, entry))
    ghost.violate('I2', `route version ${entry.routeVersion} twice, for different tables`);
  // A table that was put back, and is written on as it is, is in force again.
  if (before !== undefined && sameWeights(before.weights, entry.weights)) {
    ghost.weights = entry.weights;
    return;
  }
  ghost.weighedAtMs = ghost.nowMs;
  if (ghost.weights !== undefined || before === undefined) checkMoved(watched, before, entry);
  ghost.weights = entry.weights;
}

/** I5, I19 and I8 of the spill order: what every table must be. */
function checkVector({ ghost, config }: Watched, { weights, sites, spill, deployment }: RouteEntry): void {
  const values = Object.values(weights);
  if (values.some((each) => !Number.isInteger(each) || each < 0) || sumOf(values) !== 100)
    ghost.violate('I5', `weights ${JSON.stringify(weights)}`);
  const allowed = config.deployments.find(({ name }) => name === deployment)?.residency ?? [];
  const used = [...weighted(weights), ...sites.filter(({ replicas }) => replicas.length > 0).map(({ site }) => site)];
  for (const site of [...used, ...spill.map((each) => each.site)]) {
    const where = config.sites.find(({ name }) => name === site)?.residency ?? [];
    if (where.length === 0 || where.some((each) => !allowed.includes(each)))
      ghost.violate('I19', `${site} lies in ${where.join()} and is in the table`);
  }
}

/** The weights are others than before. */
function checkMoved({ ghost, options, promises }: Watched, before: RouteEntry | undefined, entry: RouteEntry): void {
  // The first table, and one that a gateway lost, only say again what is in force; or what the newest
  // operation began with or had reached.
  if (ghost.weights === undefined || sameWeights(ghost.weights, entry.weights)) return;
  const operation = ghost.operations.get(ghost.issuers.get(entry)?.operationId ?? '');
  if (operation === undefined && (isOfNewest(ghost, entry.weights) || isRestored(ghost, entry))) return;
  const wasLost = ghost.lost !== undefined;
  ghost.lost = undefined;
  const to = weighted(entry.weights);
  const from = before === undefined ? [] : weighted(before.weights);
  if (
    from.some((site) => ghost.isServing(site)) &&
    !to.some((site) => ghost.hasServedWithin(site, unseenMs) || ghost.wasProvableWithin(site, unseenMs))
  )
    ghost.violate('I4', `the weights leave ${from.join()} that serves for ${to.join()} that does not`);
  const inForce = before?.weights ?? ghost.weights;
  for (const site of to) {
    const isRaised = (inForce[site] ?? 0) < (entry.weights[site] ?? 0);
    if (isRaised && !ghost.wasProvableWithin(site, options.proofMaxAgeMs))
      ghost.violate('I8', `${site} gains weight and could not be proven for ${options.proofMaxAgeMs} ms`);
  }
  if (operation === undefined)
    return ghost.violate('I18', `weights ${JSON.stringify(entry.weights)} without an operation`);
  const { plan, id } = operation;
  ghost.movers.add(id);
  const vectors = vectorsOf(plan);
  if (!vectors.some((each) => sameWeights(each, entry.weights)))
    ghost.violate('I18', `${id} sets ${JSON.stringify(entry.weights)}, which is not in its plan`);
  // An older table that a gateway came back with is set right by whatever is written next.
  if (before !== undefined && !wasLost && !vectors.some((each) => sameWeights(each, before.weights)))
    ghost.violate('I7', `${id} overwrites ${JSON.stringify(before.weights)}, which it was not planned from`);
  if (
    !plan.steps.some(
      ({ kind }, index) => (kind === 'weigh' || kind === 'fence') && ghost.intents.has(`${id}/${index}/`),
    ) &&
    !ghost.intents.has(`${id}/${plan.steps.length}/`)
  )
    ghost.violate('I18', `${id} moves weights before that is in the journal`);
  if (plan.kind === 'failover' && plan.trigger === 'automatic' && !ghost.moves.has(id)) {
    checkFlapping(options, ghost, id, promises.standing.get('ack')?.atMs ?? Number.NEGATIVE_INFINITY);
    ghost.moves.add(id);
  }
}

function vectorsOf({ before, steps, after }: Plan): readonly Weights[] {
  return [before, ...steps.flatMap((step) => (step.kind === 'weigh' ? [step.weights] : [])), after];
}

function isOfNewest({ operations }: Ghost, weights: Weights): boolean {
  const newest = [...operations.values()].at(-1);
  return newest !== undefined && vectorsOf(newest.plan).some((each) => sameWeights(each, weights));
}

/**
 * What was sent before the loss may reach a gateway that knows nothing any more, its fence included, and is then set right
 * again.
 */
function isRestored({ lost }: Ghost, { weights, epoch, routeVersion }: RouteEntry): boolean {
  if (lost === undefined) return false;
  const isOlder = epoch < lost.epoch || (epoch === lost.epoch && routeVersion < lost.routeVersion);
  return isOlder || sameWeights(lost.weights, weights);
}

/** After something was appended to the journal. */
export function checkAppended(watched: Watched, drafts: readonly JournalDraft[], life: Incarnation | undefined): void {
  const { ghost, cells, grammar, promises } = watched;
  for (const draft of drafts) {
    const { body } = draft;
    grammar.check(draft);
    promises.check(draft, life);
    // Late writes of the one before are kept out first, then it looks and decides.
    const isAct = body.kind === 'decision' || body.kind === 'operation' || body.kind === 'route';
    if (isAct && life !== undefined && !life.stamped.has(draft.epoch))
      ghost.violate('I2', `a ${body.kind} of epoch ${draft.epoch} comes before the gateway was marked with it`);
    if (body.kind === 'step') {
      const step = ghost.operations.get(body.operationId)?.plan.steps[body.index];
      const defect =
        body.state === 'reached' && body.part === undefined && step !== undefined && life !== undefined
          ? defectOfClaim({ ...watched, life, step, lateByMs: ghost.nowMs - draft.monoMs, id: body.operationId })
          : undefined;
      if (defect !== undefined)
        ghost.violate(defect[0], `${body.operationId} calls ${body.step} reached: ${defect[1]}`);
      if (ghost.open?.id === body.operationId) ghost.step = step;
      if (step !== undefined && body.part === undefined) {
        checkRemoval(watched, step, body, life);
        noteRaced(watched, step, body);
      }
      if (body.part === undefined && body.state !== 'intended') ghost.stepSinceMs = ghost.nowMs;
      if (body.state === 'intended') ghost.intents.add(`${body.operationId}/${body.index}/${body.part ?? ''}`);
    }
    if (body.kind !== 'operation') continue;
    const { operation } = body;
    const known = ghost.operations.get(operation.id);
    if (known === undefined) {
      ghost.revision += 1;
      checkOpened(watched, operation, life);
    }
    if (known?.endedAtMs !== undefined) ghost.violate('I3', `${operation.id} goes on after its end`);
    ghost.operations.set(operation.id, operation);
    ghost.step = operation.plan.steps[operation.step];
    ghost.open = operation.endedAtMs === undefined ? operation : undefined;
    const isBegun = known === undefined || known.epoch !== operation.epoch || known.state === 'held';
    if (isBegun) ghost.stepSinceMs = ghost.nowMs;
    if (operation.endedAtMs === undefined) continue;
    checkHedge(watched, operation);
    ghost.endedAtMs.set(operation.id, ghost.nowMs);
    cells.endOperation();
  }
  promises.checkSet(drafts);
  promises.checkOvertaken(drafts);
}

/** After a cloud started or stopped something. */
export function checkCloud(watched: Watched, event: CloudEvent): void {
  const { ghost } = watched;
  // Whoever could not see that its copy of the state is old is not to blame for what it records only there.
  if (ghost.rolledBackSinceMs !== undefined && !ghost.operations.has(event.operationId)) {
    ghost.strays.add(event.operationId);
    return;
  }
  ghost.cloudEvents.push(event);
  if (event.verb === 'stop') return checkStopped(watched, event);
  checkStarted(watched, event);
  checkNotTooMany(watched, event);
}

function checkStarted({ ghost, clouds }: Watched, { operationId, slot, site, id, startKey }: CloudEvent): void {
  const same = ghost.cloudEvents.filter(
    (each) => each.verb === 'start' && each.site === site && each.operationId === operationId && each.slot === slot,
  );
  if (same.length > 1 && new Set(same.map((each) => each.startKey)).size > 1)
    ghost.violate('I14', `${operationId} started slot ${slot} of ${site} ${same.length} times`);
  const alive =
    clouds
      .get(site)
      ?.alive()
      .filter(({ replica }) => replica.slot === slot) ?? [];
  if (alive.length > 1) ghost.violate('I27', `slot ${slot} of ${site} has ${alive.length} that run`);
  const index = startKey.split('/')[1];
  if (!ghost.intents.has(`${operationId}/${index}/${partOf(ghost, operationId, { index, site, slot })}`))
    ghost.violate('I18', `the start of ${id} is not in the journal as intended`);
}

function weighted(weights: Weights): readonly string[] {
  return Object.keys(weights).filter((site) => (weights[site] ?? 0) > 0);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0);
}

function isSame(one: RouteEntry, other: RouteEntry): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
