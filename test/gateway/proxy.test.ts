import { once } from 'node:events';
import { Agent, request as send } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { ask, call, rawClient, readAll, wholeOf } from './support/clients.ts';
import { rawUpstream, upstream } from './support/upstreams.ts';
import { openWorld, until } from './support/world.ts';

/** A gateway with one replica at `url`. */
async function worldWith(url: string, change: Parameters<typeof openWorld>[0] = {}) {
  const world = await openWorld(change);
  await world.put({ sites: { left: [{ url }] } });
  return world;
}

const unevenBytes = (size: number): Buffer =>
  Buffer.from(Uint8Array.from({ length: size }, (_, index) => index * 31 + (index >> 8)));

test('passes status, headers and body of a plain answer as they are', async () => {
  const { url, seen } = await upstream((_request, response) => {
    response.writeHead(
      418,
      'teapot',
      [
        ['content-type', 'application/json'],
        ['content-length', '2'],
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
        ['x-model', 'größe'],
        ['date', 'Mon, 01 Jan 2024 00:00:00 GMT'],
      ].flat(),
    );
    response.end(Buffer.from('{}'));
  });
  const world = await worldWith(url);
  const answer = await call(world, {
    method: 'POST',
    path: '/v1/x?y=%20z',
    body: '{"a":1}',
    headers: { 'x-mine': 'yes' },
  });
  expect(answer).toMatchObject({
    status: 418,
    text: '{}',
    headers: {
      'content-type': 'application/json',
      'content-length': '2',
      'set-cookie': ['a=1', 'b=2'],
      'x-model': 'größe',
      date: 'Mon, 01 Jan 2024 00:00:00 GMT',
      'x-godwit-site': 'left',
      'x-godwit-attempts': '1',
    },
  });
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({ method: 'POST', url: '/v1/x?y=%20z', headers: { 'x-mine': 'yes' } });
  expect(seen[0]?.body.toString()).toBe('{"a":1}');
});

test('tells the upstream its own address as host, and the length of the body', async () => {
  const { url, seen } = await upstream();
  const world = await worldWith(url);
  const client = await rawClient(world);
  client.send(
    'POST / HTTP/1.1\r\nHost: public.example\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
  );
  await client.says('ok');
  expect(seen[0]?.headers).toMatchObject({ host: new URL(url).host, 'content-length': '5' });
  expect(seen[0]?.headers['transfer-encoding']).toBeUndefined();
  expect(seen[0]?.body.toString()).toBe('abcde');
});

test('carries a mebibyte each way byte for byte', async () => {
  const { url, seen } = await upstream(({ body }, response) => response.end(body));
  const world = await worldWith(url);
  const body = unevenBytes(1024 * 1024);
  const answer = await call(world, { method: 'POST', body });
  expect(seen[0]?.body.equals(body)).toBe(true);
  expect(answer.body.equals(body)).toBe(true);
});

test('hands a stream on part by part while it is made', async () => {
  let next = (_text: string): void => undefined;
  const { url } = await upstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    next = (text) => (text === '' ? response.end() : response.write(text));
    next('data: 0\n\n');
  });
  const world = await worldWith(url);
  const { text, ended } = readAll(await ask(world, { method: 'POST', body: '{"stream":true}' }).response);
  let sent = 'data: 0\n\n';
  for (const part of ['data: 1\n\n', 'ö'.repeat(4000), 'data: 2\n\n']) {
    await until(`the client has ${sent.length} characters`, () => text() === sent);
    next(part);
    sent += part;
  }
  await until('the client has all', () => text() === sent);
  next('');
  expect(await ended).toBe('clean');
  expect(text()).toBe(sent);
});

test.for([
  { name: 'without a length until the connection closes', head: 'HTTP/1.0 200 OK\r\n\r\n', body: 'to the end' },
  {
    name: 'in chunks with extensions and trailers',
    head: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n',
    body: '5;a=b\r\nto th\r\n5\r\ne end\r\n0\r\nX-T: 1\r\n\r\n',
  },
])('passes an answer $name', async ({ head, body }) => {
  const { url } = await rawUpstream((socket) => socket.end(head + body));
  const answer = await call(await worldWith(url));
  expect(answer).toMatchObject({ status: 200, text: 'to the end' });
  expect(answer.headers['trailer']).toBeUndefined();
});

test('passes the head of an answer to HEAD, with the length of the body that is not there', async () => {
  const { url, seen } = await upstream((_request, response) =>
    response.writeHead(200, { 'content-length': '1234' }).end(),
  );
  const world = await worldWith(url);
  const client = await rawClient(world);
  client.send('HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nHEAD /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await client.closed();
  expect(seen.map(({ method, url: path }) => `${method} ${path}`)).toEqual(['HEAD /a', 'HEAD /b']);
  expect(client.text().match(/^HTTP\/1\.1 200 OK\r$/gm)).toHaveLength(2);
  expect(client.text().match(/^content-length: 1234\r$/gm)).toHaveLength(2);
  expect(client.text().endsWith('\r\n\r\n')).toBe(true);
});

test.for([204, 304])('passes %i without a body, and the connection serves on', async (status) => {
  const { url } = await upstream((_request, response) => response.writeHead(status, { 'x-it': 'is' }).end());
  const world = await worldWith(url);
  const client = await rawClient(world);
  for (const count of [1, 2]) {
    client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(`${count} answers`, () => client.text().match(/x-it: is/g)?.length === count);
  }
  expect(client.text().match(new RegExp(`^HTTP/1.1 ${status} `, 'gm'))).toHaveLength(2);
  expect(client.text()).not.toMatch(/transfer-encoding/i);
});

test('lets a client that expects 100-continue send its body, and does not pass the expectation on', async () => {
  const { url, seen } = await upstream();
  const world = await worldWith(url);
  const client = await rawClient(world);
  client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n');
  await client.says('HTTP/1.1 100 Continue\r\n\r\n');
  expect(seen).toHaveLength(0);
  client.send('abc');
  await client.says('HTTP/1.1 200 OK');
  expect(seen[0]?.body.toString()).toBe('abc');
  expect(seen[0]?.headers).not.toHaveProperty('expect');
});

test('skips informational answers of the upstream', async () => {
  const { url } = await rawUpstream((socket) =>
    socket.end('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
  );
  expect(await call(await worldWith(url))).toMatchObject({ status: 200, text: 'ok' });
});

test('keeps the connections on both sides for the next request', async () => {
  const { url, sockets, seen } = await upstream();
  const world = await worldWith(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  for (const expected of [1, 2, 3]) {
    const request = send({ port: world.port, agent }).end();
    const [response] = await once(request, 'response');
    expect((await wholeOf(response)).text).toBe('ok');
    expect(request.reusedSocket).toBe(expected > 1);
  }
  expect(seen).toHaveLength(3);
  expect(sockets).toHaveLength(1);
});

test('closes after the answer when the client asks for it, also for HTTP/1.0', async () => {
  const { url } = await upstream();
  const world = await worldWith(url);
  for (const text of ['GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 'GET / HTTP/1.0\r\n\r\n']) {
    const client = await rawClient(world);
    client.send(text);
    await client.closed();
    expect(client.text()).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nok$/);
  }
});

test('keeps what describes one connection, and claims of other proxies, from the upstream', async () => {
  const { url, seen } = await upstream();
  const world = await worldWith(url);
  const client = await rawClient(world);
  const gone = [
    'Keep-Alive: x',
    'Proxy-Connection: x',
    'Proxy-Authorization: x',
    'TE: trailers',
    'Trailer: x',
    'Via: x',
  ]
    .concat(['Forwarded: for=1.2.3.4', 'X-Forwarded-For: x', 'x-forwarded-host: x', 'X-FORWARDED-PROTO: x', 'X-Hop: x'])
    .join('\r\n');
  client.send(
    `GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, X-HOP\r\n${gone}\r\nAuthorization: Bearer t\r\n\r\n`,
  );
  await client.says('ok');
  expect(Object.keys(seen[0]?.headers ?? {}).sort()).toEqual(['authorization', 'connection', 'host']);
  expect(seen[0]?.headers).toMatchObject({ connection: 'keep-alive', authorization: 'Bearer t' });
});

test('keeps what describes the connection to the upstream from the client', async () => {
  const { url } = await rawUpstream((socket) =>
    socket.end(
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=77\r\nProxy-Connection: x\r\nProxy-Authenticate: x\r\nUpgrade: h2c\r\nX-Kept: 1\r\n\r\nok',
    ),
  );
  const { headers } = await call(await worldWith(url), { headers: { connection: 'keep-alive' } });
  expect(headers).toMatchObject({ 'x-kept': '1', connection: 'keep-alive' });
  expect(headers['keep-alive']).not.toContain('77');
  for (const name of ['x-hop', 'proxy-connection', 'proxy-authenticate', 'upgrade'])
    expect(headers).not.toHaveProperty(name);
});

test('shows the client nothing before the first byte of the body', async () => {
  let write = (_text: string): void => undefined;
  const { url } = await upstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    write = (text) => response.end(text);
  });
  const world = await worldWith(url);
  const client = await rawClient(world);
  client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await until('the upstream is asked', async () => (await world.site('left')).inFlight === 1);
  // A second whole exchange through the gateway: the first answer's head had all the time it needs.
  await world.put({
    deployment: 'other',
    match: { pathPrefix: '/other' },
    sites: { left: [{ url: (await upstream()).url }] },
  });
  expect(await call(world, { path: '/other' })).toMatchObject({ text: 'ok' });
  expect(client.text()).toBe('');
  write('data: 1\n\n');
  await client.says('data: 1');
  expect(client.text()).toMatch(/^HTTP\/1\.1 200 OK/);
});
