/** Everything that a plan must keep to, from the configuration and from what stands in the way today. */
import type { Deployment } from '../../model/deployment.ts';
import type { Choice, PlacementLimit, PlacementRule } from '../../model/placement-problem.ts';
import type { View } from '../../model/view.ts';
import { frozenReasons } from '../rules/calendar.ts';
import { round } from '../rules/case.ts';
import { countText } from '../scale.ts';
import { isOut } from '../standing.ts';
import { marketBlock, startBlock } from '../start-block.ts';
import { ownPool, type SharedPool } from './pools.ts';
import type { DeploymentSight, ProblemTerms } from './terms.ts';

type Path = PlacementRule['path'];

/** Each of another name. */
export function rulesOf(
  { deployments, sights, policy, nowMs }: ProblemTerms,
  pools: readonly SharedPool[],
  choices: readonly Choice[],
): readonly PlacementRule[] {
  return [
    ...sights.flatMap(({ view, demand }) => [
      ...needRules(view, demand),
      ...blockRules(view, choices, nowMs),
      ...safetyRules(view, nowMs),
    ]),
    ...deployments.flatMap((deployment) => placementRules(deployment, choices)),
    ...pools.map(poolRule),
    ...constraintRules(policy.constraints),
    ...changeRules(policy.maxChange),
  ];
}

/** The rule, when there is a value for it. */
function ruleOf<Value>(
  value: Value | undefined,
  say: (value: Value) => {
    readonly name: string;
    readonly says: string;
    readonly path: Path;
    readonly limit: PlacementLimit;
  },
): readonly PlacementRule[] {
  if (value === undefined) return [];
  const { limit, ...named } = say(value);
  return [{ ...named, ...limit }];
}

function percent(ratio: number): string {
  return `${round(ratio * 100)}%`;
}

/** 0 asks for nothing. */
function unlessNone(value: number): number | undefined {
  return value === 0 ? undefined : value;
}

function needRules(
  { deployment: { name, residency } }: View,
  { rps }: DeploymentSight['demand'],
): readonly PlacementRule[] {
  const path = ['deployments', name];
  return [
    ...ruleOf(rps, () => ({
      ...{ name: `demand ${name}`, says: `${name} is asked ${round(rps)} rps`, path },
      limit: { kind: 'demand', deployment: name },
    })),
    ...ruleOf(residency.length === 0 ? undefined : residency, (allowed) => ({
      ...{
        name: `residency ${name}`,
        says: `${name} may run in ${allowed.join(', ')} only`,
        path: [...path, 'residency'],
      },
      limit: { kind: 'residency', deployment: name, allowed },
    })),
  ];
}

/** A placement that takes nothing shared has as many replicas as it is written to have, at most. */
function placementRules({ name, placements }: Deployment, choices: readonly Choice[]): readonly PlacementRule[] {
  const pools = new Set(choices.map(({ pool }) => pool.name));
  return placements.flatMap((placement) => {
    const { site, replicas } = placement;
    const { name: pool } = ownPool(name, placement);
    return ruleOf(pools.has(pool) ? replicas : undefined, (units) => ({
      ...{ name: `replicas ${pool}`, says: `${site} may hold ${countText(units)} of ${name}` },
      path: ['deployments', name, 'sites', site, 'replicas'],
      limit: { kind: 'capacity', pool, units },
    }));
  });
}

function poolRule({ pool, accelerator, units, path }: SharedPool): PlacementRule {
  const says = `${pool.site} has ${units} ${accelerator} ${pool.market}`;
  return { name: `capacity ${pool.name}`, says, path, kind: 'capacity', pool: pool.name, units };
}

/** Where nothing can be started now, or where a person wants nothing. */
function blockRules(view: View, choices: readonly Choice[], nowMs: number): readonly PlacementRule[] {
  const { name } = view.deployment;
  return view.sites.flatMap(({ site }) => {
    const isEmptied = isOut(view, site.name);
    const why = isEmptied ? `${site.name} was emptied by a person` : startBlock(view, site.name, nowMs)?.message;
    const own = choices.filter(({ deployment, pool }) => deployment === name && pool.site === site.name);
    return own.flatMap(({ pool }) =>
      ruleOf(why ?? marketBlock(view, site.name, pool.market, nowMs)?.message, (because) => ({
        ...{ name: `block ${name} ${pool.name}`, says: `no more of ${name} at ${site.name}: ${because}` },
        path: ['deployments', name, 'sites', site.name],
        limit: { kind: 'block', deployment: name, pool: pool.name },
      })),
    );
  });
}

/** What holds for every move of the deployment holds for this one. */
function safetyRules(view: View, nowMs: number): readonly PlacementRule[] {
  const { name: deployment, failover } = view.deployment;
  const { vendorMaxRatio, headroomRatio, maxUsdPerHour } = failover.safety;
  const path = ['deployments', deployment, 'failover', 'safety'];
  return [
    ...Object.entries(vendorMaxRatio).flatMap(([vendor, most]) =>
      ruleOf(most, () => ({
        ...{ name: `vendorShare ${vendor} of ${deployment}`, path: [...path, 'vendorShare', vendor] },
        says: `at most ${percent(most)} of the traffic of ${deployment} at ${vendor}`,
        limit: { kind: 'vendorShare', vendor, most, deployment },
      })),
    ),
    ...ruleOf(unlessNone(headroomRatio), (ratio) => ({
      ...{ name: `headroom of ${deployment}`, says: `${percent(ratio)} headroom for ${deployment}` },
      ...{ path: [...path, 'headroom'], limit: { kind: 'headroom', ratio, deployment } },
    })),
    ...ruleOf(maxUsdPerHour, (usdPerHour) => ({
      ...{ name: `maxUsdPerHour of ${deployment}`, says: `${deployment} may cost ${round(usdPerHour)} USD an hour` },
      ...{ path: [...path, 'maxUsdPerHour'], limit: { kind: 'budget', usdPerHour, deployment } },
    })),
    ...ruleOf(frozenReasons(view, false, nowMs)[0], ({ message }) => ({
      ...{ name: `freeze ${deployment}`, says: `${deployment} must stay as it is: ${message}` },
      ...{ path: [...path, 'freeze'], limit: { kind: 'freeze', deployment } },
    })),
  ];
}

function constraintRules(given: ProblemTerms['policy']['constraints']): readonly PlacementRule[] {
  const at = (...keys: readonly string[]): Path => ['rebalance', 'constraints', ...keys];
  return [
    ...Object.entries(given.vendorMaxRatio).flatMap(([vendor, most]) =>
      ruleOf(most, () => ({
        ...{ name: `vendorShare ${vendor}`, path: at('vendorShare', vendor) },
        ...{ says: `at most ${percent(most)} of a deployment's traffic at ${vendor}` },
        limit: { kind: 'vendorShare', vendor, most },
      })),
    ),
    ...ruleOf(unlessNone(given.headroomRatio), (ratio) => ({
      ...{ name: 'headroom', says: `${percent(ratio)} headroom`, path: at('headroom') },
      limit: { kind: 'headroom', ratio },
    })),
    ...ruleOf(given.minimumSites < 2 ? undefined : given.minimumSites, (sites) => ({
      ...{ name: 'minimumSites', says: `each deployment at ${sites} sites or more`, path: at('minimumSites') },
      limit: { kind: 'minimumSites', sites },
    })),
    ...ruleOf(given.survive, (loss) => ({
      ...{ name: 'survive', path: at('survive') },
      says: `the loss of any ${loss === 'site' ? 'site' : 'failure domain'} leaves enough for the whole demand`,
      limit: { kind: 'survive', loss },
    })),
    ...ruleOf(given.spotMaxRatio, (most) => ({
      ...{
        name: 'spot.max',
        says: `at most ${percent(most)} of a deployment's capacity is spot`,
        path: at('spot', 'max'),
      },
      limit: { kind: 'spotShare', most },
    })),
    ...ruleOf(given.spotOnlyFor, (deployments) => ({
      ...{
        name: 'spot.onlyFor',
        says: `spot only for ${deployments.join(', ') || 'nobody'}`,
        path: at('spot', 'onlyFor'),
      },
      limit: { kind: 'spotOnlyFor', deployments },
    })),
    ...ruleOf(given.budgetUsdPerHour, (usdPerHour) => ({
      ...{ name: 'budget', says: `all replicas may cost ${round(usdPerHour)} USD an hour`, path: at('budget') },
      limit: { kind: 'budget', usdPerHour },
    })),
  ];
}

function changeRules({
  trafficRatio,
  replicas,
  usdPerHour,
}: ProblemTerms['policy']['maxChange']): readonly PlacementRule[] {
  const at = (key: string): Path => ['rebalance', 'maxChange', key];
  return [
    ...ruleOf(trafficRatio, (most) => ({
      ...{
        name: 'trafficPerRun',
        says: `one run moves at most ${percent(most)} of a deployment's traffic`,
        path: at('trafficPerRun'),
      },
      limit: { kind: 'trafficChange', most },
    })),
    ...ruleOf(replicas, (most) => ({
      ...{
        name: 'replicasPerRun',
        says: `one run starts and stops at most ${most} replicas`,
        path: at('replicasPerRun'),
      },
      limit: { kind: 'replicaChange', most },
    })),
    ...ruleOf(usdPerHour, (most) => ({
      ...{ name: 'costPerRun', says: `one run adds at most ${round(most)} USD an hour`, path: at('costPerRun') },
      limit: { kind: 'costChange', usdPerHour: most },
    })),
  ];
}
