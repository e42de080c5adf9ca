import { expect, test } from 'vitest';
import { isAbout, judgeValues } from '../../src/core/expression.ts';
import type { Expression } from '../../src/model/expression.ts';
import { limitOn } from '../../src/model/limits.ts';

const few = limitOn('errorRate', '<=', 0.02);
const fast = limitOn('ttft.p95', '<=', 2000);
const joined = (kind: 'all' | 'any', ...of: readonly Expression[]): Expression => ({ kind, text: 'it', of });
const [isFew, isMany, isFast, isSlow] = [0.02, 0.03, 2000, 2001] as const;

test.for([
  ['all', isFew, isFast, 'yes', undefined],
  ['all', isMany, isFast, 'no', isMany],
  ['all', isFew, isSlow, 'no', isSlow],
  ['all', isFew, undefined, 'unknown', undefined],
  ['all', undefined, isSlow, 'no', isSlow],
  ['any', isMany, isSlow, 'no', undefined],
  ['any', isFew, isSlow, 'yes', isFew],
  ['any', isMany, isFast, 'yes', isFast],
  ['any', undefined, isSlow, 'unknown', undefined],
  ['any', undefined, isFast, 'yes', isFast],
] as const)('%s of errors %s and first tokens %s: %s', ([kind, errorRate, p95, holds, measured]) => {
  expect(judgeValues(joined(kind, few, fast), { errorRate, 'ttft.p95': p95 })).toEqual({ holds, measured });
});

test('a value that is not there is unknown, and so is what only a drill looks at', () => {
  const condition = { kind: 'condition', text: 'it', condition: 'every standby is ready' } as const;
  expect(judgeValues(few, {})).toEqual({ holds: 'unknown', measured: undefined });
  expect(judgeValues(condition, { errorRate: 0 })).toEqual({ holds: 'unknown', measured: undefined });
});

test('an expression is about what any of its parts is about', () => {
  const both = joined('any', joined('all', few, fast), fast);
  expect([isAbout(both, ['errorRate']), isAbout(both, ['lateRate']), isAbout(fast, ['errorRate'])]).toEqual([
    ...[true, false, false],
  ]);
});
