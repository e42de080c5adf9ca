/** The changes of a plan as operations of the engine: it scales sites, and where markets can be asked for each of them. */
import type { MarketCounts } from '../../model/offer.ts';
import type { MovePart, SiteChange } from '../../model/rebalance-plan.ts';
import type { Weights } from '../../model/route.ts';
import { seatName } from './seats.ts';

/** One operation of a rebalancing. */
export type SiteMove =
  | {
      readonly kind: 'scale';
      readonly deployment: string;
      readonly site: string;
      readonly before: number;
      readonly after: number;
      /** The same by market; absent: whichever the site has first. */
      readonly markets?: { readonly before: MarketCounts; readonly after: MarketCounts };
    }
  | { readonly kind: 'weigh'; readonly deployment: string; readonly before: Weights; readonly after: Weights };

type Scaling = SiteMove & { readonly kind: 'scale' };
type CountPart = Exclude<MovePart, { readonly kind: 'weigh' }>;

/** What a site has for a deployment before the first of the changes. */
export type SiteToday = Pick<SiteChange, 'byMarket'> & { readonly replicas: number };

/**
 * In their order. A site whose replicas only change their market, where none can be asked for, stays as it is. `today`: by
 * deployment and site.
 */
export function siteMoves(
  parts: readonly MovePart[],
  today: (deployment: string, site: string) => SiteToday,
): readonly SiteMove[] {
  const net = new Map<string, number>();
  for (const part of parts) {
    if (part.kind === 'weigh') continue;
    const seat = seatName(part.deployment, part.site);
    net.set(seat, (net.get(seat) ?? 0) + part.after - part.before);
  }
  const now = new Map<string, SiteToday>();
  return parts.flatMap((part): SiteMove[] => {
    if (part.kind === 'weigh') return [part];
    const first = today(part.deployment, part.site);
    const seat = seatName(part.deployment, part.site);
    const present = now.get(seat) ?? first;
    const move = steered(part, present) ?? netted(part, present.replicas, first.replicas + (net.get(seat) ?? 0));
    if (move === undefined) return [];
    now.set(seat, { replicas: move.after, ...(move.markets && { byMarket: move.markets.after }) });
    return [move];
  });
}

/** Undefined: nobody can be asked for one market there. */
function steered({ deployment, site, market, ...part }: CountPart, now: SiteToday): Scaling | undefined {
  const { replicas, byMarket } = now;
  if (byMarket === undefined || market === undefined) return undefined;
  const after = { ...byMarket, [market]: part.after };
  const more = part.after - part.before;
  const markets = { before: byMarket, after };
  return { kind: 'scale', deployment, site, before: replicas, after: replicas + more, markets };
}

/** Never past where it ends: what is started to take the place of another stays with the other. Undefined: nothing to do. */
function netted({ deployment, site, ...part }: CountPart, before: number, goal: number): Scaling | undefined {
  const wanted = before + part.after - part.before;
  const after = Math.min(Math.max(before, goal), Math.max(Math.min(before, goal), wanted));
  return after === before ? undefined : { kind: 'scale', deployment, site, before, after };
}
