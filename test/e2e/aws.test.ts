import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClock } from '../../src/system/clock.ts';
import { type FakeEc2, fakeTemplate, startFakeEc2 } from '../fakes/aws/server.ts';
import { createSdkLoads, type SdkLoads } from './support/sdk-loads.ts';

let ec2: FakeEc2;
let loads: SdkLoads;

/** The SDK's own chain has what it needs in the environment and asks nobody else. */
const env = {
  ...{ AWS_ACCESS_KEY_ID: 'AKIAFAKE', AWS_SECRET_ACCESS_KEY: 'fake', AWS_EC2_METADATA_DISABLED: 'true' },
  ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
};

beforeAll(async () => {
  ec2 = await startFakeEc2({ clock: createClock(), speed: 200 });
  const site = `{ provider: aws, region: us-east-1, zones: [us-east-1a], machines: [p5.48xlarge], launch: { template: ${fakeTemplate} }, endpoint: "${ec2.url}" }`;
  loads = createSdkLoads({ firstPort: 61020, site, env });
});
afterAll(async () => {
  await ec2.close();
  loads.remove();
});

test.for([['status'], ['config', 'validate'], ['plan', 'failover', 'chat'], ['failover', 'chat', '--yes']])(
  'no SDK is loaded where no cloud is configured: %s',
  async (argv) => {
    expect((await loads.traced('here', argv)).sdk).toEqual([]);
  },
);

test.for([['config', 'validate'], ['status']])('nor where one is, while nothing is asked of it: %s', async (argv) => {
  const before = ec2.calls.length;
  expect((await loads.traced('cloud', argv)).sdk).toEqual([]);
  expect(ec2.calls.slice(before)).toEqual([]);
});

test('a preview of a start asks the cloud, with the SDK', async () => {
  const before = ec2.calls.length;
  const { sdk } = await loads.traced('cloud', ['plan', 'start', 'chat', '--site', 'paris']);
  expect(sdk.length).toBeGreaterThan(0);
  expect(new Set(ec2.calls.slice(before))).toEqual(new Set(['DescribeInstances']));
});
