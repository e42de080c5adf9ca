/** The invariants, asked after what can break them happened. Each names itself in its violation. */
import type { JournalDraft } from '../model/journal-entry.ts';
import type { Operation } from '../model/operation.ts';
import type { RouteEntry } from '../model/route.ts';
import type { MemoryState } from '../store/memory.ts';
import type { Cloud, CloudEvent } from './cloud.ts';
import type { Ghost } from './ghost.ts';
import type { SimOptions } from './options.ts';
import type { Schedule } from './schedule.ts';

export interface Watched {
  readonly options: SimOptions;
  readonly schedule: Schedule;
  readonly ghost: Ghost;
  readonly clouds: ReadonlyMap<string, Cloud>;
  readonly disk: MemoryState;
}

/** How long before a decision a site must have failed for the move to have had a reason, in milliseconds. */
const reasonMs = 30_000;

/** After the gateway took an entry. */
export function checkAccepted(watched: Watched, before: RouteEntry | undefined, entry: RouteEntry): void {
  const { ghost, clouds } = watched;
  const values = Object.values(entry.weights);
  if (values.some((each) => !Number.isInteger(each) || each < 0) || values.reduce((sum, each) => sum + each, 0) !== 100)
    ghost.violate('I5', `weights ${JSON.stringify(entry.weights)}`);
  if (before !== undefined && entry.epoch < before.epoch)
    ghost.violate('I2', `epoch ${entry.epoch} after ${before.epoch}`);
  // Under another epoch the same number may come again: the epoch keeps a late arrival out.
  if (before?.epoch === entry.epoch && entry.routeVersion <= before.routeVersion && !isSame(before, entry))
    ghost.violate('I2', `route version ${entry.routeVersion} twice, for different tables`);
  const serves = (site: string): boolean => (clouds.get(site)?.serving().length ?? 0) > 0;
  const weighted = (of: RouteEntry): readonly string[] => Object.keys(of.weights).filter((site) => (of.weights[site] ?? 0) > 0);
  if (before !== undefined && weighted(before).some(serves) && !weighted(entry).some(serves))
    ghost.violate('I4', `the weights leave ${weighted(before).join()} that serves for ${weighted(entry).join()} that does not`);
  for (const site of weighted(entry)) {
    if ((before?.weights[site] ?? 0) >= (entry.weights[site] ?? 0) || before === undefined) continue;
    if (!wasServing(watched, site, 20_000)) ghost.violate('I8', `${site} gains weight and has not served for 20 s`);
  }
}

/** After something was appended to the journal. */
export function checkAppended(watched: Watched, drafts: readonly JournalDraft[]): void {
  const { ghost, disk } = watched;
  const open = [...disk.operations.values()].filter(({ operation }) => operation.endedAtMs === undefined);
  if (open.length > 1) ghost.violate('I3', `${open.length} operations are open`);
  for (const { body } of drafts)
    if (body.kind === 'operation' && body.operation.state === 'planned' && body.operation.endedAtMs === undefined)
      checkOpened(watched, body.operation);
}

function checkOpened(watched: Watched, operation: Operation): void {
  const { ghost, clouds, options, disk } = watched;
  const { plan } = operation;
  if (plan.kind !== 'failover' || plan.trigger !== 'automatic' || plan.from === undefined) return;
  const failedMs = ghost.lastFailedMs.get(plan.from) ?? Number.NEGATIVE_INFINITY;
  if (watched.schedule.monoMs - failedMs > reasonMs)
    ghost.violate('I9', `${operation.id} leaves ${plan.from}, which has served users all the time`);
  const bad = [...clouds.values()].filter((cloud) => cloud.alive().length > 0 && cloud.serving().length === 0);
  if (bad.length > clouds.size / 2 && clouds.size - bad.length < 1) ghost.violate('I10', `${bad.length} of ${clouds.size} sites are bad at once`);
  const earlier = [...disk.operations.values()]
    .map((each) => each.operation)
    .filter((each) => each.id !== operation.id && each.plan.kind === 'failover' && each.plan.trigger === 'automatic')
    .filter(({ state }) => state !== 'failed' && state !== 'planned' && state !== 'waking');
  const tooSoon = earlier.find(({ openedAtMs }) => Math.abs(operation.openedAtMs - openedAtMs) < options.coolDownMs);
  if (tooSoon !== undefined && options.every.wallJump === 0)
    ghost.violate('I11', `${operation.id} follows ${tooSoon.id} within ${options.coolDownMs} ms`);
}

/** After a cloud started or stopped something. */
export function checkCloud({ ghost, clouds, disk }: Watched, event: CloudEvent): void {
  ghost.cloudEvents.push(event);
  if (event.verb !== 'start') return;
  const same = ghost.cloudEvents.filter(
    ({ verb, site, operationId, slot }) =>
      verb === 'start' && site === event.site && operationId === event.operationId && slot === event.slot,
  );
  if (same.length > 1) ghost.violate('I14', `${event.operationId} started slot ${event.slot} of ${event.site} ${same.length} times`);
  const alive = clouds.get(event.site)?.alive().filter(({ replica }) => replica.slot === event.slot) ?? [];
  if (alive.length > 1) ghost.violate('I14', `slot ${event.slot} of ${event.site} has ${alive.length} that run`);
  const isIntended = disk.entries.some(({ operationId, text }) => {
    if (operationId !== event.operationId) return false;
    const { body } = JSON.parse(text) as JournalDraft;
    return body.kind === 'step' && body.state === 'intended' && body.part === String(event.slot);
  });
  if (!isIntended) ghost.violate('I18', `the start of ${event.id} is not in the journal as intended`);
}

/** Whether the site gave users good answers at some moment of the last so many milliseconds. */
function wasServing({ ghost, schedule, clouds }: Watched, site: string, withinMs: number): boolean {
  if ((clouds.get(site)?.serving().length ?? 0) > 0) return true;
  return schedule.monoMs - (ghost.lastServedMs.get(site) ?? Number.NEGATIVE_INFINITY) <= withinMs;
}

function isSame(one: RouteEntry, other: RouteEntry): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
