import { expect, test } from 'vitest';
import type { WriteCall } from '../../src/ports/call.ts';
import type { Provider } from '../../src/ports/provider.ts';
import { createSeededRandom } from '../../src/testkit/seeded-random.ts';
import type { LateFailure } from '../fakes/azure/group.ts';
import type { Flavour } from '../fakes/azure/operations.ts';
import { answers, type Fault } from '../fakes/azure/server.ts';
import { type AzureSite, launch, makeAzureSite } from '../providers/azure/support/site.ts';
import { createFastClock } from '../providers/support/fast-clock.ts';

/** A minute is 600 ms here: what only time settles is waited for too. */
const clock = createFastClock(100);

const offers = [
  'Standard_ND96isr_H100_v5 1',
  'Standard_ND96isr_H100_v5 2',
  'Standard_NC40ads_H100_v5 1',
  'Standard_NC40ads_H100_v5 2',
];
const request = { deployment: 'chat', model: 'tiny', slot: 0, launch };

/** What a schedule is made of; every choice comes from its seed. */
interface Schedule {
  readonly lagMs: number;
  readonly flavour: Flavour;
  readonly retryAfter: string | undefined;
  readonly soldOut: readonly string[];
  readonly failingLate: readonly (readonly [string, LateFailure])[];
  readonly faults: readonly Fault[];
  /** After which tries the process is killed, so that another session goes on, under the next epoch. */
  readonly crashes: readonly ('none' | 'here' | 'elsewhere')[];
}

/** The first reply to a create is always lost after the machine was made. At least one offer can be had. */
function draw(seed: number): Schedule {
  const random = createSeededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.next() * from.length)] as T;
  const free = pick(offers);
  const others = offers.filter((offer) => offer !== free);
  const lost = (): Fault['answer'] => pick(['drop', 'drop', 'hang', answers.internal]);
  const more: Fault[] = Array.from({ length: Math.floor(random.next() * 5) }, () => ({
    action: pick([
      ...['VirtualMachines_CreateOrUpdate', 'VirtualMachines_Get', 'VirtualMachines_List', 'VirtualMachines_Update'],
      ...['VirtualMachines_Delete', 'Operations_Get', 'NetworkInterfaces_Delete', 'Disks_Delete'],
    ]),
    when: pick(['before', 'after']),
    answer: pick(['drop', answers.throttled, answers.internal]),
  }));
  // A refusal after it was done is no answer that Azure gives.
  const honest = more.filter(({ when, answer }) => when === 'before' || answer !== answers.throttled);
  return {
    lagMs: pick([0, 0, 2000, 10_000]),
    flavour: pick(['azure-async', 'location']),
    retryAfter: pick([undefined, '1', '10']),
    soldOut: others.filter(() => random.next() < 0.3),
    failingLate: others
      .filter(() => random.next() < 0.3)
      .map((offer) => [offer, { code: 'ZonalAllocationFailed', leaves: pick(['machine', 'siblings']) }]),
    faults: [{ action: 'VirtualMachines_CreateOrUpdate', when: 'after', answer: lost() }, ...honest],
    crashes: Array.from({ length: 60 }, () => pick(['none', 'none', 'here', 'elsewhere'])),
  };
}

function call(key: string, epoch: number): WriteCall {
  const deadlineAtMonoMs = clock.monoMs() + 40_000;
  return { signal: new AbortController().signal, deadlineAtMonoMs, operationId: 'op-1', epoch, idempotencyKey: key };
}

/** Asks until a machine of the key runs, as the engine does: whatever the answer was, look, and ask again for the same. */
async function startAtLast(site: AzureSite, { crashes }: Schedule): Promise<Provider> {
  let session = await site.open();
  let epoch = 1;
  const said: string[] = [];
  for (const crash of crashes) {
    const reply = await session.start(request, call('op-1/0/0', epoch));
    said.push(reply.kind === 'done' ? 'done' : `${reply.error.code}: ${reply.error.message}`);
    expect(site.azure.group.billedMachines().length, 'never a second machine').toBeLessThanOrEqual(1);
    if (crash !== 'none') {
      await session.close();
      session = await site.openWith({ elsewhere: crash === 'elsewhere' });
      epoch += 1;
    }
    if (reply.kind === 'done' && (await comesUp(site))) return session;
    await clock.sleep(2000, new AbortController().signal);
  }
  throw new Error(`nothing was started: ${said.join(' | ')}`);
}

/** Waits for what becomes of a launch that was accepted. */
async function comesUp({ azure: { group } }: AzureSite): Promise<boolean> {
  for (;;) {
    const states = group.machines.flatMap((each) => each.at(group.nowMs()) ?? []);
    if (!states.some(({ provisioning }) => provisioning === 'Creating'))
      return states.some(({ power }) => power === 'running');
    await clock.sleep(500, new AbortController().signal);
  }
}

async function run(seed: number): Promise<void> {
  const site = await makeAzureSite({ clock, speed: 4 });
  const { group, operations, fault } = site.azure;
  const schedule = draw(seed);
  group.lagMs = schedule.lagMs;
  Object.assign(operations, { flavour: schedule.flavour, retryAfter: schedule.retryAfter });
  for (const offer of schedule.soldOut) group.soldOut.add(offer);
  for (const [offer, late] of schedule.failingLate) group.failingLate.set(offer, late);
  for (const each of schedule.faults) fault(each);
  try {
    const session = await startAtLast(site, schedule);
    expect(group.billedMachines()).toHaveLength(1);
    // The machine, its disk and its network interface: nothing of a launch that failed before is left beside them.
    expect(group.billed()).toHaveLength(3);
    for (let tries = 0; group.billed().length > 0 && tries < 20; tries += 1) {
      const sight = await session.list({ deployment: 'chat' }, call('', 99));
      const replicas = sight.kind === 'seen' ? sight.value : [];
      for (const replica of replicas) await session.stop(replica, 'delete', call('op-2/0', 99));
    }
    expect(group.billed()).toEqual([]);
    await session.close();
  } finally {
    await site.dispose();
  }
}

const seeds = Array.from({ length: 200 }, (_, index) => index + 1);
const groups = seeds.filter((seed) => seed % 20 === 1).map((first) => ({ first, last: first + 19 }));

test.for(groups)(
  'a lost reply to a create leaves one machine, then nothing: seeds $first to $last',
  async ({ first, last }) => {
    const runs = seeds.slice(first - 1, last).map((seed) =>
      run(seed).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      }),
    );
    await Promise.all(runs);
  },
);
