import { createClock } from '../../src/system/clock.ts';
import { fakeTemplate, startFakeGcp } from '../fakes/gcp/server.ts';
import { testSdkLoads } from './support/sdk-loads.ts';

testSdkLoads({
  kind: 'gcp',
  listCalls: ['Instances.AggregatedList'],
  firstPort: 61_060,
  async open() {
    const fake = await startFakeGcp({ clock: createClock(), speed: 200 });
    const where = 'project: inference-prod, region: europe-west4, zones: [europe-west4-a]';
    const settings = `{ provider: gcp, ${where}, machines: [a3-highgpu-8g], launch: { instanceTemplate: ${fakeTemplate} }, endpoint: "${fake.url}" }`;
    return { settings, calls: fake.calls, close: () => fake.close() };
  },
});
