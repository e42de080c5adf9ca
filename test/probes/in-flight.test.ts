import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Seen } from '../../src/model/outcome.ts';
import { readInFlight } from '../../src/probes/in-flight.ts';
import { listen, realClock } from './misbehaving.ts';

const clock = realClock;
const look = (
  url: string,
  {
    metric,
    forMs = 5000,
    signal = AbortSignal.timeout(9000),
  }: { metric?: string; forMs?: number; signal?: AbortSignal } = {},
): Promise<Seen<number>> =>
  readInFlight(
    url,
    [metric ?? 'vllm:num_requests_running'],
    { clock },
    { signal, deadlineAtMonoMs: clock.monoMs() + forMs },
  );

/** A server whose page is this, and the paths it was asked for. */
async function page(text: string): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const running = 'vllm:num_requests_running{engine="0"} 3.0\n';
const metricBytes = 4 * 1024 * 1024;
const padded = (size: number): string => `${'#'.repeat(size - running.length - 1)}\n${running}`;

test('reads what a server runs from its page, and says when', async () => {
  const { url, asked } = await page(running);
  expect(await look(url)).toEqual({ kind: 'seen', value: 3, asOfMs: clock.nowMs() });
  expect(asked).toEqual(['/metrics']);
});

test('reads another server’s metric by its name', async () => {
  const { url } = await page('llamacpp:requests_processing 2\n');
  expect(await look(url, { metric: 'llamacpp:requests_processing' })).toMatchObject({ kind: 'seen', value: 2 });
  expect(await look(url)).toMatchObject({ kind: 'unknown', error: { code: 'NoMetric' } });
});

test('zero is seen, and is not the same as not seeing', async () => {
  const { url } = await page('vllm:num_requests_running 0\n');
  expect(await look(url)).toMatchObject({ kind: 'seen', value: 0 });
});

test('a page of 4 MiB is read, one byte more is not', async () => {
  expect(await look((await page(padded(metricBytes))).url)).toMatchObject({ kind: 'seen', value: 3 });
  expect(await look((await page(padded(metricBytes + 1))).url)).toMatchObject({
    kind: 'unknown',
    error: { code: 'BadAnswer' },
  });
});

test.for([
  { name: 'nobody listens', reply: undefined, code: 'Refused' },
  { name: 'it may not look', reply: 'HTTP/1.1 401 X\r\ncontent-length: 0\r\n\r\n', code: 'CannotSee' },
  { name: 'it has no page', reply: 'HTTP/1.1 404 X\r\ncontent-length: 0\r\n\r\n', code: 'BadStatus' },
  {
    name: 'it is sent elsewhere',
    reply: 'HTTP/1.1 302 X\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n',
    code: 'BadStatus',
  },
  { name: 'the page breaks off', reply: `HTTP/1.1 200 X\r\ncontent-length: 99\r\n\r\n${running}`, code: 'Reset' },
  { name: 'it is no HTTP', reply: '220 mail.example ESMTP\r\n', code: 'BadAnswer' },
])('is unknown when $name', async ({ reply, code }) => {
  const url = reply === undefined ? 'http://127.0.0.1:1' : await listen((socket) => socket.end(reply));
  expect(await look(url)).toMatchObject({ kind: 'unknown', error: { class: 'unknown', code } });
});

test.for(['x', 'ftp://127.0.0.1', 'http://169.254.169.254', 'http://user:word@127.0.0.1'])(
  'never looks at %s',
  async (url) => {
    expect(await look(url)).toMatchObject({ kind: 'unknown', error: { code: 'CannotSee' } });
  },
);

test('gives up at its deadline, and when it is told to', async () => {
  const url = await listen(() => undefined);
  const startedMs = performance.now();
  expect(await look(url, { forMs: 60 })).toMatchObject({ kind: 'unknown', error: { code: 'CannotSee' } });
  expect(await look(url, { forMs: -5 })).toMatchObject({ kind: 'unknown' });
  expect(await look(url, { signal: AbortSignal.abort() })).toMatchObject({ kind: 'unknown' });
  expect(performance.now() - startedMs).toBeLessThan(3000);
});
