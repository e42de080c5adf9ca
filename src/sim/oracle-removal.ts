/** I12: sites are emptied one at a time, and never most of what is ready. */
import { hasSlot, keptBy, type SlotSet } from '../core/slots.ts';
import type { Deployment } from '../model/deployment.ts';
import type { JournalBody } from '../model/journal-entry.ts';
import type { Observation } from '../model/observation.ts';
import type { Operation } from '../model/operation.ts';
import type { Seen } from '../model/outcome.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { Replica } from '../model/replica.ts';
import type { Cloud } from './cloud.ts';
import type { Ghost } from './ghost.ts';
import type { Incarnation } from './incarnation.ts';
import type { Watched } from './oracles.ts';
import type { Server } from './server.ts';

type StepBody = Extract<JournalBody, { kind: 'step' }>;
type RemovalStep = Extract<Step, { kind: 'drain' | 'stop' | 'trim' }>;

interface Removal {
  readonly operationId: string;
  readonly site: string;
  readonly atMs: number;
  /** What was only drained is given back by a return; what was stopped is not. */
  readonly isStop: boolean;
}

/** By ghost, so that worlds do not mix. */
const removals = new WeakMap<Ghost, Removal[]>();

/** After an entry of a step that drains or stops. `life`: of whoever wrote it. */
export function checkRemoved(
  watched: Watched,
  operation: Operation,
  step: RemovalStep,
  { state }: StepBody,
  life: Incarnation | undefined,
): void {
  // What was refused, or has failed, takes nothing away by that.
  if (state !== 'intended' && state !== 'reached') return;
  checkVelocity(watched, operation, step);
  const stay = step.kind === 'trim' ? keptBy(step) : none;
  if (state === 'intended') checkShare(watched, { operation, emptied: [step.site], stay, started: 0 }, life);
}

/** When an operation is opened, with all that it is to empty. What it is to start counts: it is judged again at its steps. */
export function checkPlanned(watched: Watched, operation: Operation, life: Incarnation | undefined): void {
  const { steps } = operation.plan;
  const drained = steps.flatMap((step) => (step.kind === 'drain' ? [step.site] : []));
  const launched = new Set(steps.flatMap((step) => (step.kind === 'launch' ? [step.site] : [])));
  const started = [...launched].reduce((sum, site) => sum + provenAfter(steps, site), 0);
  checkShare(watched, { operation, emptied: drained, stay: none, started }, life);
  for (const step of steps)
    if (step.kind === 'trim')
      checkShare(watched, { operation, emptied: [step.site], stay: keptBy(step), started }, life);
}

const none: SlotSet = { replicas: 0 };

/** A site that is started is proven in full before anything goes: with what was there and not ready. */
function provenAfter(steps: readonly Step[], site: string): number {
  const proof = steps.find((step) => step.kind === 'prove' && step.site === site);
  if (proof?.kind === 'prove') return proof.replicas;
  return steps.flatMap((step) => (step.kind === 'launch' && step.site === site ? step.slots : [])).length;
}

/** One site at a time, unless somebody answers for more. */
function checkVelocity(
  { ghost, options, config }: Watched,
  { id, plan }: Operation,
  { site, kind }: RemovalStep,
): void {
  const windowMs = windowMsOf(config.deployments[0]);
  if (windowMs === 0 || options.every.wallJump > 0) return;
  const all = removals.get(ghost) ?? [];
  removals.set(ghost, all);
  const isGivenBack = ({ operationId, isStop }: Removal): boolean =>
    !isStop && ghost.operations.get(operationId)?.state === 'returned';
  const other = all.find((each) => each.site !== site && ghost.nowMs - each.atMs < windowMs && !isGivenBack(each));
  if (other !== undefined && !isAnswered(plan))
    ghost.violate('I12', `${id} empties ${site} ${ghost.nowMs - other.atMs} ms after ${other.site} was emptied`);
  all.push({ operationId: id, site, atMs: ghost.nowMs, isStop: kind !== 'drain' });
}

/** By the policy in force; 0 is none. */
function windowMsOf(deployment: Deployment | undefined): number {
  return deployment?.failover.safety.removalWindowMs ?? 0;
}

function isAnswered({ overrides = [], trigger }: Plan): boolean {
  return trigger === 'manual' && overrides.some((each) => each === 'RemovalVelocity');
}

interface Emptying {
  readonly operation: Operation;
  readonly emptied: readonly string[];
  /** Of each of those what is in these slots does not go. */
  readonly stay: SlotSet;
  /** Replicas that are to be ready before anything is emptied. */
  readonly started: number;
}

/**
 * Taken is what is ready and whoever does it knew so; left is all that it may have held for ready. Where the deployment may
 * not go nothing counts, nor what a person emptied before.
 */
function checkShare(
  { ghost, clouds, config, options, promises }: Watched,
  { operation: { id, plan }, emptied, stay, started }: Emptying,
  life: Incarnation | undefined,
): void {
  const [deployment] = config.deployments;
  // What another version planned is judged by its steps; and by a clock that jumps no proof has an age.
  if (life === undefined || deployment === undefined || windowMsOf(deployment) === 0) return;
  if (emptied.length === 0 || options.every.wallJump > 0 || isAnswered(plan)) return;
  const { residency, failover } = deployment;
  const isAllowed = (site: string): boolean =>
    config.sites.find(({ name }) => name === site)?.residency.every((each) => residency.includes(each)) ?? false;
  const members = [...clouds.values()].filter(({ site }) => isAllowed(site) && !promises.standing.has(`out/${site}`));
  const goes = ({ replica }: Server): boolean => emptied.includes(replica.site) && !hasSlot(stay, replica.slot);
  const taken = members
    .flatMap((cloud) => cloud.provable().filter((each) => isKnownReady(life, each, failover.proof.completions, ghost)))
    // What its cloud takes away is nobody's to count on, nor to answer for.
    .filter((each) => goes(each) && clouds.get(each.replica.site)?.announced.has(each.replica.id) !== true);
  const left = members
    .flatMap((cloud) => possiblyReady(life, cloud, ghost.nowMs - options.proofMaxAgeMs))
    .filter((each) => !goes(each));
  const leaves = left.length + started;
  if (taken.length > leaves)
    ghost.violate('I12', `${id} takes ${taken.length} replicas of ${emptied.join()} and leaves ${leaves}`);
}

/** What was heard so lately may not have been thought over yet, in milliseconds. */
const unweighedMs = 3000;
/** What was heard before that may be too old to count, in milliseconds. */
const staleMs = 4000;

/** Listed, and good as often as a proof needs, long enough ago and ever since. */
function isKnownReady(life: Incarnation, { replica }: Server, completions: number, { nowMs }: Ghost): boolean {
  const told = answersOf(life, replica);
  const isFresh = nowMs - (told.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) < staleMs;
  const known = told.filter(({ atMs }) => nowMs - atMs >= unweighedMs);
  const list = (life.told.get(`list/${replica.site}`) ?? [])
    .map(({ value }) => value as Seen<readonly Replica[]>)
    .findLast((each) => each.kind === 'seen');
  const isListed = list?.value.some(({ id, state }) => id === replica.id && state === 'running') ?? false;
  return isListed && isFresh && known.length >= completions && told.every(({ isGood }) => isGood);
}

/** All that some answer called good since then, also what has died. */
function possiblyReady(life: Incarnation, { servers }: Cloud, sinceMs: number): readonly Server[] {
  return [...servers.values()].filter(({ replica }) =>
    answersOf(life, replica).some(({ atMs, isGood }) => isGood && atMs >= sinceMs),
  );
}

function answersOf(life: Incarnation, { id, bootId }: Replica) {
  return (life.told.get(`check/${id}`) ?? [])
    .map(({ atMs, value }) => ({ atMs, seen: value as Observation }))
    .filter(({ seen }) => seen.bootId === bootId)
    .map(({ atMs, seen }) => ({ atMs, isGood: seen.outcome === 'good' }));
}
