import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import type { Fault, FaultSight } from '../../src/model/fault.ts';
import { createSeededRandom } from '../../src/testkit/seeded-random.ts';
import { ana } from '../core/support/pins.ts';
import { ask, call, readAll } from './support/clients.ts';
import { type Answer, saying, type Upstream, upstream } from './support/upstreams.ts';
import { type AdminAnswer, openWorld, until, type World, type WorldChange } from './support/world.ts';

const faults = '/v1/routes/chat/faults';
const whole = { drill: 'loss', run: 'run-1', kind: 'blackhole', site: 'left', sharePct: 100, forMs: 60_000, by: ana };

const arm = (world: World, change: object = {}): Promise<AdminAnswer> =>
  world.admin('POST', faults, { ...whole, ...change });
const lift = (world: World, because = 'done'): Promise<AdminAnswer> =>
  world.admin('POST', `${faults}/lift`, { because });
const sight = async (world: World): Promise<FaultSight> => (await world.admin('GET', faults)).value as FaultSight;

interface Two {
  readonly world: World;
  readonly left: Upstream;
  readonly right: Upstream;
  /** All weight at left; right is proven. */
  readonly put: (weights?: Readonly<Record<string, number>>) => Promise<unknown>;
}

async function two(answer: Answer = saying('left'), change: WorldChange = {}): Promise<Two> {
  const [left, right] = [await upstream(answer), await upstream(saying('right'))];
  const world = await openWorld(change);
  const sites = { left: [{ url: left.url }], right: [{ url: right.url }] };
  const put = (weights = { left: 100, right: 0 } as Readonly<Record<string, number>>): Promise<unknown> =>
    world.put({ sites, weights, spill: { right: 600_000 } });
  await put();
  return { world, left, right, put };
}

const streamBody = '{"stream":true}';
/** A request for a stream whose first token is late after ten seconds. */
const askStream = (world: World) => call(world, { method: 'POST', body: streamBody });
const inFlight = async (world: World): Promise<number> => (await world.site('left')).inFlight;

/** Streams that go on when the test says so. */
function streams(): { readonly answer: Answer; readonly all: ServerResponse[]; send(text: string): void } {
  const all: ServerResponse[] = [];
  const answer: Answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    all.push(response);
  };
  return {
    answer,
    all,
    send: (text) => {
      for (const response of all) response.write(text);
    },
  };
}

async function begin(world: World) {
  const { request, response } = ask(world, { method: 'POST', body: streamBody });
  const answer = readAll(await response);
  await until('the first event', () => answer.text().includes('data: 1'));
  return { request, ...answer };
}

const lostEvent = /^data: 1\n\n\n\ndata: \{"error":.*"type":"upstream_lost","code":"upstream_stalled".*\}\n\n$/;

test('what a black hole takes is answered by the other site: no client sees an error, and nothing is sent there', async () => {
  const { world, left } = await two();
  expect(await arm(world)).toMatchObject({ status: 200, value: { ...whole, deployment: 'chat' } });
  const answers = [1, 2, 3, 4].map(() => askStream(world));
  await until('all wait', async () => (await inFlight(world)) === 4);
  world.clock.aheadMs += 10_000;
  for (const answer of await Promise.all(answers))
    expect(answer).toMatchObject({ status: 200, text: 'right', headers: { 'x-godwit-attempts': '2' } });
  // No connection stood: none is made within its second, so none of them has reached anybody.
  expect(await world.site('left')).toMatchObject({ late: 0, inFlight: 0, replicas: [{ ejected: true }] });
  expect(await askStream(world)).toMatchObject({ text: 'right', headers: { 'x-godwit-attempts': '1' } });
  expect(await world.traffic()).toMatchObject({ requests: 5, ok: 5, failed: 0, cut: 0 });
  expect([left.seen.length, left.sockets.length]).toEqual([0, 0]);
});

test('over a connection that stands it hangs; the fault’s end frees it at once, and it is answered', async () => {
  const left = await upstream();
  const world = await openWorld({ limits: { firstByteTimeoutMs: 30_000 } });
  await world.put({ sites: { left: [{ url: left.url }] } });
  expect(await call(world)).toMatchObject({ status: 200 });
  await arm(world);
  const hanging = call(world);
  await until('it waits', async () => (await inFlight(world)) === 1);
  world.clock.aheadMs += 5000;
  await call(world, { method: 'OPTIONS', path: '*' });
  expect(await inFlight(world)).toBe(1);
  await lift(world);
  expect(await hanging).toMatchObject({ status: 200, headers: { 'x-godwit-attempts': '2' } });
  expect(await world.traffic()).toMatchObject({ requests: 2, ok: 2, failed: 0, gaveUp: 0 });
});

test('a client that gives up on what was swallowed is counted', async () => {
  const { world } = await two();
  expect((await call(world)).status).toBe(200);
  await arm(world);
  const { request } = ask(world, { method: 'POST', body: streamBody });
  request.on('error', () => undefined);
  await until('it waits', async () => (await inFlight(world)) === 1);
  request.destroy();
  await until('it has gone', async () => (await inFlight(world)) === 0);
  expect(await world.traffic()).toMatchObject({ gaveUp: 1, failed: 0 });
});

test('an ejected replica’s trial is lost too, and after the fault the next trial brings it back', async () => {
  const { world, left } = await two();
  await arm(world);
  const answers = [1, 2, 3, 4].map(() => askStream(world));
  await until('all wait', async () => (await inFlight(world)) === 4);
  world.clock.aheadMs += 10_000;
  await Promise.all(answers);
  world.clock.aheadMs += 1000;
  const trial = askStream(world);
  await until('it is on trial', async () => (await inFlight(world)) === 1);
  world.clock.aheadMs += 10_000;
  expect(await trial).toMatchObject({ status: 200, text: 'right' });
  expect(left.seen).toHaveLength(0);

  await lift(world);
  expect((await askStream(world)).text).toBe('right');
  world.clock.aheadMs += 2000;
  expect((await askStream(world)).text).toBe('left');
  expect((await askStream(world)).text).toBe('left');
  expect((await world.site('left')).replicas).toMatchObject([{ ejected: false, inFlight: 0 }]);
});

test('with nobody else there it ends as with any site that cannot be reached: 503 once nobody came up', async () => {
  const left = await upstream();
  const world = await openWorld({ limits: { firstByteTimeoutMs: 30_000 } });
  await world.put({ sites: { left: [{ url: left.url }] } });
  await arm(world);
  const answer = call(world);
  await until('it waits', async () => (await inFlight(world)) === 1);
  world.clock.aheadMs += 30_000;
  expect(await answer).toMatchObject({ status: 503 });
  expect(await world.traffic()).toMatchObject({ failed: 1, held: 0, sites: [{ inFlight: 0 }] });
});

test('a stream in flight is cut by the stall limit with the typed event, and its model server let go', async () => {
  const { answer, send } = streams();
  const { world, left } = await two(answer);
  const { text, ended } = await begin(world);
  await arm(world);
  send('data: 2\n\n');
  await call(world, { method: 'OPTIONS', path: '*' });
  expect(text()).toBe('data: 1\n\n');
  expect(await inFlight(world)).toBe(1);
  world.clock.aheadMs += 30_000;
  expect(await ended).toBe('cut');
  expect(text()).toMatch(lostEvent);
  await until('left is let go', () => left.open() === 0);
  expect(await world.traffic()).toMatchObject({ ok: 0, failed: 0, cut: 1 });
  expect(await world.site('left')).toMatchObject({ inFlight: 0, failures: 1, cutTotal: 1 });
});

test('what was lost stays lost when the fault ends first: the stream is cut at once, never gone on with', async () => {
  const { answer, all, send } = streams();
  const { world, left } = await two(answer);
  const { text, ended } = await begin(world);
  await arm(world);
  send('data: 2\n\n');
  await call(world, { method: 'OPTIONS', path: '*' });
  await lift(world);
  expect(await ended).toBe('cut');
  expect(text()).toMatch(/^data: 1\n\n\n\ndata: \{"error":.*"type":"upstream_lost","code":"upstream_broke".*\}\n\n$/);
  await until('left is let go', () => left.open() === 0);
  for (const response of all) response.end();
  const next = await begin(world);
  send('data: 4\n\n');
  await until('the next one goes on', () => next.text().endsWith('data: 4\n\n'));
  expect(await world.traffic()).toMatchObject({ cut: 1 });
});

test('a plain answer in flight is broken off, and its announced length never reached', async () => {
  let rest = (): void => undefined;
  const { world } = await two((_request, response) => {
    response.writeHead(200, { 'content-length': '6' }).write('abc');
    rest = () => void response.end('def');
  });
  const { text, ended } = readAll(await ask(world).response);
  await until('the first part came', () => text() === 'abc');
  await arm(world);
  rest();
  await call(world, { method: 'OPTIONS', path: '*' });
  world.clock.aheadMs += 30_000;
  expect(await ended).toBe('cut');
  expect(text()).toBe('abc');
});

test.for([
  { name: 'an answer', reply: saying('left') },
  { name: 'an error', reply: saying('bad', 500) },
  { name: 'a reset', reply: (_request, response) => void response.socket?.resetAndDestroy() },
] satisfies readonly { name: string; reply: Answer }[])(
  '$name to what was sent before the fault does not arrive either: it waits, and goes elsewhere when it is late',
  async ({ reply }) => {
    let answerNow = (): void => undefined;
    const { world, left } = await two((request, response) => {
      answerNow = () => reply(request, response);
    });
    const answer = askStream(world);
    await until('left has it', () => left.seen.length === 1);
    await arm(world);
    answerNow();
    await call(world, { method: 'OPTIONS', path: '*' });
    expect(await world.site('left')).toMatchObject({ inFlight: 1, failures: 0 });
    world.clock.aheadMs += 30_000;
    expect(await answer).toMatchObject({ status: 200, text: 'right' });
    expect(await world.site('left')).toMatchObject({ inFlight: 0, late: 1 });
  },
);

test('streams of the other site go on', async () => {
  const { answer, send } = streams();
  const { world } = await two(answer);
  const { text } = await begin(world);
  await arm(world, { site: 'right' });
  send('data: 2\n\n');
  await until('it goes on', () => text().includes('data: 2'));
});

test('each request is drawn for when it is sent: half are lost at fifty percent, none at zero', async () => {
  let drawn = 0;
  const { world, left } = await two(saying('left'), { random: () => drawn });
  await arm(world, { sharePct: 50 });
  const random = createSeededRandom(5);
  let lost = 0;
  for (let count = 0; count < 60; count += 1) {
    drawn = random.next();
    if (drawn >= 0.5) expect((await askStream(world)).text).toBe('left');
    else {
      lost += 1;
      ask(world, { method: 'POST', body: streamBody });
      await until('it is lost', async () => (await inFlight(world)) === lost);
    }
  }
  expect(left.seen).toHaveLength(60 - lost);
  expect(lost).toBeGreaterThan(20);
  expect(lost).toBeLessThan(40);
  await arm(world, { sharePct: 0 });
  drawn = 0;
  expect((await askStream(world)).text).toBe('left');
});

test('streams are drawn for once: arming again every few seconds hits no more of them', async () => {
  const { answer, send } = streams();
  const { world } = await two(answer, { random: createSeededRandom(3).next });
  const running = await Promise.all(Array.from({ length: 40 }, () => begin(world)));
  const going = (event: string): number => running.filter(({ text }) => text().includes(event)).length;
  await arm(world, { sharePct: 50 });
  send('data: 2\n\n');
  await until('some go on', () => going('data: 2') > 8);
  for (let count = 0; count < 10; count += 1) await arm(world, { sharePct: 50 });
  send('data: 3\n\n');
  await until('the same go on', () => going('data: 3') === going('data: 2') && going('data: 3') > 8);
  expect(going('data: 3')).toBeLessThan(32);
  await arm(world, { sharePct: 100 });
  send('data: 4\n\n');
  await call(world, { method: 'OPTIONS', path: '*' });
  expect(going('data: 4')).toBe(0);
});

test('ends by itself when nobody arms it again, and new requests flow at once', async () => {
  const { world, left } = await two();
  await arm(world, { forMs: 20_000 });
  world.clock.aheadMs += 15_000;
  const again = (await arm(world, { forMs: 20_000 })).value as Fault;
  expect(again.untilMs - again.armedAtMs).toBe(20_000);
  world.clock.aheadMs += 15_000;
  expect((await sight(world)).inForce).toEqual([again]);
  world.clock.aheadMs += 5000;
  expect((await askStream(world)).text).toBe('left');
  expect(left.seen).toHaveLength(1);
  expect(await sight(world)).toEqual({
    inForce: [],
    ended: [{ ...again, endedAtMs: again.untilMs, because: 'nobody armed it again in time' }],
  });
});

test('a gateway that is started again knows of no fault', async () => {
  const { world } = await two();
  await arm(world);
  await world.close();
  const next = await openWorld({ dir: world.dir });
  expect(await sight(next)).toEqual({ inForce: [], ended: [] });
  expect((await askStream(next)).text).toBe('left');
});

test('lifts as often as somebody asks, also where nothing is routed', async () => {
  const { world } = await two();
  await arm(world);
  for (const because of ['over', 'over again']) expect(await lift(world, because)).toEqual({ status: 200, value: {} });
  expect(await sight(world)).toMatchObject({ inForce: [], ended: [{ drill: 'loss', run: 'run-1', because: 'over' }] });
  expect((await askStream(world)).text).toBe('left');
  expect(await world.admin('POST', '/v1/routes/none/faults/lift', { because: 'x' })).toMatchObject({ status: 200 });
  expect((await world.admin('GET', '/v1/routes/none/faults')).value).toEqual({ inForce: [], ended: [] });
});

test('another run is Busy while a fault is in force, and other deployments are not', async () => {
  const { world } = await two();
  await world.put({ deployment: 'other', sites: { left: 1 } });
  await arm(world);
  const busy = { status: 409, value: { code: 'Busy', message: expect.stringContaining('run-1 of ana') } };
  expect(await arm(world, { drill: 'loss', run: 'run-2', site: 'right' })).toEqual(busy);
  expect(await world.admin('POST', '/v1/routes/other/faults', { ...whole, run: 'run-2' })).toMatchObject({
    status: 200,
  });
  await lift(world);
  expect(await arm(world, { drill: 'loss', run: 'run-2' })).toMatchObject({ status: 200 });
});

test('a site that leaves the table can be armed again, one that is not in it cannot', async () => {
  const { world, right } = await two();
  await arm(world);
  await world.put({ sites: { right: [{ url: right.url }] }, weights: { right: 100 } });
  expect(await arm(world)).toMatchObject({ status: 200 });
  await lift(world);
  expect(await arm(world)).toMatchObject({ status: 422, value: { message: 'chat has no site left' } });
});

test('lost requests move when their replica leaves the table or their site is cut', async () => {
  for (const how of ['leaves', 'is cut']) {
    const { world, right, put } = await two();
    await arm(world);
    const answer = askStream(world);
    await until('it waits', async () => (await inFlight(world)) === 1);
    if (how === 'leaves') await world.put({ sites: { right: [{ url: right.url }] }, weights: { right: 100 } });
    else await put({ left: 0, right: 100 });
    if (how === 'is cut')
      expect(await world.admin('POST', '/v1/routes/chat/cut?site=left&epoch=4')).toMatchObject({ value: { moved: 1 } });
    expect(await answer).toMatchObject({ status: 200, text: 'right' });
    expect((await world.admin('GET', '/v1/routes/chat/running?site=left')).value).toMatchObject({ requests: [] });
  }
});

test('a lost stream ends with its site’s cut, and lets go of its model server', async () => {
  const { world, left, put } = await two(streams().answer);
  const { text, ended } = await begin(world);
  await arm(world);
  await put({ left: 0, right: 100 });
  expect(await world.admin('POST', '/v1/routes/chat/cut?site=left&epoch=4')).toMatchObject({ value: { cut: 1 } });
  expect(await ended).toBe('clean');
  expect(text()).toContain('"site_drained"');
  await until('left is let go', () => left.open() === 0);
});

test('a client that leaves takes its lost request along, sent or not', async () => {
  const { world, left } = await two(streams().answer);
  const stream = await begin(world);
  await arm(world);
  const waits = ask(world, { method: 'POST', body: streamBody });
  await until('both are there', async () => (await inFlight(world)) === 2);
  stream.request.destroy();
  waits.request.destroy();
  await until('nothing runs', async () => (await inFlight(world)) === 0);
  await until('left is let go', () => left.open() === 0);
  expect(await world.traffic()).toMatchObject({ ok: 2, failed: 0, cut: 0 });
});

test.for([
  { name: 'no object', body: '[]' },
  { name: 'no JSON', body: '{"run"' },
  { name: 'nothing', body: undefined },
  { name: 'no run', body: { ...whole, run: undefined } },
  { name: 'an empty run', body: { ...whole, run: '' } },
  { name: 'an endless run', body: { ...whole, run: 'x'.repeat(201) } },
  { name: 'an unknown kind', body: { ...whole, kind: 'fire' } },
  { name: 'no site', body: { ...whole, site: undefined } },
  { name: 'a site that is a number', body: { ...whole, site: 7 } },
  { name: 'a share below 0', body: { ...whole, sharePct: -1 } },
  { name: 'a share above 100', body: { ...whole, sharePct: 101 } },
  { name: 'half a percent', body: { ...whole, sharePct: 0.5 } },
  { name: 'no time at all', body: { ...whole, forMs: 0 } },
  { name: 'more than a minute', body: { ...whole, forMs: 60_001 } },
  { name: 'a time that is text', body: { ...whole, forMs: '5' } },
  { name: 'nobody', body: { ...whole, by: undefined } },
  { name: 'a person without a host', body: { ...whole, by: { ...ana, host: undefined } } },
])('answers a fault of $name with 400, and arms nothing', async ({ body }) => {
  const { world } = await two();
  expect(await world.admin('POST', faults, body)).toMatchObject({
    status: 400,
    value: { message: expect.any(String) },
  });
  expect((await sight(world)).inForce).toEqual([]);
});

test.for([
  { method: 'PUT', path: faults, status: 405 },
  { method: 'GET', path: `${faults}/lift`, status: 405 },
  { method: 'POST', path: `${faults}/other`, status: 404 },
  { method: 'POST', path: `${faults}/lift/x`, status: 404 },
  { method: 'POST', path: '/v1/routes/none/faults', status: 404, body: whole },
  { method: 'POST', path: `${faults}/lift`, status: 400, body: {} },
  { method: 'POST', path: `${faults}/lift`, status: 400, body: { because: '' } },
  { method: 'POST', path: `${faults}/lift`, status: 400, body: { because: 'x'.repeat(501) } },
])('answers $method $path with $status', async ({ method, path, status, body }) => {
  const { world } = await two();
  await arm(world);
  expect(await world.admin(method, path, body)).toMatchObject({ status, value: { message: expect.any(String) } });
  expect((await sight(world)).inForce).toHaveLength(1);
});

test('keeps of the actor only what it says of itself', async () => {
  const { world } = await two();
  const { value } = await arm(world, { by: { ...ana, more: 'x' }, extra: 1, deployment: 'other' });
  expect((value as Fault).by).toEqual(ana);
  expect(value).toMatchObject({ deployment: 'chat' });
  expect(value).not.toHaveProperty('extra');
});
