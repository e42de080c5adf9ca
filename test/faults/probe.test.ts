import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { withTrafficFaults } from '../../src/faults/probe.ts';
import type { Fault, FaultSight } from '../../src/model/fault.ts';
import type { Observation } from '../../src/model/observation.ts';
import type { Seen } from '../../src/model/outcome.ts';
import type { ProbeSpec } from '../../src/model/probe-spec.ts';
import type { Probe } from '../../src/ports/probe.ts';
import { createProbe } from '../../src/probes/probe.ts';
import { createManualClock } from '../../src/testkit/manual-clock.ts';
import { createSeededRandom } from '../../src/testkit/seeded-random.ts';
import { createGatewayDriver } from '../../src/traffic/gateway/driver.ts';
import { ana } from '../core/support/pins.ts';
import { openWorld, until } from '../gateway/support/world.ts';
import { listen, realClock, replicaAt, streamHead } from '../probes/misbehaving.ts';

const timing = { everyMs: 1000, timeoutMs: 2000 };
const tcp: ProbeSpec = { kind: 'tcp', name: 'port', ...timing };
const http: ProbeSpec = { kind: 'http', name: 'health', path: '/health', ...timing };
const completion: ProbeSpec = {
  ...{ kind: 'completion', name: 'completion', path: '/v1/completions', model: 'tiny', prompt: 'hi' },
  ...{ maxTokens: 4, firstTokenLimitMs: 1000, contains: undefined, ...timing },
};
const replica = replicaAt('http://127.0.0.1:1');

const fault = (change: Partial<Fault> = {}): Fault => ({
  ...{
    deployment: 'chat',
    drill: 'loss',
    run: 'run-1',
    kind: 'blackhole',
    site: 'alpha',
    sharePct: 100,
    forMs: 5000,
    by: ana,
  },
  ...{ armedAtMs: 0, untilMs: 5000 },
  ...change,
});
const unknown = { kind: 'unknown', error: { class: 'unknown', code: 'Lost', message: 'lost' } } as const;
const good = { outcome: 'good', detail: 'from the real one' } as const;

/** A probe that answers at once, on a clock that only the test moves. */
function makeWorld(inForce: readonly Fault[] = [fault()], random: () => number = () => 0) {
  const clock = createManualClock();
  const asked: string[] = [];
  const world = {
    clock,
    /** Checks and counts that got through. */
    sent: [] as string[],
    asked,
    answer: (): Promise<Seen<FaultSight>> =>
      Promise.resolve({ kind: 'seen', value: { inForce, ended: [] }, asOfMs: clock.nowMs() }),
  };
  const inner: Probe = {
    async check(spec) {
      world.sent.push(spec.name);
      return { ...good, atMs: clock.nowMs() } as unknown as Observation;
    },
    async inFlight(metrics) {
      world.sent.push(...metrics);
      return { kind: 'seen', value: 3, asOfMs: clock.nowMs() };
    },
  };
  const probe = withTrafficFaults(inner, {
    ...{ clock, random: { next: random, id: () => '' }, vantage: 'here' },
    faults(deployment) {
      asked.push(deployment);
      return world.answer();
    },
  });
  const call = (leftMs = 3000, signal = new AbortController().signal) => ({
    signal,
    deadlineAtMonoMs: clock.monoMs() + leftMs,
  });
  return { ...world, world, inner, probe, call };
}

/** Until whoever waits by the clock sleeps, or has ended without. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

test.for([
  { spec: tcp, detail: 'no connection within 2000 ms' },
  { spec: http, detail: 'no answer within 2000 ms' },
  { spec: completion, detail: 'no token within 2000 ms' },
])('$spec.kind: nothing is sent, and it is TimedOut when its time is over and not before', async ({ spec, detail }) => {
  const { probe, clock, sent, call } = makeWorld();
  let seen: Observation | undefined;
  const check = probe.check(spec, replica, call()).then((observation) => {
    seen = observation;
  });
  await settle();
  clock.advance(1999);
  await settle();
  expect(seen).toBeUndefined();
  clock.advance(1);
  await check;
  expect(seen).toEqual({
    ...{ deployment: 'chat', site: 'alpha', replica: 'alpha-0', bootId: 'boot-1', probe: spec.name },
    ...{ plane: 'data', vantage: 'here', atMs: clock.nowMs(), durationMs: 2000 },
    ...{ outcome: 'bad', reason: 'TimedOut', detail },
  });
  expect(sent).toEqual([]);
});

test.for([
  { name: 'in its whole time', leftMs: 5000, isGivenUp: false },
  { name: 'with too little time left', leftMs: 40, isGivenUp: false },
  { name: 'given up', leftMs: 5000, isGivenUp: true },
])('finds word for word what the real probe finds whose server is silent: $name', async ({ leftMs, isGivenUp }) => {
  const silent = replicaAt(await listen(() => undefined));
  const real = createProbe({ clock: realClock, vantage: 'here' });
  const faults = (): Promise<Seen<FaultSight>> =>
    Promise.resolve({ kind: 'seen', value: { inForce: [fault()], ended: [] }, asOfMs: 0 });
  const lost = withTrafficFaults(real, { clock: realClock, random: createSeededRandom(1), vantage: 'here', faults });
  const signal = isGivenUp ? AbortSignal.abort() : new AbortController().signal;
  const call = (ms: number) => ({ signal, deadlineAtMonoMs: realClock.monoMs() + ms });
  // The time a call leaves is measured, and may differ by one in its last digit.
  const plain = (found: unknown): string => JSON.stringify(found, (key, value) => (key === 'durationMs' ? 0 : value));
  const words = (found: unknown): string => plain(found).replace(/\d+ ms/, 'so many ms');
  for (const spec of [http, completion].map((each) => ({ ...each, timeoutMs: 60 }))) {
    const [ours, theirs] = [lost, real].map((probe) => probe.check(spec, silent, call(leftMs)));
    expect(JSON.parse(words(await ours))).toEqual(JSON.parse(words(await theirs)));
  }
  const [ours, theirs] = [lost, real].map((probe) => probe.inFlight?.(['running'], silent, call(40)));
  expect(words(await ours)).toBe(words(await theirs));
  expect(await ours).toMatchObject({ kind: 'unknown', error: { code: 'CannotSee' } });
});

test.for([
  { lateMs: 500, outcome: 'bad' },
  { lateMs: 501, outcome: 'unknown' },
])('noticed $lateMs ms late it is $outcome: a process that slept accuses nobody', async ({ lateMs, outcome }) => {
  const { probe, clock, call } = makeWorld();
  const check = probe.check(http, replica, call());
  await settle();
  clock.advance(2000 + lateMs);
  expect(await check).toMatchObject({ outcome });
});

test('is given up with its call', async () => {
  const { probe, call } = makeWorld();
  const own = new AbortController();
  const check = probe.check(http, replica, call(3000, own.signal));
  await settle();
  own.abort();
  expect(await check).toMatchObject({ outcome: 'unknown', detail: 'given up before an answer came' });
});

test.for([
  { name: 'without a fault', inForce: [] },
  { name: 'with a fault at another site', inForce: [fault({ site: 'beta' })] },
  { name: 'with a share of 0', inForce: [fault({ sharePct: 0 })] },
])('$name it is the probe itself', async ({ inForce }) => {
  const { probe, sent, call } = makeWorld(inForce);
  expect(await probe.check(http, replica, call())).toMatchObject(good);
  expect(await probe.inFlight?.(['running'], replica, call())).toMatchObject({ kind: 'seen', value: 3 });
  expect(sent).toEqual(['health', 'running']);
});

test.for([
  { drawn: 0.29, isLost: true },
  { drawn: 0.3, isLost: false },
])('at 30 percent and $drawn drawn it is lost: $isLost', async ({ drawn, isLost }) => {
  const { probe, clock, sent, call } = makeWorld([fault({ sharePct: 30 })], () => drawn);
  const check = probe.check(http, replica, call());
  await settle();
  clock.advance(2000);
  await check;
  expect(sent).toHaveLength(isLost ? 0 : 1);
});

test('what runs at a lost replica cannot be counted, and it takes the call’s whole time to know', async () => {
  const { probe, clock, sent, call } = makeWorld();
  const count = probe.inFlight?.(['running'], replica, call(800));
  await settle();
  clock.advance(800);
  expect(await count).toEqual({
    kind: 'unknown',
    error: { class: 'unknown', code: 'CannotSee', message: 'no page within 800 ms' },
  });
  expect(sent).toEqual([]);
});

test('a blind vantage counts nothing, and says at once whose doing that is', async () => {
  const { probe, sent, call } = makeWorld([fault({ kind: 'vantage-blind' })]);
  expect(await probe.inFlight?.(['running'], replica, call())).toEqual({
    kind: 'unknown',
    error: { class: 'unknown', code: 'CannotSee', message: 'a drill blinds this vantage' },
  });
  expect(sent).toEqual([]);
});

test('a server that answers all with errors has no page either: word for word what the real probe finds of one', async () => {
  const { probe, sent, call } = makeWorld([fault({ kind: 'errors' })]);
  const sick = await listen((socket) => void socket.end('HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n'));
  const real = createProbe({ clock: realClock, vantage: 'here' });
  const ends = { signal: new AbortController().signal, deadlineAtMonoMs: realClock.monoMs() + 5000 };
  const theirs = await real.inFlight?.(['running'], replicaAt(sick), ends);
  expect(await probe.inFlight?.(['running'], replica, call())).toEqual(theirs);
  expect(theirs).toMatchObject({ kind: 'unknown', error: { code: 'BadStatus' } });
  expect(sent).toEqual([]);
});

test.for([
  { name: 'comes as much later', delayMs: 799, atMs: 799, seen: { kind: 'seen', value: 3 } },
  {
    ...{ name: 'beyond the call’s time does not come', delayMs: 800, atMs: 800 },
    seen: { kind: 'unknown', error: { message: 'no page within 800 ms' } },
  },
])('a page that latency delays $name', async ({ delayMs, atMs, seen }) => {
  const { probe, clock, call } = makeWorld([fault({ kind: 'latency', delayMs })]);
  let found: Seen<number> | undefined;
  const count = probe.inFlight?.(['running'], replica, call(800)).then((each) => {
    found = each;
  });
  await settle();
  clock.advance(atMs - 1);
  await settle();
  expect(found).toBeUndefined();
  clock.advance(1);
  await count;
  expect(found).toMatchObject(seen);
});

test('a page that latency delays is given up with its call', async () => {
  const { probe, call } = makeWorld([fault({ kind: 'latency', delayMs: 100 })]);
  const own = new AbortController();
  const count = probe.inFlight?.(['running'], replica, call(800, own.signal));
  await settle();
  own.abort();
  expect(await count).toMatchObject({ kind: 'unknown', error: { code: 'CannotSee' } });
});

test.for(['slow-first-token', 'stalled-streams'] as const)('%s leaves the page of figures as it is', async (kind) => {
  const { probe, sent, call } = makeWorld([fault({ kind, delayMs: 900 })]);
  expect(await probe.inFlight?.(['running'], replica, call(800))).toMatchObject({ kind: 'seen', value: 3 });
  expect(sent).toEqual(['running']);
});

test('cannot count where the probe itself cannot', () => {
  const { inner, clock } = makeWorld();
  const deps = { clock, random: createSeededRandom(1), vantage: 'here', faults: () => Promise.resolve(unknown) };
  expect(withTrafficFaults({ check: inner.check }, deps)).not.toHaveProperty('inFlight');
});

test('a replica without an address is left to the probe, and nobody asks for faults', async () => {
  const { probe, asked, sent, call } = makeWorld();
  await probe.check(http, replicaAt(undefined), call());
  expect([sent, asked]).toEqual([['health'], []]);
});

test('asks once for all probes of half a second, by deployment', async () => {
  const { probe, clock, asked, call } = makeWorld([]);
  await Promise.all(Array.from({ length: 50 }, () => probe.check(http, replica, call())));
  clock.advance(499);
  await probe.check(http, replica, call());
  expect(asked).toEqual(['chat']);
  await probe.check(http, { ...replica, deployment: 'other' }, call());
  clock.advance(1);
  await probe.check(http, replica, call());
  expect(asked).toEqual(['chat', 'other', 'chat']);
});

test.for([
  { name: 'cannot be read', answer: () => Promise.resolve(unknown) },
  { name: 'breaks its promise never to reject', answer: () => Promise.reject(new Error('broke')) },
])('with a gateway that $name there is no fault', async ({ answer }) => {
  const { probe, world, sent, call } = makeWorld();
  world.answer = answer;
  expect(await probe.check(http, replica, call())).toMatchObject(good);
  expect(sent).toEqual(['health']);
});

test('a gateway that hangs keeps a probe from its replica for half a second, and those after it not again so soon', async () => {
  const { probe, world, clock, sent, call } = makeWorld();
  world.answer = () => new Promise(() => undefined);
  const check = probe.check(http, replica, call());
  await settle();
  clock.advance(499);
  await settle();
  expect(sent).toHaveLength(0);
  clock.advance(1);
  await check;
  clock.advance(400);
  await probe.check(http, replica, call());
  expect(sent).toHaveLength(2);
});

test('a fault armed at a real gateway swallows probes of its site, and lifting it lets them through', async () => {
  const url = await listen((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
  const world = await openWorld();
  await world.put({ sites: { alpha: [{ url }], beta: 1 }, weights: { alpha: 100 } });
  const driver = createGatewayDriver({ socketPath: world.adminSocket, clock: realClock });
  const inner = createProbe({ clock: realClock, vantage: 'here' });
  const { faults } = driver;
  const probe = withTrafficFaults(inner, { clock: realClock, random: createSeededRandom(1), vantage: 'here', faults });
  const own = new AbortController();
  onTestFinished(() => own.abort());
  const call = () => ({ signal: own.signal, deadlineAtMonoMs: realClock.monoMs() + 5000 });
  const look = async () => (await probe.check({ ...http, timeoutMs: 60 }, replicaAt(url), call())).outcome;
  expect(await look()).toBe('good');
  const { armedAtMs: _, untilMs: __, ...request } = fault();
  expect(await driver.arm(request, call())).toMatchObject({ kind: 'done' });
  await until('it is lost', async () => (await look()) === 'bad');
  await driver.lift('chat', { because: 'over' }, call());
  await until('it gets through', async () => (await look()) === 'good');
});

const chunk = (text: string): string => `data: ${JSON.stringify({ model: 'tiny', choices: [{ text }] })}\n\n`;
const whole = `${streamHead}${chunk('one')}${chunk('two')}data: [DONE]\n\n`;
const spoken = (request: string): string =>
  request.startsWith('POST') ? whole : 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
const laterBy = (ms: number, text: string) => (socket: Socket) => void setTimeout(() => socket.write(text), ms);

/** What a real one of each failure would say, and the fault that stands for it. */
test.for<{ name: string; change: Partial<Fault>; spec: ProbeSpec; real: (socket: Socket, request: string) => void }>([
  ...([http, completion] as const).map((spec) => ({
    ...{ name: 'errors', change: { kind: 'errors' } as const, spec },
    real: (socket: Socket) => void socket.end('HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n'),
  })),
  {
    ...{ name: 'a first token that is late', change: { kind: 'slow-first-token', delayMs: 60 }, spec: completion },
    real: laterBy(60, whole),
  },
  {
    ...{ name: 'latency within the limit', change: { kind: 'latency', delayMs: 10 }, spec: completion },
    real: laterBy(10, whole),
  },
  {
    ...{ name: 'latency beyond its time', change: { kind: 'latency', delayMs: 900 }, spec: http },
    real: laterBy(900, 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
  },
  {
    ...{ name: 'a stream that stalls', change: { kind: 'stalled-streams' }, spec: completion },
    real: (socket) => void socket.write(`${streamHead}${chunk('one')}`),
  },
])('$name of $spec.kind: word for word what the real probe finds', async ({ change, spec, real }) => {
  const [sound, sick] = [await listen((socket, request) => void socket.end(spoken(request))), await listen(real)];
  const inner = createProbe({ clock: realClock, vantage: 'here' });
  const faults = (): Promise<Seen<FaultSight>> =>
    Promise.resolve({ kind: 'seen', value: { inForce: [fault(change)], ended: [] }, asOfMs: 0 });
  const probe = withTrafficFaults(inner, { clock: realClock, random: createSeededRandom(1), vantage: 'here', faults });
  const own = new AbortController();
  onTestFinished(() => own.abort());
  const call = () => ({ signal: own.signal, deadlineAtMonoMs: realClock.monoMs() + 5000 });
  const quick = { ...spec, timeoutMs: 300, ...(spec.kind === 'completion' ? { firstTokenLimitMs: 50 } : {}) };
  const ours = await probe.check(quick, replicaAt(sound), call());
  const theirs = await inner.check(quick, replicaAt(sick), call());
  const words = ({ outcome, reason, detail = '' }: Observation) => [
    outcome,
    reason,
    detail.replace(/\d+ ms/, 'so many ms'),
  ];
  expect(words(ours)).toEqual(words(theirs));
  expect(ours.firstTokenMs === undefined).toBe(theirs.firstTokenMs === undefined);
});

test('what does nothing to requests does nothing to probes', async () => {
  const { probe, sent, call } = makeWorld([fault({ kind: 'capacity-denied' }), fault({ kind: 'provider-down' })]);
  expect(await probe.check(http, replica, call())).toMatchObject(good);
  expect(sent).toEqual(['health']);
});

test('a blind vantage sees nothing, at once, and accuses nobody', async () => {
  const { probe, sent, call } = makeWorld([fault({ kind: 'vantage-blind' })]);
  for (const spec of [tcp, http, completion])
    expect(await probe.check(spec, replica, call())).toMatchObject({ outcome: 'unknown', reason: 'CannotSee' });
  expect(sent).toEqual([]);
});

test('a port that opens says nothing of errors and of late answers', async () => {
  for (const change of [{ kind: 'errors' }, { kind: 'latency', delayMs: 900 }] as const) {
    const { probe, sent, call } = makeWorld([fault(change)]);
    expect(await probe.check(tcp, replica, call())).toMatchObject(good);
    expect(sent).toEqual(['port']);
  }
});
