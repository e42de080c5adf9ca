import { expect, test } from 'vitest';
import { isWithin } from '../../src/core/elapsed.ts';
import { startBlock } from '../../src/core/start-block.ts';
import { nowMs, operationOf, view } from './support/view.ts';

const year = 365 * 86_400_000;

test.for([
  { name: 'a millisecond short of the limit', agoMs: 999, is: true },
  { name: 'at the limit', agoMs: 1000, is: false },
  { name: 'a little ahead, as after a correction of the clock', agoMs: -60_000, is: true },
  { name: 'further ahead than any correction', agoMs: -60_001, is: false },
  { name: 'a year ahead (I28)', agoMs: -year, is: false },
])('what is $name: $is', ({ agoMs, is }) => {
  expect(isWithin(1000, nowMs - agoMs, nowMs)).toBe(is);
});

test('I28: a clock that is set back by a year does not keep a site from being started for a year', () => {
  const launch = { kind: 'launch', name: 'l', site: 'left', slots: [0], bestEffort: false, deadlineMs: 1 } as const;
  const failed = operationOf({ agoMs: 100, state: 'failed', plan: { kind: 'start', steps: [launch] } });
  const seen = view({ recent: [failed] });
  expect(startBlock(seen, 'left', nowMs)).toMatchObject({ code: 'StartBlocked' });
  expect(startBlock(seen, 'left', nowMs - year)).toBeUndefined();
});
