import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AccessReport } from '../../../src/model/access.ts';
import { needsOf } from '../../../src/providers/azure/access.ts';
import { azurePolicy } from '../../../src/providers/azure/policy.ts';
import { fakeSite } from '../../fakes/azure/server.ts';
import { callsOf } from './support/calls.ts';
import { type AzureSite, clock, launch, makeAzureSite } from './support/site.ts';

const call = callsOf(clock)('');
const group = `/subscriptions/${fakeSite.subscription}/resourceGroups/inference`;
const reservation = `${group}/providers/Microsoft.Compute/capacityReservationGroups/h100`;

let site: AzureSite;
beforeEach(async () => {
  site = await makeAzureSite();
});
afterEach(() => site.dispose());

async function report(settings: object = {}): Promise<AccessReport> {
  const session = await site.openWith({ settings });
  const seen = await session.checkAccess?.(call);
  if (seen?.kind !== 'seen') throw new Error(`not seen: ${JSON.stringify(seen)}`);
  return seen.value;
}

/** The roles of `godwit policy print azure`, each assigned where its notes say. */
function assignPrinted(uses: readonly ('operate' | 'create')[], settings: object): void {
  const here = {
    ...{ name: 'sweden', provider: 'azure', region: 'swedencentral', residency: [], failureDomains: [] },
    settings: { ...fakeSite, ...settings },
  };
  const { documents, notes } = azurePolicy.make({ uses, sites: [here] });
  site.azure.catalog.roles = notes.flatMap((note) => {
    const [, name, scope = ''] = /--role (\S+) --scope (\S+)$/.exec(note) ?? [];
    const actions = documents.find((each) => each.name === name)?.content['Actions'] as readonly string[] | undefined;
    return actions === undefined ? [] : [{ scope, actions }];
  });
  expect(site.azure.catalog.roles).toHaveLength(documents.length);
}

const kinds = [
  { kind: 'private', settings: {} },
  { kind: 'public', settings: { address: 'public' } },
  { kind: 'reserved', settings: { market: ['reserved'], reservation } },
  { kind: 'spread', settings: { market: ['reserved'], reservation: reservation.replace('inference', 'reserved') } },
] as const;

test.for(kinds)(
  'with the printed roles of a $kind site nothing is missing and nothing is excess',
  async ({ settings }) => {
    assignPrinted(['operate', 'create'], settings);
    const { permissions, excess, parts } = await report(settings);
    expect(permissions.filter(({ granted }) => granted !== 'yes')).toEqual([]);
    expect(excess).toEqual([]);
    expect(parts.map(({ present }) => present)).toEqual(['yes', 'yes']);
  },
);

test.for(kinds)(
  'the printed role to operate a $kind site lists, wakes and stops, and is neither short nor wide',
  async ({ settings }) => {
    const session = await site.openWith({ settings });
    const start = { deployment: 'chat', model: 'tiny', slot: 0, launch };
    const callFor = callsOf(clock);
    const made = await session.start(start, callFor('op-1/0'));
    if (made.kind !== 'done') throw new Error(JSON.stringify(made));
    assignPrinted(['operate'], settings);
    const { permissions, excess } = await report(settings);
    expect(permissions.filter(({ use, granted }) => use === 'operate' && granted !== 'yes')).toEqual([]);
    expect(excess).toEqual([]);
    const listed = await session.list({ deployment: 'chat' }, call);
    if (listed.kind !== 'seen') throw new Error(JSON.stringify(listed));
    expect(listed.value.map(({ id }) => id)).toEqual([made.value.id]);
    expect(await session.stop(made.value, 'stop', callFor('s1'))).toMatchObject({ kind: 'done' });
    expect(await session.start(start, callFor('op-2/0'))).toMatchObject({ kind: 'done' });
  },
);

test('without the reads beside machines nothing is listed, and doctor calls them missing', async () => {
  const without = 'Microsoft.Compute/disks/read';
  site.azure.catalog.withdrawn.add(without);
  const session = await site.open();
  expect(await session.list({ deployment: 'chat' }, call)).toMatchObject({ kind: 'unknown', error: { class: 'auth' } });
  const { permissions } = await report();
  expect(permissions.find(({ name }) => name === without)).toMatchObject({ use: 'operate', granted: 'no' });
});

test('what can be read only for sizes and quotas is asked by reading them', async () => {
  const trouble = { status: 500, code: 'InternalServerError', message: 'no' };
  site.azure.fault({ action: 'Usage_List', when: 'before', answer: trouble });
  site.azure.catalog.withdrawn.add('Microsoft.Compute/skus/read');
  const { permissions } = await report();
  const of = (name: string) => permissions.find((each) => each.name === `Microsoft.Compute/${name}`);
  expect(of('locations/usages/read')).toMatchObject({ granted: 'unknown', message: 'InternalServerError: no' });
  expect(of('skus/read')).toMatchObject({ granted: 'no', message: expect.stringContaining('AuthorizationFailed') });
});

test('rights on a thing that cannot be asked for are not known, and the others are', async () => {
  assignPrinted(['operate', 'create'], {});
  const { catalog } = site.azure;
  catalog.roles = catalog.roles.filter(({ scope }) => !scope.includes('/subnets/'));
  site.azure.fault({ action: 'Subnets_Get', when: 'before', answer: 'drop' });
  const { permissions } = await report();
  // The group's own role reads rights here too, but grants none on the subnet.
  expect(permissions.filter(({ granted }) => granted !== 'yes').map(({ name, granted }) => [name, granted])).toEqual([
    ['Microsoft.Network/virtualNetworks/subnets/read', 'no'],
    ['Microsoft.Network/virtualNetworks/subnets/join/action', 'no'],
  ]);
  const elsewhere = fakeSite.launch.subnet.replace('/inference/', '/network/');
  const other = await report({ launch: { ...fakeSite.launch, subnet: elsewhere } });
  expect(other.permissions.filter(({ granted }) => granted !== 'yes')).toMatchObject([
    { granted: 'unknown', message: expect.stringContaining('the rights on the subnet of the machines could not') },
    { granted: 'unknown' },
  ]);
});

test('rights that no call of any site needs are excess', async () => {
  const powerOff = 'Microsoft.Compute/virtualMachines/powerOff/action';
  assignPrinted(['operate', 'create'], {});
  site.azure.catalog.roles = [...site.azure.catalog.roles, { scope: group, actions: [powerOff] }];
  expect((await report()).excess).toEqual([powerOff]);
});

test.for([
  { image: `${group}/providers/Microsoft.Compute/images/a`, reads: ['images/read'] },
  { image: fakeSite.launch.image, reads: ['galleries/images/read', 'galleries/images/versions/read'] },
])('of $image $reads are needed', ({ image, reads }) => {
  const needs = needsOf({ launch: { ...fakeSite.launch, image } });
  expect(needs.filter(({ name }) => name.includes('mages/')).map(({ name }) => name)).toEqual(
    reads.map((name) => `Microsoft.Compute/${name}`),
  );
});
