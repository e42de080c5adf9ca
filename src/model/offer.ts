/** What a site could start: one machine type in one zone and market. */
import type { Market } from './error-verdict.ts';
import type { ProviderError } from './provider-error.ts';

export interface Offer {
  /** The provider's own name of the machine type. */
  readonly machine: string;
  /** Machine types that share a quota, such as `p5`, as the provider counts them. */
  readonly family: string;
  readonly market: Market;
  /** Absent where the site has none, or leaves it to the provider. */
  readonly zone?: string | undefined;
  /** The network it is put into, where a site names one for each zone. */
  readonly subnet?: string | undefined;
  /** Which reservation it is taken from, by the provider's own name; absent: any that is open to it, or none. */
  readonly reservation?: string | undefined;
}

/** An offer with what is known of it before it is asked for. */
export interface OfferSight {
  readonly offer: Offer;
  /** Price of one replica; absent: the provider does not say. */
  readonly usdPerHour?: number;
  /** Why there is none, as the provider's own rules or its site's settings have it; absent: it is not known why, or there is one. */
  readonly unpriced?: string;
  /** When the provider said that price, epoch milliseconds; absent: with the rest of the sight. */
  readonly pricedAtMs?: number;
  /** How many accelerators one replica's machine has; absent: not asked for, or the provider does not say. */
  readonly accelerators?: number;
  /** Replicas that may still be started, by quota and reservations; absent: not known. Never a promise of capacity. */
  readonly room?: number;
  /** It would be refused, and why; absent: nothing is known against it. */
  readonly denied?: ProviderError;
}

/** As people name it: `p5.48xlarge us-east-1a on-demand`. */
export function nameOfOffer({ machine, zone, market, reservation }: Offer): string {
  return [machine, zone, market, reservation].filter((part) => part !== undefined).join(' ');
}

/** The same thing to ask for. */
export function isSameOffer(one: Offer, other: Offer): boolean {
  return nameOfOffer(one) === nameOfOffer(other) && one.subnet === other.subnet;
}

/** The markets that they are of, each once, in their order. */
export function marketsOf(offers: readonly Pick<Offer, 'market'>[]): readonly Market[] {
  return [...new Set(offers.map(({ market }) => market))];
}

/** Replicas by the market that they are had in; a market that is not named: none of them. */
export type MarketCounts = Readonly<Partial<Record<Market, number>>>;

/** All of them together. */
export function sumOfMarkets(counts: MarketCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** `on-demand 1, spot 2`. */
export function marketsText(counts: MarketCounts): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.map(([market, count]) => `${market} ${count}`).join(', ');
}
