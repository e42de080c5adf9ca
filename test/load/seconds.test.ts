import { expect, test } from 'vitest';
import { createSeconds } from '../../src/load/seconds.ts';
import type { LoadRecord } from '../../src/model/load.ts';

const epochMs = 1_000_000;
const at = (dueMs: number, more: Partial<LoadRecord> = {}): LoadRecord => ({
  isStream: true,
  dueMs,
  sentMs: dueMs,
  firstTokenMs: dueMs + 100,
  interTokenMs: [],
  endedMs: dueMs + 200,
  outcome: 'ok',
  status: 200,
  site: 'aws',
  why: undefined,
  ...more,
});

test('a second is taken once, when it is over and all that was due in it has ended', () => {
  const seconds = createSeconds(500, epochMs);
  for (const dueMs of [500, 1499, 1500]) seconds.onDue(dueMs);
  seconds.onEnd(at(500));
  expect(seconds.take(1500)).toEqual([]);
  seconds.onEnd(at(1499));
  expect(seconds.take(1499)).toEqual([]);
  expect(seconds.take(1500)).toMatchObject([{ atMs: epochMs, due: 2, ok: 2 }]);
  expect(seconds.take(2500)).toEqual([]);
  expect(seconds.takeAll()).toMatchObject([{ atMs: epochMs + 1000, due: 1, ok: 0 }]);
});

test('a second in which nothing was due is there too', () => {
  const seconds = createSeconds(0, epochMs);
  for (const dueMs of [0, 2000]) {
    seconds.onDue(dueMs);
    seconds.onEnd(at(dueMs));
  }
  expect(seconds.take(3000).map(({ due }) => due)).toEqual([1, 0, 1]);
});

test('counts each request under what became of it', () => {
  const seconds = createSeconds(0, epochMs);
  const none = { firstTokenMs: undefined, status: undefined, site: undefined } as const;
  const records = [
    at(0),
    at(1, { outcome: 'cut', site: 'gcp' }),
    at(2, { outcome: 'cut', isStream: false }),
    at(3, { outcome: 'failed', status: 500, firstTokenMs: undefined }),
    at(4, { outcome: 'failed', ...none, endedMs: 5004, why: 'timed out' }),
    at(5, { outcome: 'open', ...none, endedMs: 3005 }),
  ];
  for (const record of records) {
    seconds.onDue(record.dueMs);
    seconds.onEnd(record);
  }
  seconds.onDue(6);
  seconds.onSkip(6);
  expect(seconds.takeAll()).toMatchObject([
    {
      ...{ due: 7, ok: 1, cut: 1, failed: 3, open: 1, skipped: 1 },
      statuses: { 200: 3, 500: 1, 0: 1 },
      sites: { aws: 3, gcp: 1 },
      // Of six: three with a token, two that waited without one, and the skipped one, later than they; the refused one has none.
      firstTokenMs: { p50: expect.closeTo(100, -1), p95: undefined, max: undefined },
    },
  ]);
});

test('what was skipped would have waited longer than all that was sent', () => {
  const of = (skipped: number) => {
    const seconds = createSeconds(0, epochMs);
    for (let dueMs = 0; dueMs < 95; dueMs += 1) {
      seconds.onDue(dueMs);
      seconds.onEnd(at(dueMs));
    }
    for (let dueMs = 0; dueMs < skipped; dueMs += 1) {
      seconds.onDue(95 + dueMs);
      seconds.onSkip(95 + dueMs);
    }
    return seconds.takeAll()[0]?.firstTokenMs;
  };
  const about = expect.closeTo(100, -1);
  expect(of(0)).toEqual({ p50: about, p95: about, p99: about, max: 100 });
  expect(of(5)).toEqual({ p50: about, p95: about, p99: undefined, max: undefined });
  expect(of(6)).toMatchObject({ p50: about, p95: undefined });
  expect(of(96)).toMatchObject({ p50: undefined });
});
