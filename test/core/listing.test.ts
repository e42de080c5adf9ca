import { expect, test } from 'vitest';
import { type Listed, mergeListing } from '../../src/core/listing.ts';
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
