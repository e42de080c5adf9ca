import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import type { DrainAccount } from '../../src/model/drained.ts';
import type { RunningRequests } from '../../src/model/running.ts';
import type { EntryChange } from '../core/support/routes.ts';
import { ask, call, readAll, wholeOf } from './support/clients.ts';
import { type Answer, saying, type Upstream, upstream } from './support/upstreams.ts';
import { openWorld, until, type World, type WorldChange } from './support/world.ts';

const running = async (world: World, site: string): Promise<RunningRequests> =>
  (await world.admin('GET', `/v1/routes/chat/running?site=${site}`)).value as RunningRequests;
const cut = (world: World, site = 'left', epoch = 4) =>
  world.admin('POST', `/v1/routes/chat/cut?site=${site}&epoch=${epoch}`);

/** Answers by what the body asks for: a stream or bytes that do not end, or nothing at all. */
const endless: Answer = ({ body }, response) => {
  if (body.toString() === 'silent') return;
  const type = body.toString() === 'bytes' ? 'application/octet-stream' : 'text/event-stream';
  response.writeHead(200, { 'content-type': type });
  response.write('data: 1\n\n');
};

interface Two {
  readonly world: World;
  readonly left: Upstream;
  readonly right: Upstream;
  readonly sites: NonNullable<EntryChange['sites']>;
  /** Left has no weight any more; `right` serves. */
  readonly drain: (change?: EntryChange) => Promise<void>;
}

async function two(change: WorldChange = {}): Promise<Two> {
  const left = await upstream(endless);
  const right = await upstream(saying('right'));
  const world = await openWorld(change);
  const sites = { left: [{ url: left.url }], right: [{ url: right.url }] };
  await world.put({ sites, weights: { left: 100, right: 0 } });
  const drain = async (more: EntryChange = {}): Promise<void> => {
    await world.put({ sites, weights: { left: 0, right: 100 }, ...more });
  };
  return { world, left, right, sites, drain };
}

const post = (world: World, body: string) => ask(world, { method: 'POST', body });

/** A stream whose first event has come. */
async function streaming(world: World, body = 'stream') {
  const { request, response } = post(world, body);
  const all = readAll(await response);
  await until('the first event', () => all.text().includes('data: 1'));
  return { request, ...all };
}

test('lists what runs at a site, oldest first, with what it has sent so far', async () => {
  const { world, left } = await two();
  const beforeMs = Date.now();
  const first = await streaming(world);
  const second = post(world, 'silent');
  await until('both are there', () => left.seen.length === 2);
  const { requests, isCut } = await running(world, 'left');
  expect(isCut).toBe(false);
  expect(requests).toEqual([
    {
      id: expect.any(String),
      site: 'left',
      replica: 'left-0',
      startedAtMs: expect.any(Number),
      streaming: true,
      bytes: 9,
    },
    {
      id: expect.any(String),
      site: 'left',
      replica: 'left-0',
      startedAtMs: expect.any(Number),
      streaming: false,
      bytes: 0,
    },
  ]);
  expect(requests[0]?.id).not.toBe(requests[1]?.id);
  // Rounded, and the two clocks are not read in the same instant.
  for (const { startedAtMs } of requests) {
    expect(startedAtMs).toBeGreaterThanOrEqual(beforeMs - 5);
    expect(startedAtMs).toBeLessThanOrEqual(Date.now() + 5);
  }
  expect((await running(world, 'right')).requests).toEqual([]);
  first.request.destroy();
  second.request.destroy();
  await until('nothing runs', async () => (await running(world, 'left')).requests.length === 0);
});

test('still lists what runs at a replica that is in no table any more', async () => {
  const { world, right } = await two();
  const { request } = await streaming(world);
  await world.put({ sites: { right: [{ url: right.url }] }, weights: { right: 100 } });
  expect((await running(world, 'left')).requests).toMatchObject([{ replica: 'left-0', streaming: true }]);
  request.destroy();
});

test('lists a thousand, and says when there are more', async () => {
  const { world, left } = await two({ limits: { maxConnections: 3000, maxConnectionsPerAddress: 3000 } });
  for (let count = 0; count < 1000; count += 1) post(world, 'silent');
  await until('a thousand', () => left.seen.length === 1000, 9000);
  expect(await running(world, 'left')).toMatchObject({ isCut: false, requests: { length: 1000 } });
  post(world, 'silent');
  await until('one more', () => left.seen.length === 1001);
  expect(await running(world, 'left')).toMatchObject({ isCut: true, requests: { length: 1000 } });
});

test('counts by site what came to its end and what was cut, and nothing for a client that left', async () => {
  const left = await upstream(({ body }, response) => {
    response.writeHead(body.toString() === 'bad' ? 500 : 200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    if (body.toString() === 'whole' || body.toString() === 'bad') response.end();
    if (body.toString() === 'broken') setTimeout(() => response.destroy(), 5);
  });
  const world = await openWorld();
  await world.put({ sites: { left: [{ url: left.url }], right: 0 } });
  await call(world, { method: 'POST', body: 'whole' });
  await call(world, { method: 'POST', body: 'whole' });
  await call(world, { method: 'POST', body: 'bad' });
  expect(await world.site('left')).toMatchObject({ finishedTotal: 2, cutTotal: 0, bytesTotal: 18 });
  await readAll(await post(world, 'broken').response).ended;
  const stays = await streaming(world);
  stays.request.destroy();
  await until('nothing runs', async () => (await world.site('left')).inFlight === 0);
  expect(await world.site('left')).toMatchObject({ finishedTotal: 2, cutTotal: 1, bytesTotal: 27 });
  expect(await world.site('right')).toMatchObject({ finishedTotal: 0, cutTotal: 0, bytesTotal: 0 });
});

test('I21: a stream that is cut gets a typed, retryable last event, and its end', async () => {
  const { world, left, drain } = await two();
  const { text, ended } = await streaming(world);
  await drain();
  expect(await cut(world)).toEqual({ status: 200, value: { moved: 0, cut: 1 } });
  expect(await ended).toBe('clean');
  const events = text()
    .split('\n\n')
    .filter((event) => event !== '');
  expect(events).toHaveLength(2);
  expect(JSON.parse(events[1]?.replace('data: ', '') ?? '')).toEqual({
    error: { type: 'stream_cut', code: 'site_drained', message: expect.any(String), retryable: true },
  });
  await until('the model server is told', () => left.open() === 0);
  expect(await world.traffic()).toMatchObject({ ok: 0, failed: 0, cut: 1 });
  // Nobody's failure: no evidence against the site.
  expect(await world.site('left')).toMatchObject({ inFlight: 0, failures: 0, cutTotal: 1, finishedTotal: 0 });
  expect((await running(world, 'left')).requests).toEqual([]);
});

test('a stream that broke in the middle of an event is told in an event of its own', async () => {
  const left = await upstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    response.write('data: {"half');
  });
  const world = await openWorld();
  const sites = { left: [{ url: left.url }], right: 1 };
  await world.put({ sites });
  const { text, ended } = await streaming(world);
  await until('half an event', () => text().includes('half'));
  await world.put({ sites, weights: { right: 100 } });
  await cut(world);
  expect(await ended).toBe('clean');
  expect(text()).toContain('{"half\n\ndata: {"error"');
});

test('an answer that is no event stream is broken off, and nothing is added to it', async () => {
  const { world, drain } = await two();
  const { text, ended } = await streaming(world, 'bytes');
  await drain();
  expect(await cut(world)).toMatchObject({ value: { moved: 0, cut: 1 } });
  expect(await ended).toBe('cut');
  expect(text()).toBe('data: 1\n\n');
});

test('what has no first byte is answered by another site, and costs no retry budget', async () => {
  const { world, left, sites, drain } = await two({ retryRatio: 0, hold: { maxRequests: 0 } });
  for (const round of [1, 2]) {
    const answers = Array.from({ length: 15 }, () => post(world, 'silent').response.then(wholeOf));
    await until('all are there', () => left.seen.length === 15 * round);
    await drain();
    expect(await cut(world)).toEqual({ status: 200, value: { moved: 15, cut: 0 } });
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ status: 200, text: 'right' });
    expect(await world.traffic()).toMatchObject({ ok: 15 * round, failed: 0, cut: 0, retried: 15 * round });
    await world.put({ sites, weights: { left: 100, right: 0 } });
  }
});

test('what has no first byte waits when nobody else is there, and is answered once somebody is', async () => {
  const { world, left, sites, drain } = await two();
  const answer = post(world, 'silent').response.then(wholeOf);
  await until('it is there', () => left.seen.length === 1);
  await drain({ sites: { ...sites, right: [] } });
  expect(await cut(world)).toEqual({ status: 200, value: { moved: 1, cut: 0 } });
  expect(await world.traffic()).toMatchObject({ held: 1 });
  await drain({ sites: { ...sites, left: [] } });
  expect(await answer).toMatchObject({ status: 200, text: 'right' });
});

test('what can neither be sent twice nor wait is told to come again', async () => {
  const { world, left, drain } = await two({ replay: { maxBodyBytes: 3 } });
  const answer = post(world, 'silent').response.then(wholeOf);
  await until('it is there', () => left.seen.length === 1);
  await drain();
  expect(await cut(world)).toEqual({ status: 200, value: { moved: 0, cut: 1 } });
  const { status, headers, text } = await answer;
  expect({ status, retryAfter: headers['retry-after'] }).toEqual({ status: 503, retryAfter: '1' });
  expect(JSON.parse(text)).toMatchObject({ error: { code: 'site_drained' } });
});

test('I21: after a cut the spill order sends nothing there until the next table', async () => {
  const { world, left, sites, drain } = await two({ hold: { maxWaitMs: 0 } });
  const nobody = { sites: { ...sites, right: [] }, spill: { left: 60_000 } };
  await drain(nobody);
  post(world, 'silent');
  await until('it spills', () => left.seen.length === 1);
  expect(await cut(world)).toMatchObject({ status: 200 });
  expect(await call(world)).toMatchObject({ status: 503 });
  expect(left.seen).toHaveLength(1);
  await drain(nobody);
  post(world, 'silent');
  await until('it spills again', () => left.seen.length === 2);
});

test('is refused while the site has one percent, and touches nothing', async () => {
  const { world, sites } = await two();
  const { request } = await streaming(world);
  await world.put({ sites, weights: { left: 1, right: 99 } });
  expect(await cut(world)).toMatchObject({ status: 409, value: { code: 'HasWeight' } });
  expect((await running(world, 'left')).requests).toHaveLength(1);
  request.destroy();
});

test('I2: is refused for an epoch older than seen, and raises the fence', async () => {
  const { world, drain } = await two();
  await drain();
  expect(await cut(world, 'left', 3)).toMatchObject({ status: 409, value: { code: 'Stale' } });
  expect(await cut(world, 'left', 6)).toEqual({ status: 200, value: { moved: 0, cut: 0 } });
  expect(await cut(world, 'left', 5)).toMatchObject({ status: 409, value: { code: 'Stale' } });
});

test('leaves other sites alone', async () => {
  const { world, sites } = await two();
  const { request } = await streaming(world);
  await world.put({ sites, weights: { left: 100, right: 0 } });
  expect(await cut(world, 'right')).toEqual({ status: 200, value: { moved: 0, cut: 0 } });
  expect((await running(world, 'left')).requests).toHaveLength(1);
  request.destroy();
});

test.for([
  { method: 'GET', path: '/v1/routes/chat/running', status: 400 },
  { method: 'GET', path: '/v1/routes/none/running?site=left', status: 404 },
  { method: 'POST', path: '/v1/routes/chat/running?site=left', status: 405 },
  { method: 'GET', path: '/v1/routes/chat/cut?site=right', status: 404 },
  { method: 'POST', path: '/v1/routes/chat/cut?epoch=4', status: 400 },
  { method: 'POST', path: '/v1/routes/chat/cut?site=right', status: 400 },
  { method: 'POST', path: '/v1/routes/none/cut?site=right&epoch=4', status: 404 },
])('answers $method $path with $status', async ({ method, path, status }) => {
  const { world } = await two();
  expect(await world.admin(method, path)).toMatchObject({ status, value: { message: expect.any(String) } });
});

const begin = (world: World, operation = 'op-1', epoch = 4) =>
  world.admin('POST', `/v1/routes/chat/drain?site=left&operation=${operation}&epoch=${epoch}`);
const drained = (world: World, operation = 'op-1') =>
  world.admin('GET', `/v1/routes/chat/drained?site=left&operation=${operation}`);
const none = { cut: 0, running: 0, 'client-left': 0, failed: 0, moved: 0, finished: 0 };

test('tells what became of each request that ran when the drain began: finished, cut, left, broken, moved', async () => {
  const streams: ServerResponse[] = [];
  const left = await upstream((request, response) => {
    endless(request, response);
    streams.push(response);
  });
  const right = await upstream(saying('right'));
  const world = await openWorld();
  const sites = { left: [{ url: left.url }], right: [{ url: right.url }] };
  await world.put({ sites, weights: { left: 100, right: 0 } });
  const finishes = await streaming(world);
  await streaming(world);
  const leaves = await streaming(world);
  await streaming(world);
  const moves = post(world, 'silent').response.then(wholeOf);
  await until('all are there', () => left.seen.length === 5);
  await world.put({ sites, weights: { left: 0, right: 100 } });
  world.clock.aheadMs += 2000;
  expect(await begin(world)).toEqual({ status: 200, value: {} });
  const begun = await drained(world);
  expect(begun).toMatchObject({ value: { site: 'left', counts: { ...none, running: 5 }, more: 0 } });
  const { beganAtMs } = begun.value as DrainAccount;
  expect(Math.abs(beganAtMs - Date.now())).toBeLessThan(1000);
  streams[0]?.end('data: the end\n\n');
  leaves.request.destroy();
  streams[3]?.destroy();
  await finishes.ended;
  await until('two run', async () => (await running(world, 'left')).requests.length === 2);
  // The operation goes on in another process: nothing begins anew.
  world.clock.aheadMs += 2000;
  await begin(world);
  expect(await drained(world)).toMatchObject({ value: { beganAtMs } });
  await cut(world);
  expect(await moves).toMatchObject({ text: 'right' });
  const { status, value } = await drained(world);
  expect(status).toBe(200);
  const { counts, streams: listed } = value as DrainAccount;
  expect(counts).toEqual({ ...none, finished: 1, cut: 1, 'client-left': 1, failed: 1, moved: 1 });
  expect(listed).toHaveLength(5);
  // What went well comes last.
  expect(listed.at(-1)).toMatchObject({ end: 'finished', bytes: 9 + 'data: the end\n\n'.length, replica: 'left-0' });
  expect(listed.find(({ end }) => end === 'moved')).toMatchObject({ bytes: 0 });
  for (const { ageMs } of listed) expect(ageMs).toBeGreaterThanOrEqual(2000);
  // Nothing of what was asked or answered.
  expect(JSON.stringify(value)).not.toMatch(/data:|silent|stream"/);
});

test('keeps the list of one drain: another operation begins its own, an older epoch none', async () => {
  const { world, drain } = await two();
  await streaming(world);
  await drain();
  expect(await begin(world, 'op-1', 3)).toMatchObject({ status: 409, value: { code: 'Stale' } });
  expect(await drained(world)).toMatchObject({ status: 404, value: { message: expect.stringContaining('no list') } });
  await begin(world);
  await begin(world, 'op-2');
  expect(await drained(world)).toMatchObject({ status: 404 });
  expect(await drained(world, 'op-2')).toMatchObject({ value: { counts: { running: 1 } } });
});

test('lists fifty and counts the others; what spilled there after the drain began is cut with the rest', async () => {
  const { world, drain } = await two();
  await Promise.all(Array.from({ length: 55 }, () => streaming(world)));
  await begin(world);
  await streaming(world);
  await drain();
  await cut(world);
  const { value } = await drained(world);
  expect(value).toMatchObject({ counts: { ...none, cut: 56 }, streams: { length: 50 }, more: 6 });
});
