import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Reply } from '../../../src/model/outcome.ts';
import type { Replica } from '../../../src/model/replica.ts';
import type { WriteCall } from '../../../src/ports/call.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import { answers } from '../../fakes/aws/faults.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { type AwsSite, launch, makeAwsSite } from './support/site.ts';

/** A minute is three seconds here. */
const clock = createFastClock(20);
const request = { deployment: 'chat', model: 'tiny', slot: 0, launch };

/** Longer than the test takes; then it is set back. */
const hours = 3_600_000;

let site: AwsSite;
beforeEach(async () => {
  site = await makeAwsSite({ clock, speed: 10 });
});
afterEach(() => site.dispose());

function call(idempotencyKey: string, change: Partial<WriteCall> = {}): WriteCall {
  const deadlineAtMonoMs = clock.monoMs() + 120_000;
  const signal = new AbortController().signal;
  return { signal, deadlineAtMonoMs, operationId: 'op-1', epoch: 1, idempotencyKey, ...change };
}

function done<T>(reply: Reply<T>): T {
  if (reply.kind !== 'done') throw new Error(`not done: ${JSON.stringify(reply)}`);
  return reply.value;
}

/** What the offers were that became machines, in order. */
const made = (): readonly string[] =>
  site.ec2.region.machines.map(
    ({ terms: { type, zone, spotRequest } }) => `${type} ${zone}${spotRequest ? ' spot' : ''}`,
  );

async function untilStateOf(replica: Replica, wanted: string): Promise<void> {
  const machine = site.ec2.region.machines.find(({ terms }) => terms.id === replica.id);
  while (machine === undefined || site.ec2.region.stateOf(machine) !== wanted)
    await clock.sleep(500, new AbortController().signal);
}

test('walks zones before machine types, and types before markets, while they are sold out', async () => {
  for (const offer of ['p5.48xlarge us-east-1a', 'p5.48xlarge us-east-1b', 'p4d.24xlarge us-east-1a'])
    site.ec2.region.soldOut.add(offer);
  done(await (await site.open()).start(request, call('k1')));
  expect(made()).toEqual(['p4d.24xlarge us-east-1b']);
});

const container = { image: 'vllm/vllm-openai:v0.18.0', args: ['--shutdown-timeout=660'], gpu: 'nvidia' } as const;
const withImage = { ...request, launch: { ...launch, container } };

/** What the machines were told to run, in the order they were made. */
const told = (): readonly string[] =>
  site.ec2.region.machines.map(({ terms: { userData = '' } }) => Buffer.from(userData, 'base64').toString());

test('a machine gets the image of its deployment to run, at the port where it is looked for', async () => {
  done(await (await site.openWith({ settings: { port: 8443 } })).start(withImage, call('k1')));
  const [data = ''] = told();
  expect(data).toMatch(/^#cloud-config\n/);
  for (const word of [container.image, '8443:8443', ...container.args, 'tiny']) expect(data).toContain(word);
  expect(site.ec2.region.machines[0]?.terms.metadata).toMatchObject({
    ...{ HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
  });
});

test('without an image a machine has the user data and the metadata options of its template', async () => {
  done(await (await site.open()).start(request, call('k1')));
  expect(site.ec2.region.machines.map(({ terms: { userData, metadata } }) => [userData, metadata])).toEqual([
    [undefined, undefined],
  ]);
});

test('every try of one start is the same request, to the byte', async () => {
  const session = await site.open();
  site.ec2.region.lagMs = hours;
  site.ec2.fault({ action: 'RunInstances', when: 'after', answer: 'drop' });
  expect((await session.start(withImage, call('k1'))).kind).toBe('unknown');
  done(await (await site.open()).start(withImage, call('k1', { epoch: 2 })));
  expect(told()).toHaveLength(1);
});

test('another image between two tries of one start makes no second machine', async () => {
  const session = await site.open();
  site.ec2.region.lagMs = hours;
  site.ec2.fault({ action: 'RunInstances', when: 'after', answer: 'drop' });
  expect((await session.start(withImage, call('k1'))).kind).toBe('unknown');
  const other = { ...withImage, launch: { ...launch, container: { ...container, args: [] } } };
  expect(await session.start(other, call('k1'))).toMatchObject({ error: { code: 'IdempotentParameterMismatch' } });
  expect(told()).toHaveLength(1);
});

test.for([
  ['a command', { command: ['vllm', 'serve'] }, 'CommandNotSupported'],
  ['a secret', { container, env: { HF_TOKEN: 'letmein' } }, 'ValueNotFit'],
  ['more than user data holds', { container: { ...container, args: ['x'.repeat(16_384)] } }, 'StartupDataTooLarge'],
] as const)('%s is refused before EC2 is asked for anything', async ([, change, code]) => {
  const reply = await (await site.open()).start({ ...request, launch: { ...launch, ...change } }, call('k1'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'invalid', code } });
  expect(site.ec2.calls).toEqual([]);
});

test('asks for spot machines only after the markets before it', async () => {
  const session = await site.openWith({ settings: { market: ['on-demand', 'spot'], machines: ['p5.48xlarge'] } });
  site.ec2.fault({ action: 'RunInstances', when: 'before', answer: answers.quota });
  done(await session.start(request, call('k1')));
  expect(made()).toEqual(['p5.48xlarge us-east-1a spot']);
});

test('names every attempt with EC2’s own code when there is nothing left to ask for', async () => {
  site.ec2.region.soldOut.add('p5.48xlarge us-east-1a').add('p5.48xlarge us-east-1b');
  site.ec2.fault({
    action: 'RunInstances',
    when: 'before',
    answer: { ...soldOut, code: 'InsufficientInstanceCapacity' },
  });
  site.ec2.fault({ action: 'RunInstances', when: 'before', answer: { ...soldOut, code: 'Unsupported', status: 400 } });
  site.ec2.fault({ action: 'RunInstances', when: 'before', answer: answers.quota });
  const reply = await (await site.open()).start(request, call('k1'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'quota', code: 'VcpuLimitExceeded' } });
  expect(reply.kind === 'refused' && reply.error.message).toContain(
    'p5.48xlarge us-east-1a on-demand InsufficientInstanceCapacity, ' +
      'p5.48xlarge us-east-1b on-demand Unsupported, ' +
      'p4d.24xlarge us-east-1a on-demand VcpuLimitExceeded',
  );
  // The quota is about the family, so its other zone was not asked for.
  expect(site.ec2.calls.filter((each) => each === 'RunInstances')).toHaveLength(3);
});

const soldOut = { status: 500, message: 'scripted' };

test.for([
  ['too many calls', answers.throttled, 'throttled', 'RequestLimitExceeded'],
  ['credentials that ran out', answers.expired, 'auth', 'RequestExpired'],
] as const)('%s end the walk at once', async ([, answer, errorClass, code]) => {
  site.ec2.fault({ action: 'RunInstances', when: 'before', answer });
  const reply = await (await site.open()).start(request, call('k1'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: errorClass, code } });
  expect(site.ec2.calls.filter((each) => each === 'RunInstances')).toHaveLength(1);
});

test('says when to come again, where EC2 said so', async () => {
  const headers = { 'retry-after': '7' };
  site.ec2.fault({ action: 'RunInstances', when: 'before', answer: { ...answers.throttled, headers } });
  const reply = await (await site.open()).start(request, call('k1'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'throttled', retryAfterMs: 7000 } });
});

test('a launch that is accepted and fails after is refused like one that fails at once', async () => {
  const { failingLate, soldOut: none } = site.ec2.region;
  failingLate.set('p5.48xlarge us-east-1a', 'Server.InsufficientInstanceCapacity');
  for (const offer of ['p5.48xlarge us-east-1b', 'p4d.24xlarge us-east-1a', 'p4d.24xlarge us-east-1b']) none.add(offer);
  const session = await site.open();
  const first = done(await session.start(request, call('k1')));
  await untilStateOf(first, 'terminated');
  const reply = await session.start(request, call('k1'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'capacity' } });
  expect(reply.kind === 'refused' && reply.error.message).toMatch(
    /^p5\.48xlarge us-east-1a on-demand Server\.InsufficientInstanceCapacity, p5\.48xlarge us-east-1b on-demand Insuff/,
  );
  none.delete('p4d.24xlarge us-east-1a');
  expect(done(await session.start(request, call('k1'))).id).not.toBe(first.id);
  expect(made()).toEqual(['p5.48xlarge us-east-1a', 'p4d.24xlarge us-east-1a']);
});

test('a reply that is lost is unknown, and the next try gets the machine of the first', async () => {
  site.ec2.fault({ action: 'RunInstances', when: 'after', answer: 'drop' });
  site.ec2.region.lagMs = hours;
  const session = await site.open();
  expect((await session.start(request, call('k1'))).kind).toBe('unknown');
  const found = done(await session.start(request, call('k1', { epoch: 2 })));
  expect(site.ec2.billed().map(({ terms }) => terms.id)).toEqual([found.id]);
});

test('a refusal of the repeat settles nothing of a launch whose reply was lost', async () => {
  site.ec2.region.lagMs = hours;
  const session = await site.open();
  site.ec2.fault({ action: 'RunInstances', when: 'after', answer: 'drop' });
  site.ec2.fault({ action: 'RunInstances', when: 'before', answer: answers.throttled, times: 2 });
  expect((await session.start(request, call('k1'))).kind).toBe('unknown');
  expect((await session.start(request, call('k1'))).kind).toBe('unknown');
  expect((await (await site.open()).start(request, call('k1'))).kind).toBe('unknown');
  done(await session.start(request, call('k1')));
  expect(made()).toHaveLength(1);
});

test('another key waits until it is certain that nothing came of a lost launch', async () => {
  const session = await site.open();
  site.ec2.fault({ action: 'RunInstances', when: 'before', answer: 'drop' });
  expect((await session.start(request, call('k1'))).kind).toBe('unknown');
  const early = await session.start(request, call('k2'));
  expect(early).toMatchObject({ kind: 'refused', error: { class: 'transient', code: 'SlotUnsettled' } });
  await clock.sleep(31_000, new AbortController().signal);
  done(await session.start(request, call('k2')));
  expect(made()).toHaveLength(1);
});

test('settings changed between two tries of one key make no second machine', async () => {
  site.ec2.fault({ action: 'RunInstances', when: 'after', answer: 'drop' });
  site.ec2.region.lagMs = hours;
  expect((await (await site.open()).start(request, call('k1'))).kind).toBe('unknown');
  const changed = await site.openWith({ settings: { launch: { template: 'lt-0123456789abcdef0', version: 7 } } });
  const hidden = await changed.start(request, call('k1'));
  expect(hidden).toMatchObject({ kind: 'refused', error: { class: 'conflict', code: 'IdempotentParameterMismatch' } });
  site.ec2.region.lagMs = 0;
  done(await changed.start(request, call('k1')));
  expect(made()).toHaveLength(1);
});

test('a machine with another epoch’s mark turns away an older writer from anywhere', async () => {
  const session = await site.open();
  const replica = done(await session.start(request, call('k1', { epoch: 7 })));
  const elsewhere: Provider = await site.openWith({ elsewhere: true });
  const stale = { kind: 'refused', error: { class: 'conflict', code: 'StaleEpoch' } };
  expect(await elsewhere.start({ ...request, slot: 1 }, call('k2', { epoch: 6 }))).toMatchObject(stale);
  expect(await elsewhere.stop(replica, 'delete', call('k3', { epoch: 6 }))).toMatchObject(stale);
  // Whoever adopts it marks it too.
  done(await elsewhere.start(request, call('k1', { epoch: 9 })));
  expect(
    await (await site.openWith({ elsewhere: true })).stop(replica, 'stop', call('k4', { epoch: 8 })),
  ).toMatchObject(stale);
});

test('a crash between the mark and the start of a stopped machine is made good under the same key', async () => {
  const session = await site.open();
  const replica = done(await session.start(request, call('k1')));
  done(await session.stop(replica, 'stop', call('k2')));
  site.ec2.fault({ action: 'StartInstances', when: 'before', answer: 'drop' });
  expect((await session.start(request, call('k3'))).kind).toBe('unknown');
  const woken = done(await (await site.open()).start(request, call('k3')));
  expect([woken.id, woken.bootId === replica.bootId]).toEqual([replica.id, false]);
  expect(made()).toHaveLength(1);
});

test('a stopped machine that cannot be had again is sold out, and no other is made beside it', async () => {
  const session = await site.open();
  const replica = done(await session.start(request, call('k1')));
  done(await session.stop(replica, 'stop', call('k2')));
  site.ec2.region.soldOut.add('p5.48xlarge us-east-1a');
  const reply = await session.start(request, call('k3'));
  expect(reply).toMatchObject({ kind: 'refused', error: { class: 'capacity', code: 'InsufficientInstanceCapacity' } });
  expect(made()).toHaveLength(1);
});

test('a slot whose machine is on its way out is free once that has ended', async () => {
  const session = await site.open();
  const replica = done(await session.start(request, call('k1')));
  site.ec2.region.machines[0]?.end(site.ec2.region.nowMs());
  const next = done(await session.start(request, call('k3')));
  expect(next.id).not.toBe(replica.id);
  expect(site.ec2.billed()).toHaveLength(1);
});
