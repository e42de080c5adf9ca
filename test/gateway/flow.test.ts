import { expect, test } from 'vitest';
import { ask, call, rawClient, readAll } from './support/clients.ts';
import { type Answer, rawUpstream, upstream } from './support/upstreams.ts';
import { openWorld, until, type World, type WorldChange } from './support/world.ts';

/** A gateway with one replica at `url`. */
async function worldWith(url: string, change: WorldChange = {}): Promise<World> {
  const world = await openWorld(change);
  await world.put({ sites: { left: [{ url }] } });
  return world;
}

const part = Buffer.alloc(64 * 1024, 'x');

/** Sends parts for as long as somebody takes them; `taken` is how many bytes that were. */
function endless(): { readonly answer: Answer; readonly taken: () => number; readonly isPaused: () => boolean } {
  let taken = 0;
  let isPaused = false;
  const answer: Answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    const push = (): void => {
      isPaused = false;
      if (response.destroyed) return;
      taken += part.length;
      isPaused = !response.write(part);
      if (isPaused) response.once('drain', push);
      else setImmediate(push);
    };
    push();
  };
  return { answer, taken: () => taken, isPaused: () => isPaused };
}

/** Until a number has stayed the same for a quarter of a second. */
async function settled(read: () => number): Promise<number> {
  let last = read();
  let sinceMs = performance.now();
  await until('it stays the same', () => {
    if (read() !== last) {
      last = read();
      sinceMs = performance.now();
    }
    return performance.now() - sinceMs > 250;
  });
  return last;
}

test('stops the upstream while the client does not read, and goes on when it does', async () => {
  const { answer, taken, isPaused } = endless();
  const world = await worldWith((await upstream(answer)).url);
  const client = await rawClient(world);
  client.socket.pause();
  client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await until('the upstream began', () => taken() > 0);
  const stoppedAt = await settled(taken);
  expect(isPaused()).toBe(true);
  // What fits into the buffers of four sockets, and no more.
  expect(stoppedAt).toBeLessThan(64 * 1024 * 1024);
  client.socket.resume();
  await until('the upstream sends more', () => taken() > stoppedAt + 8 * 1024 * 1024);
});

test('cuts a client that takes nothing for the slow reader’s time, and stops its upstream', async () => {
  const { answer, taken } = endless();
  const { url, open } = await upstream(answer);
  const world = await worldWith(url, { limits: { slowReaderTimeoutMs: 30_000 } });
  const client = await rawClient(world);
  client.socket.pause();
  client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await until('the upstream began', () => taken() > 0);
  await settled(taken);
  world.clock.aheadMs += 29_000;
  await settled(taken);
  expect(open()).toBe(1);
  world.clock.aheadMs += 1000;
  await until('the upstream is let go', () => open() === 0);
  client.socket.resume();
  await client.closed();
  expect(client.text().endsWith('0\r\n\r\n')).toBe(false);
  expect((await world.site('left')).inFlight).toBe(0);
});

test('cuts a client that leaves a whole answer lying', async () => {
  const size = 16 * 1024 * 1024;
  const { url, seen } = await upstream((_request, response) => response.end(Buffer.alloc(size)));
  const world = await worldWith(url, { limits: { slowReaderTimeoutMs: 150 } });
  const client = await rawClient(world);
  client.socket.pause();
  client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await until('it was asked', () => seen.length === 1);
  await until('nothing runs any more', async () => (await world.site('left')).inFlight === 0);
  // Whether what is left sits in the gateway or on the wire, it is never all of it.
  client.socket.resume();
  await client.closed();
  expect(client.text().length).toBeLessThan(size);
});

test('reads no more of a large body than it may, and asks the upstream only when it has all', async () => {
  const { url, seen } = await upstream();
  const world = await worldWith(url);
  const client = await rawClient(world);
  client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc');
  expect(await call(world)).toMatchObject({ text: 'ok' });
  expect(seen.map(({ method }) => method)).toEqual(['GET']);
  client.send('def');
  await client.says('ok');
  expect(seen[1]?.body.toString()).toBe('abcdef');
});

test('stops the upstream when the client leaves before the first byte', async () => {
  const { url, open, seen } = await upstream(() => undefined);
  const world = await worldWith(url);
  const { request } = ask(world);
  await until('it was asked', () => seen.length === 1);
  request.destroy();
  await until('the upstream is let go', () => open() === 0);
  expect(await world.traffic()).toMatchObject({
    requests: 1,
    ok: 1,
    failed: 0,
    cut: 0,
    sites: [{ inFlight: 0, failures: 0 }],
  });
});

test('stops the upstream when the client leaves in the middle of a stream', async () => {
  const { url, open } = await upstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
  });
  const world = await worldWith(url);
  const { request, response } = ask(world);
  const { text } = readAll(await response);
  await until('the stream began', () => text() !== '');
  expect((await world.site('left')).replicas).toMatchObject([{ inFlight: 1, streaming: 1 }]);
  request.destroy();
  await until('the upstream is let go', () => open() === 0);
  expect(await world.traffic()).toMatchObject({ ok: 1, failed: 0, cut: 0 });
  expect((await world.site('left')).replicas).toMatchObject([{ inFlight: 0, streaming: 0 }]);
});

/** The events of a stream, parsed. */
function eventsIn(text: string): unknown[] {
  const events = text.split(/\n\n+/).filter((event) => event !== '');
  return events.map((event): unknown => JSON.parse(event.replace(/^data: /, '')));
}

const lost = (code: string) => ({
  error: { type: 'upstream_lost', code, retryable: true, message: expect.any(String) },
});

test('cuts a stream that fell silent: a typed last event, and no clean end', async () => {
  const { url, open } = await upstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
  });
  const world = await worldWith(url, { limits: { stallTimeoutMs: 30_000 } });
  const { text, ended } = readAll(await ask(world).response);
  await until('the stream began', () => text() !== '');
  world.clock.aheadMs += 29_000;
  expect(await call(world, { method: 'OPTIONS', path: '*' })).toMatchObject({ status: 400 });
  expect(text()).toBe('data: 1\n\n');
  world.clock.aheadMs += 1000;
  expect(await ended).toBe('cut');
  expect(eventsIn(text())).toEqual([1, lost('upstream_stalled')]);
  await until('the upstream is let go', () => open() === 0);
  expect(await world.traffic()).toMatchObject({ ok: 0, failed: 0, cut: 1, sites: [{ failures: 1, inFlight: 0 }] });
});

const streamHead = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';

test.for([
  { name: 'ends without its last chunk', breakIt: 'end' },
  { name: 'is reset', breakIt: 'resetAndDestroy' },
] as const)('cuts a stream whose upstream $name: a typed last event, and no clean end', async ({ breakIt }) => {
  let broken = (): void => undefined;
  const { url } = await rawUpstream((socket) => {
    socket.write(`${streamHead}9\r\ndata: 1\n\n\r\n`);
    broken = () => void socket[breakIt]();
  });
  const world = await worldWith(url);
  const { text, ended } = readAll(await ask(world).response);
  await until('the stream began', () => text() === 'data: 1\n\n');
  broken();
  expect(await ended).toBe('cut');
  expect(eventsIn(text())).toEqual([1, lost('upstream_broke')]);
  expect(await world.traffic()).toMatchObject({ requests: 1, ok: 0, cut: 1, sites: [{ failures: 1 }] });
});

test('keeps the typed last event apart from an event that was not finished', async () => {
  let broken = (): void => undefined;
  const { url } = await rawUpstream((socket) => {
    socket.write(`${streamHead}8\r\ndata: 1\n\r\n`);
    broken = () => void socket.end();
  });
  const { text, ended } = readAll(await ask(await worldWith(url)).response);
  await until('the stream began', () => text() === 'data: 1\n');
  broken();
  expect(await ended).toBe('cut');
  expect(eventsIn(text())).toEqual([1, lost('upstream_broke')]);
});

test('adds nothing to a stream of announced length that breaks: it would pass for the rest of it', async () => {
  let broken = (): void => undefined;
  const { url } = await rawUpstream((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 50\r\n\r\ndata: 1\n\n');
    broken = () => socket.resetAndDestroy();
  });
  const { text, ended } = readAll(await ask(await worldWith(url)).response);
  await until('the stream began', () => text() !== '');
  broken();
  expect(await ended).toBe('cut');
  expect(text()).toBe('data: 1\n\n');
});

test('cuts a plain answer that breaks, and adds nothing to it', async () => {
  let broken = (): void => undefined;
  const { url } = await rawUpstream((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"a":');
    broken = () => socket.resetAndDestroy();
  });
  const world = await worldWith(url);
  const { text, ended } = readAll(await ask(world).response);
  await until('the answer began', () => text() !== '');
  broken();
  expect(await ended).toBe('cut');
  expect(text()).toBe('{"a":');
});

test.for([
  ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
  ['a status below 100', 'HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\nok'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!'],
  [
    'a length and chunks',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  ],
  ['a header with a control character', 'HTTP/1.1 200 OK\r\nX-A: a\x01b\r\nContent-Length: 2\r\n\r\nok'],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
] as const)('survives an upstream that answers with %s, and never passes it for good', async ([, bytes]) => {
  const { url } = await rawUpstream((socket) => socket.end(bytes));
  const world = await worldWith(url);
  const client = await rawClient(world);
  client.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await client.closed();
  expect(client.text()).not.toMatch(/^HTTP\/1\.1 [^5]/);
  expect(await world.admin('GET', '/v1/health')).toMatchObject({ status: 200 });
});

test('passes an answer of announced length that comes in parts', async () => {
  let next = (_text: string): void => undefined;
  const { url } = await upstream((_request, response) => {
    response.writeHead(200, { 'content-length': '9' });
    next = (text) => void response.write(text);
    next('abc');
  });
  const { text, ended } = readAll(await ask(await worldWith(url)).response);
  await until('the first part came', () => text() === 'abc');
  next('def');
  await until('the second part came', () => text() === 'abcdef');
  next('ghi');
  expect(await ended).toBe('clean');
  expect(text()).toBe('abcdefghi');
});

test('streams to a client of HTTP/1.0 without chunks', async () => {
  let next = (_text: string): void => undefined;
  const { url } = await upstream((_request, response) => {
    next = (text) => void (text === '' ? response.end() : response.write(text));
    next('abc');
  });
  const client = await rawClient(await worldWith(url));
  client.send('GET / HTTP/1.0\r\n\r\n');
  await client.says('abc');
  next('def');
  await client.says('abcdef');
  next('');
  await client.closed();
  expect(client.text()).not.toMatch(/transfer-encoding/i);
  expect(client.text().endsWith('\r\n\r\nabcdef')).toBe(true);
});

test('lets a slow stream live for as long as each part comes in time', async () => {
  let next = (_text: string): void => undefined;
  const { url } = await upstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    next = (text) => void (text === '' ? response.end() : response.write(text));
    next('data: 0\n\n');
  });
  const world = await worldWith(url, { limits: { stallTimeoutMs: 30_000 } });
  const { text, ended } = readAll(await ask(world).response);
  let sent = 'data: 0\n\n';
  for (let count = 1; count <= 4; count += 1) {
    await until('the part came', () => text() === sent);
    world.clock.aheadMs += 20_000;
    sent += `data: ${count}\n\n`;
    next(`data: ${count}\n\n`);
  }
  await until('all came', () => text() === sent);
  next('');
  expect(await ended).toBe('clean');
});
