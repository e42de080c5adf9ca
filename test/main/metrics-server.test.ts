import { once } from 'node:events';
import { get, request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { serveMetrics } from '../../src/main/metrics-server.ts';
import { createClock } from '../../src/system/clock.ts';
import { createManualClock } from '../../src/testkit/manual-clock.ts';

const over: AbortController[] = [];
afterEach(() => {
  for (const each of over.splice(0)) each.abort();
});

interface Given {
  readonly port?: number;
  readonly host?: string;
  readonly scrape?: () => Promise<string>;
  readonly stop?: AbortController;
  readonly clock?: Parameters<typeof serveMetrics>[1]['clock'];
}

async function serve({
  port = 0,
  host = '127.0.0.1',
  scrape = async () => 'a 1\n',
  clock = createClock(),
  stop = new AbortController(),
}: Given = {}) {
  const said: string[] = [];
  const note = (message: string): void => {
    said.push(message);
  };
  over.push(stop);
  await serveMetrics({ host, port }, { clock, scrape, note, warn: note }, stop.signal);
  const url = (): string => /http:\S+/.exec(said.join('\n'))?.[0] ?? '';
  return { said, stop, url };
}

test('answers a scrape with the text and its version', async () => {
  const { said, url } = await serve();
  expect(said).toEqual([expect.stringMatching(/^are served on http:\/\/127\.0\.0\.1:\d+\/metrics$/)]);
  const answer = await fetch(`${url()}?name[]=a`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await answer.text()).toBe('a 1\n');
});

test.for([
  { method: 'HEAD', path: '/metrics', status: 200 },
  { method: 'GET', path: '/', status: 404 },
  { method: 'GET', path: '/metrics/', status: 404 },
  { method: 'POST', path: '/', status: 404 },
  { method: 'POST', path: '/metrics', status: 405 },
  { method: 'GET', path: '/metrics', host: 'evil.example', status: 421 },
  { method: 'GET', path: '/metrics', host: '127.0.0.1.evil.example:80', status: 421 },
  { method: 'GET', path: '/metrics', host: 'localhost:9464', status: 200 },
  { method: 'GET', path: '/metrics', host: '[::1]', status: 200 },
] as const)('$method $path at $host is $status', async ({ method, path, status, ...given }) => {
  const { url } = await serve();
  const headers = 'host' in given ? { host: given.host } : {};
  const asked = request(url(), { method, path, headers }).end();
  const [answer] = (await once(asked, 'response')) as [{ statusCode: number; resume(): void }];
  answer.resume();
  expect(answer.statusCode).toBe(status);
});

test('a scrape that fails is 500, and the reason is for the controller’s own output', async () => {
  const { said, url } = await serve({ scrape: () => Promise.reject(new Error('secret path')) });
  const answer = await fetch(url());
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain('secret');
  expect(said.at(-1)).toBe('could not be told: secret path');
});

test('a port in use is said once; it is tried again, and served once it is free', async () => {
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const { port } = squatter.address() as AddressInfo;
  const still = createManualClock();
  let naps = 0;
  const sleep: typeof still.sleep = (ms, signal) => {
    naps += 1;
    return still.sleep(ms, signal);
  };
  const { said, url } = await serve({ port, clock: { ...still, sleep } });
  expect(said).toEqual([
    expect.stringMatching(/cannot be served: .*EADDRINUSE.*the deployments are watched all the same.*every 10s$/),
  ]);
  still.advance(10_000);
  await expect.poll(() => naps).toBe(2);
  squatter.close();
  await once(squatter, 'close');
  still.advance(10_000);
  await expect.poll(() => said.length).toBe(2);
  expect(await (await fetch(url())).text()).toBe('a 1\n');
});

test('the signal ends what is open, also a connection that says nothing', async () => {
  const { stop, url } = await serve();
  const { port } = new URL(url());
  const quiet = connect(Number(port), '127.0.0.1');
  await once(quiet, 'connect');
  const closed = once(quiet, 'close');
  stop.abort();
  await closed;
  const refused = get(url());
  await expect(once(refused, 'response')).rejects.toThrow('ECONNREFUSED');
});

test('the signal ends the tries to listen too', async () => {
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const { said, stop } = await serve({ port: (squatter.address() as AddressInfo).port });
  stop.abort();
  squatter.close();
  await once(squatter, 'close');
  expect(said).toHaveLength(1);
});

test('told to stop before it began, it does not begin', async () => {
  const stop = new AbortController();
  stop.abort();
  expect((await serve({ stop })).said).toEqual([]);
});

test('headers without end are refused', async () => {
  const { url } = await serve();
  const asked = request(url(), { headers: { long: 'x'.repeat(9000) } }).end();
  const [answer] = (await once(asked, 'response')) as [{ statusCode: number; resume(): void }];
  answer.resume();
  expect(answer.statusCode).toBe(431);
});
