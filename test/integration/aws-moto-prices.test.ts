import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { RebalancePlan } from '../../src/model/rebalance-plan.ts';
import { until } from '../driver/local-world.ts';
import { answers } from '../fakes/aws/faults.ts';
import { type MotoWorld, openMotoWorld } from './moto/world.ts';

const limitMs = 60_000;
let world: MotoWorld;

beforeAll(async () => {
  const price = 'price: { amount: 3, currency: USD, per: hour }';
  world = await openMotoWorld({
    virginia: [
      'market: [spot]',
      'capacity: [{ accelerator: H100, market: spot, count: 64, price: { source: provider } }]',
    ],
    sites: `{
      oslo: { rated: { requestsPerSecond: 10 }, ${price} },
      virginia: { standby: cold, rated: { requestsPerSecond: 10 }, use: H100:8 } }`,
    failover: '{ proof: { completions: 2 } }',
    rebalance: '{ constraints: { survive: off, headroom: 0% }, demand: { chat: 5rps } }',
    limitMs,
  });
  return () => world.close();
});

type Told = Omit<RebalancePlan, 'outcome'> & Record<string, unknown>;

async function planned(): Promise<Told> {
  const { stdout, stderr } = await world.godwit('plan', 'rebalance', '-o', 'json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Told;
}

test('a plan compares what is written with what EC2 says of spot machines now; without a word of it there is none', async () => {
  const run = await world.startRun();
  onTestFinished(async () => {
    run.kill('SIGKILL');
    await run.ended;
  });
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
  world.proxy.fault({ action: 'DescribeSpotPriceHistory', when: 'before', answer: answers.internal, times: 20 });
  expect(await planned()).toMatchObject({
    outcome: 'skipped',
    reasons: [
      {
        ...{ code: 'PriceUnknown', deployment: 'chat', site: 'virginia' },
        message:
          'nobody says what H100 spot costs at virginia: aws says no price of p5.48xlarge us-east-1a spot: spot prices could not be read',
      },
    ],
  });
  expect(await world.account.machines(), 'nothing was started').toEqual([]);
});
