import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { aws } from '../../src/providers/aws/index.ts';
import { cloudContract, providerContract } from '../../src/testkit/provider-contract.ts';
import { createSeededRandom } from '../../src/testkit/seeded-random.ts';
import { until } from '../driver/local-world.ts';
import { answers, type Fault } from '../fakes/aws/faults.ts';
import { deleteAll, request, startAtLast, startKey } from '../providers/aws/support/lost-replies.ts';
import { type Moto, startMoto } from './moto/server.ts';
import { type MotoSite, makeMotoSite } from './moto/site.ts';
import type { StartOrder } from './support/start-aws.ts';

let moto: Moto;
beforeAll(async () => {
  moto = await startMoto();
  return moto.close;
});

/** moto has no sold out offers to show, announces nothing and withdraws no right: those are asked of the fake region. */
const never = { offers: 'no', notices: 'no', accessCheck: 'no' } as const;
const ofMoto = { ...aws, capabilities: { ...aws.capabilities, ...never } };

describe.concurrent('the provider aws, against moto', () => {
  const make = () => makeMotoSite(moto);
  for (const { name, run } of [...providerContract(aws, make), ...cloudContract(ofMoto, make)]) test(name, run);
});

/** What a schedule is made of; every choice comes from its seed. */
interface Schedule {
  readonly lagMs: number;
  /** A first process is killed at its launch: when it was sent, or when it was carried out too. */
  readonly killed: 'before' | 'after' | undefined;
  /** What the others meet. */
  readonly faults: readonly Fault[];
  /** After which tries the session ends, and another goes on under the next epoch. */
  readonly crashes: readonly boolean[];
}

function draw(seed: number): Schedule {
  const random = createSeededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.next() * from.length)] as T;
  const killed = pick(['before', 'after', 'after', undefined, undefined] as const);
  const lost: Fault = { action: 'RunInstances', when: 'after', answer: pick(['drop', 'hang', answers.internal]) };
  const more = Array.from({ length: Math.floor(random.next() * 4) }, (): Fault => {
    const action = pick(['RunInstances', 'RunInstances', 'DescribeInstances', 'CreateTags']);
    const answer = pick(['drop', answers.throttled, answers.internal] as const);
    return { action, when: answer === answers.throttled ? 'before' : pick(['before', 'after']), answer };
  });
  const soldOut = Array.from({ length: Math.floor(random.next() * 3) }, (): Fault => {
    return { action: 'RunInstances', when: 'before', answer: answers.soldOut };
  });
  return {
    lagMs: pick([0, 400, 1500]),
    killed,
    faults: [...(killed === undefined ? [...soldOut, lost] : []), ...more],
    crashes: Array.from({ length: 40 }, () => random.next() < 0.5),
  };
}

/** Ends when the process is dead, at the moment the schedule says. */
async function startAndBeKilled({ site, stateDir, proxy, countRunning }: MotoSite, when: 'before' | 'after') {
  proxy.fault({ action: 'RunInstances', when, answer: 'hang' });
  const order: StartOrder = { site, stateDir, request, key: startKey, epoch: 1 };
  const script = join(import.meta.dirname, 'support/start-aws.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  const ended = once(child, 'close');
  await until(
    async () => proxy.calls.includes('RunInstances') && (when === 'before' || (await countRunning()) === 1),
    `a launch ${when === 'before' ? 'sent' : 'carried out'}`,
    60_000,
  ).finally(() => child.kill('SIGKILL'));
  await ended;
  expect(said, 'killed without an answer').toBe('');
  expect(await countRunning()).toBe(when === 'before' ? 0 : 1);
}

async function run(seed: number): Promise<void> {
  const schedule = draw(seed);
  const site = await makeMotoSite(moto);
  const { proxy, account } = site;
  proxy.moods.lagMs = schedule.lagMs;
  try {
    if (schedule.killed !== undefined) await startAndBeKilled(site, schedule.killed);
    for (const fault of schedule.faults) proxy.fault(fault);
    const epoch = schedule.killed === undefined ? 1 : 2;
    const terms = { ...schedule, epoch, limitMs: 2000, pauseMs: 50 };
    const session = await startAtLast(site, { ...terms, comesUp: async () => true });
    expect(await account.billed()).toHaveLength(1);
    await deleteAll(site, session, 50);
    expect(await account.billed()).toEqual([]);
    // One launch is one machine: nothing was made and ended on the way either.
    expect(await account.machines()).toHaveLength(1);
    await session.close();
  } finally {
    await site.dispose();
  }
}

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
const groups = seeds.filter((seed) => seed % 4 === 1).map((first) => ({ first, last: first + 3 }));

test.for(groups)(
  'a lost reply or a killed process leaves one machine at moto, then none: seeds $first to $last',
  async ({ first, last }) => {
    const runs = seeds.slice(first - 1, last).map((seed) =>
      run(seed).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      }),
    );
    await Promise.all(runs);
  },
);
