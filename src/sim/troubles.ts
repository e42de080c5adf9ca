/** What is amiss in a world at a moment at which nothing is broken any more. */

import { deploymentInForce, isScaledToNone } from '../core/in-force.ts';
import { hasSlot } from '../core/slots.ts';
import type { Weights } from '../model/route.ts';
import type { Standing } from '../model/standing.ts';
import { sameWeights } from '../model/weights.ts';
import type { World } from './world.ts';

/** What is not as it should be, once nothing is broken any more. */
export function troublesOf(world: World): readonly string[] {
  const { gateway, ghost, clouds, config, newest: disk } = world;
  const troubles: string[] = [];
  const standing = [...disk.standing.values()].map((each) => each.standing);
  const [configured] = config.deployments;
  const deployment = configured && deploymentInForce(configured, standing);
  const weights = gateway.entry?.weights ?? {};
  for (const site of Object.keys(weights))
    if ((weights[site] ?? 0) > 0 && !ghost.isServing(site))
      troubles.push(`${site} has ${weights[site]} % and does not serve`);
  const out = new Set(standing.flatMap((each) => (each.kind === 'out' ? [each.site] : [])));
  for (const placement of deployment?.placements ?? []) if (isScaledToNone(placement)) out.add(placement.site);
  const wanted = deployment?.failover.failback.mode === 'auto' ? deployment.weights : weights;
  // What a person moved for a time or emptied is theirs to bring back.
  const isLeft = standing.some(({ kind }) => kind === 'shift') || weighted(wanted).some((site) => out.has(site));
  if (!isLeft && !sameWeights(wanted, weights))
    troubles.push(`the weights are ${JSON.stringify(weights)}, wanted ${JSON.stringify(wanted)}`);
  if (ghost.open !== undefined) troubles.push(`${ghost.open.id} is ${ghost.open.state}`);
  for (const { site, replicas, slots, standby } of deployment?.placements ?? []) {
    if ((standby !== 'hot' || out.has(site)) && (weights[site] ?? 0) === 0) continue;
    const serving =
      clouds
        .get(site)
        ?.serving()
        .filter(({ replica }) => hasSlot({ replicas, slots }, replica.slot)).length ?? 0;
    if (serving < replicas) troubles.push(`${site} has ${serving} of ${replicas} replicas`);
    const allowed = config.sites
      .find(({ name }) => name === site)
      ?.residency.every((each) => deployment?.residency.includes(each));
    const listed = gateway.entry?.sites.find((each) => each.site === site)?.replicas.length ?? 0;
    if (allowed === true && listed < replicas)
      troubles.push(`${site} has ${listed} of ${replicas} replicas in the table`);
  }
  troubles.push(...standing.flatMap((each) => waitingOf(world, each)));
  if ([...disk.requests.values()].some(({ answer }) => answer === undefined)) troubles.push('a request has no answer');
  return troubles;
}

/** What was set for a time is over some day: a move returns as soon as its origin is well. */
function waitingOf({ gateway, clouds, options }: World, standing: Standing): readonly string[] {
  if (standing.kind === 'pause') return ['automation is paused'];
  // Set by a wall clock that has jumped since it may stand for years.
  if (standing.kind !== 'shift' || standing.untilMs === undefined || options.every.wallJump > 0) return [];
  const { before, after, operationId } = standing;
  const isHere = sameWeights(gateway.entry?.weights ?? {}, after);
  const isWell = weighted(before).every((site) => (clouds.get(site)?.provable().length ?? 0) > 0);
  return isHere && isWell ? [`${operationId} moved the traffic for a time that is not over`] : [];
}

function weighted(weights: Weights): readonly string[] {
  return Object.keys(weights).filter((site) => (weights[site] ?? 0) > 0);
}
