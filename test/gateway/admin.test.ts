import { once } from 'node:events';
import { type IncomingMessage, request as send } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { type EntryChange, entry } from '../core/support/routes.ts';
import { call, rawClient, readAll } from './support/clients.ts';
import { upstream } from './support/upstreams.ts';
import { openWorld, until, type World } from './support/world.ts';

const leftOnly: EntryChange = { sites: { left: 1 }, weights: { left: 100 } };
const whole = entry({ ...leftOnly, routeVersion: 1000 });

test('says which process answers, and on which port', async () => {
  const world = await openWorld();
  expect(await world.admin('GET', '/v1/health')).toEqual({
    status: 200,
    value: { pid: process.pid, port: world.port },
  });
});

test('gives back the entry it was given, and what users see of it', async () => {
  const world = await openWorld();
  const written = await world.put(leftOnly);
  expect(await world.admin('GET', '/v1/routes/chat')).toEqual({ status: 200, value: written });
  expect(await world.admin('GET', '/v1/routes/chat/traffic')).toMatchObject({
    status: 200,
    value: {
      deployment: 'chat',
      epoch: written.epoch,
      routeVersion: written.routeVersion,
      requests: 0,
      held: 0,
      sites: [{ site: 'left', attempts: 0, replicas: [{ replica: 'left-0', inFlight: 0 }] }],
    },
  });
});

test('finds a deployment whose name needs encoding', async () => {
  const world = await openWorld();
  const written = entry({ ...leftOnly, deployment: 'a/b c%' });
  const path = `/v1/routes/${encodeURIComponent(written.deployment)}`;
  expect(await world.admin('PUT', path, written)).toEqual({ status: 200, value: {} });
  expect(await world.admin('GET', path)).toEqual({ status: 200, value: written });
});

test.for([
  { method: 'GET', path: '/', status: 404 },
  { method: 'GET', path: '/v1', status: 404 },
  { method: 'GET', path: '/v2/health', status: 404 },
  { method: 'GET', path: '/v1/other', status: 404 },
  { method: 'GET', path: '/v1/routes', status: 404 },
  { method: 'GET', path: '/v1/routes/none', status: 404 },
  { method: 'GET', path: '/v1/routes/none/traffic', status: 404 },
  { method: 'GET', path: '/v1/routes/chat/other', status: 404 },
  { method: 'GET', path: '/v1/routes/%E0%A4%A', status: 400 },
  { method: 'GET', path: '//', status: 400 },
  { method: 'GET', path: 'http://[', status: 400 },
  { method: 'DELETE', path: '/v1/routes/chat', status: 405 },
  { method: 'POST', path: '/v1/routes/chat', status: 405 },
  { method: 'PUT', path: '/v1/routes/chat/traffic', status: 405 },
  { method: 'POST', path: '/v1/routes/chat/stamp', status: 400 },
  { method: 'POST', path: '/v1/routes/chat/stamp?epoch=', status: 400 },
  { method: 'POST', path: '/v1/routes/chat/stamp?epoch=NaN', status: 400 },
  { method: 'POST', path: '/v1/routes/chat/stamp?epoch=1.5', status: 400 },
  { method: 'POST', path: '/v1/routes/chat/stamp?epoch=-1', status: 400 },
  { method: 'POST', path: '/v1/routes/chat/stamp?epoch=1e999', status: 400 },
  { method: 'POST', path: '/v1/routes/chat/stamp?epoch=9007199254740993', status: 400 },
])('answers $method $path with $status and a message', async ({ method, path, status }) => {
  const world = await openWorld();
  const written = await world.put(leftOnly);
  expect(await world.admin(method, path)).toMatchObject({ status, value: { message: expect.any(String) } });
  expect(await world.admin('GET', '/v1/routes/chat')).toEqual({ status: 200, value: written });
});

test.for([
  { name: 'no body', body: undefined },
  { name: 'no JSON', body: '{"deployment":"chat"' },
  { name: 'bytes', body: Buffer.from([0xff, 0xfe, 0x00]) },
  { name: 'null', body: 'null' },
  { name: 'a list', body: '[]' },
  { name: 'another deployment', body: entry({ ...leftOnly, deployment: 'other' }) },
  { name: 'no sites', body: { ...whole, sites: undefined } },
  { name: 'sites that are no list', body: { ...whole, sites: {} } },
  { name: 'a site without replicas', body: { ...whole, sites: [{ site: 'left' }] } },
  {
    name: 'a replica without an address',
    body: { ...whole, sites: [{ site: 'left', replicas: [{ id: 'x', bootId: 'y', state: 'serving' }] }] },
  },
  {
    name: 'a replica in an unknown state',
    body: { ...whole, sites: [{ site: 'left', replicas: [{ id: 'x', bootId: 'y', url: 'http://x', state: 'odd' }] }] },
  },
  { name: 'an epoch that is text', body: { ...whole, epoch: '4' } },
  { name: 'a negative version', body: { ...whole, routeVersion: -1 } },
  { name: 'a spill without its time', body: { ...whole, spill: [{ site: 'left' }] } },
  { name: 'no match', body: { ...whole, match: undefined } },
  { name: 'a path to match that is a list', body: { ...whole, match: { pathPrefix: ['/'] } } },
  { name: 'a host to match that is a number', body: { ...whole, match: { host: 1 } } },
  { name: 'a model to match that is null', body: { ...whole, match: { model: null } } },
])('answers a write of $name with 400, and still serves', async ({ body }) => {
  const world = await openWorld();
  const { url } = await upstream();
  const written = await world.put({ sites: { left: [{ url }] } });
  expect(await world.admin('PUT', '/v1/routes/chat', body)).toMatchObject({ status: 400 });
  expect(await world.admin('GET', '/v1/routes/chat')).toEqual({ status: 200, value: written });
  expect((await call(world)).text).toBe('ok');
});

test.for([
  { name: 'weights that sum to 99', change: { weights: { left: 99 } } },
  { name: 'half percents', change: { weights: { left: 99.5, right: 0.5 }, sites: { left: 1, right: 1 } } },
  { name: 'a weight for an unknown site', change: { weights: { left: 50, none: 50 } } },
  { name: 'a spill to an unknown site', change: { spill: { none: 1 } } },
  ...[
    'x',
    '',
    'ftp://127.0.0.1',
    'http://',
    'http://127.0.0.1:99999',
    'http://127.0.0.1:1/v1',
    'http://127.0.0.1:1/?x',
    'http://127.0.0.1:1/#x',
  ].map((url) => ({ name: `the address "${url}"`, change: { sites: { left: [{ url }] } } })),
])('answers a write with $name with 422, and still serves', async ({ change }) => {
  const world = await openWorld();
  const { url } = await upstream();
  const written = await world.put({ sites: { left: [{ url }] } });
  const invalid = entry({ ...leftOnly, ...change, routeVersion: 1000 });
  expect(await world.admin('PUT', '/v1/routes/chat', invalid)).toMatchObject({ status: 422 });
  expect(await world.admin('GET', '/v1/routes/chat')).toEqual({ status: 200, value: written });
  expect((await call(world)).text).toBe('ok');
});

test('takes an entry of four mebibytes, and none above', async () => {
  const world = await openWorld();
  const limit = 4 * 1024 * 1024;
  const padded = (size: number): string => {
    const text = JSON.stringify({ ...whole, routeVersion: 1000 });
    return text + ' '.repeat(size - text.length);
  };
  expect(await world.admin('PUT', '/v1/routes/chat', padded(limit + 1))).toMatchObject({ status: 400 });
  expect(await world.admin('GET', '/v1/routes/chat')).toMatchObject({ status: 404 });
  expect(await world.admin('PUT', '/v1/routes/chat', padded(limit))).toEqual({ status: 200, value: {} });
});

/** The answer to a listener; it stays open. */
async function listen(world: World): Promise<IncomingMessage> {
  const request = send({ socketPath: world.adminSocket, path: '/v1/events', agent: false }).end();
  onTestFinished(() => void request.destroy());
  const [response] = await once(request, 'response');
  return response;
}

test('tells listeners of every entry it took, and of none it refused', async () => {
  const world = await openWorld();
  await world.put({ ...leftOnly, deployment: 'before' });
  const response = await listen(world);
  expect(response.headers['content-type']).toBe('text/event-stream');
  const { text } = readAll(response);
  const first = await world.put(leftOnly);
  expect(await world.admin('PUT', '/v1/routes/chat', { ...first, routeVersion: 1 })).toMatchObject({ status: 409 });
  const second = await world.put({ ...leftOnly, deployment: 'other' });
  const events = (): unknown[] => [...text().matchAll(/^data: (.*)\n\n/gm)].map(([, data]) => JSON.parse(data ?? ''));
  await until('both are told', () => events().length === 2);
  expect(events()).toEqual([first, second]);
});

test('lets at most 32 listen at once', async () => {
  const world = await openWorld();
  const listeners = await Promise.all(Array.from({ length: 32 }, () => listen(world)));
  expect(new Set(listeners.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
  const refused = await listen(world);
  expect(refused.statusCode).toBe(503);
  refused.resume();
  listeners[0]?.destroy();
  await until('one more may listen', async () => {
    const next = await listen(world);
    if (next.statusCode !== 200) next.resume();
    return next.statusCode === 200;
  });
});

test('does not answer for users, nor users’ port for it', async () => {
  const world = await openWorld();
  await world.put(leftOnly);
  const client = await rawClient(world);
  client.send('DELETE /v1/routes/chat HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  await until('it is held like any other', async () => (await world.traffic()).held === 1);
  expect((await world.admin('POST', '/v1/chat/completions', '{}')).status).toBe(404);
});

test('lets go of a listener that does not listen', async () => {
  const world = await openWorld();
  const response = await listen(world);
  response.pause();
  let isCut = false;
  for (let count = 0; count < 8; count += 1) await world.put({ ...leftOnly, journalHead: 'x'.repeat(1024 * 1024) });
  response.on('error', () => {
    isCut = true;
  });
  response.resume();
  await until('it is cut', () => isCut);
});

test('ends its listeners when it closes', async () => {
  const world = await openWorld();
  const { ended } = readAll(await listen(world));
  await world.close(0);
  expect(await ended).toBe('cut');
});
