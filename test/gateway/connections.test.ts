import { expect, test } from 'vitest';
import { call, rawClient } from './support/clients.ts';
import { upstream } from './support/upstreams.ts';
import { openWorld, until, type World, type WorldChange } from './support/world.ts';

/** Answers with the path, those under `/slow` only when told to. */
async function scene(change: WorldChange = {}) {
  const waiting: (() => void)[] = [];
  const model = await upstream(({ url }, response) => {
    const answer = (): void => void response.end(`<${url}>`);
    if (url.startsWith('/slow')) waiting.push(answer);
    else answer();
  });
  const world = await openWorld(change);
  await world.put({ sites: { left: [{ url: model.url }] } });
  return { world, model, waiting };
}

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;

async function serves(world: World): Promise<void> {
  expect((await call(world, { path: '/after' })).text).toBe('</after>');
}

test('answers requests sent one behind the other in their order', async () => {
  const { world, model, waiting } = await scene();
  const client = await rawClient(world);
  client.send(get('/slow/1') + get('/2') + get('/3', 'Connection: close\r\n'));
  await until('all are asked', () => model.seen.length === 3 && waiting.length === 1);
  expect(client.text()).toBe('');
  waiting[0]?.();
  await client.closed();
  expect(client.text().match(/<[^>]*>/g)).toEqual(['</slow/1>', '</2>', '</3>']);
});

test('keeps a connection on which requests are sent in pairs', async () => {
  const { world } = await scene();
  const client = await rawClient(world);
  for (let pair = 1; pair <= 30; pair += 1) {
    client.send(get('/a') + get('/b'));
    await until(`pair ${pair} is answered`, () => client.text().match(/<\/b>/g)?.length === pair);
  }
  expect(client.isClosed()).toBe(false);
});

test('closes a connection on which more than sixteen wait behind another', async () => {
  const { world, waiting } = await scene();
  const enough = await rawClient(world);
  enough.send(Array.from({ length: 17 }, (_, index) => get(`/slow/${index}`)).join(''));
  await until('all are asked', () => waiting.length === 17);
  expect(enough.isClosed()).toBe(false);
  const tooMany = await rawClient(world);
  tooMany.send(Array.from({ length: 18 }, (_, index) => get(`/slow/${index}`)).join(''));
  await tooMany.closed();
  expect(tooMany.text()).toBe('');
  await serves(world);
});

test('stops all upstreams of a connection that closes with requests behind the first', async () => {
  const { world, model, waiting } = await scene();
  const client = await rawClient(world);
  client.send(get('/slow/1') + get('/slow/2') + get('/slow/3'));
  await until('all are asked', () => waiting.length === 3);
  client.socket.destroy();
  await until('all are let go', () => model.open() === 0);
  expect((await world.site('left')).inFlight).toBe(0);
});

test('never writes a refusal into an answer that has begun', async () => {
  const { url } = await upstream((_request, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('half');
  });
  const world = await openWorld();
  await world.put({ sites: { left: [{ url }] } });
  const client = await rawClient(world);
  client.send(get('/'));
  await client.says('half');
  client.send('nonsense\r\n\r\n');
  await client.closed();
  expect(client.text().endsWith('\r\n\r\nhalf')).toBe(true);
});

test('closes a connection whose headers do not come in time', async () => {
  const { world } = await scene({ limits: { headersTimeoutMs: 100, requestTimeoutMs: 200 } });
  const slowHead = await rawClient(world);
  slowHead.send('GET / HTTP/1.1\r\nHost: x\r\n');
  const slowBody = await rawClient(world);
  slowBody.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab');
  for (const client of [slowHead, slowBody]) {
    await client.closed();
    expect(client.text()).toMatch(/^HTTP\/1\.1 408 /);
  }
  await serves(world);
});

test('closes connections above what one address may have, and takes them when others are gone', async () => {
  const { world, model } = await scene({ limits: { maxConnectionsPerAddress: 2 } });
  const [first, second] = [await rawClient(world), await rawClient(world)];
  for (const client of [first, second]) {
    client.send(get('/'));
    await client.says('</>');
  }
  const third = await rawClient(world);
  third.send(get('/'));
  await third.closed();
  expect(third.text()).toBe('');
  expect(model.seen).toHaveLength(2);
  second.socket.destroy();
  await until('one more is taken', async () => {
    const next = await rawClient(world);
    next.send(get('/'));
    await until('it is answered or closed', () => next.text().includes('</>') || next.isClosed());
    return next.text().includes('</>');
  });
});

test('closes connections above what the gateway may have', async () => {
  const { world } = await scene({ limits: { maxConnections: 1 } });
  const first = await rawClient(world);
  first.send(get('/a'));
  await first.says('</a>');
  const second = await rawClient(world);
  second.send(get('/b'));
  await second.closed();
  expect(second.text()).toBe('');
  first.send(get('/c'));
  await first.says('</c>');
});

test('lets go of a client that was turned away and does not close', async () => {
  const { world } = await scene();
  const client = await rawClient(world, true);
  client.send('CONNECT other.example:443 HTTP/1.1\r\nHost: other.example:443\r\n\r\n');
  await client.says('HTTP/1.1 400 ');
  await until('it is let go', () => {
    if (!client.isClosed()) client.send('x');
    return client.isClosed();
  });
});

test('says 413 before the body comes when its length is announced', async () => {
  const { world, model } = await scene({ limits: { maxBodyBytes: 1000 } });
  const client = await rawClient(world);
  client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n');
  await client.says('HTTP/1.1 413 ');
  expect(model.seen).toHaveLength(0);
});
