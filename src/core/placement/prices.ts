/** What accelerators cost at each site: as the configuration has it or as the provider says now, never what nobody said. */
import type { Deployment } from '../../model/deployment.ts';
import { nameOfOffer, type OfferSight } from '../../model/offer.ts';
import type { Seen } from '../../model/outcome.ts';
import type { Choice } from '../../model/placement-problem.ts';
import type { Reason } from '../../model/reason.ts';
import type { PoolPrice } from '../../model/rebalance-plan.ts';
import type { SiteCapacity } from '../../model/rebalance-policy.ts';
import type { Site } from '../../model/site.ts';
import { span } from '../../model/words.ts';
import { poolName } from './pools.ts';

/** By site: what its provider offers; a site that is not there was not asked, or its provider says nothing. */
export type Offered = ReadonlyMap<string, Seen<readonly OfferSight[]>>;

/** Whose use makes a price needed, and how old one may be: milliseconds, and now in epoch milliseconds. */
export interface PriceTerms {
  readonly deployments: readonly Deployment[];
  /** Older prices are not used; undefined: none is too old. */
  readonly maxAgeMs: number | undefined;
  readonly nowMs: number;
}

/** What came of pricing: dollars per accelerator and hour, or why nobody says them. */
export interface Priced {
  /** With a price for each line that a deployment uses. */
  readonly sites: readonly Site[];
  /** Of those lines, in their order. */
  readonly prices: readonly PoolPrice[];
  /** Without a price, and why: of each deployment that uses it. */
  readonly reasons: readonly (Reason & { readonly deployment: string })[];
}

/** Sites whose provider is to be asked for prices, each with a deployment that uses what is priced there. */
export function sitesToAsk(
  sites: readonly Site[],
  deployments: readonly Deployment[],
): readonly { readonly site: string; readonly deployment: string }[] {
  return sites.flatMap((site) => {
    const asked = (site.capacity ?? []).filter(({ priceSource }) => priceSource === 'provider');
    const [user] = asked.flatMap((line) => usersOf(site.name, line, deployments));
    return user === undefined ? [] : [{ site: site.name, deployment: user }];
  });
}

/** The configured price stands in for one that is not known, and says so. */
export function priceSites(sites: readonly Site[], offered: Offered, terms: PriceTerms): Priced {
  const priced = sites.map((site) => {
    const { name, capacity } = site;
    if (capacity === undefined) return { site, found: [] };
    const found = capacity.map((line) => {
      const users = usersOf(name, line, terms.deployments);
      return { line, users, end: users.length === 0 ? undefined : priceOf(site, line, offered.get(name), terms) };
    });
    const lines = found.map(
      ({ line, end }): SiteCapacity => (end?.kind === 'priced' ? { ...line, usdPerHour: end.price.usdPerHour } : line),
    );
    return { site: { ...site, capacity: lines }, found };
  });
  const ends = priced.flatMap(({ site, found }) => found.map((each) => ({ site: site.name, ...each })));
  return {
    sites: priced.map(({ site }) => site),
    prices: ends.flatMap(({ end }) => (end?.kind === 'priced' ? [end.price] : [])),
    reasons: ends.flatMap(({ site, line, users, end }) =>
      end?.kind !== 'unknown'
        ? []
        : users.map((deployment) => {
            const message = `nobody says what ${line.accelerator} ${line.market} costs at ${site}: ${end.why}`;
            return { code: 'PriceUnknown', site, deployment, message } as const;
          }),
    ),
  };
}

/** Of every pool that a deployment could use, each once. `shared`: what is known of those that deployments share. */
export function pricesInUse(
  choices: readonly Choice[],
  shared: readonly PoolPrice[],
  nowMs: number,
): readonly PoolPrice[] {
  const pools = new Map(choices.map(({ pool }) => [pool.name, pool]));
  return [...pools.values()].map(({ name, site, market, usdPerHour }): PoolPrice => {
    const known = shared.find(({ pool }) => pool === name);
    return known ?? { pool: name, site, market, usdPerHour, from: 'config', asOfMs: nowMs };
  });
}

function usersOf(site: string, { accelerator }: SiteCapacity, deployments: readonly Deployment[]): readonly string[] {
  return deployments
    .filter(({ placements }) => placements.some((each) => each.site === site && each.use?.accelerator === accelerator))
    .map(({ name }) => name);
}

type PriceEnd =
  | { readonly kind: 'priced'; readonly price: PoolPrice }
  | { readonly kind: 'unknown'; readonly why: string };

function priceOf(
  { name: site, provider }: Site,
  line: SiteCapacity,
  seen: Seen<readonly OfferSight[]> | undefined,
  terms: PriceTerms,
): PriceEnd {
  const { market, priceSource, usdPerHour } = line;
  const about = { pool: poolName(site, line), site, market };
  const asConfigured = (instead: { readonly instead?: string }): PriceEnd | undefined =>
    usdPerHour === undefined
      ? undefined
      : { kind: 'priced', price: { ...about, usdPerHour, from: 'config', asOfMs: terms.nowMs, ...instead } };
  if (priceSource !== 'provider') return asConfigured({}) ?? { kind: 'unknown', why: 'no price is written' };
  const said = saidPrice(provider, line, seen, terms);
  if (said.kind === 'unknown') return asConfigured({ instead: said.why }) ?? said;
  const { usdPerHour: each, asOfMs, offer } = said;
  return { kind: 'priced', price: { ...about, usdPerHour: each, from: 'provider', asOfMs, provider, offer } };
}

type Said =
  | { readonly kind: 'said'; readonly usdPerHour: number; readonly asOfMs: number; readonly offer: string }
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * Of the offer that a start would ask for first: zones and machines differ, and the cheapest is not what is paid when it is not what
 * is got. One without a price is not passed over for another's.
 */
function saidPrice(
  provider: string,
  { machines, market }: SiteCapacity,
  seen: Seen<readonly OfferSight[]> | undefined,
  { maxAgeMs = Number.POSITIVE_INFINITY, nowMs }: PriceTerms,
): Said {
  const unknown = (why: string): Said => ({ kind: 'unknown', why });
  if (seen === undefined) return unknown(`${provider} says no prices`);
  if (seen.kind === 'unknown') return unknown(`${provider} did not say: ${seen.error.message}`);
  const own = seen.value.filter(
    ({ offer }) => offer.market === market && (machines === undefined || machines.includes(offer.machine)),
  );
  const first = own.find(({ denied }) => denied === undefined) ?? own[0];
  if (first === undefined) return unknown(`it has no ${market} offer of ${machines?.join(' or ') ?? 'any machine'}`);
  const { usdPerHour, unpriced, accelerators, pricedAtMs = seen.asOfMs } = first;
  const offer = nameOfOffer(first.offer);
  if (usdPerHour === undefined)
    return unknown(`${provider} says no price of ${offer}${unpriced === undefined ? '' : `: ${unpriced}`}`);
  if (accelerators === undefined) return unknown(`${provider} does not say how many accelerators ${offer} has`);
  const ageMs = nowMs - pricedAtMs;
  if (ageMs > maxAgeMs)
    return unknown(`the price of ${offer} is ${span(ageMs)} old, at most ${span(maxAgeMs)} (rebalance.prices.maxAge)`);
  return { kind: 'said', usdPerHour: usdPerHour / accelerators, asOfMs: pricedAtMs, offer };
}
