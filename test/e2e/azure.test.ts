import { createClock } from '../../src/system/clock.ts';
import { fakeSite, fakeToken, startFakeAzure, startFakeIdentity } from '../fakes/azure/server.ts';
import { testSdkLoads } from './support/sdk-loads.ts';

testSdkLoads({
  kind: 'azure',
  listCalls: ['VirtualMachines_List', 'NetworkInterfaces_List', 'Disks_ListByResourceGroup'],
  firstPort: 61_040,
  async open() {
    const azure = await startFakeAzure({ clock: createClock(), speed: 200 });
    const { launch, region, resourceGroup, subscription } = fakeSite;
    const settings = [
      ...[`provider: azure, region: ${region}, subscription: ${subscription}, resourceGroup: ${resourceGroup}`],
      ...[`machines: [Standard_NC40ads_H100_v5], launch: { image: ${launch.image}, subnet: ${launch.subnet} }`],
      `endpoint: "${azure.url}"`,
    ];
    const { env } = await startFakeIdentity();
    return {
      settings: `{ ${settings.join(', ')} }`,
      ...{ env, secret: fakeToken, calls: azure.calls, close: () => azure.close() },
    };
  },
});
