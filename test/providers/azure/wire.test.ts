import { expect, test } from 'vitest';
import { readMachine, standingOf, tags } from '../../../src/providers/azure/machine.ts';
import type { AzureSettings } from '../../../src/providers/azure/schema.ts';
import { azureSettings } from '../../../src/providers/azure/schema.ts';
import {
  createRequest,
  familyOf,
  machineNameOf,
  offersOf,
  siblingNameOf,
  slotOfSibling,
  toReplica,
} from '../../../src/providers/azure/wire.ts';
import { fakeSite } from '../../fakes/azure/server.ts';

const settings: AzureSettings = azureSettings.parse({
  ...fakeSite,
  ...{ machines: ['Standard_ND96isr_H100_v5', 'Standard_NC40ads_H100_v5'], zones: [1, '2'] },
});
const owner = { site: 'sweden', deployment: 'chat', slot: 0, startKey: 'k1' };

/** A machine as Azure shows it: what provisioning and power say, and what was noted on it. */
function machine(
  provisioning: string,
  power?: string,
  change: { readonly kept?: string; readonly code?: string } = {},
) {
  const provision = change.code === undefined ? provisioning.toLowerCase() : `failed/${change.code}`;
  const statuses = [
    { code: `ProvisioningState/${provision}` },
    ...(power === undefined ? [] : [{ code: `PowerState/${power}` }]),
  ];
  const read = readMachine({
    name: 'vm',
    tags: {
      ...{ [tags.deployment]: 'chat', [tags.site]: 'sweden', [tags.slot]: '0', [tags.startKey]: 'k1' },
      ...(change.kept === undefined ? {} : { [tags.kept]: change.kept }),
    },
    properties: {
      ...{ vmId: 'id', provisioningState: provisioning, timeCreated: '2026-11-27T06:00:00.1234567+00:00' },
      instanceView: { statuses },
    },
  });
  if (read === undefined) throw new Error('no machine');
  return read;
}

test.for([
  ['is being made', machine('Creating'), 'starting', 'yes'],
  ['is being made, and powers up', machine('Creating', 'starting'), 'starting', 'yes'],
  ['runs', machine('Succeeded', 'running'), 'running', 'yes'],
  ['runs while it is changed', machine('Updating', 'running'), 'running', 'yes'],
  ['shuts down', machine('Succeeded', 'stopping'), 'stopping', 'yes'],
  ['was shut down, and keeps its host', machine('Succeeded', 'stopped'), 'stopped', 'yes'],
  ['is being deallocated', machine('Updating', 'deallocating'), 'stopping', 'unknown'],
  ['is deallocated', machine('Succeeded', 'deallocated'), 'stopped', 'no'],
  ['was told to start, and Azure is at it', machine('Updating', 'deallocated', { kept: 'waking' }), 'starting', 'yes'],
  [
    'was told to start, in vain',
    machine('Failed', 'deallocated', { kept: 'waking', code: 'AllocationFailed' }),
    'stopped',
    'no',
  ],
  ['is deallocated, and is tagged by somebody', machine('Updating', 'deallocated', { kept: 'yes' }), 'stopped', 'no'],
  ['failed before it ran', machine('Failed', undefined, { code: 'AllocationFailed' }), 'gone', 'yes'],
  [
    'failed before it ran, and says deallocated',
    machine('Failed', 'deallocated', { code: 'AllocationFailed' }),
    'gone',
    'yes',
  ],
  [
    'timed out, and runs all the same',
    machine('Failed', 'running', { code: 'OSProvisioningTimedOut' }),
    'running',
    'yes',
  ],
  ['is being deleted', machine('Deleting', 'running'), 'stopping', 'unknown'],
  ['says nothing of its power', machine('Succeeded'), 'running', 'unknown'],
  ['says a word that is new to us', machine('Succeeded', 'dreaming'), 'running', 'unknown'],
] as const)('a machine that %s', ([, given, state, billed]) => {
  expect(standingOf(given)).toEqual({ state, billed });
});

test('another machine of the same name, and another start of the same, are other boots', () => {
  const replica = toReplica(machine('Succeeded', 'running'), '10.0.0.4', { port: 9000 });
  expect(replica).toMatchObject({ id: 'vm', bootId: 'id@2026-11-27T06:00:00.123Z', url: 'http://10.0.0.4:9000' });
  const woken = machine('Succeeded', 'running');
  const again = toReplica(
    { ...woken, tags: { ...woken.tags, [tags.wokenAt]: '2026-11-27T07:00:00.000Z' } },
    'fd00::4',
    {},
  );
  expect(again).toMatchObject({ bootId: 'id@2026-11-27T07:00:00.000Z', url: 'http://[fd00::4]:8000' });
  expect(toReplica({ ...woken, tags: {} }, undefined, {})).toBeUndefined();
  expect(readMachine({ properties: {} })).toBeUndefined();
});

test.for([
  ['on-demand', {}],
  ['on-demand', { priority: 'Regular' }],
  ['spot', { priority: 'Spot' }],
  ['reserved', { capacityReservation: { capacityReservationGroup: { id: '/subscriptions/s/group' } } }],
] as const)('market %s of a machine with %o', ([market, properties]) => {
  const { tags: own } = machine('Succeeded', 'running');
  const read = readMachine({ name: 'vm', tags: own, properties });
  expect(read && toReplica(read, undefined, {})?.market).toBe(market);
});

test('offers: zones before sizes, sizes before markets', () => {
  expect(
    offersOf({ ...settings, market: ['on-demand', 'spot'] }).map(({ machine: size, zone, market }) => [
      size.slice(9, 11),
      zone,
      market,
    ]),
  ).toEqual([
    ['ND', '1', 'on-demand'],
    ['ND', '2', 'on-demand'],
    ['NC', '1', 'on-demand'],
    ['NC', '2', 'on-demand'],
    ['ND', '1', 'spot'],
    ['ND', '2', 'spot'],
    ['NC', '1', 'spot'],
    ['NC', '2', 'spot'],
  ]);
  const { zones: _, ...noZones } = settings;
  expect(offersOf(noZones)[0]).toEqual({
    machine: 'Standard_ND96isr_H100_v5',
    family: 'NDisr_H100_v5',
    market: 'on-demand',
  });
});

test.for([
  ['Standard_NC40ads_H100_v5', 'Standard_NC80adis_H100_v5', false],
  ['Standard_NC24ads_A100_v4', 'Standard_NC96ads_A100_v4', true],
  ['Standard_ND96isr_H100_v5', 'Standard_ND96isr_H200_v5', false],
  ['Standard_E4-2s_v5', 'Standard_E8s_v5', true],
  ['Standard_odd', 'Standard_odder', false],
] as const)('%s and %s share a family: %s', ([one, other, isShared]) => {
  expect(familyOf(one) === familyOf(other)).toBe(isShared);
});

test('one name for each slot, that Azure takes, and another beside it for each try', () => {
  const name = machineNameOf(owner);
  expect(name).toMatch(/^godwit-chat-0-[0-9a-f]{10}$/);
  expect(machineNameOf({ ...owner, site: 'another' })).not.toBe(name);
  const long = machineNameOf({
    ...owner,
    deployment: 'Chat.With_a-very-long-Name-of-a-deployment-that-goes-on',
    slot: 999,
  });
  expect(long.length).toBeLessThanOrEqual(64);
  expect(long).toMatch(/^[a-z0-9-]+$/);
  const [first, second] = offersOf(settings);
  if (first === undefined || second === undefined) throw new Error('no offers');
  const beside = siblingNameOf(owner, first);
  expect(beside.startsWith(`${name}-`)).toBe(true);
  expect([siblingNameOf(owner, second), siblingNameOf({ ...owner, startKey: 'k2' }, first)]).not.toContain(beside);
  expect(slotOfSibling(owner, beside)).toEqual({ machineName: name, slot: 0 });
  // Azure may put something behind the name that was asked for.
  expect(slotOfSibling(owner, `${beside}-a1b2`)).toEqual({ machineName: name, slot: 0 });
  expect(slotOfSibling({ ...owner, deployment: 'other' }, beside)).toBeUndefined();
  expect(slotOfSibling(owner, 'godwit-chat')).toBeUndefined();
});

test('every request of one key for one offer is the same to the letter', () => {
  const [offer] = offersOf(settings);
  if (offer === undefined) throw new Error('no offers');
  expect(createRequest(settings, owner, { offer, epoch: 3, startup: { kind: 'none' } })).toEqual(
    createRequest(settings, owner, { offer, epoch: 3, startup: { kind: 'none' } }),
  );
  expect(createRequest(settings, owner, { offer, epoch: 3, startup: { kind: 'none' } }).tags).toEqual({
    ...{ 'godwit:deployment': 'chat', 'godwit:site': 'sweden', 'godwit:slot': '0', 'godwit:start-key': 'k1' },
    'godwit:epoch': '3',
  });
});
