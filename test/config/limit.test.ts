import { expect, test } from 'vitest';
import { expressionExamples } from '../../src/config/expression.ts';
import { limitPattern } from '../../src/config/expression-pattern.ts';
import { limitOf, parseLimit } from '../../src/config/limit.ts';

test.for([
  { use: 'gate', text: 'errorRate <= 2%', signal: 'errorRate', value: 0.02 },
  { use: 'gate', text: ' ttft.p95<=1500ms ', signal: 'ttft.p95', value: 1500 },
  { use: 'detector', text: 'errorRate >= 50%', signal: 'errorRate', value: 0.5 },
  { use: 'detector', text: 'lateRate >= 12.5%', signal: 'lateRate', value: 0.125 },
] as const)('"$text" is a limit of a $use', ({ use, text, signal, value }) => {
  expect(parseLimit(text, use)).toEqual({ kind: 'limit', signal, value });
});

test.for([
  {
    use: 'gate',
    text: 'errorRate < 2%',
    message: 'a step passes at its limit, and below it',
    hint: 'write errorRate <=',
  },
  {
    use: 'detector',
    text: 'errorRate > 5%',
    message: 'a site is bad at its limit, and above it',
    hint: 'write errorRate >=',
  },
  {
    use: 'detector',
    text: 'errorRate >= 5% for 60s',
    message: 'how long it must be so says `failAfter`: here is no span',
    hint: 'write "errorRate >= 5%"',
  },
  {
    use: 'gate',
    text: 'ttft.p95 <= 2s for 60s',
    message: 'a step is watched for `holdEach`: here is no span',
    hint: 'write "ttft.p95 <= 2s"',
  },
  {
    use: 'gate',
    text: 'errorRate <= 2% and ttft.p95 <= 2s',
    message: 'one comparison is one line here',
    hint: 'all lines must hold: write each on a line of its own',
  },
  {
    use: 'detector',
    text: 'errorRate >= 2% or lateRate >= 50%',
    message: 'one comparison is one line here',
    hint: 'any line is enough: write each on a line of its own',
  },
  {
    use: 'gate',
    text: 'recoveryTime <= 2m',
    message: 'recoveryTime is not known here',
    hint: 'here: errorRate, ttft.p95',
  },
  { use: 'detector', text: 'errRate >= 5%', message: 'there is no such signal', hint: 'did you mean "errorRate"?' },
  {
    use: 'detector',
    text: 'every standby is ready',
    message: '`every standby is ready` is for drills',
    hint: 'it belongs under steadyState.require or abortIf',
  },
] as const)('"$text" is none of a $use', ({ use, text, message, hint }) => {
  expect(parseLimit(text, use)).toEqual({ kind: 'mistake', message, hint });
});

test('the limit of a signal that is not named is none', () => {
  expect(limitOf(['errorRate <= 2%'], 'gate', 'errorRate')).toBe(0.02);
  expect(limitOf(['errorRate <= 2%'], 'gate', 'ttft.p95')).toBeUndefined();
});

test.for(['gate', 'detector'] as const)(
  'editors take what a %s takes, and nothing with a span or another comparator',
  (use) => {
    const pattern = new RegExp(limitPattern(use), 'u');
    for (const text of expressionExamples[use]) {
      expect(parseLimit(text, use).kind).toBe('limit');
      expect(text).toMatch(pattern);
      expect(`${text} for 20s`).not.toMatch(pattern);
      expect(text.replace('=', '')).not.toMatch(pattern);
    }
  },
);
