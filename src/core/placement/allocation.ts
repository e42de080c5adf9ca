/** Allocations: what the solver found, what there is today, what each costs. */
import type { Allocation, AllocationCost, Choice, Load, PlacementProblem } from '../../model/placement-problem.ts';
import type { Weights } from '../../model/route.ts';
import type { Formulated, Part } from './parts.ts';
import { startUsd } from './start-cost.ts';

/** What the values of the program's columns mean. */
export function readAllocation(
  choices: readonly Choice[],
  { parts }: Formulated,
  values: readonly number[],
): Allocation {
  const options = parts.flatMap((part) => part.options);
  const counts = new Map(options.map(({ choice, count }) => [choice, values[count] ?? 0]));
  const weightsOf = ({ weight }: Part): Weights =>
    Object.fromEntries([...weight].map(([site, column]) => [site, values[column] ?? 0]).filter(([, pct]) => pct !== 0));
  return {
    replicas: choices.map((choice) => counts.get(choice) ?? 0),
    weights: Object.fromEntries(parts.map((part) => [part.load.deployment, weightsOf(part)])),
  };
}

/** As it is. A deployment without a route has no weights. */
export function allocationToday({ choices, loads }: Pick<PlacementProblem, 'choices' | 'loads'>): Allocation {
  return {
    replicas: choices.map(({ today }) => today),
    weights: Object.fromEntries(loads.map(({ deployment, today }) => [deployment, today ?? {}])),
  };
}

/** Values for the program's columns: what a solver begins with. */
export function valuesOf(
  choices: readonly Choice[],
  { program, parts, uses }: Formulated,
  { replicas, weights }: Allocation,
): readonly number[] {
  const values = program.columns.map(() => 0);
  const counts = new Map(choices.map((choice, index) => [choice, replicas[index] ?? 0]));
  for (const { load, options, weight, moreWeight } of parts) {
    for (const { choice, count, more } of options) {
      values[count] = counts.get(choice) ?? 0;
      values[more] = Math.max(0, (counts.get(choice) ?? 0) - choice.today);
    }
    const own = weights[load.deployment] ?? {};
    for (const [site, column] of weight) values[column] = own[site] ?? 0;
    for (const [site, column] of moreWeight) values[column] = Math.max(0, (own[site] ?? 0) - (load.today?.[site] ?? 0));
  }
  for (const { deployment, site, column } of uses) {
    const runs = choices.some(
      (choice, at) => choice.deployment === deployment && choice.pool.site === site && (replicas[at] ?? 0) > 0,
    );
    values[column] = runs && (weights[deployment]?.[site] ?? 0) > 0 ? 1 : 0;
  }
  return values;
}

/** Dollars per hour. */
export function costOf(problem: PlacementProblem, { replicas, weights }: Allocation): AllocationCost {
  const each = (usd: (choice: Choice, count: number) => number): number =>
    problem.choices.reduce((sum, choice, index) => sum + usd(choice, replicas[index] ?? 0), 0);
  return {
    capacity: problem.paidUsdPerHour + each(({ units, pool }, count) => count * units * pool.usdPerHour),
    egress: shared(problem.loads, weights, ({ egressUsdPerHour = {} }, site) => egressUsdPerHour[site] ?? 0),
    latency: shared(
      problem.loads,
      weights,
      ({ trafficUsdPerHour, egressUsdPerHour = {} }, site) =>
        (trafficUsdPerHour[site] ?? 0) - (egressUsdPerHour[site] ?? 0),
    ),
    moves: each((choice, count) => Math.max(0, count - choice.today) * startUsd(choice, problem.objective)),
  };
}

/** Each site's part of what it would be if it had all of the traffic. */
function shared(
  loads: readonly Load[],
  weights: Allocation['weights'],
  usdAt: (load: Load, site: string) => number,
): number {
  return loads.reduce((sum, load) => {
    const own = Object.entries(weights[load.deployment] ?? {});
    return own.reduce((all, [site, pct]) => all + (pct / 100) * usdAt(load, site), sum);
  }, 0);
}
