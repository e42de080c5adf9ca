/** What an allocation changes. */
import type { Allocation, Choice, PlacementProblem } from '../../model/placement-problem.ts';
import type { MarketChange, SiteChange } from '../../model/rebalance-plan.ts';
import { allocationToday } from './allocation.ts';

/** By deployment and site, in their order; what stays is left out. */
export function changesOf(problem: PlacementProblem, after: Allocation): readonly SiteChange[] {
  const before = allocationToday(problem);
  return problem.loads.flatMap(({ deployment }) => {
    const sites = [
      ...new Set(problem.choices.filter((choice) => choice.deployment === deployment).map(({ pool }) => pool.site)),
    ];
    return sites.flatMap((site): SiteChange[] => {
      const isHere = (choice: Choice): boolean => choice.deployment === deployment && choice.pool.site === site;
      const count = ({ replicas }: Allocation): number =>
        problem.choices.reduce((sum, choice, index) => sum + (isHere(choice) ? (replicas[index] ?? 0) : 0), 0);
      const weight = ({ weights }: Allocation): number => weights[deployment]?.[site] ?? 0;
      const markets = problem.choices.flatMap((choice, index): MarketChange[] => {
        const [now, then] = [choice.today, after.replicas[index] ?? 0];
        if (!isHere(choice) || choice.pool.isOwn || now === then) return [];
        return [{ market: choice.pool.market, before: now, after: then }];
      });
      const change: SiteChange = {
        ...{ deployment, site },
        weight: { before: weight(before), after: weight(after) },
        replicas: { before: count(before), after: count(after) },
        ...(markets.length === 0 ? {} : { markets }),
        ...byMarketOf(problem.choices.filter(isHere)),
      };
      const isSameCount = change.replicas.before === change.replicas.after && markets.length === 0;
      const isSame = change.weight.before === change.weight.after && isSameCount;
      return isSame ? [] : [change];
    });
  });
}

function byMarketOf(choices: readonly Choice[]): Pick<SiteChange, 'byMarket'> {
  if (!choices.every(({ isSteered }) => isSteered === true)) return {};
  return { byMarket: Object.fromEntries(choices.map(({ pool, today }) => [pool.market, today])) };
}
