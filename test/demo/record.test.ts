import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countRecords, recoveryMs } from '../../src/demo/record.ts';
import type { LoadRecord } from '../../src/model/load.ts';

const limits = { streamMs: 500, plainMs: 900 };

/** A request started then; good unless told otherwise. */
function at(dueMs: number, more: Partial<LoadRecord> = {}): LoadRecord {
  const good = { isStream: false, firstTokenMs: dueMs + 100, endedMs: dueMs + 200, outcome: 'ok', status: 200 };
  return { dueMs, sentMs: dueMs, interTokenMs: [], site: undefined, why: undefined, ...good, ...more } as LoadRecord;
}
const bad = (dueMs: number): LoadRecord => at(dueMs, { outcome: 'failed', firstTokenMs: undefined });
const every = (stepMs: number, fromMs: number, toMs: number, make = at): LoadRecord[] =>
  Array.from({ length: Math.floor((toMs - fromMs) / stepMs) + 1 }, (_, index) => make(fromMs + index * stepMs));

test.for([
  { name: 'no request at all', records: [], is: undefined },
  { name: 'no bad request', records: every(100, 1000, 4000), is: 0 },
  { name: 'good ones for just under two seconds', records: every(100, 1000, 2999), is: undefined },
  { name: 'good ones for exactly two seconds', records: every(100, 1000, 3000), is: 0 },
  { name: 'bad ones to the end', records: every(100, 1000, 9000, bad), is: undefined },
  { name: 'bad ones, then good ones', records: [...every(100, 1000, 1700, bad), ...every(100, 1800, 4000)], is: 800 },
  {
    name: 'a relapse after 1.9 s of good ones',
    records: [...every(100, 1000, 2900), bad(2950), ...every(100, 3000, 5000)],
    is: 2000,
  },
  { name: 'a relapse after two seconds of good ones', records: [...every(100, 1000, 3000), bad(3050)], is: 0 },
  { name: 'bad ones before the fault', records: [...every(100, 0, 900, bad), ...every(100, 1000, 3000)], is: 0 },
  { name: 'silence for two seconds, then a bad one', records: [bad(3000), ...every(100, 3100, 5200)], is: 2100 },
  {
    name: 'a stream’s first token one past its limit, then one on it',
    records: [
      at(1000, { isStream: true, firstTokenMs: 1501 }),
      at(1100, { isStream: true, firstTokenMs: 1600 }),
      ...every(100, 1200, 3100),
    ],
    is: 100,
  },
  {
    name: 'a plain answer one past its limit, then one on it',
    records: [at(1000, { firstTokenMs: 1901 }), at(1100, { firstTokenMs: 2000 }), ...every(100, 1200, 3100)],
    is: 100,
  },
  {
    name: 'a good one in the moment of the last bad one',
    records: [bad(1500), at(1500), ...every(100, 1600, 4000)],
    is: 600,
  },
  { name: 'a cut stream', records: [at(1000, { isStream: true, outcome: 'cut' }), ...every(100, 1100, 3100)], is: 100 },
])('recovery with $name: $is', ({ records, is }) => {
  expect(recoveryMs(records, 1000, limits)).toBe(is);
});

const anyRecord = fc
  .record({ dueMs: fc.integer({ min: 0, max: 8000 }), isGood: fc.boolean() })
  .map(({ dueMs, isGood }) => (isGood ? at(dueMs) : bad(dueMs)));

test('whatever the records and their order: nothing bad starts in the two seconds that count as recovered', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 40 }), fc.integer({ min: 0, max: 4000 }), (records, faultAtMs) => {
      const found = recoveryMs(records, faultAtMs, limits);
      expect(recoveryMs(records.toReversed(), faultAtMs, limits)).toBe(found);
      if (found === undefined) return;
      const fromMs = faultAtMs + found;
      const inside = records.filter(({ dueMs }) => dueMs >= fromMs && dueMs < fromMs + 2000);
      expect(inside.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
      expect(inside.length).toBeGreaterThan(0);
      expect(found).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('recovery is never later than the end of the bad ones, when two good seconds follow', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1000, max: 3000 }), { maxLength: 20 }), (bads) => {
      const records = [...bads.map(bad), ...every(50, 3050, 5100)];
      expect(recoveryMs(records, 1000, limits)).toBeLessThanOrEqual(2050);
    }),
  );
});

test('the sums add up whatever happened', () => {
  const outcome = fc.constantFrom('ok' as const, 'cut' as const, 'failed' as const);
  fc.assert(
    fc.property(fc.array(fc.record({ isStream: fc.boolean(), outcome })), (ends) => {
      const { requests, streams } = countRecords(ends.map((end) => at(0, end)));
      expect(requests.sent).toBe(requests.ok + requests.failed);
      expect(streams.started).toBe(streams.finished + streams.cut + streams.failed);
      expect(requests.sent + streams.started).toBe(ends.length);
    }),
  );
});
