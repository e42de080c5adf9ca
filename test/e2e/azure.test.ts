import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClock } from '../../src/system/clock.ts';
import { type FakeAzure, fakeSite, fakeToken, startFakeAzure, startFakeIdentity } from '../fakes/azure/server.ts';
import { createSdkLoads, type SdkLoads } from './support/sdk-loads.ts';

let azure: FakeAzure;
let loads: SdkLoads;

beforeAll(async () => {
  azure = await startFakeAzure({ clock: createClock(), speed: 200 });
  const { launch, region, resourceGroup, subscription } = fakeSite;
  const settings = [
    ...[`provider: azure, region: ${region}, subscription: ${subscription}, resourceGroup: ${resourceGroup}`],
    ...[`machines: [Standard_NC40ads_H100_v5], launch: { image: ${launch.image}, subnet: ${launch.subnet} }`],
    `endpoint: "${azure.url}"`,
  ];
  const { env } = await startFakeIdentity();
  loads = createSdkLoads({ firstPort: 61040, site: `{ ${settings.join(', ')} }`, env });
});
afterAll(async () => {
  await azure.close();
  loads.remove();
});

test.for([['config', 'validate'], ['status']])('no SDK is loaded while nothing is asked of Azure: %s', async (argv) => {
  const { ended, sdk } = await loads.traced('cloud', argv);
  expect([ended.code, sdk], ended.stderr).toEqual([0, []]);
  expect(azure.calls).toEqual([]);
});

test('a preview of a start asks Azure, with the SDK, and shows no token', async () => {
  const { ended, sdk } = await loads.traced('cloud', ['plan', 'start', 'chat', '--site', 'paris']);
  expect(sdk.some((url) => url.includes('/@azure/arm-compute/'))).toBe(true);
  expect(new Set(azure.calls)).toEqual(
    new Set(['VirtualMachines_List', 'NetworkInterfaces_List', 'Disks_ListByResourceGroup']),
  );
  expect(JSON.stringify(ended)).not.toContain(fakeToken);
});
