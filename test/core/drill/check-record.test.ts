import { expect, test } from 'vitest';
import { compareEnds } from '../../../src/core/drill/check-record.ts';
import type { DrillEnd } from '../../../src/model/drill-run.ts';
import { drillOf } from '../../model/support/drills.ts';

const [claim] = drillOf().hypothesis;
if (claim === undefined) throw new Error('a claim');

const end: DrillEnd = {
  ...{ verdict: 'passed', because: [], undo: 'verified', cutShort: undefined, by: 'runner' },
  claims: [{ claim, measured: 9000, holds: 'yes' }],
  phases: [{ phase: 'detect', fromMs: 1000, untilMs: undefined }],
};

test('an end that is what its entries come to has no difference', () => {
  const { values, differences } = compareEnds(JSON.parse(JSON.stringify(end)), end);
  expect(differences).toEqual([]);
  // verdict, because, undo, phases (2), claims: measured, holds, five of the claim itself, and who came to it.
  expect(values).toBe(13);
});

test.for<{ name: string; over: Partial<DrillEnd>; difference: object }>([
  {
    name: 'a verdict',
    over: { verdict: 'failed' },
    difference: { where: 'verdict', recorded: '"failed"', computed: '"passed"' },
  },
  {
    name: 'a figure',
    over: { claims: [{ claim, measured: 8000, holds: 'yes' }] },
    difference: { where: 'claims[0].measured', recorded: '8000', computed: '9000' },
  },
  {
    name: 'a figure that is gone',
    over: { claims: [{ claim, measured: undefined, holds: 'yes' }] },
    difference: { where: 'claims[0].measured', recorded: undefined, computed: '9000' },
  },
  {
    name: 'a reason more',
    over: { because: ['late'] },
    difference: { where: 'because[0]', recorded: '"late"', computed: undefined },
  },
  {
    name: 'an end of a phase',
    over: { phases: [{ phase: 'detect', fromMs: 1000, untilMs: 2000 }] },
    difference: { where: 'phases[0].untilMs', recorded: '2000', computed: undefined },
  },
])('$name that is recorded otherwise is named', ({ over, difference }) => {
  expect(compareEnds({ ...end, ...over }, end).differences).toContainEqual(difference);
});
