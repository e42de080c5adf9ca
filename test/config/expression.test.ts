import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expressionExamples, parseExpression } from '../../src/config/expression.ts';
import { expressionPattern } from '../../src/config/expression-pattern.ts';
import { type ExpressionUse, type Measure, signalTable, usableSignals } from '../../src/model/expression.ts';
import { reasonCodes } from '../../src/model/reason.ts';

const comparison = (over: object) => ({ kind: 'expression', expression: { kind: 'comparison', ...over } });

test.for([
  ['recoveryTime <= 120s', { signal: 'recoveryTime', comparator: '<=', value: 120_000 }],
  ['recoveryTime<=1.5m', { signal: 'recoveryTime', comparator: '<=', value: 90_000 }],
  ['lostRequests <= 0.5%', { signal: 'lostRequests', comparator: '<=', value: 0.005 }],
  ['availability >= 99.5% over the whole drill', { signal: 'availability', comparator: '>=', value: 0.995 }],
  ['moves = 0', { signal: 'moves', comparator: '=', value: 0 }],
  ['decision != stay', { signal: 'decision', comparator: '!=', value: 'stay' }],
  ['reason = NoReadyCapacity', { signal: 'reason', comparator: '=', value: 'NoReadyCapacity' }],
  [
    'ttft.p95 <= 2s within 3m of detection',
    { signal: 'ttft.p95', comparator: '<=', value: 2000, span: { kind: 'within', ms: 180_000, of: 'detection' } },
  ],
] as const)('reads %j as a claim and keeps it as written', ([text, parts]) => {
  expect(parseExpression(text, 'claim')).toEqual(comparison({ text, ...parts }));
});

test.for([
  ['errorRate > 10%', { signal: 'errorRate', comparator: '>', value: 0.1 }],
  ['errorRate > 10% for 20s', { signal: 'errorRate', comparator: '>', value: 0.1, span: { kind: 'for', ms: 20_000 } }],
  ['capacity.healthy < 50%', { signal: 'capacity.healthy', comparator: '<', value: 0.5 }],
] as const)('reads %j as something to watch', ([text, parts]) => {
  expect(parseExpression(text, 'watch')).toEqual(comparison({ text, ...parts }));
});

test('`and` binds tighter than `or`', () => {
  const text = 'errorRate > 1% and ttft.p95 > 2s or every standby is ready';
  expect(parseExpression(text, 'watch')).toMatchObject({
    expression: {
      ...{ kind: 'any', text },
      of: [
        { kind: 'all', of: [{ signal: 'errorRate' }, { signal: 'ttft.p95' }] },
        { kind: 'condition', condition: 'every standby is ready' },
      ],
    },
  });
});

const form = 'an expression is written signal comparator value';
const time = 'recoveryTime takes a time with its unit';
const share = 'lostRequests takes a share from 0% to 100%';

test.for([
  ['', form, 'such as "recoveryTime <= 120s"'],
  ['<= 5s', form, 'such as "recoveryTime <= 120s"'],
  ['lostRequests', form, 'such as "lostRequests <= 0.5%"'],
  ['recoverTime <= 120s', 'there is no such signal', 'did you mean "recoveryTime"?'],
  ['toString <= 1%', 'there is no such signal', `known: ${usableSignals.claim.join(', ')}`],
  ['ttft <= 2s', 'there is no such signal', 'did you mean "ttft.p50" or "ttft.p95"?'],
  ['Capacity >= 50%', 'there is no such signal', 'did you mean "capacity.healthy"?'],
  ['errorrate < 1%', 'there is no such signal', 'did you mean "errorRate"?'],
  ['errorRate < 1% AND moves = 0', 'what is joined is joined by a word in small letters', 'write `and`, or `or`'],
  ['errorRate < 1% && moves = 0', 'what is joined is joined by a word in small letters', 'write `and`, or `or`'],
  ['recoveryTime ≤ 90s', 'a comparator is one of <= < >= > = !=', 'write <='],
  ['recoveryTime =< 90s', 'a comparator is one of <= < >= > = !=', 'write <='],
  ['recoveryTime <= 5', time, 'did you mean 5s or 5m?'],
  ['recoveryTime <= 5 s', 'a unit follows its number without a space', 'did you mean 5s?'],
  ['recoveryTime <= 5%', `${time}, not a share`, 'such as "recoveryTime <= 120s"'],
  ['lostRequests <= 0.5', share, 'did you mean 0.5%?'],
  ['lostRequests <= 101%', share, 'such as "lostRequests <= 0.5%"'],
  ['lostRequests <= 5s', `${share}, not a time`, 'such as "lostRequests <= 0.5%"'],
  ['moves = some', 'moves takes a whole number', 'such as "moves = 0"'],
  ['decision > act', 'decision is a word: only = and != are understood', 'such as "decision = act"'],
  ['decision = hold', 'decision is one of act, advise, stay', 'known: act, advise, stay'],
  ['reason = NoReadyCapacty', 'reason is a reason code, as decisions have them', 'did you mean "NoReadyCapacity"?'],
  [
    'recoveryTime <= 120s within 3m of fault',
    'recoveryTime is one value for the whole drill: it has no span',
    'write "recoveryTime <= 120s"',
  ],
  ['ttft.p95 <= 2s within 61m of fault', '`within` is at most 1h', 'such as within 20s'],
  ['ttft.p95 <= 2s within 3m', '`within` a time of what?', 'write within 3m of fault, or of detection'],
  ['ttft.p95 <= 2s within 3 of fault', '`within` takes a time with its unit', 'such as within 20s'],
  [
    'ttft.p95 <= 2s for 3m',
    'a claim holds for all of the drill, or `within` a time of something',
    'write "ttft.p95 <= 2s"',
  ],
  [
    'every standby is ready',
    '`every standby is ready` is looked at, not claimed',
    'it belongs under steadyState.require or abortIf',
  ],
  ['(errorRate < 1%)', 'there are no brackets', '`and` binds tighter than `or`; list several lines'],
] as const)('%j is no claim', ([text, message, hint]) => {
  expect(parseExpression(text, 'claim')).toEqual({ kind: 'mistake', message, hint });
});

test.for([
  [
    'recoveryTime <= 120s',
    'recoveryTime is known only when the drill is over',
    'here: errorRate, ttft.p50, ttft.p95, capacity.healthy',
  ],
  ['errorRate', form, 'such as "errorRate < 1%"'],
  ['operator manual shift', form, 'such as "errorRate < 1%"'],
  ['every standby ready', form, 'did you mean "every standby is ready"?'],
  ['latency < 1%', 'there is no such signal', 'known: errorRate, ttft.p50, ttft.p95, capacity.healthy'],
  ['errorRate > 1% within 3m of fault', '`within` is for claims: here it is looked at every second', 'write for 3m'],
] as const)('%j is nothing to watch', ([text, message, hint]) => {
  expect(parseExpression(text, 'watch')).toEqual({ kind: 'mistake', message, hint });
});

test.for([
  ['gate', 'errorRate <= 2%', { signal: 'errorRate', comparator: '<=', value: 0.02 }],
  ['gate', 'ttft.p50<1500ms', { signal: 'ttft.p50', comparator: '<', value: 1500 }],
  ['gate', 'errorRate = 0%', { signal: 'errorRate', comparator: '=', value: 0 }],
  ['detector', 'lateRate >= 12.5%', { signal: 'lateRate', comparator: '>=', value: 0.125 }],
  ['detector', 'ttft.p95 > 4s', { signal: 'ttft.p95', comparator: '>', value: 4000 }],
] as const)('a %s may say %j', ([use, text, parts]) => {
  expect(parseExpression(text, use)).toEqual(comparison({ text, ...parts }));
});

test.for(['gate', 'detector'] as const)('a %s joins what it says', (use) => {
  const text = 'errorRate < 2% and ttft.p95 < 2s or ttft.p50 < 1s';
  const [errors, late, half] = ['errorRate < 2%', 'ttft.p95 < 2s', 'ttft.p50 < 1s'].map((each) => ({ text: each }));
  const both = { kind: 'all', text: 'errorRate < 2% and ttft.p95 < 2s', of: [errors, late] };
  expect(parseExpression(text, use)).toMatchObject({ expression: { kind: 'any', text, of: [both, half] } });
});

const ofSites = 'it belongs under steadyState.require or abortIf';
test.for([
  ['gate', 'errorRate <= 2% for 60s', 'a step is watched for `holdEach`: here is no span', 'write "errorRate <= 2%"'],
  [
    'gate',
    'ttft.p95 < 2s within 3m of fault',
    'a step is watched for `holdEach`: here is no span',
    'write "ttft.p95 < 2s"',
  ],
  ['gate', 'recoveryTime <= 2m', 'recoveryTime is not known here', 'here: errorRate, ttft.p50, ttft.p95'],
  ['gate', 'lateRate <= 2%', 'lateRate is not known here', 'here: errorRate, ttft.p50, ttft.p95'],
  ['gate', 'ttft <= 2s', 'there is no such signal', 'did you mean "ttft.p50" or "ttft.p95"?'],
  ['gate', 'every standby is ready', '`every standby is ready` is for drills', ofSites],
  ['gate', 'errorRate <= 2', 'errorRate takes a share from 0% to 100%', 'did you mean 2%?'],
  [
    'detector',
    'errorRate >= 5% for 60s',
    'how long it must be so says `failAfter`: here is no span',
    'write "errorRate >= 5%"',
  ],
  [
    'detector',
    'capacity.healthy < 50%',
    'capacity.healthy is not known here',
    'here: errorRate, lateRate, ttft.p50, ttft.p95',
  ],
  ['detector', 'errRate >= 5%', 'there is no such signal', 'did you mean "errorRate"?'],
  ['detector', 'every standby is ready', '`every standby is ready` is for drills', ofSites],
  [
    'claim',
    'lateRate < 5%',
    'lateRate is counted at a site, not in a drill',
    'it belongs under detector.unhealthyWhen',
  ],
  [
    'watch',
    'lateRate < 5%',
    'lateRate is counted at a site, not in a drill',
    'it belongs under detector.unhealthyWhen',
  ],
] as const)('a %s may not say %j', ([use, text, message, hint]) => {
  expect(parseExpression(text, use)).toEqual({ kind: 'mistake', message, hint });
});

const uses = ['claim', 'watch', 'gate', 'detector'] as const;

test('its own examples are expressions', () => {
  for (const use of uses)
    for (const text of expressionExamples[use])
      expect(parseExpression(text, use)).toMatchObject({ kind: 'expression', expression: { text } });
});

test('a mistake quotes nothing but numbers, units and words of ours', () => {
  const canary = fc.stringMatching(/^[a-z]{12}$/);
  fc.assert(
    fc.property(canary, fc.constantFrom(...uses), (secret, use) => {
      for (const text of [secret, `${secret} <= 5s`, `errorRate < ${secret}`, `errorRate < 5% ${secret}`]) {
        const end = parseExpression(text, use);
        if (end.kind === 'mistake') expect(`${end.message} ${end.hint}`).not.toContain(secret);
      }
    }),
  );
});

test('reads a long text in no time', () => {
  for (const text of ['a'.repeat(1e6), ' '.repeat(1e6), '<'.repeat(1e6), `errorRate < 5%${' and'.repeat(1e5)}`])
    expect(parseExpression(text, 'watch').kind).toBe('mistake');
});

const spaces = fc.constantFrom(' ', '  ', '\t');
const comparisons: Readonly<Record<Measure, fc.Arbitrary<string>>> = {
  time: fc.constantFrom('<= 5s', '<1.5m', '> 2h', '>=20ms', '= 1d', '!= 3s'),
  share: fc.constantFrom('<= 0.5%', '<100%', '>= 99.5%', '= 0%'),
  count: fc.constantFrom('= 0', '<= 3', '!=12'),
  word: fc.constantFrom('= act', '!= stay'),
};

const partOf = (use: ExpressionUse): fc.Arbitrary<string> =>
  fc.constantFrom(...usableSignals[use]).chain((signal) => {
    const { scope, measure } = signalTable[signal];
    const spans = { watch: ' for 20s', gate: '', detector: '', claim: undefined } as const;
    const span = spans[use] ?? (scope === 'moment' ? ' within 3m of detection' : ' over the whole drill');
    const words =
      signal === 'reason' ? fc.constantFrom(...reasonCodes.map((code) => `= ${code}`)) : comparisons[measure];
    return fc
      .tuple(spaces, words, fc.constantFrom('', span))
      .map(([space, value, rest]) => signal + space + value + rest);
  });

const expressions = (use: ExpressionUse): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(partOf(use), fc.constantFrom(' and ', ' or ')), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.map(([part, then], nth) => (nth === parts.length - 1 ? part : part + then)).join(''));

test.for(uses)('editors take every %s that is understood', (use) => {
  const pattern = new RegExp(expressionPattern(use), 'u');
  fc.assert(
    fc.property(expressions(use), (text) => {
      expect(parseExpression(text, use).kind).toBe('expression');
      expect(text).toMatch(pattern);
    }),
  );
});

test.for([
  ['claim', 'recoveryTime <= 120'],
  ['claim', 'recoveryTime <= 5s within 3m of fault'],
  ['claim', 'every standby is ready'],
  ['claim', 'ttft.p95 <= 2s and'],
  ['claim', 'ttftxp95 <= 2s'],
  ['watch', 'recoveryTime <= 120s'],
  ['watch', 'errorRate > 10% within 3m of fault'],
  ['watch', 'lateRate > 10%'],
  ['gate', 'errorRate <= 2% for 20s'],
  ['gate', 'lateRate <= 2%'],
  ['gate', 'every standby is ready'],
  ['detector', 'errorRate >= 50% for 20s'],
  ['detector', 'capacity.healthy < 50%'],
] as const)('editors mark the %s %j', ([use, text]) => {
  expect(parseExpression(text, use).kind).toBe('mistake');
  expect(text).not.toMatch(new RegExp(expressionPattern(use), 'u'));
});
