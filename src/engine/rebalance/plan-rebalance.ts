/** Plans a rebalancing of all deployments: looks, formulates, solves. Changes nothing. */
import { allocationToday, costOf } from '../../core/placement/allocation.ts';
import { brokenRules } from '../../core/placement/broken.ts';
import { changesOf } from '../../core/placement/changes.ts';
import { demandOf } from '../../core/placement/demand-of.ts';
import { formulate } from '../../core/placement/formulate.ts';
import { notIdle } from '../../core/placement/idle.ts';
import { orderParts } from '../../core/placement/order.ts';
import { poolsOf } from '../../core/placement/pools.ts';
import { priceSites, pricesInUse } from '../../core/placement/prices.ts';
import { problemOf } from '../../core/placement/problem-of.ts';
import { reachedBy } from '../../core/placement/reached.ts';
import { responseOf } from '../../core/placement/response-of.ts';
import { assumedMarkets, seatsOf } from '../../core/placement/seats.ts';
import type { DeploymentSight } from '../../core/placement/terms.ts';
import { trafficCostOf } from '../../core/placement/traffic-cost.ts';
import { unsettledReasons } from '../../core/placement/unsettled.ts';
import { withinVelocity } from '../../core/placement/within-velocity.ts';
import { presentRps } from '../../core/rules/capacity.ts';
import { waitReasons } from '../../core/rules/pace.ts';
import { assert } from '../../errors.ts';
import type { PlacementProblem, PlacementRule } from '../../model/placement-problem.ts';
import type { Reason } from '../../model/reason.ts';
import {
  type Demand,
  type FoundPlan,
  goodGap,
  type RebalanceOutcome,
  type RebalancePlan,
  type ToldRule,
} from '../../model/rebalance-plan.ts';
import type { RebalancePolicy } from '../../model/rebalance-policy.ts';
import type { View } from '../../model/view.ts';
import type { Solver } from '../../ports/solver.ts';
import type { EngineDeps } from '../engine.ts';
import { lookOnce } from '../look-once.ts';
import { type Placed, type PlaceTerms, place } from './place.ts';
import { priceRules } from './price-rules.ts';
import { readPrices } from './read-prices.ts';

/** What one planning is told beside the configuration. */
export interface RebalanceTerms {
  readonly solver: Solver;
  /** For everything that the solver is asked, milliseconds. */
  readonly withinMs: number;
  /** By deployment, instead of what the gateway counts; absent: none. */
  readonly demands?: Readonly<Record<string, Demand>>;
  /** Only while users ask less than this share of what is ready, 0–1, of each deployment; absent: whatever they ask. */
  readonly idleBelowRatio?: number;
}

/** Of the time, the plan gets this; what single rules cost gets the rest. */
const planRatio = 0.6;

export async function planRebalance(
  deps: EngineDeps,
  terms: RebalanceTerms,
  signal: AbortSignal,
): Promise<RebalancePlan> {
  const { config, clock } = deps;
  const { rebalance: policy } = config;
  assert(policy !== undefined, 'nothing is configured to be rebalanced');
  // A cloud may be slow to say a price: what users ask, and what runs, is looked at after it.
  const offered = await readPrices(deps, signal);
  const views = await Promise.all(
    config.deployments.map(async (deployment) => (await lookOnce(deps, deployment, 'rebalance', signal)).view),
  );
  const nowMs = clock.nowMs();
  const { deployments } = config;
  const priced = priceSites(config.sites, offered, { deployments, nowMs, maxAgeMs: policy.priceMaxAgeMs });
  const demands = new Map(
    views.map((view) => [view, demandIn(view, terms.demands?.[view.deployment.name], policy, nowMs)]),
  );
  const reasons = [
    ...views.flatMap((view) => reasonsAgainst(view, demands.get(view), terms.idleBelowRatio, nowMs)),
    ...priced.reasons,
  ];
  const sights = views.flatMap((view): DeploymentSight[] => {
    const demand = demands.get(view);
    return demand === undefined ? [] : [{ view, demand }];
  });
  const about = {
    atMs: nowMs,
    configDigest: config.digest,
    demands: Object.fromEntries(sights.map(({ view, demand }) => [view.deployment.name, demand])),
    uncounted: sights.flatMap((sight) => trafficCostOf(sight, policy).uncounted),
  };
  if (reasons.length > 0) return { ...about, prices: [], outcome: { kind: 'skipped', reasons } };
  const problem = problemOf({ sites: priced.sites, deployments, policy, sights, nowMs });
  const prices = pricesInUse(problem.choices, priced.prices, nowMs);
  const outcome = await solveProblem(problem, deps, terms, signal);
  const assumed = assumedMarkets(seatsOf(sights, poolsOf(priced.sites)));
  if (outcome.kind !== 'plan') return { ...about, prices, outcome };
  const changed = new Set(outcome.changes.map(({ deployment }) => deployment));
  const waits = views
    .filter(({ deployment }) => changed.has(deployment.name))
    .flatMap((view) => waitReasons(view, nowMs).map((reason) => ({ ...reason, deployment: view.deployment.name })));
  return {
    ...{ ...about, prices },
    outcome: { ...outcome, ...(assumed.length === 0 ? {} : { assumed }), ...(waits.length === 0 ? {} : { waits }) },
  };
}

/** As it was given, or as it is counted. Where nobody gave a size of responses, that is looked for all the same. */
function demandIn(view: View, given: Demand | undefined, policy: RebalancePolicy, nowMs: number): Demand | undefined {
  const demand = given ?? demandOf(view, policy, nowMs);
  const response = demand?.response ?? responseOf(view, policy, nowMs);
  return demand === undefined || response === undefined ? demand : { ...demand, response };
}

function reasonsAgainst(
  view: View,
  demand: Demand | undefined,
  idleBelowRatio: number | undefined,
  nowMs: number,
): readonly (Reason & { deployment: string })[] {
  const { name: deployment } = view.deployment;
  const unknown = demand === undefined ? [noDemandReason(view, nowMs)] : [];
  const busy = idleBelowRatio === undefined ? [] : notIdle(view, idleBelowRatio, nowMs);
  return [...unsettledReasons(view, nowMs), ...busy, ...unknown].map((reason) => ({ ...reason, deployment }));
}

function noDemandReason(view: View, nowMs: number): Reason {
  const { name } = view.deployment;
  const message =
    presentRps(view, nowMs) === undefined
      ? `what users ask of ${name} now is not seen: when the gateway tells it again, or with --demand FILE`
      : `the gateway counts no requests of ${name}: say rebalance.demand.${name} in the configuration, or --demand FILE`;
  return { code: 'NoTraffic', message };
}

async function solveProblem(
  problem: PlacementProblem,
  { clock, config }: EngineDeps,
  { solver, withinMs }: RebalanceTerms,
  signal: AbortSignal,
): Promise<RebalanceOutcome> {
  const beganAtMonoMs = clock.monoMs();
  const within = (ms: number): PlaceTerms => {
    return { solver, signal, monoMs: () => clock.monoMs(), untilMonoMs: beganAtMonoMs + ms, gap: goodGap };
  };
  const placed = await place(problem, within(withinMs * planRatio));
  if (placed.kind === 'unknown') return placed;
  if (placed.kind === 'impossible') return { ...placed, rules: placed.rules.map(told) };
  const binding = await priceRules(problem, placed, within(withinMs));
  const isLimited = (name: string): boolean =>
    config.deployments.some((each) => each.name === name && each.failover.safety.removalWindowMs > 0);
  return outcomeOf(problem, placed, { binding, isLimited });
}

function outcomeOf(
  problem: PlacementProblem,
  { allocation, cost, bound: proven }: Extract<Placed, { kind: 'placed' }>,
  {
    binding,
    isLimited,
  }: { readonly binding: FoundPlan['binding']; readonly isLimited: (deployment: string) => boolean },
): FoundPlan {
  // Without any proof that much is known.
  const bound = Math.max(0, proven);
  const today = allocationToday(problem);
  const order = orderParts(problem, allocation);
  const parts = order && withinVelocity(problem, order, isLimited);
  const formulated = formulate(problem);
  const broken = brokenRules(problem.choices, formulated, today);
  const reached = reachedBy(problem, allocation);
  const isAll = reached.replicas.every((count, index) => count === allocation.replicas[index]);
  const stillBroken = isAll ? [] : brokenRules(problem.choices, formulated, reached);
  // What a run leaves would break what is kept today: then it begins nothing.
  const isHarmless = stillBroken.every((name) => broken.includes(name));
  return {
    kind: 'plan',
    allocation,
    today: costOf(problem, today),
    cost: costOf(problem, allocation),
    ...(isAll ? {} : { reached: costOf(problem, reached) }),
    bound,
    gap: cost <= 0 ? 0 : Math.min(1, Math.max(0, (cost - bound) / cost)),
    changes: changesOf(problem, allocation),
    ...(parts === undefined || !isHarmless ? {} : { parts }),
    mends: problem.rules.filter(({ name }) => broken.includes(name) && !stillBroken.includes(name)).map(told),
    binding,
  };
}

/** Rules are told without what only the program needs. */
function told({ name, says, path }: PlacementRule): ToldRule {
  return { name, says, path };
}
