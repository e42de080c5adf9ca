import fc from 'fast-check';
import { expect, test } from 'vitest';
import { acceptEntry } from '../../../src/core/routing/accept-entry.ts';
import { entryOfReturn, standingPin } from '../../../src/core/routing/pins.ts';
import type { RouteEntry, Weights } from '../../../src/model/route.ts';
import { sameWeights } from '../../../src/model/weights.ts';
import { pin, taken } from '../support/pins.ts';
import { type EntryChange, entry } from '../support/routes.ts';

const fence = { epoch: 4, routeVersion: 7 };

test.for<{ name: string; change: EntryChange; code: string | undefined }>([
  { name: 'takes a newer entry with the same weights', change: { routeVersion: 8 }, code: undefined },
  { name: 'takes other replicas', change: { routeVersion: 8, sites: { left: 1, right: 2 } }, code: undefined },
  {
    name: 'takes weights that say 0 by leaving it out',
    change: { routeVersion: 8, weights: { left: 100 } },
    code: undefined,
  },
  { name: 'refuses one percent more', change: { routeVersion: 8, weights: { left: 99, right: 1 } }, code: 'pinned' },
  {
    name: 'names the pin before an older version',
    change: { routeVersion: 6, weights: { right: 100 } },
    code: 'pinned',
  },
  { name: 'names an older epoch before the pin', change: { epoch: 3, weights: { right: 100 } }, code: 'stale' },
  { name: 'refuses an older version with the same weights', change: { routeVersion: 6 }, code: 'stale' },
])('while a pin stands: $name', ({ change, code }) => {
  const verdict = acceptEntry(fence, entry(change), entry(), pin());
  expect(verdict.kind === 'refused' ? verdict.code : undefined).toBe(code);
});

test('the refusal names the person, the reason and the pin', () => {
  const other = entry({ routeVersion: 8, weights: { right: 100 } });
  expect(acceptEntry(fence, other, entry(), pin({ number: 3 }))).toMatchObject({
    message: 'ana on ops-1 pinned the weights (hold, pin 3): looks odd',
  });
  expect(acceptEntry(fence, other, entry(), pin({ reason: undefined }))).toMatchObject({
    message: expect.stringContaining('no reason given'),
  });
});

test('without a pin, or with nothing in force, weights may change', () => {
  const other = entry({ routeVersion: 8, weights: { right: 100 } });
  expect(acceptEntry(fence, other, entry())).toEqual({ kind: 'accepted' });
  expect(acceptEntry(undefined, other, undefined, pin())).toEqual({ kind: 'accepted' });
});

test.for([
  { name: 'one without an end', each: taken(), is: true },
  { name: 'a millisecond before its end', each: taken({ untilMonoMs: 501 }), is: true },
  { name: 'not at its end', each: taken({ untilMonoMs: 500 }), is: false },
  { name: 'not one that was released', each: taken({ isReleased: true }), is: false },
  { name: 'not a release', each: taken({ pin: { kind: 'release' } }), is: false },
])('stands: $name', ({ each, is }) => {
  expect(standingPin([each], 500) !== undefined).toBe(is);
});

test('the newest that stands is the one that counts', () => {
  const pins = [taken(), taken({ pin: { number: 2 } }), taken({ pin: { number: 3 }, isReleased: true })];
  expect(standingPin(pins, 500)?.number).toBe(2);
  expect(standingPin([], 500)).toBeUndefined();
});

const back = (weights: Weights, current: RouteEntry = entry()) =>
  entryOfReturn({ fence, current, weights, spillUntilMs: new Map(), nowMonoMs: 500 });

test('a return is the table in force under the next version, with weights for every site', () => {
  const current = entry({ spill: { left: 9000, right: 9000 }, journalHead: 'abc', epoch: 3 });
  const spillUntilMs = new Map([['right', 1700]]);
  expect(entryOfReturn({ fence, current, weights: { right: 100 }, spillUntilMs, nowMonoMs: 500 })).toEqual({
    kind: 'accepted',
    entry: {
      ...current,
      epoch: 4,
      routeVersion: 8,
      weights: { left: 0, right: 100 },
      // What the proofs have lost stays lost.
      spill: [
        { site: 'left', provenForMs: 0 },
        { site: 'right', provenForMs: 1200 },
      ],
    },
  });
});

test('a return takes a version newer than any seen, also when the table in force is older', () => {
  const terms = { current: entry({ routeVersion: 2 }), weights: { left: 100 }, spillUntilMs: new Map(), nowMonoMs: 0 };
  expect(entryOfReturn({ ...terms, fence: { epoch: 9, routeVersion: 40 } })).toMatchObject({
    entry: { epoch: 9, routeVersion: 41 },
  });
});

test.for<{ name: string; weights: Weights; current?: RouteEntry; message: string }>([
  { name: 'sum to 99 (I5)', weights: { left: 99 }, message: 'sum to 99' },
  { name: 'are none (I22)', weights: {}, message: 'sum to 0' },
  { name: 'are no whole percents (I5)', weights: { left: 99.5, right: 0.5 }, message: 'whole percents' },
  { name: 'name a site that is not listed', weights: { mars: 100 }, message: 'mars' },
  {
    name: 'leave only a site without replicas',
    weights: { right: 100 },
    current: entry({ sites: { left: 1, right: 0 } }),
    message: 'serving replica',
  },
  {
    name: 'leave only a site that drains',
    weights: { right: 100 },
    current: entry({ sites: { left: 1, right: [{ state: 'draining' }] } }),
    message: 'serving replica',
  },
  {
    name: 'leave only a site that is suspect',
    weights: { right: 100 },
    current: entry({ sites: { left: 1, right: [{ state: 'suspect' }] } }),
    message: 'serving replica',
  },
])('a return is refused whose weights $name', ({ weights, current, message }) => {
  expect(back(weights, current)).toMatchObject({ kind: 'refused', message: expect.stringContaining(message) });
});

test('one serving replica at one site with weight is enough', () => {
  const current = entry({ sites: { left: 0, right: [{ state: 'suspect' }, { state: 'serving' }] } });
  expect(back({ left: 99, right: 1 }, current)).toMatchObject({ kind: 'accepted' });
});

test('I5, I22: whatever is asked for, a return puts one whole vector in force or nothing', () => {
  const weights = fc.dictionary(
    fc.constantFrom('left', 'right', 'mars'),
    fc.oneof(fc.integer(), fc.constantFrom(0, 50, 100)),
  );
  fc.assert(
    fc.property(weights, (asked) => {
      const verdict = back(asked);
      if (verdict.kind === 'refused') return;
      expect(acceptEntry(fence, verdict.entry, entry())).toEqual({ kind: 'accepted' });
      expect(sameWeights(verdict.entry.weights, asked)).toBe(true);
    }),
  );
});
