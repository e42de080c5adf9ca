/** What a person emptied is theirs: it is no place to rebalance to, nor from, and serves nobody. */
import type { Choice } from '../../model/placement-problem.ts';
import { weightOf } from '../readiness.ts';
import { isOut } from '../standing.ts';
import type { SharedPool } from './pools.ts';
import type { DeploymentSight } from './terms.ts';

interface Offered {
  readonly choices: readonly Choice[];
  readonly pools: readonly SharedPool[];
}

/** Without the placements that a person emptied and that have no traffic; what still stands there takes its room. */
export function withoutEmptied(sights: readonly DeploymentSight[], { choices, pools }: Offered): Offered {
  const isEmptied = ({ deployment, pool: { site } }: Choice): boolean =>
    sights.some(({ view }) => view.deployment.name === deployment && isOut(view, site) && weightOf(view, site) === 0);
  const emptied = choices.filter(isEmptied);
  if (emptied.length === 0) return { choices, pools };
  const taken = (name: string): number =>
    emptied.reduce((sum, { pool, today, units }) => sum + (pool.name === name ? today * units : 0), 0);
  return {
    choices: choices.filter((choice) => !emptied.includes(choice)),
    pools: pools.map((each) => ({ ...each, units: Math.max(0, each.units - taken(each.pool.name)) })),
  };
}
