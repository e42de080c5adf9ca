/** Which replicas of a site stay, and which slots are filled, so that so many of them are had in each market. */
import { type Market, markets } from '../model/error-verdict.ts';
import type { MarketCounts } from '../model/offer.ts';
import type { Reason } from '../model/reason.ts';
import type { SiteView, View } from '../model/view.ts';
import { unlistedSlots } from './launched.ts';
import { isAlive, readyReplicas } from './readiness.ts';
import { type SlotSet, slotSet } from './slots.ts';

/** Slots to fill, by market in the order they are asked for; or why that cannot be said. */
export type Filling =
  /** `set`: what stays and what is filled. */
  | {
      readonly kind: 'filling';
      readonly set: SlotSet;
      readonly fill: readonly { readonly market: Market; readonly slots: readonly number[] }[];
    }
  | { readonly kind: 'refused'; readonly reason: Reason };

/** What is ready stays first. A slot is filled that holds nothing, stopped or not, and nothing that need not be listed yet. */
export function fillMarkets(view: View, site: SiteView, wanted: MarketCounts, nowMs: number): Filling {
  const alive = site.replicas.filter(({ replica }) => isAlive(replica.state));
  const untold = alive.filter(({ replica }) => replica.market === undefined);
  const { name } = site.site;
  if (untold.length > 0) {
    const which = untold.map(({ replica }) => replica.id).join(', ');
    const message = `${site.site.provider} does not tell in which market ${which} at ${name} was had`;
    return { kind: 'refused', reason: { code: 'MarketNotTold', site: name, message } };
  }
  const ready = new Set(readyReplicas(view, site, nowMs));
  const first = alive.toSorted(
    (a, b) => Number(ready.has(b)) - Number(ready.has(a)) || a.replica.slot - b.replica.slot,
  );
  const isHeld = site.replicas.filter(({ replica }) => replica.state !== 'gone').map(({ replica }) => replica.slot);
  const held = new Set([...isHeld, ...unlistedSlots(view, site, nowMs).keys()]);
  const kept: number[] = [];
  const fill: { market: Market; slots: readonly number[] }[] = [];
  let next = 0;
  const nextFree = (): number => {
    while (held.has(next)) next += 1;
    return next++;
  };
  for (const market of markets) {
    const count = wanted[market] ?? 0;
    const own = first.filter(({ replica }) => replica.market === market).slice(0, count);
    kept.push(...own.map(({ replica }) => replica.slot));
    const slots = Array.from({ length: count - own.length }, nextFree);
    if (slots.length > 0) fill.push({ market, slots });
  }
  const strange = fill.find(({ market }) => site.markets?.includes(market) !== true);
  if (strange !== undefined) {
    const known = site.markets === undefined ? 'none' : site.markets.join(', ');
    const message = `${name} can be asked for nothing in the market ${strange.market}; it names ${known} (${site.site.provider})`;
    return { kind: 'refused', reason: { code: 'MarketNotTold', site: name, message } };
  }
  return { kind: 'filling', set: slotSet([...kept, ...fill.flatMap(({ slots }) => slots)]), fill };
}
