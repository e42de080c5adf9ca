import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Denial } from '../../../src/model/denial.ts';
import { nameOfOffer } from '../../../src/model/offer.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import { at } from '../../fakes/azure/group.ts';
import { answers, fakeSite } from '../../fakes/azure/server.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { callsOf, done, request } from './support/calls.ts';
import { type AzureSite, makeAzureSite } from './support/site.ts';

/** A minute is three seconds here. */
const clock = createFastClock(20);
const call = callsOf(clock);
const [large, small] = ['Standard_ND96isr_H100_v5', 'Standard_NC40ads_H100_v5'];

/** Longer than the test takes; then it is set back. */
const hours = 3_600_000;

let site: AzureSite;
beforeEach(async () => {
  site = await makeAzureSite({ clock, speed: 2 });
});
afterEach(() => site.dispose());

/** What the offers were that became machines, in order. */
const made = (): readonly string[] =>
  site.azure.group.machines.map(({ terms: { size, zone, market } }) => `${size} ${zone} ${market}`);

const creates = (): number => site.azure.calls.filter((each) => each === 'VirtualMachines_CreateOrUpdate').length;

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadlineMs = clock.monoMs() + 200_000;
  while (!holds()) {
    if (clock.monoMs() > deadlineMs) throw new Error(`waited in vain until ${what}`);
    await clock.sleep(500, new AbortController().signal);
  }
}

/** The power or provisioning state of the machine that was made last. */
const stateOf = () => {
  const { group } = site.azure;
  return group.machines.at(-1)?.at(group.nowMs());
};

test('walks zones before sizes, and sizes before markets, while they are sold out', async () => {
  const session = await site.openWith({ settings: { market: ['on-demand', 'spot'] } });
  for (const each of [`${large} 1`, `${large} 2`]) site.azure.group.soldOut.add(each);
  site.azure.fault({ action: 'VirtualMachines_CreateOrUpdate', when: 'before', answer: answers.familyQuota });
  done(await session.start(request, call('k1')));
  // The quota was about the large size's family in that market, so its other zone was not asked for.
  expect(made()).toEqual([`${small} 1 on-demand`]);
  expect(creates()).toBe(2);
});

test('a spot machine is deleted when it is taken back, and pays at most the on-demand price', async () => {
  const session = await site.openWith({ settings: { market: ['spot'] } });
  done(await session.start(request, call('k1')));
  expect(site.azure.group.machines[0]?.terms.body).toMatchObject({
    properties: { priority: 'Spot', evictionPolicy: 'Delete', billingProfile: { maxPrice: -1 } },
  });
});

test('a reserved machine is started from the capacity reservation group that is named', async () => {
  const reservation = `/subscriptions/${site.azure.group.terms.subscription}/resourceGroups/inference/providers/Microsoft.Compute/capacityReservationGroups/h100`;
  const session = await site.openWith({ settings: { market: ['reserved'], reservation } });
  done(await session.start(request, call('k1')));
  expect(made()).toEqual([`${large} 1 reserved`]);
});

test('everything beside the machine is made to go with it', async () => {
  const session = await site.openWith({
    settings: { address: 'public', launch: { ...fakeSite.launch, sshKey: 'ssh-ed25519 AAAA' } },
  });
  const replica = done(await session.start(request, call('k1')));
  expect(replica.url).toMatch(/^http:\/\/198\.51\.0\.\d+:8000$/);
  expect(site.azure.group.siblings.map(({ kind, goesAlong }) => [kind, goesAlong])).toEqual([
    ['disks', true],
    ['networkInterfaces', true],
    ['publicIPAddresses', true],
  ]);
  expect(site.azure.group.machines[0]?.terms.body).toMatchObject({
    properties: { osProfile: { adminUsername: 'godwit', linuxConfiguration: { disablePasswordAuthentication: true } } },
  });
});

test('names every attempt with Azure’s own code when there is nothing left to ask for', async () => {
  const { group } = site.azure;
  group.soldOut.add(`${large} 2`).add(small);
  site.azure.fault({
    ...{ action: 'VirtualMachines_CreateOrUpdate', when: 'before' },
    answer: { status: 409, code: 'SkuNotAvailable', message: 'scripted' },
  });
  const told: Denial[] = [];
  const reply = await (await site.open()).start({ ...request, tell: (each) => told.push(each) }, call('k1'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'capacity' } });
  expect(reply.kind === 'refused' && reply.error.message).toContain(
    `${large} 1 on-demand SkuNotAvailable, ${large} 2 on-demand ZonalAllocationFailed, ${small} 1 on-demand ZonalAllocationFailed, ${small} 2`,
  );
  expect(told.map(({ offer, error }) => `${nameOfOffer(offer)} ${error.code}`)).toHaveLength(4);
  expect(group.billed()).toEqual([]);
});

const conflict = 'Operation on VM is not allowed since the VM is marked for deletion.';
test.for([
  ['a quota', answers.familyQuota, 'quota', undefined],
  ['too many calls, with no time named', answers.throttled, 'throttled', undefined],
  ['too many calls, with seconds', { ...answers.throttled, headers: { 'retry-after': '7' } }, 'throttled', 7000],
  ['another operation', { status: 409, code: 'OperationNotAllowed', message: conflict }, 'conflict', undefined],
  ['credentials that ran out', answers.expired, 'auth', undefined],
  ['a held interface', { status: 400, code: 'NicReservedForAnotherVm', message: 'scripted' }, 'conflict', 180_000],
] as const)('%s is refused as what it is', async ([, answer, errorClass, retryAfterMs]) => {
  site.azure.fault({ action: 'VirtualMachines_CreateOrUpdate', when: 'before', answer, times: 9 });
  const reply = await (await site.open()).start(request, call('k1'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: errorClass } });
  expect(reply.kind === 'refused' && reply.error.retryAfterMs).toBe(retryAfterMs);
  // Only a quota leaves other families to ask for.
  expect(creates()).toBe(errorClass === 'quota' ? 2 : 1);
  expect(site.azure.group.billed()).toEqual([]);
});

test('a wait that is given as a date is read as one', async () => {
  const headers = { 'retry-after': new Date(clock.nowMs() + 600_000).toUTCString() };
  site.azure.fault({
    ...{ action: 'VirtualMachines_CreateOrUpdate', when: 'before', answer: { ...answers.throttled, headers } },
  });
  const reply = await (await site.open()).start(request, call('k1'));
  const waitMs = reply.kind === 'refused' ? (reply.error.retryAfterMs ?? 0) : 0;
  expect(waitMs).toBeGreaterThan(500_000);
  expect(waitMs).toBeLessThanOrEqual(600_000);
});

test.for([
  ['the machine itself', 'machine', 'azure-async'],
  ['only its disk, interface and address', 'siblings', 'azure-async'],
  ['only its disk, interface and address, told by Location', 'siblings', 'location'],
] as const)(
  'a launch that fails after it was accepted and leaves %s is refused like one that fails at once',
  async ([, leaves, flavour]) => {
    const { group, operations } = site.azure;
    operations.flavour = flavour;
    group.failingLate.set(`${large} 1`, { code: 'ZonalAllocationFailed', leaves });
    for (const each of [`${large} 2`, small]) group.soldOut.add(each);
    const open = () => site.openWith({ settings: { address: 'public' } });
    const first = done(await (await open()).start(request, call('k1')));
    expect([first.state, first.billed]).toEqual(['starting', 'yes']);
    await until('it has failed', () =>
      leaves === 'siblings' ? group.billedMachines().length === 0 : stateOf()?.provisioning === 'Failed',
    );
    const [left] = await listed(await open());
    expect(left).toMatchObject({ id: first.id, state: 'gone', billed: 'yes', url: undefined });
    // Another process, which has nothing but the record.
    const told: Denial[] = [];
    const session = await open();
    const reply = await session.start({ ...request, tell: (each) => told.push(each) }, call('k1'));
    expect(reply).toMatchObject({ kind: 'refused', error: { class: 'capacity' } });
    expect(told.map(({ offer, error }) => `${nameOfOffer(offer)} ${error.code}`).slice(0, 2)).toEqual([
      `${large} 1 on-demand ZonalAllocationFailed`,
      `${large} 2 on-demand ZonalAllocationFailed`,
    ]);
    expect(told[0]?.verdict).toEqual(told[1]?.verdict);
    expect(group.billed()).toEqual([]);
    // Nothing is left of the evidence, so the next walk is a new one.
    group.failingLate.clear();
    done(await session.start(request, call('k1')));
    expect(group.billedMachines()).toHaveLength(1);
  },
);

test('what another key’s failed launch left is cleared away, and not asked for again at once', async () => {
  site.azure.group.failingLate.set(`${large} 1`, { code: 'ZonalAllocationFailed', leaves: 'machine' });
  const session = await site.open();
  done(await session.start(request, call('k1')));
  await until('it has failed', () => stateOf()?.provisioning === 'Failed');
  done(await (await site.openWith({ elsewhere: true })).start(request, call('k2')));
  expect(made()).toEqual([`${large} 1 on-demand`, `${large} 2 on-demand`]);
});

test('a failed launch that is met only when its name is asked for again is told and cleared away too', async () => {
  site.azure.group.failingLate.set(`${large} 1`, { code: 'ZonalAllocationFailed', leaves: 'machine' });
  done(await (await site.open()).start(request, call('k1')));
  await until('it has failed', () => stateOf()?.provisioning === 'Failed');
  const answer = { status: 404, code: 'ResourceNotFound', message: 'hidden for a moment' };
  site.azure.fault({ action: 'VirtualMachines_Get', when: 'before', answer });
  const told: Denial[] = [];
  const elsewhere = await site.openWith({ elsewhere: true });
  done(await elsewhere.start({ ...request, tell: (each) => told.push(each) }, call('k1')));
  expect(told.map(({ offer, error }) => `${nameOfOffer(offer)} ${error.code}`)).toEqual([
    `${large} 1 on-demand ZonalAllocationFailed`,
  ]);
  expect(site.azure.group.billed()).toHaveLength(3);
});

test('what is beside a machine and may not be seen ends the start for what it is', async () => {
  site.azure.fault({ action: 'NetworkInterfaces_List', when: 'before', answer: answers.expired });
  const reply = await (await site.open()).start(request, call('k1'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'auth' } });
  expect(creates()).toBe(0);
});

test('nothing else is asked for while a failed launch is not cleared away', async () => {
  const { group } = site.azure;
  group.failingLate.set(`${large} 1`, { code: 'ZonalAllocationFailed', leaves: 'machine' });
  const session = await site.open();
  done(await session.start(request, call('k1')));
  await until('it has failed', () => stateOf()?.provisioning === 'Failed');
  group.isStuck = true;
  const told: Denial[] = [];
  const reply = await session.start({ ...request, tell: (each) => told.push(each) }, call('k1', { withinMs: 8000 }));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'transient', code: 'StillStopping' } });
  expect(told.map(({ error }) => error.code)).toEqual(['ZonalAllocationFailed']);
  expect(creates()).toBe(1);
});

test('a reply that is lost is unknown, and the next try gets the machine of the first', async () => {
  site.azure.fault({ action: 'VirtualMachines_CreateOrUpdate', when: 'after', answer: 'drop' });
  site.azure.group.lagMs = hours;
  const session = await site.open();
  expect((await session.start(request, call('k1'))).kind).toBe('unknown');
  const found = done(await session.start(request, call('k1', { epoch: 2 })));
  expect(found.startKey).toBe('k1');
  expect(site.azure.group.billedMachines()).toHaveLength(1);
  expect(creates()).toBe(1);
});

test('a create that was done and is sent again changes nothing, and gives the machine', async () => {
  const { group } = site.azure;
  site.azure.fault({ action: 'VirtualMachines_CreateOrUpdate', when: 'after', answer: 'drop' });
  Object.assign(group, { lagMs: hours, hiddenMs: hours });
  const session = await site.open();
  expect((await session.start(request, call('k1'))).kind).toBe('unknown');
  // It exists, is told to be made once more, and is hidden from every look: nobody knows whose it is.
  expect((await session.start(request, call('k1'))).kind).toBe('unknown');
  expect(creates()).toBe(2);
  group.hiddenMs = 0;
  done(await session.start(request, call('k1')));
  expect(group.machines).toHaveLength(1);
});

test('a refusal of the repeat settles nothing of a launch whose reply was lost', async () => {
  Object.assign(site.azure.group, { lagMs: hours, hiddenMs: 100_000 });
  const session = await site.open();
  site.azure.fault({ action: 'VirtualMachines_CreateOrUpdate', when: 'after', answer: 'drop' });
  site.azure.fault({ action: 'VirtualMachines_CreateOrUpdate', when: 'before', answer: answers.throttled });
  expect((await session.start(request, call('k1'))).kind).toBe('unknown');
  expect((await (await site.open()).start(request, call('k1'))).kind).toBe('unknown');
  site.azure.group.hiddenMs = 0;
  done(await session.start(request, call('k1')));
  expect(made()).toHaveLength(1);
});

test('another key waits until it is certain that nothing came of a lost launch', async () => {
  const session = await site.open();
  site.azure.fault({ action: 'VirtualMachines_CreateOrUpdate', when: 'before', answer: 'drop' });
  expect((await session.start(request, call('k1'))).kind).toBe('unknown');
  const early = await session.start(request, call('k2'));
  expect(early).toMatchObject({ kind: 'refused', error: { class: 'transient', code: 'SlotUnsettled' } });
  await clock.sleep(31_000, new AbortController().signal);
  done(await session.start(request, call('k2')));
  expect(made()).toHaveLength(1);
});

test('two machines that start the same slot at once make one, and the other is told who has it', async () => {
  const sessions: readonly Provider[] = await Promise.all([
    site.openWith({ elsewhere: true }),
    site.openWith({ elsewhere: true }),
  ]);
  const replies = await Promise.all(sessions.map((each, index) => each.start(request, call(`k${index}`))));
  expect(replies.map(({ kind }) => kind).sort()).toEqual(['done', 'refused']);
  expect(replies.find(({ kind }) => kind === 'refused')).toMatchObject({
    error: { class: 'conflict', code: 'SlotTaken' },
  });
  expect(made()).toHaveLength(1);
});

test('an accepted create that names nothing is found by its name', async () => {
  const { group } = site.azure;
  group.hiddenMs = 30_000;
  const session = await site.open();
  const replica = done(await session.start(request, call('k1')));
  group.hiddenMs = 0;
  expect(done(await session.start(request, call('k1'))).bootId).toBe(replica.bootId);
});

test('a machine with another epoch’s mark turns away an older writer from anywhere', async () => {
  const session = await site.open();
  const replica = done(await session.start(request, call('k1', { epoch: 7 })));
  const elsewhere = await site.openWith({ elsewhere: true });
  const stale = { kind: 'refused', error: { class: 'conflict', code: 'StaleEpoch' } };
  expect(await elsewhere.start({ ...request, slot: 1 }, call('k2', { epoch: 6 }))).toMatchObject(stale);
  expect(await elsewhere.stop(replica, 'delete', call('k3', { epoch: 6 }))).toMatchObject(stale);
  await until('it runs', () => stateOf()?.power === 'running' && stateOf()?.provisioning === 'Succeeded');
  // Whoever adopts it marks it too.
  done(await elsewhere.start(request, call('k1', { epoch: 9 })));
  expect(
    await (await site.openWith({ elsewhere: true })).stop(replica, 'stop', call('k4', { epoch: 8 })),
  ).toMatchObject(stale);
});

test('a machine that was shut down from inside is started again, for it is billed as it is', async () => {
  const session = await site.open();
  const replica = done(await session.start(request, call('k1')));
  await until('it runs', () => stateOf()?.power === 'running');
  site.azure.group.machines[0]?.powerOff(site.azure.group.nowMs());
  expect(await listed(session)).toMatchObject([{ state: 'stopped', billed: 'yes' }]);
  const woken = done(await session.start(request, call('k3')));
  expect([woken.id, woken.bootId === replica.bootId, woken.state]).toEqual([replica.id, false, 'starting']);
});

async function listed(session: Provider) {
  const sight = await session.list({ deployment: request.deployment }, call(''));
  if (sight.kind !== 'seen') throw new Error(`not seen: ${JSON.stringify(sight)}`);
  return sight.value;
}

const container = { image: 'vllm/vllm-openai:v0.18.0', args: [], gpu: 'nvidia' } as const;

test('a deployment’s image is handed over as start-up data, the same for every try', async () => {
  const session = await site.openWith({ settings: { launch: { ...fakeSite.launch, sshKey: 'ssh-ed25519 AAAA' } } });
  done(await session.start({ ...request, launch: { ...request.launch, container } }, call('k1')));
  const { customData } = at(site.azure.group.machines[0]?.terms.body, 'properties', 'osProfile');
  expect(Buffer.from(String(customData), 'base64').toString()).toContain('vllm/vllm-openai:v0.18.0');
});

test('machines of a specialized image cannot be handed one, and say so before anything is asked', async () => {
  const reply = await (await site.open()).start({ ...request, launch: { ...request.launch, container } }, call('k1'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'invalid', code: 'ImageNotGeneralized' } });
  expect(site.azure.calls).toEqual([]);
});
