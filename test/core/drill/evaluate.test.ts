import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Facts, judgeClaim, type Moment, watch } from '../../../src/core/drill/evaluate.ts';
import type { Comparison, Expression } from '../../../src/model/expression.ts';

const claim = (over: Partial<Comparison>): Comparison => ({
  ...{ kind: 'comparison', text: 'it', signal: 'errorRate', comparator: '<', value: 0.1 },
  ...over,
});

const moment = (atMs: number, errorRate: number | undefined, isReady = true): Moment => ({
  ...{ atMs, values: errorRate === undefined ? {} : { errorRate } },
  conditions: { 'every standby is ready': isReady },
});

const facts = (over: Partial<Facts> = {}): Facts => ({
  ...{ run: {}, moments: [], faultAtMs: 0, detectedAtMs: 5000, untilMs: 10_000 },
  ...over,
});

const every = (rate: (atMs: number) => number | undefined, untilMs = 10_000): readonly Moment[] =>
  Array.from({ length: untilMs / 1000 + 1 }, (_, index) => moment(index * 1000, rate(index * 1000)));

test.for([
  ['<=', 5, 5, 'yes'],
  ['<=', 5, 6, 'no'],
  ['<', 5, 4, 'yes'],
  ['<', 5, 5, 'no'],
  ['>=', 5, 5, 'yes'],
  ['>=', 5, 4, 'no'],
  ['>', 5, 6, 'yes'],
  ['>', 5, 5, 'no'],
  ['=', 5, 5, 'yes'],
  ['=', 5, 6, 'no'],
  ['!=', 5, 6, 'yes'],
  ['!=', 5, 5, 'no'],
] as const)('recoveryTime %s %d, measured %d: %s', ([comparator, value, measured, holds]) => {
  const expression = claim({ signal: 'recoveryTime', comparator, value });
  expect(judgeClaim(expression, facts({ run: { recoveryTime: measured } }))).toEqual({ holds, measured });
});

test('what was not measured is unknown', () => {
  for (const signal of ['recoveryTime', 'moves', 'decision'] as const)
    expect(judgeClaim(claim({ signal }), facts())).toEqual({ holds: 'unknown', measured: undefined });
});

test('a reason holds when it was among them', () => {
  const run = { reason: ['CoolDown', 'NoReadyCapacity'] };
  const says = (comparator: '=' | '!=', value: string) =>
    judgeClaim(claim({ signal: 'reason', comparator, value }), facts({ run })).holds;
  expect([says('=', 'CoolDown'), says('=', 'Paused'), says('!=', 'CoolDown'), says('!=', 'Paused')]).toEqual([
    ...['yes', 'no', 'no', 'yes'],
  ]);
});

test.for<{
  name: string;
  expression: Partial<Comparison>;
  moments: readonly Moment[];
  holds: string;
  measured?: number;
}>([
  { name: 'good all the while', expression: {}, moments: every(() => 0.05), holds: 'yes', measured: 0.05 },
  { name: 'bad once', expression: {}, moments: every((at) => (at === 3000 ? 0.1 : 0)), holds: 'no', measured: 0.1 },
  { name: 'bad before the fault only', expression: {}, moments: [moment(-1000, 1), ...every(() => 0)], holds: 'yes' },
  {
    ...{ name: 'bad until just before its time', holds: 'yes' },
    expression: { span: { kind: 'within', ms: 3000, of: 'detection' } },
    moments: every((at) => (at < 8000 ? 1 : 0)),
  },
  {
    ...{ name: 'bad at its time still', holds: 'no' },
    expression: { span: { kind: 'within', ms: 3000, of: 'detection' } },
    moments: every((at) => (at <= 8000 ? 1 : 0)),
  },
  {
    ...{ name: 'of the fault', holds: 'no' },
    expression: { span: { kind: 'within', ms: 3000, of: 'fault' } },
    moments: every((at) => (at < 8000 ? 1 : 0)),
  },
  {
    ...{ name: 'a time after the end', holds: 'unknown' },
    expression: { span: { kind: 'within', ms: 5001, of: 'detection' } },
    moments: every(() => 0),
  },
  {
    name: 'a hole of four seconds',
    expression: {},
    moments: every((at) => (at > 2000 && at < 6000 ? undefined : 0)),
    holds: 'unknown',
  },
  {
    name: 'a hole of three seconds',
    expression: {},
    moments: every((at) => (at > 2000 && at < 5000 ? undefined : 0)),
    holds: 'yes',
  },
  { name: 'a hole at the end', expression: {}, moments: every(() => 0, 6000), holds: 'unknown' },
  { name: 'a hole, and bad beside it', expression: {}, moments: [moment(1000, 0.5)], holds: 'no' },
])('a claim of every moment, $name: $holds', ({ expression, moments, holds, measured }) => {
  const judged = judgeClaim(claim(expression), facts({ moments }));
  expect(judged.holds).toBe(holds);
  if (measured !== undefined) expect(judged.measured).toBe(measured);
});

test('without a detection nothing is known of what comes within a time of it', () => {
  const expression = claim({ span: { kind: 'within', ms: 1000, of: 'detection' } });
  expect(judgeClaim(expression, facts({ moments: every(() => 0), detectedAtMs: undefined })).holds).toBe('unknown');
});

test.for<{ name: string; over?: Partial<Comparison>; moments: readonly Moment[]; holds: string }>([
  { name: 'now', moments: every(() => 0), holds: 'yes' },
  { name: 'not now', moments: [...every(() => 0, 9000), moment(10_000, 0.2)], holds: 'no' },
  { name: 'seen 3.5 s ago', moments: [moment(6500, 0)], holds: 'yes' },
  { name: 'seen longer ago', moments: [moment(6499, 0)], holds: 'unknown' },
  { name: 'not seen', moments: [], holds: 'unknown' },
  {
    name: 'for 5 s',
    over: { span: { kind: 'for', ms: 5000 } },
    moments: every((at) => (at < 5000 ? 1 : 0)),
    holds: 'yes',
  },
  {
    name: 'for 5 s but one',
    over: { span: { kind: 'for', ms: 5000 } },
    moments: every((at) => (at <= 5000 ? 1 : 0)),
    holds: 'no',
  },
  {
    name: 'for longer than was seen',
    over: { span: { kind: 'for', ms: 20_000 } },
    moments: every(() => 0),
    holds: 'unknown',
  },
])('watched $name: $holds', ({ over = {}, moments, holds }) => {
  expect(watch(claim(over), moments, 10_000).holds).toBe(holds);
});

test('a condition is as it was seen last', () => {
  const condition = { kind: 'condition', text: 'it', condition: 'every standby is ready' } as const;
  const seen = [true, false].map((isReady) => watch(condition, [moment(10_000, 0, isReady)], 10_000).holds);
  expect([...seen, watch(condition, [], 10_000).holds]).toEqual(['yes', 'no', 'unknown']);
});

test('of several, one that decides does so whatever is not known of the others', () => {
  const known = (holds: 'yes' | 'no' | 'unknown'): Expression =>
    holds === 'unknown' ? claim({ signal: 'ttft.p95' }) : claim(holds === 'yes' ? {} : { comparator: '>' });
  const answer = fc.constantFrom('yes', 'no', 'unknown' as const);
  fc.assert(
    fc.property(
      fc.array(answer as fc.Arbitrary<'yes' | 'no' | 'unknown'>, { minLength: 1, maxLength: 5 }),
      (answers) => {
        const of = answers.map(known);
        const all = watch({ kind: 'all', text: 'it', of }, [moment(10_000, 0)], 10_000).holds;
        const any = watch({ kind: 'any', text: 'it', of }, [moment(10_000, 0)], 10_000).holds;
        expect(all).toBe(answers.includes('no') ? 'no' : answers.includes('unknown') ? 'unknown' : 'yes');
        expect(any).toBe(answers.includes('yes') ? 'yes' : answers.includes('unknown') ? 'unknown' : 'no');
      },
    ),
  );
});
