/** What the engine is compared with: simple ways to place replicas that see a loss at once and know nothing of what comes. */
import type { Trace } from '../../model/trace.ts';
import { wantedAt } from './demand.ts';
import { priceAt, yardsticks } from './price.ts';
import type { BacktestPolicy, ReplayTerms, Scene } from './replay.ts';

/** On-demand only, spot in each single place, and round robin over spot; those for which the trace has pools. */
export function baselinesOf({ pools }: Trace): readonly BacktestPolicy[] {
  const spot = pools.flatMap(({ market, site, machine }, pool) => (market === 'spot' ? [{ pool, site, machine }] : []));
  const isTwice = (site: string): boolean => spot.filter((each) => each.site === site).length > 1;
  return [
    ...(pools.some(({ market }) => market === 'on-demand') ? [onDemandOnly] : []),
    ...spot.map(({ pool, site, machine }) => onlyIn(pool, `spot only, ${isTwice(site) ? `${site} ${machine}` : site}`)),
    ...(spot.length > 1 ? [roundRobin] : []),
  ];
}

/** The cheapest on-demand pool that has something free. */
const onDemandOnly: BacktestPolicy = {
  name: 'on-demand only',
  begin(trace, terms) {
    const pointsOf = yardsticks(trace.pools);
    const own = poolsOf(trace, 'on-demand');
    const priceNow = (pool: number, nowMs: number): number => priceAt(pointsOf(pool), nowMs);
    return (scene) => {
      const order = own.toSorted((a, b) => priceNow(a, scene.nowMs) - priceNow(b, scene.nowMs));
      return { stop: surplusIn(scene, terms), start: take(scene, lackingIn(scene, terms), order) };
    };
  },
};

function onlyIn(pool: number, name: string): BacktestPolicy {
  return {
    name,
    begin: (_, terms) => (scene) => ({
      ...{ stop: surplusIn(scene, terms), start: take(scene, lackingIn(scene, terms), [pool]) },
    }),
  };
}

/** Each new replica goes to the spot pool after the one that got the last, or the next that has something free. */
const roundRobin: BacktestPolicy = {
  name: 'round robin over spot',
  begin(trace, terms) {
    const own = poolsOf(trace, 'spot');
    let turn = 0;
    return (scene) => {
      const start: number[] = [];
      for (let lacking = lackingIn(scene, terms); lacking > 0; lacking -= 1) {
        const order = [...own.slice(turn), ...own.slice(0, turn)];
        const pool = order.find((each) => scene.free(each) > start.filter((other) => other === each).length);
        if (pool === undefined) break;
        start.push(pool);
        turn = (own.indexOf(pool) + 1) % own.length;
      }
      return { stop: surplusIn(scene, terms), start };
    };
  },
};

function poolsOf({ pools }: Trace, market: 'spot' | 'on-demand'): readonly number[] {
  return pools.flatMap((each, pool) => (each.market === market ? [pool] : []));
}

function lackingIn({ replicas, nowMs }: Scene, terms: ReplayTerms): number {
  return Math.max(0, wantedAt(terms, nowMs) - replicas.length);
}

/** Those that came last. */
function surplusIn({ replicas, nowMs }: Scene, terms: ReplayTerms): Scene['replicas'] {
  return replicas.slice(wantedAt(terms, nowMs));
}

function take(scene: Scene, count: number, order: readonly number[]): readonly number[] {
  let left = count;
  return order.flatMap((pool) => {
    const some = Math.min(left, scene.free(pool));
    left -= some;
    return Array.from({ length: some }, () => pool);
  });
}
