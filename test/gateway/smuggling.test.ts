import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ask, call, rawClient } from './support/clients.ts';
import { type Upstream, upstream } from './support/upstreams.ts';
import { openWorld, until, type World, type WorldChange } from './support/world.ts';

interface Scene {
  readonly world: World;
  readonly model: Upstream;
}

async function scene(change: WorldChange = {}): Promise<Scene> {
  const [world, model] = [await openWorld(change), await upstream()];
  await world.put({ sites: { left: [{ url: model.url }] } });
  return { world, model };
}

/** The gateway answers as ever, and the upstream has heard of nothing but `heard`. */
async function servesOn({ world, model }: Scene, heard: readonly string[] = []): Promise<void> {
  expect(await call(world, { path: '/after' })).toMatchObject({ status: 200, text: 'ok' });
  expect(model.seen.map(({ url }) => url)).toEqual([...heard, '/after']);
}

const inner = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
const post = (headers: string, body: string): string => `POST /outer HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n${body}`;
const chunked = (body: string): string => post('Transfer-Encoding: chunked', body);

/** Refused before anything reaches the upstream: two readers could disagree about where the request ends. */
const refused: Readonly<Record<string, string>> = {
  'a length and chunks': post('Content-Length: 5\r\nTransfer-Encoding: chunked', `0\r\n\r\n${inner}`),
  'chunks and a length': post('Transfer-Encoding: chunked\r\nContent-Length: 5', `0\r\n\r\n${inner}`),
  'two lengths that differ': post('Content-Length: 0\r\nContent-Length: 35', inner),
  'two lengths that agree': post('Content-Length: 3\r\nContent-Length: 3', `abc${inner}`),
  'a list of lengths': post('Content-Length: 3, 3', `abc${inner}`),
  'a signed length': post('Content-Length: +3', `abc${inner}`),
  'a negative length': post('Content-Length: -1', inner),
  'a hexadecimal length': post('Content-Length: 0x3', `abc${inner}`),
  'a length above 64 bits': post('Content-Length: 18446744073709551619', `abc${inner}`),
  'an empty length': post('Content-Length: ', inner),
  'a length with a space in it': post('Content-Length: 1 0', inner),
  'chunked, then identity': post('Transfer-Encoding: chunked, identity', `0\r\n\r\n${inner}`),
  'identity alone': post('Transfer-Encoding: identity', inner),
  'an encoding like chunked': post('Transfer-Encoding: xchunked', `0\r\n\r\n${inner}`),
  'an encoding that begins like chunked': post('Transfer-Encoding: chunkedx', `0\r\n\r\n${inner}`),
  'chunked in quotes': post('Transfer-Encoding: "chunked"', `0\r\n\r\n${inner}`),
  'chunked twice': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity', `0\r\n\r\n${inner}`),
  'chunked after a control character': post('Transfer-Encoding: \x0bchunked', `0\r\n\r\n${inner}`),
  'a folded encoding': post('Transfer-Encoding:\r\n chunked', `0\r\n\r\n${inner}`),
  'a folded header': post('X-A: 1\r\n Transfer-Encoding: chunked', `0\r\n\r\n${inner}`),
  'a space before the colon': post('Transfer-Encoding : chunked', `0\r\n\r\n${inner}`),
  'a tab before the colon': post('Content-Length\t: 5', inner),
  'a space before the first header': `POST /outer HTTP/1.1\r\n Host: x\r\n\r\n${inner}`,
  'a null in a name': post('X-\0A: 1', inner),
  'a null in a value': post('X-A: 1\0', inner),
  'a header without a name': post(': 1', inner),
  'a header without a colon': post('X-A', inner),
  'a bare line feed after a header': `POST /outer HTTP/1.1\r\nHost: x\nContent-Length: 0\r\n\r\n${inner}`,
  'bare line feeds only': 'GET /outer HTTP/1.1\nHost: x\n\nGET /smuggled HTTP/1.1\nHost: x\n\n',
  'a bare carriage return in a value': post('X-A: 1\rContent-Length: 5', inner),
  'a chunk size that is none': chunked(`z\r\n\r\n${inner}`),
  'a chunk size with a sign': chunked(`+3\r\nabc\r\n0\r\n\r\n${inner}`),
  'a chunk size with 0x': chunked(`0x3\r\nabc\r\n0\r\n\r\n${inner}`),
  'a chunk size above 64 bits': chunked(`fffffffffffffffff\r\nabc\r\n0\r\n\r\n${inner}`),
  'a chunk size that ends in a line feed': chunked(`3\nabc\r\n0\r\n\r\n${inner}`),
  'a chunk that is longer than it says': chunked(`3\r\nabcd\r\n0\r\n\r\n${inner}`),
  'a line feed in a chunk extension': chunked(`3;a=\nb\r\nabc\r\n0\r\n\r\n${inner}`),
  'a length after the body': chunked(`3\r\nabc\r\n0\r\nContent-Length: 99\r\n\r\n${inner}`),
  'two hosts': `GET /outer HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n${inner}`,
  'the same host twice': `GET /outer HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n${inner}`,
  'no host': `GET /outer HTTP/1.1\r\nAccept: */*\r\n\r\n${inner}`,
  'a whole address as target': `GET http://other.example/outer HTTP/1.1\r\nHost: x\r\n\r\n${inner}`,
  'a target that is no path': `OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n${inner}`,
  'a space in the target': `GET /outer x HTTP/1.1\r\nHost: x\r\n\r\n${inner}`,
  'a null in the target': `GET /out\0er HTTP/1.1\r\nHost: x\r\n\r\n${inner}`,
  'a tunnel': `CONNECT other.example:443 HTTP/1.1\r\nHost: other.example:443\r\n\r\n${inner}`,
  'another protocol': `GET /outer HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${inner}`,
  'HTTP/2 without asking': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'another version': `GET /outer HTTP/3.7\r\nHost: x\r\n\r\n${inner}`,
  'an unknown method': `SMUGGLE /outer HTTP/1.1\r\nHost: x\r\n\r\n${inner}`,
  'no HTTP at all': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
};

test.for(Object.entries(refused))('turns away %s', async ([, bytes]) => {
  const here = await scene();
  const client = await rawClient(here.world);
  client.send(bytes);
  await client.closed();
  expect(client.text()).toMatch(/^(HTTP\/1\.1 400 [\s\S]*)?$/);
  expect(client.text().match(/HTTP\/1\.1 /g)?.length ?? 0).toBeLessThanOrEqual(1);
  await servesOn(here);
});

/** Odd, and of one meaning only: what reaches the upstream is a request of the gateway's own making. */
const tidied: Readonly<Record<string, { readonly bytes: string; readonly body: string }>> = {
  'chunked in other letters': { bytes: post('Transfer-Encoding: Chunked', '3\r\nabc\r\n0\r\n\r\n'), body: 'abc' },
  'a tab before chunked': { bytes: post('Transfer-Encoding:\tchunked', '3\r\nabc\r\n0\r\n\r\n'), body: 'abc' },
  'spaces around a length': { bytes: post('Content-Length:  3 ', 'abc'), body: 'abc' },
  'a length with zeros before it': { bytes: post('Content-Length: 003', 'abc'), body: 'abc' },
  'chunk sizes with zeros and extensions': { bytes: chunked('0003;x=y\r\nabc\r\n000\r\n\r\n'), body: 'abc' },
  'an offer to speak HTTP/2': {
    bytes: post(
      'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nContent-Length: 3',
      'abc',
    ),
    body: 'abc',
  },
  trailers: { bytes: chunked('3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n'), body: 'abc' },
  'a body to GET that looks like a request': {
    bytes: `GET /outer HTTP/1.1\r\nHost: x\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    body: inner,
  },
};

test.for(Object.entries(tidied))('passes %s as one plain request', async ([, { bytes, body }]) => {
  const here = await scene();
  const client = await rawClient(here.world);
  client.send(bytes);
  await client.says('ok');
  expect(here.model.seen[0]?.body.toString()).toBe(body);
  expect(here.model.seen[0]?.headers).toMatchObject({ 'content-length': String(body.length) });
  for (const name of ['transfer-encoding', 'upgrade', 'http2-settings'])
    expect(here.model.seen[0]?.headers).not.toHaveProperty(name);
  await servesOn(here, ['/outer']);
});

test('takes every byte in a target and in a header, or turns it away: never finds it impossible to send', async () => {
  const here = await scene();
  const answered = async (bytes: string): Promise<string> => {
    const client = await rawClient(here.world);
    client.send(bytes);
    await client.closed();
    return client.text();
  };
  for (let byte = 0; byte < 256; byte += 32) {
    const some = Array.from({ length: 32 }, (_, index) => String.fromCharCode(byte + index)).flatMap((character) => [
      `GET /outer?${character}x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      `GET /outer HTTP/1.1\r\nHost: x\r\nX-A: a${character}b\r\nConnection: close\r\n\r\n`,
    ]);
    for (const text of await Promise.all(some.map(answered))) expect(text).toMatch(/^HTTP\/1\.1 (200|400) /);
  }
  const { failuresTotal, replicas } = await here.world.site('left');
  expect({ failuresTotal, ejected: replicas[0]?.ejected }).toEqual({ failuresTotal: 0, ejected: false });
  expect(here.model.seen.every(({ url }) => url.startsWith('/outer'))).toBe(true);
});

test.for([
  ['a tunnel', 'CONNECT other.example:443 HTTP/1.1\r\nHost: other.example:443\r\n\r\n'],
  ['another protocol', 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ['nonsense', 'nonsense\r\n\r\n'],
] as const)('survives a reset after %s was asked for', async ([, bytes]) => {
  const here = await scene();
  for (let count = 0; count < 20; count += 1) {
    const client = await rawClient(here.world);
    client.socket.write(bytes, () => client.socket.resetAndDestroy());
    await once(client.socket, 'close');
  }
  await servesOn(here);
});

test.for([
  [
    'headers above the limit',
    (): string => `GET /outer HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(17_000)}\r\n\r\n`,
    431,
  ],
  ['a URL above the limit', (): string => `GET /${'a'.repeat(4096)} HTTP/1.1\r\nHost: x\r\n\r\n`, 400],
  ['101 headers', (): string => `GET /outer HTTP/1.1\r\nHost: x\r\n${'X-A: 1\r\n'.repeat(100)}\r\n`, 400],
  ['a thousand headers', (): string => `GET /outer HTTP/1.1\r\nHost: x\r\n${'A:1\r\n'.repeat(1000)}\r\n`, 431],
] as const)('turns away %s', async ([, bytes, status]) => {
  const here = await scene();
  const client = await rawClient(here.world);
  client.send(bytes() + inner);
  await client.closed();
  expect(client.text()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  await servesOn(here);
});

test('takes a request at every limit', async () => {
  const here = await scene();
  const path = `/${'a'.repeat(4095)}`;
  const client = await rawClient(here.world);
  client.send(`GET ${path} HTTP/1.1\r\nHost: x\r\n${'X-A: 1\r\n'.repeat(99)}\r\n`);
  await client.says('ok');
  await servesOn(here, [path]);
});

test.for([
  ['announced', (body: string): string => post(`Content-Length: ${body.length}`, body)],
  ['in chunks', (body: string): string => chunked(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`)],
] as const)('says 413 to a body above the limit: %s', async ([, bytes]) => {
  const here = await scene({ limits: { maxBodyBytes: 1000 } });
  const client = await rawClient(here.world);
  client.send(bytes('a'.repeat(1001)) + inner);
  await client.closed();
  expect(client.text()).toMatch(/^HTTP\/1\.1 413 /);
  expect(client.text()).toMatch(/\r\nconnection: close\r\n/i);
  const whole = await rawClient(here.world);
  whole.send(bytes('a'.repeat(1000)));
  await whole.says('HTTP/1.1 200 OK');
  await servesOn(here, ['/outer']);
});

test('says 503 with Retry-After when bodies together are above the limit, and takes them when there is room again', async () => {
  const here = await scene({ limits: { maxBufferedBytes: 1000 } });
  const first = await rawClient(here.world);
  first.send(post('Content-Length: 900', 'a'.repeat(899)));
  const question = { method: 'POST', path: '/second', body: 'b'.repeat(200) };
  await until('there is no room', async () => (await call(here.world, question)).status === 503);
  const refusal = await call(here.world, question);
  expect(refusal).toMatchObject({ status: 503, headers: { 'retry-after': '1', connection: 'close' } });
  expect(JSON.parse(refusal.text)).toMatchObject({ error: { code: 'no_room' } });
  const before = here.model.seen.length;
  first.socket.destroy();
  await until('there is room', async () => (await call(here.world, question)).status === 200);
  expect(here.model.seen.slice(before).map(({ url }) => url)).toEqual(['/second']);
  const { request } = ask(here.world, { method: 'POST', body: 'c'.repeat(1000) });
  await once(request, 'response');
});
