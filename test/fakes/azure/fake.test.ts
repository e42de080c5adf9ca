import { ComputeManagementClient, type VirtualMachine } from '@azure/arm-compute';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClock } from '../../../src/system/clock.ts';
import { type FakeAzure, fakeSite, fakeToken, startFakeAzure } from './server.ts';
import { operations, routeOf } from './spec.ts';

let azure: FakeAzure;
let client: ComputeManagementClient;
beforeEach(async () => {
  azure = await startFakeAzure({ clock: createClock(), speed: 200 });
  client = clientOf(fakeToken);
});
afterEach(() => azure.close());

/** As the SDK is, with its own credential policy: only the scheme is changed on the way out. */
function clientOf(token: string): ComputeManagementClient {
  const inner = createDefaultHttpClient();
  const httpClient: HttpClient = {
    sendRequest(request) {
      const url = request.url.replace(/^https:/, 'http:');
      return inner.sendRequest({ ...request, url, allowInsecureConnection: true });
    },
  };
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const endpoint = azure.url.replace('http:', 'https:');
  return new ComputeManagementClient(credential, fakeSite.subscription, {
    ...{ endpoint, httpClient, retryOptions: { maxRetries: 0 } },
  });
}

const group = fakeSite.resourceGroup;

function machineOf(change: Partial<VirtualMachine> = {}): VirtualMachine {
  return {
    ...{ location: fakeSite.region, tags: { a: 'b' }, zones: ['1'], hardwareProfile: { vmSize: 'Standard_D2s_v5' } },
    storageProfile: {
      imageReference: { id: fakeSite.launch.image },
      osDisk: { name: 'disk', createOption: 'FromImage', deleteOption: 'Delete' },
    },
    networkProfile: {
      networkApiVersion: '2022-11-01',
      networkInterfaceConfigurations: [
        {
          ...{ name: 'nic', deleteOption: 'Delete' },
          ipConfigurations: [{ name: 'main', subnet: { id: fakeSite.launch.subnet } }],
        },
      ],
    },
    ...change,
  };
}

test.for(['azure-async', 'location'] as const)(
  'the SDK’s own poller follows a create and a delete by %s',
  async (flavour) => {
    azure.operations.flavour = flavour;
    const made = await client.virtualMachines.createOrUpdate(group, 'vm', machineOf(), { updateIntervalInMs: 5 });
    expect(made).toMatchObject({ name: 'vm', tags: { a: 'b' }, zones: ['1'] });
    const seen = await client.virtualMachines.get(group, 'vm', { expand: 'instanceView' });
    expect(seen.provisioningState).toBe('Succeeded');
    expect(seen.instanceView?.statuses?.map(({ code }) => code)).toEqual([
      'ProvisioningState/succeeded',
      'PowerState/running',
    ]);
    await client.virtualMachines.delete(group, 'vm', { updateIntervalInMs: 5 });
    expect(azure.group.billed()).toEqual([]);
  },
);

test('what stays behind depends on what was asked for', async () => {
  const profile = {
    imageReference: { id: fakeSite.launch.image },
    osDisk: { name: 'disk', createOption: 'FromImage' },
  };
  const wanted = machineOf({ storageProfile: profile });
  await client.virtualMachines.createOrUpdate(group, 'vm', wanted, { updateIntervalInMs: 5 });
  await client.virtualMachines.delete(group, 'vm', { updateIntervalInMs: 5 });
  expect(azure.group.billed()).toEqual(['disks disk']);
  await client.disks.delete(group, 'disk', { updateIntervalInMs: 5 });
  expect(azure.group.billed()).toEqual([]);
});

test('a create with If-None-Match makes and never changes', async () => {
  await client.virtualMachines.createOrUpdate(group, 'vm', machineOf(), { updateIntervalInMs: 5, ifNoneMatch: '*' });
  const again = client.virtualMachines.createOrUpdate(group, 'vm', machineOf(), { ifNoneMatch: '*' });
  await expect(again.submitted()).rejects.toMatchObject({ statusCode: 412 });
  const change = client.virtualMachines.update(group, 'vm', { tags: {} }, { ifMatch: 'older' });
  await expect(change.submitted()).rejects.toMatchObject({ statusCode: 412 });
});

test('a create that goes on is canceled by a deletion', async () => {
  let address = '';
  const poller = client.virtualMachines.createOrUpdate(group, 'vm', machineOf(), {
    onResponse: ({ headers }) => {
      address = headers.get('azure-asyncoperation') ?? address;
    },
  });
  await poller.submitted();
  await client.virtualMachines.delete(group, 'vm').submitted();
  const answer = await fetch(address.replace('https:', 'http:'), { headers: { authorization: `Bearer ${fakeToken}` } });
  expect(await answer.json()).toMatchObject({ status: 'Canceled', error: { code: 'OperationPreempted' } });
  expect(address.length).toBeGreaterThan(3900);
});

test('what the specification has and the fake has not is answered 501, what it has not 400 or 404', async () => {
  const notModelled = { code: 'NotModelled', statusCode: 501 };
  await expect(client.virtualMachines.powerOff(group, 'vm').submitted()).rejects.toMatchObject(notModelled);
  await expect(client.virtualMachines.instanceView(group, 'vm')).rejects.toMatchObject(notModelled);
  const forced = client.virtualMachines.delete(group, 'vm', { forceDeletion: true });
  await expect(forced.submitted()).rejects.toMatchObject(notModelled);
  const ask = async (path: string, method = 'GET', body?: object, token = fakeToken) => {
    const answer = await fetch(`${azure.url}/subscriptions/${fakeSite.subscription}${path}`, {
      ...{ method, headers: { authorization: `Bearer ${token}` } },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { error } = (await answer.json()) as { readonly error: { readonly code: string; readonly message: string } };
    return [answer.status, error.code, error.message] as const;
  };
  const vm = `/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/vm`;
  expect((await ask(vm)).slice(0, 2)).toEqual([400, 'MissingApiVersionParameter']);
  expect((await ask(`${vm}?api-version=1&$select=a`)).slice(0, 2)).toEqual([400, 'InvalidParameter']);
  expect((await ask('/providers/Microsoft.Compute/coffee?api-version=1')).slice(0, 2)).toEqual([404, 'NotFound']);
  expect((await ask(`${vm}?api-version=1`, 'GET', undefined, 'another')).slice(0, 2)).toEqual([
    401,
    'AuthenticationFailed',
  ]);
  const bad = { location: fakeSite.region, properties: { hardwareProfile: { vmsize: 'a' } } };
  expect(await ask(`${vm}?api-version=1`, 'PUT', bad)).toEqual([
    400,
    'InvalidRequestContent',
    'The request content was invalid: .properties.hardwareProfile.vmsize is not known',
  ]);
  expect((await ask(`${vm}?api-version=1`, 'PUT', { location: 1 }))[2]).toContain('.location: no text');
  expect((await ask(`${vm}?api-version=1`, 'PUT', {}))[2]).toContain('.location is required');
});

test('only what is newer than the specification is added to it', () => {
  const { requestBody, serializer } = operations.VirtualMachines_CreateOrUpdate;
  expect(requestBody?.mapper.type.className).toBe('VirtualMachine');
  // The day it has them itself, the addition is to go.
  const nic = serializer.modelMappers['VirtualMachineNetworkInterfaceConfiguration'];
  expect(Object.keys(nic?.type.modelProperties ?? {})).not.toContain('tags');
});

test('paths are matched as Azure does, without regard to case', () => {
  const path = `/subscriptions/s/resourcegroups/g/providers/microsoft.compute/virtualmachines/vm`;
  expect(routeOf('GET', path)).toMatchObject({ operation: 'VirtualMachines_Get', values: { vmName: 'vm' } });
  expect(routeOf('POST', path)).toBeUndefined();
});
