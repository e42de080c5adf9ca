/** What must be so of an operation when it is opened. */
import type { Operation } from '../model/operation.ts';
import type { Plan } from '../model/plan.ts';
import type { Standing } from '../model/standing.ts';
import { sameWeights } from '../model/weights.ts';
import type { Cloud } from './cloud.ts';
import type { Ghost } from './ghost.ts';
import type { Incarnation } from './incarnation.ts';
import { checkPlanned } from './oracle-removal.ts';
import type { Watched } from './oracles.ts';

/** A failover had a reason when its source failed at some moment of so many milliseconds before. */
const reasonMs = 15_000;
/** A site that was bad for so long, whatever the probes' intervals are, has been noticed; milliseconds. */
const noticedMs = 8000;
/** After a failed start, in milliseconds: the shortest pause of the rule, less the time that records may take. */
const leastRestartMs = 900;

/** I3, I8, I9, I10, I12, I21, I24, I31 and I32. `life`: of whoever opens it. */
export function checkOpened(watched: Watched, operation: Operation, life: Incarnation | undefined): void {
  const { ghost } = watched;
  const { plan, id } = operation;
  if (ghost.open !== undefined) ghost.violate('I3', `${id} is opened while ${ghost.open.id} is ${ghost.open.state}`);
  if (plan.trigger !== 'automatic') {
    const earlier = [...ghost.operations.values()].find(
      (each) => each.plan.requestId !== undefined && each.plan.requestId === plan.requestId,
    );
    if (earlier !== undefined) ghost.violate('I31', `${id} carries out ${plan.requestId}, as ${earlier.id} did`);
  }
  checkPlanned(watched, operation, life);
  const standing = (life?.told.get('standing')?.at(-1)?.value ?? []) as readonly Standing[];
  checkStanding(watched, operation, standing);
  // What leaves the weights as they are does not answer for what a person made of them.
  if (!sameWeights(plan.before, plan.after)) checkAfter(watched, plan);
  if (plan.kind === 'start' && plan.trigger === 'automatic') checkRestart(watched, operation);
  if (plan.kind !== 'failover' || plan.trigger !== 'automatic' || plan.from === undefined) return;
  if (!ghost.hasFailedWithin(plan.from, reasonMs))
    ghost.violate('I9', `${id} leaves ${plan.from}, which has served users all the time`);
  const { brakeRatio } = watched.options;
  const bad = [...watched.clouds.values()].filter((cloud) => isSurelyBad(cloud, ghost, life));
  if (bad.length / watched.clouds.size > brakeRatio)
    ghost.violate('I10', `${id} is opened while ${bad.map(({ site }) => site).join()} are bad`);
}

/** What a person set stands: automation is off while it is paused, keeps away from what they emptied, and returns in time. */
function checkStanding({ ghost }: Watched, operation: Operation, standing: readonly Standing[]): void {
  const { id, plan, openedAtMs } = operation;
  const isUnasked = plan.trigger !== 'manual' || (plan.kind === 'return' && plan.requestId === undefined);
  if (!isUnasked) return;
  const pause = standing.find(({ kind }) => kind === 'pause');
  if (pause !== undefined && openedAtMs < (pause.untilMs ?? Number.POSITIVE_INFINITY))
    ghost.violate('I32', `${id} (${plan.kind}) is opened by itself while ${pause.by.name} has paused it`);
  for (const each of standing) {
    if (each.kind !== 'out') continue;
    const [before, after] = [plan.before[each.site] ?? 0, plan.after[each.site] ?? 0];
    if (plan.trigger === 'automatic' && after > before)
      ghost.violate('I21', `${id} (${plan.kind}) sends traffic to ${each.site}, which a person emptied`);
    if (launchedAt(plan).includes(each.site) && before === 0 && after === 0)
      ghost.violate('I32', `${id} (${plan.kind}) starts at ${each.site}, which a person emptied`);
  }
  if (plan.trigger !== 'manual') return;
  const shift = standing.find(({ kind }) => kind === 'shift');
  if (shift?.untilMs === undefined || openedAtMs < shift.untilMs)
    ghost.violate('I32', `${id} returns traffic whose time is not over`);
  for (const [site, weight] of Object.entries(plan.after))
    if (weight > (plan.before[site] ?? 0) && !ghost.wasProvableWithin(site, noticedMs))
      ghost.violate('I8', `${id} returns traffic to ${site}, which has not been well for ${noticedMs} ms`);
}

/** I5 and I19, before anything is moved. */
function checkAfter({ ghost, config }: Watched, { kind, after, deployment }: Plan): void {
  const weights = Object.entries(after);
  if (weights.some(([, each]) => !Number.isInteger(each)) || weights.reduce((sum, [, each]) => sum + each, 0) !== 100)
    ghost.violate('I5', `a ${kind} is to end at ${JSON.stringify(after)}`);
  const allowed = config.deployments.find(({ name }) => name === deployment)?.residency ?? [];
  for (const [site, weight] of weights) {
    const where = config.sites.find(({ name }) => name === site)?.residency ?? [];
    if (weight > 0 && !where.every((each) => allowed.includes(each)))
      ghost.violate('I19', `a ${kind} is to end at ${site}, which lies in ${where.join()}`);
  }
}

/** I24: a site that refused a start is not asked again at once, one operation after the other. */
function checkRestart({ ghost, options, promises }: Watched, { id, plan }: Operation): void {
  if (options.every.wallJump > 0) return;
  const sites = launchedAt(plan);
  const before = [...ghost.operations.values()].findLast(
    (each) => each.id !== id && launchedAt(each.plan).join() === sites.join(),
  );
  if (sites.length !== 1 || before?.state !== 'failed' || before.plan.steps[before.step]?.kind !== 'launch') return;
  if (before.error?.class === 'conflict') return;
  // Whoever clears what is remembered of a site wants it asked again at once.
  if ((promises.standing.get(`unblock/${sites[0]}`)?.atMs ?? 0) >= (before.endedAtMs ?? 0)) return;
  const afterMs = ghost.nowMs - (ghost.endedAtMs.get(before.id) ?? 0);
  if (afterMs < leastRestartMs)
    ghost.violate('I24', `${id} starts at ${sites[0]} ${afterMs} ms after ${before.id} failed to`);
}

function launchedAt({ steps }: Plan): readonly string[] {
  return steps.flatMap((step) => (step.kind === 'launch' && !step.bestEffort ? [step.site] : []));
}

/** All its servers are up, and none has passed a probe for so long that it has been noticed, by whoever has looked for as long. */
function isSurelyBad(cloud: Cloud, ghost: Ghost, life: Incarnation | undefined): boolean {
  const alive = cloud.alive();
  const hasStarted = alive.every(({ readyAtMs }) => ghost.nowMs - readyAtMs >= noticedMs);
  // What a cloud does not list to it a new process cannot probe; what it has only begun to probe may be loading for all it knows.
  const isLookedAt = alive.every(({ replica }) => {
    const sinceMs = life?.toldSinceMs.get(`check/${replica.id}`);
    return life === undefined || (sinceMs !== undefined && ghost.nowMs - sinceMs >= noticedMs);
  });
  return alive.length > 0 && hasStarted && isLookedAt && !ghost.wasProvableWithin(cloud.site, noticedMs);
}
