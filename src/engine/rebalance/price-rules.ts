/** What the rules that bind a plan cost: solved again without each. */
import { tightRules } from '../../core/placement/broken.ts';
import { formulate } from '../../core/placement/formulate.ts';
import type { PlacementProblem, PlacementRule } from '../../model/placement-problem.ts';
import type { BindingRule } from '../../model/rebalance-plan.ts';
import { type Placed, type PlaceTerms, place } from './place.ts';

/** Less than this is what a solver's gap may come to, dollars an hour. */
const leastUsd = 0.005;

/** What only a larger change would break is not near to being broken: whatever one run may change is asked about each time. */
const changeKinds: ReadonlySet<PlacementRule['kind']> = new Set(['trafficChange', 'replicaChange', 'costChange']);

/** The dearest first; those that nobody had time to price last. What must be served is no rule that could be left out. */
export async function priceRules(
  problem: PlacementProblem,
  { allocation, cost }: Pick<Extract<Placed, { kind: 'placed' }>, 'allocation' | 'cost'>,
  terms: PlaceTerms,
): Promise<readonly BindingRule[]> {
  const tight = new Set(tightRules(problem.choices, formulate(problem), allocation));
  const asked = problem.rules.filter(
    ({ name, kind }) => kind !== 'demand' && (tight.has(name) || changeKinds.has(kind)),
  );
  const priced: BindingRule[] = [];
  for (const { name, says, path } of asked) {
    const isLate = terms.monoMs() >= terms.untilMonoMs;
    const rules = problem.rules.filter((rule) => rule.name !== name);
    const without = isLate ? undefined : await place({ ...problem, rules }, terms);
    if (without?.kind !== 'placed') priced.push({ name, says, path });
    else if (cost - without.cost >= leastUsd) priced.push({ name, says, path, usdPerHour: cost - without.cost });
  }
  return priced.toSorted((a, b) => (b.usdPerHour ?? -1) - (a.usdPerHour ?? -1));
}
