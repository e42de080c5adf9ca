/** Azure's retail prices: public, asked for without credentials, and only where the settings say so. */
import { createDefaultHttpClient, createPipelineRequest } from '@azure/core-rest-pipeline';
import type { Offer } from '../../model/offer.ts';
import { fieldsOf, itemsOf, textOf } from '../../model/wire-fields.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import { askWithin, type Told } from '../shared/told.ts';
import { outcomeOfErrors } from './outcome.ts';
import type { AzureSettings } from './schema.ts';
import { readAzureThrown } from './wire-errors.ts';

/** One meter of a machine size in one region. */
export interface Price {
  readonly machine: string;
  readonly market: Offer['market'];
  readonly usdPerHour: number;
}

/** What the list said, and when, epoch milliseconds. */
export interface PriceList {
  readonly all: readonly Price[];
  readonly saidAtMs: number;
}

const apiVersion = '2023-01-01-preview';
const requestTimeoutMs = 10_000;
const mostPages = 20;

/**
 * Values are compared with regard to case since that version: the region in small letters, the service in capitals, the size
 * as it is written in `armSkuName`. https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices,
 * checked 2026-11-27.
 */
export function priceAddressOf(base: string, region: string, machine: string): string {
  const terms = [
    ...["serviceName eq 'Virtual Machines'", "priceType eq 'Consumption'"],
    ...[`armRegionName eq '${region}'`, `armSkuName eq '${machine}'`],
  ];
  const address = new URL('/api/retail/prices', base);
  address.searchParams.set('api-version', apiVersion);
  address.searchParams.set('$filter', terms.join(' and '));
  return address.href;
}

/** Undefined for what is no price of a plain machine by the hour: one with Windows, or of the kind that spot replaced. */
export function readPrice(item: unknown): Price | undefined {
  const { retailPrice, ...fields } = fieldsOf(item);
  const [machine, sku = ''] = [textOf(fields['armSkuName']), textOf(fields['skuName'])];
  const isOurs =
    fields['currencyCode'] === 'USD' && fields['unitOfMeasure'] === '1 Hour' && fields['type'] === 'Consumption';
  const isPlain = !/ Windows$/.test(textOf(fields['productName']) ?? '') && !/ Low Priority$/.test(sku);
  if (!isOurs || !isPlain || machine === undefined || typeof retailPrice !== 'number' || !(retailPrice > 0))
    return undefined;
  return { machine, market: / Spot$/.test(sku) ? 'spot' : 'on-demand', usdPerHour: retailPrice };
}

/** All pages, by `NextPageLink`, and by none that leads elsewhere. */
export async function listPrices(
  { prices: base = '', region, machines }: AzureSettings,
  clock: Clock,
  call: ReadCall,
): Promise<Told<PriceList>> {
  const client = createDefaultHttpClient();
  const saidAtMs = clock.nowMs();
  const { origin } = new URL(base);
  const outcomeOf = (thrown: unknown) => outcomeOfErrors(readAzureThrown(thrown, clock.nowMs()), undefined);
  return await askWithin(clock, call, { name: 'the price list', outcomeOf }, async (abortSignal) => {
    const found: Price[] = [];
    for (const machine of machines) {
      let next: string | undefined = priceAddressOf(base, region, machine);
      for (let page = 0; next !== undefined && page < mostPages; page += 1) {
        const terms = { url: next, abortSignal, timeout: requestTimeoutMs };
        const request = createPipelineRequest({ ...terms, allowInsecureConnection: origin.startsWith('http:') });
        const { status, bodyAsText } = await client.sendRequest(request);
        if (status !== 200) throw new Error(`the price list answered HTTP ${status}`);
        const { Items, NextPageLink } = fieldsOf(JSON.parse(bodyAsText ?? ''));
        found.push(...itemsOf(Items).flatMap((each) => readPrice(each) ?? []));
        const link = textOf(NextPageLink);
        next = link !== undefined && new URL(link).origin === origin ? link : undefined;
      }
    }
    return { all: found, saidAtMs };
  });
}
