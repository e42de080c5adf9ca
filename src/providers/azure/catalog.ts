/** What Azure is asked before anything is started: sizes, quotas, rights, and what it announces. Nothing is changed. */
import type { AccessReport } from '../../model/access.ts';
import type { Notice } from '../../model/notice.ts';
import type { OfferSight } from '../../model/offer.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import { mapTold, type Told } from '../shared/told.ts';
import { type AccessSight, groupPathOf, readGrant, reportOf } from './access.ts';
import type { Arm } from './arm.ts';
import { type Machine, readMachine } from './machine.ts';
import { noticesOf } from './notices.ts';
import { offerSights, readSku, readUsage, type Sku, type Usage } from './offers.ts';
import { listAll } from './pages.ts';
import type { AzureSettings } from './schema.ts';
import { networkApiVersion } from './wire.ts';

export interface Catalog {
  offers(call: ReadCall): Promise<Told<readonly OfferSight[]>>;
  /** Of one machine. */
  notices(machine: Machine, call: ReadCall): Promise<Told<readonly Notice[]>>;
  access(call: ReadCall): Promise<Told<AccessReport>>;
}

/** https://learn.microsoft.com/rest/api/authorization/permissions/list-for-resource-group, checked 2026-11-27. */
const permissionsApiVersion = '2022-04-01';
/** Of the operations for images of galleries, and for others, in @azure/arm-compute 25.1.1. */
const imageApiVersions = { galleries: '2025-12-03', images: '2026-04-01' } as const;

/** A region's sizes are thousands of entries and change by the week: they are kept for so long, in milliseconds. */
const skusForMs = 10 * 60_000;

export function openCatalog(arm: Arm, settings: AzureSettings, clock: Clock): Catalog {
  const { region, resourceGroup: group, subscription } = settings;
  let kept: { readonly skus: readonly Sku[]; readonly atMonoMs: number } | undefined;

  async function skus(call: ReadCall): Promise<Told<readonly Sku[]>> {
    if (kept !== undefined && clock.monoMs() - kept.atMonoMs < skusForMs) return { kind: 'done', value: kept.skus };
    const filter = `location eq '${region}'`;
    const first = await arm.ask(call, (options) =>
      arm.compute.resourceSkus
        .list({ ...options, filter })
        .byPage()
        .next(),
    );
    const told = mapTold(await listAll(arm, call, first), (items) => items.flatMap((each) => readSku(each) ?? []));
    if (told.kind === 'done') kept = { skus: told.value, atMonoMs: clock.monoMs() };
    return told;
  }
  async function usages(call: ReadCall): Promise<Told<readonly Usage[]>> {
    const first = await arm.ask(call, (options) => arm.compute.usage.list(region, options).byPage().next());
    return mapTold(await listAll(arm, call, first), (items) => items.flatMap((each) => readUsage(each) ?? []));
  }
  async function grants(scope: string | undefined, call: ReadCall) {
    const path = `${scope}/providers/Microsoft.Authorization/permissions?api-version=${permissionsApiVersion}`;
    const first = await arm.visit(call, 'GET', path);
    const date = first.kind === 'done' ? Date.parse(first.value.header('date') ?? '') : Number.NaN;
    const skewMs = Number.isNaN(date) ? undefined : date - clock.nowMs();
    return mapTold(await listAll(arm, call, first), (items) => ({ grants: items.map(readGrant), skewMs }));
  }
  async function part(name: string, path: string, call: ReadCall): Promise<AccessSight['parts'][number]> {
    const told = await arm.visit(call, 'GET', path);
    if (told.kind === 'done') return { name, present: 'yes', message: undefined };
    const isAbsent = told.kind === 'refused' && told.error.class === 'not-found';
    return { name, present: isAbsent ? 'no' : 'unknown', message: told.error.message };
  }
  return {
    async offers(call) {
      const [known, quotas] = await Promise.all([skus(call), usages(call)]);
      if (known.kind !== 'done') return known;
      return mapTold(quotas, (value) => offerSights(settings, known.value, value));
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
    async access(call) {
      const { image, subnet } = settings.launch;
      const own = await grants(`/subscriptions/${subscription}/resourceGroups/${group}`, call);
      if (own.kind !== 'done') return own;
      const ofOther = async (id: string) => mapTold(await grants(groupPathOf(id), call), (found) => found.grants);
      const imageVersion = /\/galleries\//i.test(image) ? imageApiVersions.galleries : imageApiVersions.images;
      const [known, quotas, onImage, onSubnet, ...parts] = await Promise.all([
        ...([skus(call), usages(call), ofOther(image), ofOther(subnet)] as const),
        part('image', `${image}?api-version=${imageVersion}`, call),
        part('subnet', `${subnet}?api-version=${networkApiVersion}`, call),
      ]);
      const report = reportOf(settings, {
        grants: { group: own.value.grants, image: doneOf(onImage), subnet: doneOf(onSubnet) },
        ...{ parts, skus: doneOf(known) ?? [], usages: doneOf(quotas) ?? [], clockSkewMs: own.value.skewMs },
      });
      return { kind: 'done', value: report };
    },
  };
}

function doneOf<T>(told: Told<T>): T | undefined {
  return told.kind === 'done' ? told.value : undefined;
}
