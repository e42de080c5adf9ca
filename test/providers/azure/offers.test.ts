import { afterEach, beforeEach, expect, test } from 'vitest';
import { nameOfOffer } from '../../../src/model/offer.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import { isGranted } from '../../../src/providers/azure/access.ts';
import { readSku, readUsage } from '../../../src/providers/azure/offers.ts';
import { readPrice } from '../../../src/providers/azure/prices.ts';
import { fakeSite } from '../../fakes/azure/server.ts';
import { callsOf } from './support/calls.ts';
import { type AzureSite, clock, makeAzureSite } from './support/site.ts';

const call = callsOf(clock)('');
const [large, small] = ['Standard_ND96isr_H100_v5', 'Standard_NC40ads_H100_v5'];

let site: AzureSite;
beforeEach(async () => {
  site = await makeAzureSite();
});
afterEach(() => site.dispose());

async function sights(settings = {}) {
  const session = await site.openWith({ settings });
  const sight = await session.offers?.({ deployment: 'chat', replicas: 1 }, call);
  if (sight?.kind !== 'seen') throw new Error(`not seen: ${JSON.stringify(sight)}`);
  return sight.value.map(({ offer, room, denied }) => [nameOfOffer(offer), room, denied?.code] as const);
}

test('says how many more the quotas of a family, of the region and of spot machines leave room for', async () => {
  expect(await sights({ market: ['on-demand', 'spot'], zones: [1] })).toEqual([
    [`${large} 1 on-demand`, 10, undefined],
    [`${small} 1 on-demand`, 8, undefined],
    [`${large} 1 spot`, 1, undefined],
    [`${small} 1 spot`, 2, undefined],
  ]);
  site.azure.catalog.usages.set('cores', { used: 901, limit: 1000 });
  expect((await sights({ zones: undefined })).map(([, room]) => room)).toEqual([1, 2]);
});

test('says which quota is short, and that a reservation needs none', async () => {
  site.azure.catalog.usages.set('standardNDSH100v5Family', { used: 900, limit: 960 });
  const session = await site.openWith({
    settings: { zones: undefined, market: ['on-demand', 'reserved'], reservation: fakeReservation },
  });
  const sight = await session.offers?.({ deployment: 'chat', replicas: 1 }, call);
  const [first, , reserved] = sight?.kind === 'seen' ? sight.value : [];
  expect(first).toMatchObject({ room: 0, denied: { class: 'quota', code: 'QuotaExceeded' } });
  expect(first?.denied?.message).toContain('standardNDSH100v5Family, 900 of 960 cores used, 96 needed');
  expect([reserved?.room, reserved?.denied]).toEqual([undefined, undefined]);
});

const fakeReservation = `/subscriptions/${fakeSite.subscription}/resourceGroups/inference/providers/Microsoft.Compute/capacityReservationGroups/h100`;

test('a size that the subscription may not have, or the region has not, is not to be had', async () => {
  site.azure.catalog.restricted.add(`${large} 2`).add(small);
  expect(await sights({ machines: [large, small, 'Standard_ND40rs_v2'], zones: [1, 2] })).toEqual([
    [`${large} 1 on-demand`, 10, undefined],
    [`${large} 2 on-demand`, undefined, 'NotAvailableForSubscription'],
    [`${small} 1 on-demand`, undefined, 'NotAvailableForSubscription'],
    [`${small} 2 on-demand`, undefined, 'NotAvailableForSubscription'],
    ['Standard_ND40rs_v2 1 on-demand', undefined, 'SkuNotAvailable'],
    ['Standard_ND40rs_v2 2 on-demand', undefined, 'SkuNotAvailable'],
  ]);
});

test('a connection that breaks once hides no offer', async () => {
  for (const action of ['ResourceSkus_List', 'Usage_List'])
    site.azure.fault({ action, when: 'before', answer: 'drop' });
  expect(await sights({ zones: [1] })).toHaveLength(2);
});

test('asks for the sizes of a region once in a while, for quotas each time', async () => {
  const session = await site.open();
  for (let times = 0; times < 3; times += 1) await session.offers?.({ deployment: 'chat', replicas: 1 }, call);
  expect(site.azure.calls.filter((each) => each === 'ResourceSkus_List')).toHaveLength(1);
  expect(site.azure.calls.filter((each) => each === 'Usage_List')).toHaveLength(3);
});

const whyUnpriced = async (session: Provider) => {
  const sight = await session.offers?.({ deployment: 'chat', replicas: 1 }, call);
  return sight?.kind === 'seen' ? sight.value[0]?.unpriced : undefined;
};

test('says that no price list is named, and how one is', async () => {
  expect(await whyUnpriced(await site.open())).toBe('the site names no price list (prices: https://prices.azure.com)');
});

test('asks the public price list without a token, page by page, once an hour, where the settings name it', async () => {
  const { calls, url } = site.azure;
  const session = await site.openWith({ settings: { zones: undefined, market: ['on-demand', 'spot'], prices: url } });
  const prices = async () => {
    const sight = await session.offers?.({ deployment: 'chat', replicas: 1 }, call);
    return sight?.kind === 'seen' ? sight.value.map(({ usdPerHour }) => usdPerHour) : sight;
  };
  site.azure.fault({ action: 'RetailPrices_List', when: 'before', answer: 'drop', times: 2 });
  // No price is no reason to hide an offer.
  expect(await prices()).toEqual([undefined, undefined, undefined, undefined]);
  expect(await whyUnpriced(session)).toMatch(/^its price list was not read: /);
  expect(await prices()).toEqual([96, 40, 9.6, 4]);
  const sight = await session.offers?.({ deployment: 'chat', replicas: 1 }, call);
  const known =
    sight?.kind === 'seen' ? sight.value.map(({ accelerators, pricedAtMs }) => [accelerators, pricedAtMs]) : [];
  const saidAtMs = known[0]?.[1];
  expect(known).toEqual([8, 1, 8, 1].map((count) => [count, saidAtMs]));
  expect(saidAtMs).toBeLessThanOrEqual(sight?.kind === 'seen' ? sight.asOfMs : 0);
  const asked = (): number => calls.filter((each) => each === 'RetailPrices_List').length;
  expect(asked()).toBe(6);
  await prices();
  expect(asked()).toBe(6);
  expect(await sights({ zones: [1] })).toHaveLength(2);
  expect(asked()).toBe(6);
});

test.for([
  ['in another currency', { currencyCode: 'EUR' }],
  ['by the month', { unitOfMeasure: '1 Month' }],
  ['of a reservation', { type: 'Reservation' }],
  ['that is no number', { retailPrice: '1' }],
  ['with Windows', { productName: 'Virtual Machines NC Series Windows' }],
] as const)('a price %s is none of a plain machine', ([, change]) => {
  const plain = {
    currencyCode: 'USD',
    unitOfMeasure: '1 Hour',
    type: 'Consumption',
    armSkuName: small,
    retailPrice: 3,
  };
  expect(readPrice(plain)).toEqual({ machine: small, market: 'on-demand', usdPerHour: 3 });
  expect(readPrice({ ...plain, ...change })).toBeUndefined();
});

test('what is no size, or no quota, is passed over', () => {
  expect(readSku({ resourceType: 'disks', name: 'a', family: 'b' })).toBeUndefined();
  expect(readSku({ resourceType: 'virtualMachines', name: 'a', family: 'b', capabilities: [] })).toBeUndefined();
  expect(readUsage({ name: { value: 'cores' } })).toBeUndefined();
});

test('reports rights, parts, quotas, and what is granted beyond need', async () => {
  site.azure.catalog.withdrawn.add('Microsoft.Compute/virtualMachines/start/*');
  const session = await site.openWith({
    settings: { launch: { ...fakeSite.launch, image: `${fakeSite.launch.image}-gone` }, address: 'public' },
  });
  const sight = await session.checkAccess?.(call);
  if (sight?.kind !== 'seen') throw new Error(`not seen: ${JSON.stringify(sight)}`);
  const { excess, parts, permissions, quotas } = sight.value;
  expect(permissions.filter(({ granted }) => granted !== 'yes').map(({ name, use }) => [name, use])).toEqual([
    ['Microsoft.Compute/virtualMachines/start/action', 'operate'],
  ]);
  expect(permissions.map(({ name }) => name)).toContain('Microsoft.Network/publicIPAddresses/join/action');
  expect(permissions.map(({ name }) => name)).not.toContain('Microsoft.Compute/virtualMachines/powerOff/action');
  expect(parts.map(({ name, present }) => [name, present])).toEqual([
    ['image', 'no'],
    ['subnet', 'yes'],
  ]);
  expect(excess).toEqual(['*']);
  expect(quotas).toContainEqual({
    ...{ name: 'standardNCadsH100v5Family', family: 'standardNCadsH100v5Family' },
    ...{ limit: 400, used: 80, perReplica: 40 },
  });
});

test('what cannot be asked for is not known', async () => {
  const elsewhere = fakeSite.launch.subnet.replace('/inference/', '/network/');
  const session = await site.openWith({ settings: { launch: { ...fakeSite.launch, subnet: elsewhere } } });
  site.azure.fault({
    ...{ action: 'Subnets_Get', when: 'before' },
    answer: { status: 403, code: 'AuthorizationFailed', message: 'no' },
  });
  const sight = await session.checkAccess?.(call);
  expect(sight?.kind === 'seen' && sight.value.parts.find(({ name }) => name === 'subnet')?.present).toBe('unknown');
});

test.for([
  [[{ actions: ['*'], notActions: [] }], true],
  [[{ actions: ['microsoft.compute/virtualmachines/*'], notActions: [] }], true],
  [[{ actions: ['Microsoft.Compute/*/start/action'], notActions: [] }], true],
  [[{ actions: ['*/read'], notActions: [] }], false],
  [[{ actions: ['*'], notActions: ['Microsoft.Compute/virtualMachines/*'] }], false],
  // What one assignment leaves out another one may grant.
  [
    [
      { actions: ['*'], notActions: ['Microsoft.Compute/*'] },
      { actions: ['Microsoft.Compute/virtualMachines/start/action'], notActions: [] },
    ],
    true,
  ],
  [[], false],
] as const)('whether %j lets a machine be started: %s', ([grants, is]) => {
  expect(isGranted(grants, 'Microsoft.Compute/virtualMachines/start/action')).toBe(is);
});
