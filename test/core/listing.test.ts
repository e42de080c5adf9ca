import { expect, test } from 'vitest';
import { earlierList, type Listed, mergeListing, noteList } from '../../src/core/listing.ts';
import type { Replica } from '../../src/model/replica.ts';
import { replicaOf } from './support/view.ts';

const one = replicaOf({ id: 'left-0' });
const two = replicaOf({ id: 'left-1', slot: 1 });

type Lists = readonly (readonly [atMs: number, listed: readonly Replica[]])[];

/** Lists seen at these times, one after the other. */
function after(lists: Lists): readonly string[] {
  let known: readonly Listed[] = [];
  for (const [atMs, listed] of lists) known = mergeListing(known, listed, atMs, 0);
  return known.map(({ replica }) => replica.id);
}

test.for<{ name: string; lists: Lists; ids: readonly string[] }>([
  { name: 'holds what is listed', lists: [[0, [one, two]]], ids: ['left-0', 'left-1'] },
  {
    name: 'keeps what one list is without (I27)',
    lists: [
      [0, [one, two]],
      [5000, [one]],
    ],
    ids: ['left-0', 'left-1'],
  },
  {
    name: 'keeps it one millisecond before the second list is late enough',
    lists: [
      [0, [one, two]],
      [5000, [one]],
      [6999, [one]],
    ],
    ids: ['left-0', 'left-1'],
  },
  {
    name: 'lets it go when a second list, late enough, is without it too',
    lists: [
      [0, [one, two]],
      [5000, [one]],
      [7000, [one]],
    ],
    ids: ['left-0'],
  },
  {
    name: 'counts anew from the next list that is without it',
    lists: [
      [0, [one, two]],
      [5000, [one]],
      [6000, [one, two]],
      [7000, [one]],
      [8999, [one]],
    ],
    ids: ['left-0', 'left-1'],
  },
])('$name', ({ lists, ids }) => {
  expect(after(lists)).toEqual(ids);
});

test('what is listed is as it is listed now', () => {
  const known = mergeListing(mergeListing([], [one], 0, 0), [replicaOf({ id: 'left-0', state: 'gone' })], 100, 0);
  expect(known).toMatchObject([{ replica: { state: 'gone' }, missingSinceMs: undefined }]);
});

test.for<{ name: string; times: readonly number[]; listLagMs?: number; earlierMs: number | undefined }>([
  { name: 'none was seen', times: [], earlierMs: undefined },
  { name: 'one is no two', times: [0], earlierMs: undefined },
  { name: 'two are too close by a millisecond', times: [0, 1999], earlierMs: undefined },
  { name: 'two are two seconds apart', times: [0, 2000], earlierMs: 0 },
  { name: 'two are closer than the lag', times: [0, 2999], listLagMs: 3000, earlierMs: undefined },
  { name: 'two are as far apart as the lag', times: [0, 3000], listLagMs: 3000, earlierMs: 0 },
  { name: 'many are', times: [0, 1000, 2000, 3000, 4000, 5500], earlierMs: 3000 },
  { name: 'the clock was set back', times: [900_000, 1000, 2500], earlierMs: undefined },
  { name: 'the clock was set ahead', times: [0, 900_000, 901_000], earlierMs: 0 },
])('the newest list that agrees with the last: $name', ({ times, listLagMs = 0, earlierMs }) => {
  const noted = times.reduce<readonly number[]>((so, atMs) => noteList(so, atMs, listLagMs), []);
  expect(earlierList(noted, listLagMs)).toBe(earlierMs);
});

test('no more list times are kept than there are within the lag, and one', () => {
  let noted: readonly number[] = [];
  for (let atMs = 0; atMs < 100_000; atMs += 500) noted = noteList(noted, atMs, 0);
  expect(noted).toHaveLength(5);
});
