import { writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { FaultRequest } from '../../../src/model/fault.ts';
import type { PinRequest } from '../../../src/model/pin.ts';
import type { ReadCall, WriteCall } from '../../../src/ports/call.ts';
import type { FaultDriver, ManualDriver, TrafficDriver } from '../../../src/ports/traffic-driver.ts';
import { createClock } from '../../../src/system/clock.ts';
import { createGatewayDriver, findGateway } from '../../../src/traffic/gateway/driver.ts';
import { ana } from '../../core/support/pins.ts';
import { type EntryChange, entry } from '../../core/support/routes.ts';
import { ask, call, readAll } from '../../gateway/support/clients.ts';
import { upstream } from '../../gateway/support/upstreams.ts';
import { openWorld, temporaryDir, until, type World } from '../../gateway/support/world.ts';

const clock = createClock();
const leftOnly: EntryChange = { sites: { left: 1 }, weights: { left: 100 } };

const reading = (ms = 5000): ReadCall => ({ signal: AbortSignal.timeout(ms), deadlineAtMonoMs: clock.monoMs() + ms });
const writing = (epoch: number, ms = 5000): WriteCall => ({
  ...reading(ms),
  epoch,
  operationId: 'op-1',
  idempotencyKey: 'key-1',
});

type Driver = TrafficDriver & ManualDriver & FaultDriver;

const driverAt = (socketPath: string): Driver => createGatewayDriver({ socketPath, clock });

async function gateway(): Promise<{ readonly world: World; readonly driver: Driver }> {
  const world = await openWorld();
  return { world, driver: driverAt(world.adminSocket) };
}

test('writes an entry, reads it back, and says when it looked', async () => {
  const { driver } = await gateway();
  const written = entry(leftOnly);
  const beforeMs = clock.nowMs();
  expect(await driver.write(written, writing(4))).toEqual({ kind: 'done', value: undefined });
  const seen = await driver.read('chat', reading());
  expect(seen).toMatchObject({ kind: 'seen', value: written });
  expect(seen.kind === 'seen' ? seen.asOfMs : 0).toBeGreaterThanOrEqual(beforeMs);
  expect(seen.kind === 'seen' ? seen.asOfMs : 0).toBeLessThanOrEqual(clock.nowMs());
});

test('changes all weights in one step, and users follow', async () => {
  const { world, driver } = await gateway();
  expect(driver.atomicUnit).toBe('vector');
  const { url } = await upstream();
  await driver.write(entry({ sites: { left: [{ url }] }, weights: { left: 100 } }), writing(4));
  expect(await call(world)).toMatchObject({ status: 200, text: 'ok' });
});

test('sees that there is no entry, which is not the same as not seeing', async () => {
  const { driver } = await gateway();
  expect(await driver.read('chat', reading())).toMatchObject({ kind: 'seen', value: undefined });
  expect(await driver.traffic('chat', reading())).toMatchObject({ kind: 'unknown', error: { code: 'Status404' } });
});

test('finds a deployment whose name needs encoding', async () => {
  const { driver } = await gateway();
  const written = entry({ ...leftOnly, deployment: 'a/b?c#d%e ü' });
  expect(await driver.write(written, writing(4))).toMatchObject({ kind: 'done' });
  expect(await driver.stamp(written.deployment, writing(5))).toMatchObject({ kind: 'done' });
  expect(await driver.read(written.deployment, reading())).toMatchObject({ kind: 'seen', value: written });
  expect(await driver.traffic(written.deployment, reading())).toMatchObject({ kind: 'seen', value: { epoch: 4 } });
});

test('is refused as a conflict behind a newer stamp, an older version, and an older stamp', async () => {
  const { driver } = await gateway();
  const conflict = {
    kind: 'refused',
    error: { class: 'conflict', code: 'Stale', message: expect.stringContaining('older') },
  };
  await driver.write(entry(leftOnly), writing(4));
  expect(await driver.write(entry({ ...leftOnly, routeVersion: 6 }), writing(4))).toMatchObject(conflict);
  expect(await driver.stamp('chat', writing(9))).toEqual({ kind: 'done', value: undefined });
  expect(await driver.write(entry({ ...leftOnly, routeVersion: 8 }), writing(4))).toMatchObject(conflict);
  expect(await driver.stamp('chat', writing(8))).toMatchObject(conflict);
  expect(await driver.write(entry({ ...leftOnly, routeVersion: 8, epoch: 9 }), writing(9))).toMatchObject({
    kind: 'done',
  });
});

test('is refused as invalid when the entry is', async () => {
  const { driver } = await gateway();
  const refused = await driver.write(entry({ ...leftOnly, weights: { left: 99 } }), writing(4));
  expect(refused).toEqual({
    kind: 'refused',
    error: { class: 'invalid', code: 'Status422', message: 'weights sum to 99, not 100' },
  });
});

test('is refused for now when the gateway’s disk refuses', async () => {
  const dir = temporaryDir();
  writeFileSync(join(dir, 'file'), '');
  const world = await openWorld({ dir, tableFile: join(dir, 'file', 'routes.json') });
  const refused = await driverAt(world.adminSocket).write(entry(leftOnly), writing(4));
  expect(refused).toMatchObject({ kind: 'refused', error: { class: 'transient', code: 'Status507' } });
});

test('shows what users see, and what runs', async () => {
  const { world, driver } = await gateway();
  const { url, seen } = await upstream(({ body }, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    if (body.toString() === 'whole') response.end();
  });
  await driver.write(entry({ sites: { left: [{ url }] }, weights: { left: 100 } }), writing(4));
  await call(world, { method: 'POST', body: 'whole' });
  const running = ask(world, { method: 'POST', body: 'running' });
  await running.response;
  expect(seen).toHaveLength(2);
  expect(await driver.traffic('chat', reading())).toMatchObject({
    kind: 'seen',
    value: {
      deployment: 'chat',
      epoch: 4,
      routeVersion: 7,
      requests: 2,
      ok: 1,
      held: 0,
      sites: [{ site: 'left', attempts: 2, failures: 0, inFlight: 1, replicas: [{ inFlight: 1, streaming: 1 }] }],
    },
  });
  running.request.destroy();
  await until('nothing runs', async () => {
    const traffic = await driver.traffic('chat', reading());
    return traffic.kind === 'seen' && traffic.value.sites[0]?.inFlight === 0;
  });
});

test('finds the gateway that answers on a socket', async () => {
  const { world } = await gateway();
  expect(await findGateway(world.adminSocket, AbortSignal.timeout(5000))).toEqual({
    pid: process.pid,
    port: world.port,
  });
  await world.close();
  expect(await findGateway(world.adminSocket, AbortSignal.timeout(5000))).toBeUndefined();
});

/** All four calls. */
const everyCall = async (driver: TrafficDriver, ms = 5000) => ({
  read: await driver.read('chat', reading(ms)),
  traffic: await driver.traffic('chat', reading(ms)),
  write: await driver.write(entry(leftOnly), writing(4, ms)),
  stamp: await driver.stamp('chat', writing(4, ms)),
});

test('knows nothing where no gateway is, and that it changed nothing', async () => {
  const error = { class: 'transient', code: 'GatewayAbsent' };
  expect(await everyCall(driverAt(join(temporaryDir(), 'none.sock')))).toMatchObject({
    read: { kind: 'unknown', error },
    traffic: { kind: 'unknown', error },
    write: { kind: 'refused', error },
    stamp: { kind: 'refused', error },
  });
});

test('knows nothing where a gateway was, and that it changed nothing', async () => {
  const { world, driver } = await gateway();
  await world.close();
  expect(await everyCall(driver)).toMatchObject({
    read: { kind: 'unknown' },
    traffic: { kind: 'unknown' },
    write: { kind: 'refused', error: { code: 'GatewayAbsent' } },
    stamp: { kind: 'refused', error: { code: 'GatewayAbsent' } },
  });
});

/** Something else on the socket; `answer` is called for each connection when it has sent something. */
async function strangerAt(
  answer: (socket: Socket) => void,
): Promise<{ driver: Driver; path: string; open: () => number }> {
  const path = join(temporaryDir(), 'stranger.sock');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', () => answer(socket));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { driver: driverAt(path), path, open: () => sockets.size };
}

const json = (text: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`;

const allUnknown = {
  read: { kind: 'unknown' },
  traffic: { kind: 'unknown' },
  write: { kind: 'unknown' },
  stamp: { kind: 'unknown' },
};

test.for([
  ['no HTTP', (socket: Socket) => socket.end('220 mail.example ESMTP\r\n')],
  ['no JSON', (socket: Socket) => socket.end(json('<html>'))],
  ['half an answer', (socket: Socket) => socket.end(json('{"deployment":"chat"}').slice(0, -5))],
  ['nothing', (socket: Socket) => socket.end()],
  ['a reset', (socket: Socket) => socket.destroy()],
] as const)('knows neither what is nor what it changed when the answer is %s', async ([, answer]) => {
  const { driver } = await strangerAt(answer);
  expect(await everyCall(driver)).toMatchObject(allUnknown);
});

test.for([
  ['says nothing', () => undefined],
  ['begins an answer', (socket: Socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"de')],
] as const)('gives up at the deadline on something that %s, and lets go of it', async ([, answer]) => {
  const { driver, path, open } = await strangerAt(answer);
  const startedMs = performance.now();
  expect(await everyCall(driver, 60)).toMatchObject(allUnknown);
  expect(await findGateway(path, AbortSignal.timeout(60))).toBeUndefined();
  expect(performance.now() - startedMs).toBeLessThan(3000);
  await until('all connections are closed', () => open() === 0);
});

test.for(['null', '{}', '[]', '"chat"', JSON.stringify(entry({ ...leftOnly, deployment: 'other' }))])(
  'does not take %s for what it asked',
  async (text) => {
    const { driver } = await strangerAt((socket) => socket.end(json(text)));
    expect(await driver.read('chat', reading())).toMatchObject({ kind: 'unknown' });
    expect(await driver.traffic('chat', reading())).toMatchObject({ kind: 'unknown' });
  },
);

test('does not take a stranger’s 404 for a gateway without the entry', async () => {
  const { driver } = await strangerAt((socket) => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}'));
  expect(await driver.read('chat', reading())).toMatchObject({ kind: 'unknown', error: { code: 'Status404' } });
});

test('reads no answer without end', async () => {
  let sent = 0;
  const { driver, open } = await strangerAt((socket) => {
    const part = Buffer.alloc(1024 * 1024, ' ');
    const push = (): void => {
      if (socket.destroyed) return;
      sent += part.length;
      if (socket.write(part)) setImmediate(push);
      else socket.once('drain', push);
    };
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    push();
  });
  expect(await driver.read('chat', reading())).toMatchObject({
    kind: 'unknown',
    error: { message: expect.stringContaining(`${16 * 1024 * 1024} bytes`) },
  });
  await until('it lets go', () => open() === 0);
  expect(sent).toBeLessThan(64 * 1024 * 1024);
});

const split: EntryChange = { sites: { left: 1, right: 1 }, weights: { left: 30, right: 70 } };
const all: EntryChange = { ...split, weights: { left: 100, right: 0 }, routeVersion: 8 };
const hold: PinRequest = {
  ...{ deployment: 'chat', kind: 'hold', by: ana, reason: undefined, forMs: undefined, weights: undefined },
};

test('pins, shows, releases and marks by hand, without any epoch', async () => {
  const { driver } = await gateway();
  expect(await driver.pins('chat', reading())).toMatchObject({ kind: 'seen', value: { pins: [], standing: [] } });
  await driver.write(entry(split), writing(4));
  await driver.write(entry(all), writing(4));
  const taken = await driver.pin({ ...hold, reason: 'odd', forMs: 60_000 }, reading());
  expect(taken).toMatchObject({ kind: 'done', value: { number: 1, kind: 'hold', by: ana, reason: 'odd' } });
  const back = await driver.pin({ ...hold, kind: 'return', weights: split.weights }, reading());
  expect(back).toMatchObject({ kind: 'done', value: { number: 2, weights: split.weights } });
  expect(await driver.merged('chat', 1, reading())).toEqual({ kind: 'done', value: undefined });
  expect(await driver.pins('chat', reading())).toMatchObject({
    kind: 'seen',
    value: { standing: [1, 2], weights: split.weights, before: all.weights, pins: [{ isMerged: true }, {}] },
  });
  const over = { deployment: 'chat', by: ana, reason: undefined };
  expect(await driver.release({ ...over, number: 2 }, reading())).toEqual({ kind: 'done', value: { released: [2] } });
  expect(await driver.release({ ...over, number: undefined }, reading())).toMatchObject({ value: { released: [1] } });
});

test('a write that a pin refuses is a conflict of its own, not a stale one', async () => {
  const { driver } = await gateway();
  await driver.write(entry(all), writing(4));
  await driver.pin(hold, reading());
  expect(await driver.write(entry({ ...split, routeVersion: 9 }), writing(4))).toEqual({
    kind: 'refused',
    error: { class: 'conflict', code: 'Pinned', message: expect.stringContaining('ana on ops-1') },
  });
});

test('a pin that the gateway refuses was not taken, whatever the reason', async () => {
  const { driver } = await gateway();
  expect(await driver.pin(hold, reading())).toMatchObject({ kind: 'refused', error: { code: 'Status404' } });
  await driver.write(entry(all), writing(4));
  const nowhere: PinRequest = { ...hold, kind: 'return', weights: { mars: 100 } };
  expect(await driver.pin(nowhere, reading())).toMatchObject({ kind: 'refused', error: { class: 'invalid' } });
  expect(await driver.merged('chat', 1, reading())).toMatchObject({ kind: 'refused', error: { code: 'Status404' } });
});

test('shows what runs at a site, and ends it when the site has no weight', async () => {
  const { world, driver } = await gateway();
  const { url } = await upstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
  });
  const sites = { 'le&ft': [{ url }], right: 1 };
  await driver.write(entry({ sites, weights: { 'le&ft': 100 } }), writing(4));
  const { response } = ask(world, { method: 'POST', body: 'x' });
  const { ended } = readAll(await response);
  expect(await driver.running('chat', 'le&ft', reading())).toMatchObject({
    kind: 'seen',
    value: { isCut: false, requests: [{ site: 'le&ft', streaming: true, bytes: 9 }] },
  });
  expect(await driver.cut('chat', 'le&ft', writing(4))).toMatchObject({
    kind: 'refused',
    error: { class: 'conflict', code: 'HasWeight' },
  });
  await driver.write(entry({ sites, weights: { right: 100 }, routeVersion: 8 }), writing(4));
  expect(await driver.cut('chat', 'le&ft', writing(3))).toMatchObject({ kind: 'refused', error: { code: 'Stale' } });
  expect(await driver.cut('chat', 'le&ft', writing(4))).toEqual({ kind: 'done', value: { moved: 0, cut: 1 } });
  expect(await ended).toBe('clean');
});

const hole: FaultRequest = {
  ...{
    deployment: 'chat',
    drill: 'loss',
    run: 'run-1',
    kind: 'blackhole',
    site: 'left',
    sharePct: 100,
    forMs: 5000,
    by: ana,
  },
};

test('arms, shows and lifts a fault, without any epoch', async () => {
  const { driver } = await gateway();
  expect(await driver.faults('chat', reading())).toMatchObject({ kind: 'seen', value: { inForce: [], ended: [] } });
  await driver.write(entry(leftOnly), writing(4));
  const armed = await driver.arm(hole, reading());
  expect(armed).toMatchObject({ kind: 'done', value: { ...hole, armedAtMs: expect.any(Number) } });
  expect(await driver.faults('chat', reading())).toMatchObject({ kind: 'seen', value: { inForce: [hole], ended: [] } });
  for (const because of ['over', 'again'])
    expect(await driver.lift('chat', { because }, reading())).toEqual({ kind: 'done', value: undefined });
  expect(await driver.faults('chat', reading())).toMatchObject({
    kind: 'seen',
    value: { inForce: [], ended: [{ ...hole, because: 'over' }] },
  });
});

test('a fault that the gateway refuses was not armed, and another run’s is a conflict of its own', async () => {
  const { driver } = await gateway();
  expect(await driver.arm(hole, reading())).toMatchObject({
    kind: 'refused',
    error: { class: 'invalid', code: 'Status404' },
  });
  await driver.write(entry(leftOnly), writing(4));
  expect(await driver.arm({ ...hole, site: 'mars' }, reading())).toMatchObject({
    kind: 'refused',
    error: { class: 'invalid', code: 'Status422', message: 'chat has no site mars' },
  });
  await driver.arm(hole, reading());
  expect(await driver.arm({ ...hole, run: 'run-2' }, reading())).toEqual({
    kind: 'refused',
    error: { class: 'conflict', code: 'Busy', message: expect.stringContaining('run-1 of ana') },
  });
});

test.for(['null', '{}', '[]', '"chat"'])(
  'does not take %s for the answer to what was done by hand or by a drill',
  async (text) => {
    const { driver } = await strangerAt((socket) => socket.end(json(text)));
    const release = { deployment: 'chat', by: ana, reason: undefined, number: undefined };
    for (const answer of [
      await driver.pins('chat', reading()),
      await driver.pin(hold, reading()),
      await driver.release(release, reading()),
      await driver.running('chat', 'left', reading()),
      await driver.cut('chat', 'left', writing(4)),
      await driver.faults('chat', reading()),
      await driver.arm(hole, reading()),
    ])
      expect(answer).toMatchObject({ kind: 'unknown', error: { code: 'Status200' } });
  },
);
