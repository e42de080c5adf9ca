import { expect, test } from 'vitest';
import { createSeededRandom } from '../../src/testkit/seeded-random.ts';
import { answers, type Fault } from '../fakes/aws/faults.ts';
import { deleteAll, startAtLast } from '../providers/aws/support/lost-replies.ts';
import { type AwsSite, makeAwsSite } from '../providers/aws/support/site.ts';
import { createFastClock } from '../providers/support/fast-clock.ts';

/** A minute is 600 ms here: what only time settles is waited for too. */
const clock = createFastClock(100);

const offers = [
  'p5.48xlarge us-east-1a',
  'p5.48xlarge us-east-1b',
  'p4d.24xlarge us-east-1a',
  'p4d.24xlarge us-east-1b',
];

/** What a schedule is made of; every choice comes from its seed. */
interface Schedule {
  readonly lagMs: number;
  readonly soldOut: readonly string[];
  readonly failingLate: readonly string[];
  readonly faults: readonly Fault[];
  /** After which tries the process is killed, so that another session goes on, under the next epoch. */
  readonly crashes: readonly boolean[];
}

/** The first reply to a launch is always lost after the machine was made. At least one offer can be had. */
function draw(seed: number): Schedule {
  const random = createSeededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.next() * from.length)] as T;
  const free = pick(offers);
  const others = offers.filter((offer) => offer !== free);
  const lost = (): Fault['answer'] => pick(['drop', 'drop', 'hang', answers.internal]);
  const more: Fault[] = Array.from({ length: Math.floor(random.next() * 4) }, () => ({
    action: pick(['RunInstances', 'DescribeInstances', 'CreateTags']),
    when: pick(['before', 'after']),
    answer: pick(['drop', answers.throttled, answers.internal]),
  }));
  // A refusal after it was done is no answer that EC2 gives.
  const honest = more.filter(({ when, answer }) => when === 'before' || answer !== answers.throttled);
  return {
    lagMs: pick([0, 0, 2000, 10_000]),
    soldOut: others.filter(() => random.next() < 0.3),
    failingLate: others.filter(() => random.next() < 0.25),
    faults: [{ action: 'RunInstances', when: 'after', answer: lost() }, ...honest],
    crashes: Array.from({ length: 60 }, () => random.next() < 0.5),
  };
}

/** Waits for what becomes of a launch that was accepted. */
async function comesUp({ ec2: { region } }: AwsSite, id: string): Promise<boolean> {
  const machine = region.machines.find(({ terms }) => terms.id === id);
  for (;;) {
    const state = machine && region.stateOf(machine);
    if (state !== 'pending') return state === 'running';
    await clock.sleep(500, new AbortController().signal);
  }
}

async function run(seed: number): Promise<void> {
  const site = await makeAwsSite({ clock, speed: 2 });
  const { region, fault, billed } = site.ec2;
  const schedule = draw(seed);
  region.lagMs = schedule.lagMs;
  for (const offer of schedule.soldOut) region.soldOut.add(offer);
  for (const offer of schedule.failingLate) region.failingLate.set(offer, 'Server.InsufficientInstanceCapacity');
  for (const each of schedule.faults) fault(each);
  try {
    const session = await startAtLast(site, { ...schedule, pauseMs: 2000, comesUp: (id) => comesUp(site, id) });
    expect(billed()).toHaveLength(1);
    await deleteAll(site, session, 500);
    expect(billed()).toEqual([]);
    await session.close();
  } finally {
    await site.dispose();
  }
}

const seeds = Array.from({ length: 200 }, (_, index) => index + 1);
const groups = seeds.filter((seed) => seed % 10 === 1).map((first) => ({ first, last: first + 9 }));

test.for(groups)(
  'a lost reply to a launch leaves one machine, then none: seeds $first to $last',
  async ({ first, last }) => {
    const runs = seeds.slice(first - 1, last).map((seed) =>
      run(seed).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      }),
    );
    await Promise.all(runs);
  },
);
