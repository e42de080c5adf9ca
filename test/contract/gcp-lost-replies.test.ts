import { expect, test } from 'vitest';
import type { WriteCall } from '../../src/ports/call.ts';
import type { Provider } from '../../src/ports/provider.ts';
import { createSeededRandom } from '../../src/testkit/seeded-random.ts';
import { answers, type Fault } from '../fakes/gcp/faults.ts';
import { type GcpSite, launch, makeGcpSite } from '../providers/gcp/support/site.ts';
import { createStepClock } from '../providers/support/step-clock.ts';

const offers = [
  'a3-highgpu-8g europe-west4-a',
  'a3-highgpu-8g europe-west4-b',
  'a2-ultragpu-8g europe-west4-a',
  'a2-ultragpu-8g europe-west4-b',
];
const request = { deployment: 'chat', model: 'tiny', slot: 0, launch };

/** What a schedule is made of; every choice comes from its seed. */
interface Schedule {
  readonly lagMs: number;
  readonly soldOut: readonly string[];
  readonly failingLate: readonly string[];
  readonly faults: readonly Fault[];
  readonly isBootDiskTied: boolean;
  /** After which tries the process is killed, so that another session goes on, under the next epoch. */
  readonly crashes: readonly boolean[];
  /** How long a call may take: some end while the cloud is still at it. */
  readonly patienceMs: number;
}

/** The first reply to a launch is always lost after the machine was asked for. At least one offer can be had. */
function draw(seed: number): Schedule {
  const random = createSeededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.next() * from.length)] as T;
  const free = pick(offers);
  const others = offers.filter((offer) => offer !== free);
  const lost = (): Fault['answer'] => pick(['drop', 'drop', 'hang', 'html', answers.internal]);
  const more: Fault[] = Array.from({ length: Math.floor(random.next() * 5) }, () => ({
    action: pick([
      ...['Instances.Insert', 'Instances.Get', 'Instances.AggregatedList', 'Instances.SetLabels'],
      ...['ZoneOperations.Get', 'Instances.Delete'],
    ]),
    when: pick(['before', 'after']),
    answer: pick(['drop', 'html', answers.throttled, answers.internal]),
  }));
  // A refusal after it was done is no answer that Google gives.
  const honest = more.filter(({ when, answer }) => when === 'before' || answer !== answers.throttled);
  return {
    lagMs: pick([0, 0, 2000, 10_000]),
    soldOut: others.filter(() => random.next() < 0.3),
    failingLate: others.filter(() => random.next() < 0.25),
    faults: [{ action: 'Instances.Insert', when: 'after', answer: lost() }, ...honest],
    isBootDiskTied: random.next() < 0.7,
    crashes: Array.from({ length: 60 }, () => random.next() < 0.5),
    patienceMs: pick([4000, 12_000, 40_000]),
  };
}

function call({ clock }: GcpSite, key: string, epoch: number, withinMs: number): WriteCall {
  const deadlineAtMonoMs = clock.monoMs() + withinMs;
  return { signal: new AbortController().signal, deadlineAtMonoMs, operationId: 'op-1', epoch, idempotencyKey: key };
}

/** Asks until a machine of the key runs, as the engine does: whatever the answer was, look, and ask again for the same. */
async function startAtLast(site: GcpSite, { crashes, patienceMs }: Schedule): Promise<Provider> {
  let session = await site.open();
  let epoch = 1;
  for (const isKilled of crashes) {
    const reply = await session.start(request, call(site, 'op-1/0/0', epoch, patienceMs));
    expect(site.fake.billed().length, 'never a second machine').toBeLessThanOrEqual(1);
    if (isKilled) {
      await session.close();
      session = await site.open();
      epoch += 1;
    }
    if (reply.kind === 'done' && (await comesUp(site, reply.value.id))) return session;
    await site.clock.sleep(2000, new AbortController().signal);
  }
  throw new Error(`nothing was started: ${site.fake.calls.join()}`);
}

/** Waits for what becomes of a launch that was accepted. */
async function comesUp({ clock, fake: { project } }: GcpSite, id: string): Promise<boolean> {
  const machine = project.machines.findLast(({ terms: { name, zone } }) => `${name}.${zone}` === id);
  for (;;) {
    if (machine === undefined || machine.isGoneAt(project.nowMs())) return false;
    if (project.statusOf(machine) === 'RUNNING') return true;
    await clock.sleep(500, new AbortController().signal);
  }
}

async function run(seed: number): Promise<void> {
  const clock = createStepClock();
  const site = await makeGcpSite({ clock, speed: 2, onSilence: () => clock.skip() });
  const { project, fault, billed, disks } = site.fake;
  const schedule = draw(seed);
  project.lagMs = schedule.lagMs;
  project.isBootDiskTied = schedule.isBootDiskTied;
  for (const offer of schedule.soldOut) project.soldOut.add(offer);
  for (const offer of schedule.failingLate) project.failingLate.set(offer, 'ZONE_RESOURCE_POOL_EXHAUSTED');
  for (const each of schedule.faults) fault(each);
  try {
    const session = await startAtLast(site, schedule);
    expect([billed().length, disks().length], 'machines and disks').toEqual([1, 1]);
    for (let tries = 0; billed().length + disks().length > 0 && tries < 20; tries += 1) {
      const sight = await session.list({ deployment: 'chat' }, call(site, '', 99, 40_000));
      const replicas = sight.kind === 'seen' ? sight.value : [];
      for (const replica of replicas) await session.stop(replica, 'delete', call(site, 'op-2/0', 99, 40_000));
      await clock.sleep(2000, new AbortController().signal);
    }
    expect([billed().length, disks().length], 'machines and disks').toEqual([0, 0]);
    await session.close();
  } finally {
    await site.dispose();
  }
}

const seeds = Array.from({ length: 200 }, (_, index) => index + 1);
const groups = seeds.filter((seed) => seed % 20 === 1).map((first) => ({ first, last: first + 19 }));

test.for(groups)(
  'a lost reply to a launch leaves one machine and its disk, then neither: seeds $first to $last',
  async ({ first, last }) => {
    const runs = seeds.slice(first - 1, last).map((seed) =>
      run(seed).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      }),
    );
    await Promise.all(runs);
  },
);
