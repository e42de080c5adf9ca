import { createServer } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createLoadGenerator } from '../../src/load/generator.ts';
import type { LoadSecond } from '../../src/model/load.ts';
import { createSeededRandom } from '../../src/testkit/seeded-random.ts';
import { until } from '../demo/model-server/serving.ts';
import { listen } from '../probes/misbehaving.ts';

const plan = {
  source: 'generated',
  requestsPerSecond: 100,
  streamShare: 0.5,
  promptTokens: { p50: 5, p95: 9 },
  outputTokens: { p50: 3, p95: 3 },
} as const;

/** Answers at once, but nothing between these moments after the first request; then all at once. */
async function stalling(fromMs: number, toMs: number): Promise<string> {
  let firstMs: number | undefined;
  const server = createServer((request, response) => {
    request.resume();
    firstMs ??= performance.now();
    const atMs = performance.now() - firstMs;
    const answer = (): void => {
      response.writeHead(200, { 'x-godwit-site': 'aws' });
      response.end('data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: [DONE]\n\n');
    };
    if (atMs < fromMs || atMs >= toMs) answer();
    else setTimeout(answer, toMs - atMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

test('a stall is in the times of all that was due in it', async () => {
  const url = await stalling(1000, 2000);
  const load = await createLoadGenerator({ random: createSeededRandom(1) }).start(plan, {
    url,
    model: 'm',
    timeoutMs: 5000,
  });
  const seconds: LoadSecond[] = [];
  await until(() => {
    seconds.push(...load.take());
    return seconds.length >= 2;
  });
  seconds.push(...(await load.stop()));
  expect(seconds[1]).toMatchObject({ due: 100, ok: 100, skipped: 0, sites: { aws: 100 }, statuses: { 200: 100 } });
  // Due evenly through the stall, they waited evenly from all of it to nothing.
  expect(seconds[1]?.firstTokenMs.p50).toBeGreaterThan(450);
  expect(seconds[1]?.firstTokenMs.p99).toBeGreaterThan(940);
  expect(seconds[1]?.firstTokenMs.max).toBeLessThan(1400);
});

test('what is due at the turn of a second counts in it, whatever fraction the clock shows at the start', async () => {
  const now = performance.now.bind(performance);
  const fromMs = now();
  // 123.456 + 1000 - 123.456 is less than 1000.
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => 123.456 + (now() - fromMs));
  clock.mockReturnValueOnce(123.456);
  onTestFinished(() => clock.mockRestore());
  const url = await stalling(0, 0);
  const load = await createLoadGenerator({ random: createSeededRandom(1) }).start(plan, {
    url,
    model: 'm',
    timeoutMs: 5000,
  });
  const seconds: LoadSecond[] = [];
  await until(() => {
    seconds.push(...load.take());
    return seconds.length > 0;
  });
  await load.stop();
  expect(seconds[0]?.due).toBe(100);
});

test('what has no end when it is stopped is open, with what it has waited', async () => {
  const url = await listen(() => undefined);
  const load = await createLoadGenerator({ random: createSeededRandom(1) }).start(plan, {
    url,
    model: 'm',
    timeoutMs: 60_000,
  });
  const fromMs = performance.now();
  await until(() => performance.now() > fromMs + 500);
  expect(load.take()).toEqual([]);
  const [second] = await load.stop();
  expect(second?.due).toBeGreaterThanOrEqual(50);
  expect(second).toMatchObject({ open: second?.due, ok: 0, statuses: {} });
  expect(second?.firstTokenMs.max).toBeGreaterThan(490);
});

test.for([
  { path: undefined, url: '/v1/chat/completions', asks: 'messages' },
  { path: '/eu/v1/chat/completions', url: '/eu/v1/chat/completions', asks: 'messages' },
  { path: '/v1/completions', url: '/v1/completions', asks: 'prompt' },
])('asks $url with $asks, as the probe of that path does', async ({ path, url: asked, asks }) => {
  const seen: string[] = [];
  const url = await listen((socket, request) => {
    seen.push(request);
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
  });
  const load = await createLoadGenerator({ random: createSeededRandom(1) }).start(plan, {
    ...{ url, model: 'm', timeoutMs: 5000 },
    ...(path === undefined ? {} : { path }),
  });
  await until(() => seen.length > 0);
  await load.stop();
  expect(seen[0]).toContain(`POST ${asked} `);
  expect(['messages', 'prompt'].filter((key) => seen[0]?.includes(`"${key}":`))).toEqual([asks]);
});
