/** What Azure is asked before anything is started: sizes, quotas, rights, and what it announces. Nothing is changed. */
import type { AccessReport } from '../../model/access.ts';
import type { Notice } from '../../model/notice.ts';
import type { OfferSight } from '../../model/offer.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import { askTwice } from '../shared/remember.ts';
import { mapTold, type Told } from '../shared/told.ts';
import { type AccessSight, readGrant, reportOf } from './access.ts';
import type { Arm } from './arm.ts';
import { type Machine, readMachine } from './machine.ts';
import { noticesOf } from './notices.ts';
import { offerSights, readSku, readUsage, type Sku, type Usage, withoutPrices, withPrices } from './offers.ts';
import { listAll } from './pages.ts';
import { grants } from './permissions.ts';
import { listPrices } from './prices.ts';
import type { AzureSettings } from './schema.ts';
import { networkApiVersion } from './wire.ts';

export interface Catalog {
  offers(call: ReadCall): Promise<Told<readonly OfferSight[]>>;
  /** Of one machine. */
  notices(machine: Machine, call: ReadCall): Promise<Told<readonly Notice[]>>;
  access(call: ReadCall): Promise<Told<AccessReport>>;
}

/** Of `AzurePermissionsForResourceGroup_List`: https://learn.microsoft.com/rest/api/authorization/permissions, checked 2026-11-27. */
const permissionsApiVersion = '2022-04-01';
/** Of the operations for images of galleries, and for others, in @azure/arm-compute 25.1.1. */
const imageApiVersions = { galleries: '2025-12-03', images: '2026-04-01' } as const;

/** A region's sizes are thousands of entries and change by the week: they are kept for so long, in milliseconds. */
const skusForMs = 10 * 60_000;
/** Prices change by the month, and those of spot machines by the day. */
const pricesForMs = 60 * 60_000;

const noPriceList = 'the site names no price list (prices: https://prices.azure.com)';

export function openCatalog(arm: Arm, settings: AzureSettings, clock: Clock): Catalog {
  const { region, resourceGroup: group } = settings;
  const skus = keptFor(clock, skusForMs, async (call) => {
    const filter = `location eq '${region}'`;
    const first = await arm.ask(call, (options) =>
      arm.compute.resourceSkus
        .list({ ...options, filter })
        .byPage()
        .next(),
    );
    return mapTold(await listAll(arm, call, first), (items) => items.flatMap((each) => readSku(each) ?? []));
  });
  const prices = keptFor(clock, pricesForMs, (call) => listPrices(settings, clock, call));
  const usages = async (call: ReadCall): Promise<Told<readonly Usage[]>> => {
    const first = await arm.ask(call, (options) => arm.compute.usage.list(region, options).byPage().next());
    return mapTold(await listAll(arm, call, first), (items) => items.flatMap((each) => readUsage(each) ?? []));
  };
  return {
    async offers(call) {
      const [known, quotas, costs] = await Promise.all([
        ...([askTwice(() => skus(call)), askTwice(() => usages(call))] as const),
        settings.prices && prices(call),
      ]);
      if (known.kind !== 'done') return known;
      return mapTold(quotas, (value) => {
        const sights = offerSights(settings, known.value, value);
        if (typeof costs !== 'object') return withoutPrices(sights, noPriceList);
        // A price list that cannot be read costs nobody an offer.
        if (costs.kind !== 'done') return withoutPrices(sights, `its price list was not read: ${costs.error.message}`);
        return withPrices(sights, costs.value);
      });
    },
    async notices({ name }, call) {
      const told = await arm.ask(call, (options) =>
        arm.compute.virtualMachines.get(group, name, { ...options, expand: 'instanceView' }),
      );
      if (told.kind === 'refused' && told.error.class === 'not-found') return { kind: 'done', value: [] };
      return mapTold(told, ({ body }) => {
        const machine = readMachine(body);
        return machine === undefined ? [] : noticesOf(machine, body);
      });
    },
    access: (call) => lookAtAccess({ arm, settings, clock, skus, usages }, call),
  };
}

/** What was read is given again for so long. */
function keptFor<T>(clock: Clock, forMs: number, ask: (call: ReadCall) => Promise<Told<T>>) {
  let kept: { readonly told: Told<T>; readonly atMonoMs: number } | undefined;
  return async (call: ReadCall): Promise<Told<T>> => {
    // A call that is over is answered as such all the same.
    const isOver = call.signal.aborted || clock.monoMs() >= call.deadlineAtMonoMs;
    if (kept !== undefined && !isOver && clock.monoMs() - kept.atMonoMs < forMs) return kept.told;
    const told = await ask(call);
    if (told.kind === 'done') kept = { told, atMonoMs: clock.monoMs() };
    return told;
  };
}

interface AccessTerms {
  readonly arm: Arm;
  readonly settings: AzureSettings;
  readonly clock: Clock;
  skus(call: ReadCall): Promise<Told<readonly Sku[]>>;
  usages(call: ReadCall): Promise<Told<readonly Usage[]>>;
}

/**
 * Rights on the site's own group must be seen; what else could not be asked for is not known. Each role is assigned to the
 * thing itself, which a list for the group it is in does not tell.
 */
async function lookAtAccess(terms: AccessTerms, call: ReadCall): Promise<Told<AccessReport>> {
  const { arm, settings } = terms;
  const { resourceGroup: group, subscription, reservation } = settings;
  const { image, subnet } = settings.launch;
  const own = await grantsOn(terms, `/subscriptions/${subscription}/resourceGroups/${group}`, call);
  if (own.kind !== 'done') return own;
  const things = [
    ...([[grants.image, image] as const, [grants.subnet, subnet] as const] as const),
    ...(reservation === undefined ? [] : [[grants.reservation, reservation] as const]),
  ];
  const imageVersion = /\/galleries\//i.test(image) ? imageApiVersions.galleries : imageApiVersions.images;
  const [skus, usages, elsewhere, ...parts] = await Promise.all([
    ...([terms.skus(call), terms.usages(call)] as const),
    Promise.all(
      things.map(async ([on, id]) => [on, mapTold(await grantsOn(terms, id, call), ({ granted }) => granted)] as const),
    ),
    lookForPart(arm, 'image', `${image}?api-version=${imageVersion}`, call),
    lookForPart(arm, 'subnet', `${subnet}?api-version=${networkApiVersion}`, call),
  ]);
  const report = reportOf(settings, {
    ...{ ofGroup: own.value.granted, elsewhere: new Map(elsewhere) },
    tried: new Map<string, Told<unknown>>([
      ['Microsoft.Compute/skus/read', skus],
      ['Microsoft.Compute/locations/usages/read', usages],
    ]),
    ...{ parts, skus: doneOf(skus) ?? [], usages: doneOf(usages) ?? [], clockSkewMs: own.value.skewMs },
  });
  return { kind: 'done', value: report };
}

/** With those that are inherited; of a group or of one resource: `Permissions_ListForResource` of the same page. */
async function grantsOn({ arm, clock }: AccessTerms, scope: string, call: ReadCall) {
  const path = `${scope}/providers/Microsoft.Authorization/permissions?api-version=${permissionsApiVersion}`;
  const first = await arm.visit(call, 'GET', path);
  const date = first.kind === 'done' ? Date.parse(first.value.header('date') ?? '') : Number.NaN;
  const skewMs = Number.isNaN(date) ? undefined : date - clock.nowMs();
  return mapTold(await listAll(arm, call, first), (items) => ({ granted: items.map(readGrant), skewMs }));
}

async function lookForPart(
  arm: Arm,
  name: string,
  path: string,
  call: ReadCall,
): Promise<AccessSight['parts'][number]> {
  const told = await arm.visit(call, 'GET', path);
  if (told.kind === 'done') return { name, present: 'yes', message: undefined };
  const isAbsent = told.kind === 'refused' && told.error.class === 'not-found';
  return { name, present: isAbsent ? 'no' : 'unknown', message: told.error.message };
}

function doneOf<T>(told: Told<T>): T | undefined {
  return told.kind === 'done' ? told.value : undefined;
}
