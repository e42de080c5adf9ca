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
      // Of five: three with a token, and two that waited without one; the refused one has none.
      firstTokenMs: { max: 5000 },
    },
  ]);
});
