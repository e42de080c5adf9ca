/** Sites that are emptied: nothing new goes there (I21), what is stopped or drained is counted (I12). */
import type { Deployment } from '../model/deployment.ts';
import type { Operation } from '../model/operation.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { Watched } from './oracles.ts';

/** Where new requests may not go, because an operation has begun to empty it. */
function emptiedNow({ ghost }: Watched): string | undefined {
  const { open, step } = ghost;
  if (open === undefined || step === undefined) return undefined;
  return step.kind === 'drain' || step.kind === 'cut' || step.kind === 'stop' ? step.site : undefined;
}

/** The table in force, after it changed and when a drain begins. */
export function checkOffered(watched: Watched): void {
  const { ghost, promises } = watched;
  for (const each of promises.standing.values())
    if (each.kind === 'out' && ghost.lost === undefined && isSpilledTo(watched, each.site))
      ghost.violate('I21', `a person emptied ${each.site}, and new requests may spill to it`);
  const site = emptiedNow(watched);
  // Whatever somebody else set is not this operation's to answer for.
  if (site === undefined || ghost.weights === undefined || ghost.disturbed.has(ghost.open?.id ?? '')) return;
  if (isSpilledTo(watched, site))
    ghost.violate('I21', `${site} is being emptied by ${ghost.open?.id}, and new requests may spill to it`);
}

function isSpilledTo({ gateway }: Watched, site: string): boolean {
  return (gateway.entry?.weights[site] ?? 0) === 0 && gateway.isOffered(site);
}

/** After an entry of a step. */
export function checkRemoval(watched: Watched, operationId: string, step: Step): void {
  if (step.kind !== 'drain' && step.kind !== 'stop') return;
  const { ghost, config } = watched;
  const operation = ghost.operations.get(operationId);
  if (operation === undefined || ghost.open?.id !== operationId) return;
  const index = operation.plan.steps.indexOf(step);
  const key = `${operationId}/${index}`;
  if (step.kind === 'drain' && !ghost.drains.has(key)) {
    ghost.drains.set(key, ghost.stepSinceMs);
    checkOffered(watched);
  }
  checkVelocity(watched, operation, step.site, config.deployments[0]);
}

interface Removal {
  readonly site: string;
  readonly atMs: number;
}

/** By ghost, so that worlds do not mix. */
const removals = new WeakMap<Watched['ghost'], Removal[]>();

/** The policy in force; 0 is none. */
function removalWindowMs(deployment: Deployment | undefined): number {
  return deployment?.failover.safety.removalWindowMs ?? 0;
}

/** I12: one site at a time, unless somebody answers for more. */
function checkVelocity(
  { ghost, options }: Watched,
  { id, plan }: Operation,
  site: string,
  deployment: Deployment | undefined,
): void {
  const windowMs = removalWindowMs(deployment);
  if (windowMs === 0 || options.every.wallJump > 0) return;
  const all = removals.get(ghost) ?? [];
  removals.set(ghost, all);
  const other = all.find((each) => each.site !== site && ghost.nowMs - each.atMs < windowMs);
  if (other !== undefined && !isAnswered(plan))
    ghost.violate('I12', `${id} empties ${site} ${ghost.nowMs - other.atMs} ms after ${other.site} was emptied`);
  all.push({ site, atMs: ghost.nowMs });
}

function isAnswered({ overrides = [], trigger }: Plan): boolean {
  return trigger === 'manual' && overrides.some((each) => each === 'RemovalVelocity');
}

/** I12: what is emptied is not most of what is ready, when the operation is opened. */
export function checkShare({ ghost, clouds, config }: Watched, { id, plan }: Operation): void {
  const [deployment] = config.deployments;
  const emptied = new Set(plan.steps.flatMap((step) => (step.kind === 'drain' ? [step.site] : [])));
  if (removalWindowMs(deployment) === 0 || emptied.size === 0 || isAnswered(plan)) return;
  const cloudsOf = (is: boolean) => [...clouds.values()].filter(({ site }) => emptied.has(site) === is);
  const taken = cloudsOf(true).reduce((sum, cloud) => sum + cloud.provable().length, 0);
  // Whatever runs may have been taken for ready.
  const left = cloudsOf(false).reduce((sum, cloud) => sum + cloud.alive().length, 0);
  if (taken > left) ghost.violate('I12', `${id} empties ${taken} replicas and leaves ${left}`);
}
