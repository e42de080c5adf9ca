import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { ana } from '../core/support/pins.ts';
import { ask, call, readAll } from './support/clients.ts';
import { rawUpstream, upstream } from './support/upstreams.ts';
import { openWorld, until, type World } from './support/world.ts';

/** What a drill keeps back of an answer must come whole, and in its order, whatever the server does meanwhile. */
const faults = '/v1/routes/chat/faults';

async function arm(world: World, kind: string, change: object = {}): Promise<void> {
  const request = { drill: 'l', run: 'r', kind, site: 'left', sharePct: 100, forMs: 60_000, by: ana, ...change };
  expect(await world.admin('POST', faults, request)).toMatchObject({ status: 200 });
}

const lift = (world: World) => world.admin('POST', `${faults}/lift`, { because: 'done' });

async function put(url: string): Promise<World> {
  const world = await openWorld();
  await world.put({ sites: { left: [{ url }] } });
  return world;
}

const stream = '{"stream":true}';

test('latency: an answer without a body comes', async () => {
  const left = await upstream((_q, r) => void r.writeHead(200, { 'content-length': '5' }).end());
  const world = await put(left.url);
  await arm(world, 'latency', { delayMs: 300 });
  const answer = await call(world, { method: 'HEAD' });
  expect(answer.status).toBe(200);
});

test('latency: an empty answer of a server that closes comes', async () => {
  const left = await rawUpstream(
    (s) => void s.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
  );
  const world = await put(left.url);
  await arm(world, 'latency', { delayMs: 300 });
  expect((await call(world)).status).toBe(200);
});

test('latency: a whole answer of a server that closes comes', async () => {
  const left = await rawUpstream(
    (s) => void s.end('HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nleft'),
  );
  const world = await put(left.url);
  await arm(world, 'latency', { delayMs: 300 });
  expect(await call(world)).toMatchObject({ status: 200, text: 'left' });
});

test('slow-first-token: a server that closes its connection meanwhile costs nothing', async () => {
  const left = await rawUpstream((s) => {
    s.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nleft');
    setTimeout(() => s.end(), 100);
  });
  const world = await put(left.url);
  await arm(world, 'slow-first-token', { delayMs: 400 });
  expect(await call(world, { method: 'POST', body: stream })).toMatchObject({ status: 200, text: 'left' });
});

test('latency: it is added to the first token, however early the head comes', async () => {
  const left = await upstream((_q, r) => {
    r.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    setTimeout(() => r.end('data: 1\n\n'), 400);
  });
  const world = await put(left.url);
  await arm(world, 'latency', { delayMs: 400 });
  const at = performance.now();
  await call(world, { method: 'POST', body: stream });
  expect(performance.now() - at).toBeGreaterThan(750);
});

test('latency: a late answer is free when its own site’s fault ends, another site stays late', async () => {
  const [left, right] = [await upstream(), await upstream()];
  const world = await openWorld();
  await world.put({ sites: { left: [{ url: left.url }], right: [{ url: right.url }] } });
  await arm(world, 'latency', { delayMs: 3000 });
  await arm(world, 'latency', { delayMs: 3000, site: 'right' });
  const at = performance.now();
  const asked = call(world);
  await until('waits', async () => (await world.site('left')).inFlight === 1);
  await arm(world, 'latency', { delayMs: 3000, sharePct: 0 });
  await asked;
  expect(performance.now() - at).toBeLessThan(1000);
});

test('stalled-streams: a client that leaves one is counted as given up', async () => {
  const left = await upstream(
    (_q, r) => void r.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n'),
  );
  const world = await put(left.url);
  await arm(world, 'stalled-streams');
  const { request, response } = ask(world, { method: 'POST', body: stream });
  const a = readAll(await response);
  await until('began', () => a.text() !== '');
  request.destroy();
  await until('gone', async () => (await world.site('left')).inFlight === 0);
  expect(await world.traffic()).toMatchObject({ gaveUp: 1 });
});

/** Sends the first part at once and the rest when it is told to. */
async function inTwo(first: string, rest: readonly string[]) {
  const sockets: Socket[] = [];
  const left = await rawUpstream((socket) => {
    socket.write(first);
    sockets.push(socket);
  });
  const finish = async (): Promise<void> => {
    for (const socket of sockets) {
      for (const part of rest) socket.write(part);
      await new Promise<void>((resolve) => socket.end(resolve));
    }
  };
  return { left, finish };
}

const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n';

test.for([
  {
    name: 'in chunks',
    first: `${head}transfer-encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n`,
    rest: ['9\r\ndata: 2\n\n\r\n', '0\r\n\r\n'],
  },
  { name: 'to the end of its connection', first: `${head}connection: close\r\n\r\ndata: 1\n\n`, rest: ['data: 2\n\n'] },
])('stalled-streams: one that is sent $name loses nothing when its server closes', async ({ first, rest }) => {
  const { left, finish } = await inTwo(first, rest);
  const world = await put(left.url);
  await arm(world, 'stalled-streams');
  const answer = readAll(await ask(world, { method: 'POST', body: stream }).response);
  await until('it began', () => answer.text() !== '');
  await finish();
  await call(world, { method: 'OPTIONS', path: '*' });
  expect(answer.text()).toBe('data: 1\n\n');
  await lift(world);
  expect({ ended: await answer.ended, text: answer.text() }).toEqual({
    ended: 'clean',
    text: 'data: 1\n\ndata: 2\n\n',
  });
});

test('stalled-streams: one that lacks only its end does not end', async () => {
  const { left, finish } = await inTwo(`${head}transfer-encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n`, ['0\r\n\r\n']);
  const world = await put(left.url);
  await arm(world, 'stalled-streams');
  const answer = readAll(await ask(world, { method: 'POST', body: stream }).response);
  await until('it began', () => answer.text() !== '');
  await finish();
  await call(world, { method: 'OPTIONS', path: '*' });
  expect((await world.site('left')).inFlight).toBe(1);
  await lift(world);
  expect(await answer.ended).toBe('clean');
});
