import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClock } from '../../src/system/clock.ts';
import { type FakeEc2, fakeTemplate, startFakeEc2 } from '../fakes/aws/server.ts';
import { type Ended, root, spawnGodwit } from './support/spawn-godwit.ts';

const clock = createClock();
const dir = mkdtempSync(join(tmpdir(), 'godwit-e2e-aws-'));
const paths = { here: join(dir, 'here.yaml'), cloud: join(dir, 'cloud.yaml'), trace: join(dir, 'loads') };
let ec2: FakeEc2;

/** The SDK's own chain has what it needs in the environment and asks nobody else. */
const env = {
  ...{ AWS_ACCESS_KEY_ID: 'AKIAFAKE', AWS_SECRET_ACCESS_KEY: 'fake', AWS_EC2_METADATA_DISABLED: 'true' },
  ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
};

beforeAll(async () => {
  ec2 = await startFakeEc2({ clock, speed: 200 });
  const here = `version: 1
state: { dir: state }
sites:
  oslo: { provider: local, ports: 61020-61023 }
  paris: { provider: local, ports: 61024-61027 }
deployments:
  chat: { model: tiny, command: [sleep, "1"], sites: { oslo: {}, paris: { replicas: 1, standby: cold } } }
traffic: { listen: "127.0.0.1:0" }
`;
  writeFileSync(paths.here, here, { mode: 0o600 });
  const cloud = here
    .replace('dir: state', 'dir: state-of-cloud')
    .replace(
      'paris: { provider: local, ports: 61024-61027 }',
      `paris: { provider: aws, region: us-east-1, zones: [us-east-1a], machines: [p5.48xlarge], launch: { template: ${fakeTemplate} }, endpoint: "${ec2.url}" }`,
    );
  writeFileSync(paths.cloud, cloud, { mode: 0o600 });
});
afterAll(async () => {
  await ec2.close();
  rmSync(dir, { recursive: true, force: true });
});

async function traced(config: string, argv: readonly string[]): Promise<{ ended: Ended; sdk: readonly string[] }> {
  writeFileSync(paths.trace, '');
  const nodeArgs = ['--import', join(root, 'test/e2e/support/trace-loads.mjs')];
  const ended = await spawnGodwit([...argv, '--config', config], {
    nodeArgs,
    env: { ...env, TRACE_LOADS: paths.trace },
  });
  const loaded = readFileSync(paths.trace, 'utf8').split('\n');
  expect(loaded.some((url) => url.includes('/providers/'))).toBe(true);
  return { ended, sdk: loaded.filter((url) => /node_modules\/(@aws-sdk|@smithy)\//.test(url)) };
}

test.for([['status'], ['config', 'validate'], ['plan', 'failover', 'chat'], ['failover', 'chat', '--yes']])(
  'no SDK is loaded where no cloud is configured: %s',
  async (argv) => {
    expect((await traced(paths.here, argv)).sdk).toEqual([]);
  },
);

test.for([['config', 'validate'], ['status']])('nor where one is, while nothing is asked of it: %s', async (argv) => {
  const before = ec2.calls.length;
  expect((await traced(paths.cloud, argv)).sdk).toEqual([]);
  expect(ec2.calls.slice(before)).toEqual([]);
});

test('a preview of a start asks the cloud, with the SDK', async () => {
  const before = ec2.calls.length;
  expect((await traced(paths.cloud, ['plan', 'start', 'chat', '--site', 'paris'])).sdk.length).toBeGreaterThan(0);
  expect(new Set(ec2.calls.slice(before))).toEqual(new Set(['DescribeInstances']));
});
