/** What a site could start: the sizes of its settings, against what Azure says of them before it is asked. Pure. */
import { nameOfOffer, type Offer, type OfferSight } from '../../model/offer.ts';
import type { ProviderError } from '../../model/provider-error.ts';
import { type Fields, fieldsOf, itemsOf, textOf, wholeOf } from '../../model/wire-fields.ts';
import type { PriceList } from './prices.ts';
import type { AzureSettings } from './schema.ts';
import { offersOf } from './wire.ts';

/** A machine size, as `Microsoft.Compute/skus` shows it for one region. */
export interface Sku {
  readonly name: string;
  /** The quota it counts against, such as `standardNDSH100v5Family`. */
  readonly family: string;
  readonly cores: number;
  /** Absent: it does not say. */
  readonly accelerators?: number;
  readonly zones: readonly string[];
  /** Where this subscription may not have it; without zones: nowhere in the region. */
  readonly restrictions: readonly { readonly reason: string; readonly zones: readonly string[] | undefined }[];
}

/** A quota of the subscription in the region. */
export interface Usage {
  readonly name: string;
  readonly used: number;
  readonly limit: number;
}

/** Undefined for what is no machine size, or does not say how many cores it has. */
export function readSku(item: unknown): Sku | undefined {
  const sku = fieldsOf(item);
  const [name, family] = [textOf(sku['name']), textOf(sku['family'])];
  const capabilities = itemsOf(sku['capabilities']).map(fieldsOf);
  const numberOf = (wanted: string): number | undefined =>
    wholeOf(capabilities.find((each) => each['name'] === wanted)?.['value']);
  const [cores, gpus] = [numberOf('vCPUs'), numberOf('GPUs')];
  if (sku['resourceType'] !== 'virtualMachines' || name === undefined || family === undefined || cores === undefined)
    return undefined;
  return {
    ...{ name, family, cores, zones: textsOf(fieldsOf(itemsOf(sku['locationInfo'])[0])['zones']) },
    ...(gpus === undefined || gpus === 0 ? {} : { accelerators: gpus }),
    restrictions: itemsOf(sku['restrictions']).map(fieldsOf).map(readRestriction),
  };
}

function readRestriction(given: Fields) {
  const zones = given['type'] === 'Zone' ? textsOf(fieldsOf(given['restrictionInfo'])['zones']) : undefined;
  return { reason: textOf(given['reasonCode']) ?? 'SkuNotAvailable', zones };
}

function textsOf(list: unknown): readonly string[] {
  return itemsOf(list).flatMap((each) => textOf(each) ?? []);
}

/** Undefined for what is none. */
export function readUsage(item: unknown): Usage | undefined {
  const usage = fieldsOf(item);
  const name = textOf(fieldsOf(usage['name'])['value']);
  const [used, limit] = [wholeOf(usage['currentValue']), wholeOf(usage['limit'])];
  return name === undefined || used === undefined || limit === undefined ? undefined : { name, used, limit };
}

/** In the order of the settings. */
export function offerSights(
  settings: AzureSettings,
  skus: readonly Sku[],
  usages: readonly Usage[],
): readonly OfferSight[] {
  return offersOf(settings).map((offer) => {
    const sku = skus.find(({ name }) => name.toLowerCase() === offer.machine.toLowerCase());
    const restricted = sku === undefined ? notListed(offer) : restrictionOf(sku, offer);
    if (sku === undefined || restricted !== undefined) return { offer, ...(restricted && { denied: restricted }) };
    const { accelerators } = sku;
    const known = { offer, ...(accelerators === undefined ? {} : { accelerators }) };
    const quotas = quotasOf(sku, offer, usages);
    if (quotas.length === 0) return known;
    const rooms = quotas.map(({ limit, used }) => Math.max(0, Math.floor((limit - used) / sku.cores)));
    const room = Math.min(...rooms);
    const short = room === 0 ? quotas[rooms.indexOf(0)] : undefined;
    return { ...known, room, ...(short === undefined ? {} : { denied: shortOf(short, sku, offer) }) };
  });
}

/** Each with why it has no price. */
export function withoutPrices(sights: readonly OfferSight[], unpriced: string): readonly OfferSight[] {
  return sights.map((sight) => ({ ...sight, unpriced }));
}

/** Each with what it costs by the price list, as far as that names it. */
export function withPrices(sights: readonly OfferSight[], { all, saidAtMs }: PriceList): readonly OfferSight[] {
  return sights.map((sight) => {
    const { machine, market } = sight.offer;
    const price = all.find((each) => each.machine === machine && each.market === market);
    return price === undefined ? sight : { ...sight, usdPerHour: price.usdPerHour, pricedAtMs: saidAtMs };
  });
}

/**
 * Spot machines have one quota for all sizes, others one for their family and one for all machines of the region: by the
 * texts of their refusals, see `launch-errors.ts`. What is reserved was counted when it was reserved.
 */
export function quotasOf(
  { family }: Sku,
  { market }: Pick<Offer, 'market'>,
  usages: readonly Usage[],
): readonly Usage[] {
  const named = market === 'reserved' ? [] : market === 'spot' ? ['lowPriorityCores'] : [family, 'cores'];
  const wanted = named.map((name) => name.toLowerCase());
  // A limit of -1 is none.
  return usages.filter(({ name, limit }) => limit >= 0 && wanted.includes(name.toLowerCase()));
}

function notListed(offer: Offer): ProviderError {
  return denied('invalid', 'SkuNotAvailable', `${nameOfOffer(offer)}: the region does not have this size`);
}

function restrictionOf({ zones, restrictions }: Sku, offer: Offer): ProviderError | undefined {
  const { zone } = offer;
  const found = restrictions.find(
    (each) => each.zones === undefined || (zone !== undefined && each.zones.includes(zone)),
  );
  if (found !== undefined)
    return denied('invalid', found.reason, `${nameOfOffer(offer)}: not offered to this subscription there`);
  if (zone === undefined || zones.includes(zone)) return undefined;
  return denied('invalid', 'SkuNotAvailable', `${nameOfOffer(offer)}: the zone does not have this size`);
}

function shortOf({ name, used, limit }: Usage, { cores }: Sku, offer: Offer): ProviderError {
  return denied(
    'quota',
    'QuotaExceeded',
    `${nameOfOffer(offer)}: ${name}, ${used} of ${limit} cores used, ${cores} needed`,
  );
}

function denied(errorClass: 'invalid' | 'quota', code: string, message: string): ProviderError {
  return { class: errorClass, code, message };
}
