/** In which markets replicas are to be had, as people type it. */
import { GodwitError } from '../../errors.ts';
import { type Market, markets } from '../../model/error-verdict.ts';
import { type MarketCounts, sumOfMarkets } from '../../model/offer.ts';

const hint = 'write how many of the replicas in each market: --replicas 3 --markets on-demand=1,spot=2';

/** `on-demand=1,spot=2`, which sum to the replicas; undefined: not typed. Throws `UsageInvalid`. */
export function marketCountsOf(typed: string | undefined, replicas: number): MarketCounts | undefined {
  if (typed === undefined) return undefined;
  const parts = typed.split(',').map((part) => partOf(typed, part));
  const counts: MarketCounts = Object.fromEntries(parts);
  if (Object.keys(counts).length < parts.length) throw bad(typed, 'names a market twice');
  const sum = sumOfMarkets(counts);
  if (sum !== replicas) throw bad(typed, `is ${sum} in all, and --replicas says ${replicas}`);
  return counts;
}

function partOf(typed: string, part: string): readonly [market: Market, count: number] {
  const [, name = '', digits = ''] = /^\s*([a-z-]+)=(\d{1,4})\s*$/.exec(part) ?? [];
  const market = markets.find((each) => each === name);
  if (market === undefined) throw bad(typed, `must be of ${markets.join(', ')}, each with a number`);
  return [market, Number(digits)];
}

function bad(typed: string, what: string): GodwitError {
  return new GodwitError('UsageInvalid', `--markets ${typed} ${what}`, { hint });
}
