import { expect, test } from 'vitest';
import { hasSlot, isSameSet, keptBy, resized, slotSet, slotsOf } from '../../src/core/slots.ts';

const named = { replicas: 3, slots: [0, 3, 4] } as const;

test('slots are those from 0 on, unless they are named', () => {
  expect(slotsOf({ replicas: 3 })).toEqual([0, 1, 2]);
  expect(slotsOf(named)).toEqual([0, 3, 4]);
  expect([0, 1, 2, 3].map((slot) => hasSlot({ replicas: 2 }, slot))).toEqual([true, true, false, false]);
  expect([0, 1, 3, 4, 5].map((slot) => hasSlot(named, slot))).toEqual([true, false, true, true, false]);
});

test('a trim keeps what is below its number, or what it names', () => {
  expect(slotsOf(keptBy({ keep: 2 }))).toEqual([0, 1]);
  expect(slotsOf(keptBy({ keep: 2, slots: [0, 3] }))).toEqual([0, 3]);
});

test('slots are named only where they are not simply the first ones', () => {
  expect(slotSet([1, 0, 2])).toEqual({ replicas: 3 });
  expect(slotSet([4, 0])).toEqual({ replicas: 2, slots: [0, 4] });
  expect(slotSet([])).toEqual({ replicas: 0 });
});

test.for([
  { name: 'fewer: the last go first', to: 2, set: { replicas: 2, slots: [0, 3] } },
  { name: 'fewer, and simply the first are left', to: 1, set: { replicas: 1 } },
  { name: 'none', to: 0, set: { replicas: 0 } },
  { name: 'more: the first free ones are filled', to: 5, set: { replicas: 5 } },
  { name: 'one more', to: 4, set: { replicas: 4, slots: [0, 1, 3, 4] } },
  { name: 'as many', to: 3, set: named },
])('another number of named slots, $name', ({ to, set }) => {
  expect(resized(named, to)).toEqual(set);
});

test('two sets are the same when both hold the same slots, however that is said', () => {
  expect(isSameSet({ replicas: 2 }, { replicas: 2, slots: [0, 1] })).toBe(true);
  expect(isSameSet(named, { replicas: 3 })).toBe(false);
  expect(isSameSet({ replicas: 2 }, { replicas: 3 })).toBe(false);
});
