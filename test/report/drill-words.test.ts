import { expect, test } from 'vitest';
import type { Comparison, Expression } from '../../src/model/expression.ts';
import { faultText, measuredText, objectivesOf, percent, restoredText } from '../../src/report/drill-words.ts';
import * as runs from './support/drill-run.ts';

const decision: Comparison = {
  ...{ kind: 'comparison', text: 'decision = act', signal: 'decision', comparator: '=', value: 'act' },
};
const moves: Comparison = { ...decision, text: 'moves = 1', signal: 'moves', value: 1 };
const bothShares: Expression = {
  kind: 'all',
  text: 'both',
  of: [runs.lostClaim, { ...runs.lostClaim, signal: 'availability' }],
};
const mixed: Expression = { kind: 'any', text: 'any', of: [runs.lostClaim, runs.recoveryClaim] };

test.for([
  { claim: runs.recoveryClaim, measured: 12_300, holds: 'yes', says: '12s' },
  { claim: runs.recoveryClaim, measured: 0, holds: 'yes', says: '0s: nothing was lost that began after the fault' },
  { claim: runs.recoveryClaim, measured: undefined, holds: 'unknown', says: 'not measured' },
  { claim: runs.recoveryClaim, measured: 12_300, holds: 'unknown', says: '12s was seen, but not all of it' },
  { claim: runs.lostClaim, measured: 0.0123, holds: 'no', says: '1.23%' },
  { claim: decision, measured: 'stay', holds: 'no', says: 'stay' },
  { claim: moves, measured: 2, holds: 'no', says: '2' },
  { claim: bothShares, measured: 0.5, holds: 'no', says: '50%' },
  { claim: mixed, measured: 0.5, holds: 'no', says: '0.5' },
  { claim: mixed, measured: undefined, holds: 'yes', says: 'no single value' },
] as const)('$claim.text of $measured ($holds) is said as: $says', ({ says, ...verdict }) => {
  expect(measuredText(verdict)).toBe(says);
});

test('a share that is small and not nothing is not said to be nothing', () => {
  expect(percent(0)).toBe('0%');
  expect(percent(0.000_04)).toBe('0.004%');
});

test('of a run without a judgement every objective is told as not judged', () => {
  expect(objectivesOf(runs.abortedRun())).toHaveLength(3);
  for (const each of objectivesOf(runs.abortedRun()))
    expect(each).toMatchObject({ met: 'not judged', measured: 'not measured' });
});

test.for([
  { name: 'nothing broken', run: runs.notStartedRun(), says: 'nothing was broken' },
  {
    name: 'no footing after',
    run: runs.interruptedRun(),
    says: 'not known: it was not recorded both before and after',
  },
  { name: 'the same', run: runs.passedRun(), says: 'the same before and after' },
])('what it left behind: $name', ({ run, says }) => {
  expect(restoredText(run)).toBe(says);
});

test('a fault is told with what is its own', () => {
  const fault = { kind: 'latency', site: 'oslo', sharePct: 20, atMs: 5000, forMs: 60_000, delayMs: 800 } as const;
  expect(faultText(fault)).toBe('latency at oslo, 20% of its requests, 800ms later, for 1m, 5s after the first');
  const exec = { run: ['/opt/break', 'x'], undo: ['/opt/mend'] };
  expect(faultText({ kind: 'exec', site: 'oslo', sharePct: 100, atMs: 0, forMs: 1000, exec })).toBe(
    'exec at oslo, for 1s: /opt/break x (undone by /opt/mend)',
  );
});
