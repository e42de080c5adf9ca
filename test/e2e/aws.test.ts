import { createClock } from '../../src/system/clock.ts';
import { fakeTemplate, startFakeEc2 } from '../fakes/aws/server.ts';
import { testSdkLoads } from './support/sdk-loads.ts';

const secret = 'not-to-be-shown';
const env = {
  ...{ AWS_ACCESS_KEY_ID: 'AKIAFAKE', AWS_SECRET_ACCESS_KEY: secret, AWS_EC2_METADATA_DISABLED: 'true' },
  ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
};

testSdkLoads({
  kind: 'aws',
  listCalls: ['DescribeInstances'],
  firstPort: 61_020,
  async open() {
    const ec2 = await startFakeEc2({ clock: createClock(), speed: 200 });
    const settings = `{ provider: aws, region: us-east-1, zones: [us-east-1a], machines: [p5.48xlarge], launch: { template: ${fakeTemplate} }, endpoint: "${ec2.url}" }`;
    return { settings, env, secret, calls: ec2.calls, close: () => ec2.close() };
  },
});
