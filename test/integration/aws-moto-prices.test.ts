import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { RebalancePlan } from '../../src/model/rebalance-plan.ts';
import { createClock } from '../../src/system/clock.ts';
import { freePortRanges, until } from '../driver/local-world.ts';
import { root, spawnGodwit } from '../e2e/support/spawn-godwit.ts';
import { answers } from '../fakes/aws/faults.ts';
import { type Ec2Proxy, openProxy } from './moto/proxy.ts';
import { type Account, type Moto, startMoto } from './moto/server.ts';
import { startProgram } from './support/program.ts';
import { killAll } from './support/program-world.ts';

/** The SDK's own chain has what it needs in the environment and asks nobody else. */
const env = {
  ...{ AWS_ACCESS_KEY_ID: 'AKIAFAKE', AWS_SECRET_ACCESS_KEY: 'fake', AWS_EC2_METADATA_DISABLED: 'true' },
  ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
};
const limitMs = 60_000;

const dir = mkdtempSync(join(tmpdir(), 'godwit-moto-'));
const path = join(dir, 'godwit.yaml');
let moto: Moto;
let account: Account;
let proxy: Ec2Proxy;

beforeAll(async () => {
  moto = await startMoto();
  account = await moto.openAccount();
  proxy = await openProxy({ moto: moto.url, account: account.id, clock: createClock() });
  const [gateway = 0, oslo = 0] = await freePortRanges(2);
  const words = ['model-server', '--port', '${port}', '--model', '${model}', '--name', basename(dir)];
  const text = `version: 1
state: { dir: state }
sites:
  oslo: { provider: local, ports: ${oslo}-${oslo + 3} }
  virginia:
    provider: aws
    region: us-east-1
    zones: [us-east-1a, us-east-1b]
    machines: [p5.48xlarge]
    market: [spot]
    launch: { template: ${account.template} }
    endpoint: "${proxy.url}"
    capacity:
      - { accelerator: H100, market: spot, count: 64, price: { source: provider } }
deployments:
  chat:
    model: tiny
    command: ${JSON.stringify([process.execPath, join(root, 'bin/godwit.js'), ...words])}
    probe: { every: 500ms, timeout: 3s }
    sites:
      oslo: { rated: { requestsPerSecond: 10 }, price: { amount: 3, currency: USD, per: hour } }
      virginia: { standby: cold, rated: { requestsPerSecond: 10 }, use: H100:8 }
    failover: { proof: { completions: 2 } }
traffic: { listen: "127.0.0.1:${gateway}" }
rebalance: { constraints: { survive: off, headroom: 0% }, demand: { chat: 5rps } }
`;
  writeFileSync(path, text, { mode: 0o600 });
  return async () => {
    await until(() => killAll(basename(dir)) === 0, `the processes of ${dir} gone`);
    await proxy.close();
    account.close();
    await moto.close();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  };
});

type Told = Omit<RebalancePlan, 'outcome'> & Record<string, unknown>;

async function planned(): Promise<Told> {
  const { stdout, stderr } = await spawnGodwit(['plan', 'rebalance', '-o', 'json', '--config', path], { env, limitMs });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Told;
}

test('a plan compares what is written with what EC2 says of spot machines now; without a word of it there is none', async () => {
  const run = startProgram(['run', '--config', path], { env: { ...process.env, ...env } });
  onTestFinished(async () => {
    run.kill('SIGKILL');
    await run.ended;
  });
  await run.says(/automatic start done/, limitMs);
  await until(async () => (await planned())['outcome'] === 'plan', 'all settled', limitMs);
  const beganAtMs = Date.now();
  const plan = await planned();
  const [oslo, virginia] = plan.prices;
  expect(oslo).toMatchObject({ pool: 'oslo/chat', usdPerHour: 3, from: 'config' });
  // moto has one price for every machine: 0.00001 dollars; a p5.48xlarge has eight H100.
  expect(virginia).toMatchObject({
    ...{ pool: 'virginia/H100/spot', usdPerHour: 0.00001 / 8, from: 'provider', provider: 'aws' },
    offer: 'p5.48xlarge us-east-1a spot',
  });
  expect(virginia?.asOfMs).toBeGreaterThanOrEqual(beganAtMs);
  expect(virginia?.asOfMs).toBeLessThanOrEqual(plan.atMs);
  expect(plan['changes']).toMatchObject([{ site: 'oslo' }, { site: 'virginia', replicas: { before: 0, after: 1 } }]);
  proxy.fault({ action: 'DescribeSpotPriceHistory', when: 'before', answer: answers.internal, times: 20 });
  expect(await planned()).toMatchObject({
    outcome: 'skipped',
    reasons: [
      {
        ...{ code: 'PriceUnknown', deployment: 'chat', site: 'virginia' },
        message: 'nobody says what H100 spot costs at virginia: aws says no price of p5.48xlarge us-east-1a spot',
      },
    ],
  });
  expect(await account.machines(), 'nothing was started').toEqual([]);
});
