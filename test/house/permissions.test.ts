/** What a provider calls is what its permission table lists: neither more, which would fail at night, nor less. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PermissionTable } from '../../src/model/permission.ts';
import { awsPermissions } from '../../src/providers/aws/permissions.ts';
import { azurePermissions } from '../../src/providers/azure/permissions.ts';
import { gcpPermissions } from '../../src/providers/gcp/permissions.ts';

const providers = join(import.meta.dirname, '../../src/providers');

interface Cloud {
  readonly table: PermissionTable;
  /** The calls that one source file makes, as the table names them. */
  readonly callsIn: (source: string) => readonly string[];
  /** Listed and not called by name: permissions that another call needs, each with the reason. */
  readonly alongside: Readonly<Record<string, string>>;
}

const clouds: readonly Cloud[] = [
  {
    table: awsPermissions,
    callsIn: (source) => [...source.matchAll(/new (?:sdk\.)?([A-Z]\w+)Command\(/g)].map(([, name = '']) => name),
    alongside: {},
  },
  {
    table: azurePermissions,
    // `client.virtualMachines.start(…)`, also as `beginStart`, and by a name of its own: `const vms = client.virtualMachines`.
    callsIn: azureCallsIn,
    alongside: {
      'virtualMachines.instanceView': 'asked for with the machine itself',
      'permissions.listForResourceGroup': 'asked for by a path: its SDK is another one',
      'permissions.listForResource': 'asked for by a path: its SDK is another one',
      'resourceGroups.get': 'asked for by a path of its own, to see whether the site is there',
      'networkInterfaces.get': 'asked for by a path: its SDK is another one',
      'networkInterfaces.delete': 'asked for by a path: its SDK is another one',
      'publicIPAddresses.get': 'asked for by a path: its SDK is another one',
      'publicIPAddresses.createOrUpdate': 'asked for when a machine is made with one, and by a path',
      'subnets.join': 'asked for when a machine is made with a network interface in it',
      'images.get': 'asked for when a machine is made from it',
      'galleryImages.get': 'asked for when a machine is made from it',
      'capacityReservationGroups.deploy': 'asked for when a machine is made from reserved capacity',
    },
  },
  {
    table: gcpPermissions,
    // The client describes to the SDK what it calls: `Instances: ['Get', …]`.
    callsIn: gcpCallsIn,
    alongside: {
      'iam.serviceAccounts.actAs': 'asked for when a machine is made that runs as one',
    },
  },
];

const azureGroups =
  'virtualMachines|resourceSkus|usage|images|gallery\\w+|disks|capacityReservation\\w*|resourceGroups|subnets|networkInterfaces|publicIPAddresses';

function azureCallsIn(source: string): readonly string[] {
  const aliases = [...source.matchAll(new RegExp(`const (\\w+) = [\\w.]+\\.(${azureGroups});`, 'g'))];
  const whole = aliases.reduce(
    (text, [, alias = '', group = '']) => text.replaceAll(new RegExp(`\\b${alias}\\.`, 'g'), `.${group}.`),
    source,
  );
  return [...whole.matchAll(new RegExp(`\\.(${azureGroups})\\s*\\.(?:begin)?(\\w+)\\(`, 'g'))].map(
    ([, group = '', method = '']) => `${group}.${lower(method)}`,
  );
}

function gcpCallsIn(source: string): readonly string[] {
  const [, block = ''] = /const used = \{([\s\S]*?)\n\};/.exec(source) ?? [];
  let service = '';
  return [...block.matchAll(/(\w+):|'(\w+)'/g)].flatMap(([, key, method]) => {
    service = key ?? service;
    return method === undefined ? [] : [`${lower(service)}.${lower(method)}`];
  });
}

function lower(word: string): string {
  return word.charAt(0).toLowerCase() + word.slice(1);
}

function callsOf({ table: { provider }, callsIn }: Cloud): readonly string[] {
  const files = globSync('*.ts', { cwd: join(providers, provider) });
  return [...new Set(files.flatMap((file) => callsIn(readFileSync(join(providers, provider, file), 'utf8'))))];
}

test.for(clouds)('$table.provider: no call is made that the table does not list', (cloud) => {
  const listed = cloud.table.calls.map(({ call }) => call);
  expect(callsOf(cloud).filter((call) => !listed.includes(call))).toEqual([]);
});

/** A cloud without a client yet has a table and no calls; from its first call on the table may promise no more. */
test.for(clouds)('$table.provider: no right is asked for that no call needs', (cloud) => {
  const made = callsOf(cloud);
  if (made.length === 0) return;
  const listed = cloud.table.calls.map(({ call }) => call);
  expect(listed.filter((call) => !made.includes(call) && cloud.alongside[call] === undefined)).toEqual([]);
});

test('finds the calls of a client', () => {
  const [aws, azure, gcp] = clouds;
  expect(aws?.callsIn('client.send(new RunInstancesCommand(request)); new sdk.GetServiceQuotaCommand(which)')).toEqual([
    'RunInstances',
    'GetServiceQuota',
  ]);
  expect(
    azure?.callsIn('const vms = arm.virtualMachines;\nvms.get(it); c.virtualMachines.beginStart(it); c.usage.list(at)'),
  ).toEqual(['virtualMachines.get', 'virtualMachines.start', 'usage.list']);
  expect(
    gcp?.callsIn(
      "const used = {\n  Instances: [\n    ...['AggregatedList', 'Get'],\n    ...['SetLabels'],\n  ],\n  ZoneOperations: ['Wait'],\n};\n",
    ),
  ).toEqual(['instances.aggregatedList', 'instances.get', 'instances.setLabels', 'zoneOperations.wait']);
});

test.for(clouds.flatMap(({ table }) => table.calls.map((call) => ({ provider: table.provider, ...call }))))(
  '$provider $call says why, and where that was read',
  ({ call, why, source, permissions }) => {
    expect(why).toMatch(/^[a-z].*[^.]$/);
    expect(source.at).toMatch(/^https:\/\/\S+$/);
    expect(source.checked).toMatch(/^2026-11-2\d$/);
    // Anybody may ask what they may do.
    expect(permissions.length > 0).toBe(call !== 'instances.testIamPermissions');
  },
);

test.for(clouds)('$table.provider lists no call twice', ({ table: { calls } }) => {
  const names = calls.map(({ call }) => call);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
