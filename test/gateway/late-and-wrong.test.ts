import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import type { ArmedFaultKind } from '../../src/model/fault.ts';
import { ana } from '../core/support/pins.ts';
import { ask, call, readAll } from './support/clients.ts';
import { type Answer, saying, upstream } from './support/upstreams.ts';
import { openWorld, until, type World, type WorldChange } from './support/world.ts';

const faults = '/v1/routes/chat/faults';

async function arm(world: World, kind: ArmedFaultKind, change: object = {}): Promise<void> {
  const request = { drill: 'loss', run: 'run-1', kind, site: 'left', sharePct: 100, forMs: 60_000, by: ana, ...change };
  expect(await world.admin('POST', faults, request)).toMatchObject({ status: 200 });
}

const lift = (world: World) => world.admin('POST', `${faults}/lift`, { because: 'done' });

async function one(answer: Answer = saying('left'), change: WorldChange = {}) {
  const left = await upstream(answer);
  const world = await openWorld(change);
  await world.put({ sites: { left: [{ url: left.url }] } });
  return { world, left };
}

async function two(answer: Answer = saying('left')) {
  const [left, right] = [await upstream(answer), await upstream(saying('right'))];
  const world = await openWorld({});
  const sites = { left: [{ url: left.url }], right: [{ url: right.url }] };
  await world.put({ sites, weights: { left: 100, right: 0 }, spill: { right: 600_000 } });
  return { world, left };
}

test('errors: the other site answers, and the failure counts where it was', async () => {
  const { world, left } = await two();
  await arm(world, 'errors');
  expect(await call(world)).toMatchObject({ status: 200, text: 'right', headers: { 'x-godwit-attempts': '2' } });
  expect(await world.site('left')).toMatchObject({ attempts: 1, failures: 1 });
  expect(left.seen.length).toBe(0);
  await lift(world);
});

test('errors: with nobody else the client is told, as of a model server that fails', async () => {
  const { world } = await one();
  await arm(world, 'errors');
  expect(await call(world)).toMatchObject({ status: 500, text: expect.stringContaining('drill_error') });
  expect(await world.traffic()).toMatchObject({ requests: 1, failed: 1 });
  await lift(world);
  expect(await call(world)).toMatchObject({ status: 200, text: 'left' });
});

test('latency: the answer is whole, so much later', async () => {
  const { world } = await one();
  await arm(world, 'latency', { delayMs: 3000 });
  const asked = call(world);
  await until('it waits', async () => (await world.site('left')).inFlight === 1);
  world.clock.aheadMs += 2900;
  await call(world, { method: 'OPTIONS', path: '*' });
  expect((await world.site('left')).inFlight).toBe(1);
  world.clock.aheadMs += 200;
  expect(await asked).toMatchObject({ status: 200, text: 'left' });
});

test.for(['latency', 'slow-first-token'] as const)('%s: its end frees at once what waits', async (kind) => {
  const { world } = await one();
  await arm(world, kind, { delayMs: 30_000 });
  const asked = call(world, { method: 'POST', body: '{"stream":true}' });
  await until('it waits', async () => (await world.site('left')).inFlight === 1);
  await lift(world);
  expect(await asked).toMatchObject({ status: 200, text: 'left' });
});

test('slow-first-token: only completions are late', async () => {
  const { world } = await one();
  await arm(world, 'slow-first-token', { delayMs: 30_000 });
  expect(await call(world)).toMatchObject({ status: 200, text: 'left' });
  const asked = call(world, { method: 'POST', path: '/v1/chat/completions', body: '{"model":"m"}' });
  await until('it waits', async () => (await world.site('left')).inFlight === 1);
  world.clock.aheadMs += 30_000;
  expect(await asked).toMatchObject({ text: 'left' });
});

test('a client that leaves while its answer is late takes nothing along', async () => {
  const { world } = await one();
  await arm(world, 'latency', { delayMs: 30_000 });
  const { request } = ask(world, { method: 'POST', body: '{"stream":true}' });
  request.on('error', () => undefined);
  await until('it waits', async () => (await world.site('left')).inFlight === 1);
  request.destroy();
  await until('it has gone', async () => (await world.site('left')).inFlight === 0);
  await lift(world);
  expect(await call(world)).toMatchObject({ status: 200 });
});

test.for([
  { change: { delayMs: undefined }, kind: 'latency' },
  { change: { delayMs: 0 }, kind: 'latency' },
  { change: { delayMs: 60_001 }, kind: 'slow-first-token' },
  { change: { delayMs: 5 }, kind: 'errors' },
  { change: {}, kind: 'kill' },
])('$kind with $change is refused', async ({ change, kind }) => {
  const { world } = await one();
  const request = { drill: 'loss', run: 'run-1', kind, site: 'left', sharePct: 100, forMs: 60_000, by: ana, ...change };
  expect(await world.admin('POST', faults, request)).toMatchObject({ status: 400 });
});

/** Streams that go on when the test says so. */
function streams() {
  const all: ServerResponse[] = [];
  const answer: Answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    all.push(response);
  };
  return { all, answer };
}

async function begin(world: World) {
  const { response } = ask(world, { method: 'POST', body: '{"stream":true}' });
  const answer = readAll(await response);
  await until('the first event', () => answer.text().includes('data: 1'));
  return answer;
}

test('stalled-streams: one that began before stops, and goes on where it stood when the fault is over', async () => {
  const { all, answer } = streams();
  const { world } = await one(answer);
  const before = await begin(world);
  await arm(world, 'stalled-streams');
  const after = await begin(world);
  for (const response of all) response.write('data: 2\n\n');
  // Whatever else is asked for meanwhile is answered: only streams stand still.
  await call(world, { method: 'OPTIONS', path: '*' });
  expect([before.text(), after.text()]).toEqual(['data: 1\n\n', 'data: 1\n\n']);
  await lift(world);
  for (const response of all) response.end('data: [DONE]\n\n');
  for (const each of [before, after])
    await until('its end', () => each.text() === 'data: 1\n\ndata: 2\n\ndata: [DONE]\n\n');
  expect(await world.traffic()).toMatchObject({ requests: 2, ok: 2, cut: 0 });
});

test('stalled-streams: one that stands too long is cut, as any that stalls', async () => {
  const { all, answer } = streams();
  const { world } = await one(answer, { limits: { stallTimeoutMs: 5000 } });
  await arm(world, 'stalled-streams');
  const stalled = await begin(world);
  for (const response of all) response.write('data: 2\n\n');
  await call(world, { method: 'OPTIONS', path: '*' });
  world.clock.aheadMs += 6000;
  await until('it is told', () => stalled.text().includes('upstream_stalled'));
  expect(await world.traffic()).toMatchObject({ cut: 1 });
});

test.for(['capacity-denied', 'provider-down', 'vantage-blind'] as const)(
  '%s is kept for whom it concerns, and does nothing to requests',
  async (kind) => {
    const { world } = await one();
    await arm(world, kind);
    expect(await call(world)).toMatchObject({ status: 200, text: 'left' });
    expect(await world.admin('GET', faults)).toMatchObject({ value: { inForce: [{ kind }] } });
  },
);
