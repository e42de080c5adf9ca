import { expect, onTestFinished, test } from 'vitest';
import { countRecords } from '../../src/demo/record.ts';
import { type CollectedLoad, type LoadOptions, startLoad } from '../../src/load/collect.ts';
import type { LoadRecord } from '../../src/model/load.ts';
import { serve, until } from '../demo/model-server/serving.ts';
import { listen, streamHead } from '../probes/misbehaving.ts';

function load(url: string, more: Partial<LoadOptions> = {}): CollectedLoad {
  const options = { url, model: 'tiny-chat', requestsPerSecond: 200, streamShare: 0, maxTokens: 4, timeoutMs: 2000 };
  const started = startLoad({ ...options, ...more });
  onTestFinished(() => started.stop());
  return started;
}

/** The first request's record, against a server that says this to every connection. */
async function firstAgainst(says: string, isStream: boolean): Promise<LoadRecord | undefined> {
  const url = await listen((socket) => socket.end(says));
  const started = load(url, { streamShare: isStream ? 1 : 0, requestsPerSecond: 50 });
  await until(() => started.records().length > 0);
  return started.records()[0];
}

test('mixes plain requests and streams as asked, all answered', async () => {
  const { url } = await serve();
  const started = load(url, { streamShare: 0.25 });
  await until(() => started.records().length >= 100);
  await started.stop();
  const { requests, streams } = countRecords(started.records());
  expect([requests.failed, streams.failed, streams.cut, started.skipped()]).toEqual([0, 0, 0, 0]);
  const share = streams.started / started.records().length;
  expect(share).toBeGreaterThan(0.23);
  expect(share).toBeLessThan(0.27);
});

test('a system that does not answer does not slow the load down; what was sent has failed in time', async () => {
  const { url, fault } = await serve();
  await fault('POST', { hang: true });
  const startedMs = performance.now();
  const started = load(url, { timeoutMs: 400 });
  await until(() => started.records().length >= 20);
  await started.stop();
  const records = started.records();
  expect(records.every(({ outcome, why }) => outcome === 'failed' && why === 'timed out')).toBe(true);
  const lastStartMs = Math.max(...records.map((record) => record.dueMs));
  // 200 a second, whether answered or not: a closed loop of any width would have sent fewer by now.
  expect(records.length).toBeGreaterThan(((lastStartMs - startedMs) / 1000) * 200 * 0.8);
  expect(records.length).toBeGreaterThan(60);
});

test('leaves out, and counts, what would be more than 2,000 unanswered at once', async () => {
  const url = await listen(() => undefined);
  const started = load(url, { requestsPerSecond: 20_000, timeoutMs: 1500 });
  await until(() => started.skipped() > 0);
  await started.stop();
  expect(started.records().length).toBeGreaterThanOrEqual(2000);
});

test('after stop nothing more is sent', async () => {
  const { url } = await serve();
  const started = load(url);
  await until(() => started.records().length > 5);
  await started.stop();
  const { length } = started.records();
  await until(() => performance.now() > (started.records().at(-1)?.endedMs ?? 0) + 100);
  expect(started.records()).toHaveLength(length);
});

const content = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n';
const failing = 'data: {"error":{"message":"engine died"}}\n\n';
const done = 'data: [DONE]\n\n';

test.for([
  { name: 'content and the end mark', says: content + done, outcome: 'ok', why: undefined },
  { name: 'content without an end mark', says: content, outcome: 'cut', why: 'no end mark' },
  {
    name: 'content, then an error event and the end mark',
    says: content + failing + done,
    outcome: 'cut',
    why: 'error event',
  },
  { name: 'an error event only', says: failing + done, outcome: 'failed', why: 'error event' },
  { name: 'an end mark only', says: done, outcome: 'failed', why: 'no content' },
  { name: 'nothing', says: '', outcome: 'failed', why: 'no end mark' },
])('a stream of $name is $outcome', async ({ says, outcome, why }) => {
  expect(await firstAgainst(streamHead + says, true)).toMatchObject({ outcome, why });
});

test.for([
  { name: 'status 500', says: 'HTTP/1.1 500 X\r\ncontent-length: 1\r\n\r\nx', why: 'status 500' },
  { name: 'half a body', says: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx', why: 'aborted' },
  { name: 'a closed connection', says: '', why: 'ECONNRESET' },
])('a plain request that gets $name counts as failed', async ({ says, why }) => {
  const record = await firstAgainst(says, false);
  expect(record?.why).toBe(why);
  expect(record && countRecords([record]).requests).toEqual({ sent: 1, ok: 0, failed: 1 });
});
