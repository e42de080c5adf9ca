import { expect, test } from 'vitest';
import { isLaunchLost } from '../../src/core/launch-lost.ts';
import type { Replica } from '../../src/model/replica.ts';
import { nowMs, replicaOf } from './support/view.ts';

const launched = { slot: 1, startKey: 'op-1/0/1', atMs: nowMs };
const own: Partial<Replica> = { slot: 1, startKey: 'op-1/0/1', bootId: 'b2' };

test.for<{ name: string; list: readonly Partial<Replica>[]; afterMs: number; gone?: string; is: boolean }>([
  { name: 'not while the list need not show it', list: [], afterMs: 2999, is: false },
  { name: 'once a list that had to show it does not', list: [], afterMs: 3000, is: true },
  { name: 'not for what is listed of another slot', list: [{ ...own, slot: 0, state: 'gone' }], afterMs: 0, is: false },
  { name: 'at once when it is listed as gone', list: [{ ...own, state: 'gone' }], afterMs: 0, is: true },
  { name: 'not for a boot that was gone before', list: [{ ...own, state: 'gone' }], afterMs: 0, gone: 'b2', is: false },
  {
    name: 'not for what another start made',
    list: [{ ...own, state: 'gone', startKey: 'op-0/0/1' }],
    afterMs: 0,
    is: false,
  },
  { name: 'not while it lives, however old it is', list: [{ ...own, state: 'starting' }], afterMs: 90_000, is: false },
  {
    name: 'not while it lives beside an earlier boot that is gone',
    list: [
      { ...own, state: 'gone' },
      { ...own, bootId: 'b3' },
    ],
    afterMs: 90_000,
    is: false,
  },
  { name: 'when it is still stopped by then', list: [{ ...own, state: 'stopped' }], afterMs: 3000, is: true },
])('a launch is lost: $name', ({ list, afterMs, gone, is }) => {
  const listed = { kind: 'seen', value: list.map(replicaOf), asOfMs: nowMs + afterMs } as const;
  expect(isLaunchLost(launched, listed, { listLagMs: 3000, gone: new Set(gone === undefined ? [] : [gone]) })).toBe(is);
});
