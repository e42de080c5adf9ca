/** One operation of a rebalancing: in words, as a wish, and how long it may take. */
import type { SiteMove } from '../../core/placement/site-moves.ts';
import { assert } from '../../errors.ts';
import { markets } from '../../model/error-verdict.ts';
import type { Wish } from '../../model/wish.ts';
import type { EngineDeps } from '../engine.ts';

/** As it is said and recorded. */
export function textOf(move: SiteMove): string {
  if (move.kind === 'weigh') {
    const weights = Object.entries(move.after).filter(([, weight]) => weight > 0);
    return `move ${move.deployment} to ${weights.map(([site, weight]) => `${site} ${weight}%`).join(', ')}`;
  }
  return `scale ${move.deployment} at ${move.site} from ${move.before} to ${move.after}${changedMarkets(move)}`;
}

/** ` (spot 0 to 2)`: of those that change. */
function changedMarkets({ markets: counts }: SiteMove & { readonly kind: 'scale' }): string {
  if (counts === undefined) return '';
  const changed = markets.flatMap((market) => {
    const [before, after] = [counts.before[market] ?? 0, counts.after[market] ?? 0];
    return before === after ? [] : [`${market} ${before} to ${after}`];
  });
  return ` (${changed.join(', ')})`;
}

/** What is asked of the engine; everything else comes before it. */
export function wishOf(move: SiteMove, reason: string | undefined): Wish {
  const common = { deployment: move.deployment, to: undefined, reason, trigger: 'rebalance', yields: true } as const;
  return move.kind === 'scale'
    ? {
        ...{ ...common, kind: 'scale', from: move.site, replicas: move.after },
        ...(move.markets && { markets: move.markets.after }),
      }
    : { ...common, kind: 'switchover', from: undefined, weights: move.after, keeps: true, mayWake: true };
}

/** How long it may take at most, milliseconds. */
export function longestMs({ config }: Pick<EngineDeps, 'config'>, move: SiteMove): number {
  const deployment = config.deployments.find(({ name }) => name === move.deployment);
  assert(deployment !== undefined, `unknown deployment ${move.deployment}`);
  const { failover, drain, placements } = deployment;
  if (move.kind === 'weigh') return failover.move.stepsPct.length * failover.move.holdEachMs;
  const launch = placements.find(({ site }) => site === move.site)?.launch;
  return move.after > move.before
    ? (launch?.startupTimeoutMs ?? 0)
    : drain.waitForStreamsMs + (launch?.stopGraceMs ?? 0);
}
