import { expect, test } from 'vitest';
import { parseExpression } from '../../../src/config/expression.ts';
import { comparators, type Expression, signals, signalTable } from '../../../src/model/expression.ts';
import { type ExpressionPlace, expressionWords } from '../../../src/report/text/expression.ts';

function expression(text: string, place: ExpressionPlace): Expression {
  const end = parseExpression(text, place === 'hypothesis' ? 'claim' : 'watch');
  if (end.kind === 'mistake') throw new Error(end.message);
  return end.expression;
}

const only = (text: string, place: ExpressionPlace) =>
  expressionWords(expression(text, place), place, 5000).alternatives.flat()[0];

test.for([
  [
    'hypothesis',
    'lostRequests <= 0.5%',
    'of the requests since the first fault, those that failed, were cut or given up: at most 0.5%',
    'once, when it is over',
  ],
  [
    'hypothesis',
    'moves = 0',
    'moves of traffic that automation opens after the first fault: exactly 0',
    'once, when it is over',
  ],
  [
    'hypothesis',
    'decision = act',
    'the farthest that automation goes after the first fault: act',
    'once, when it is over',
  ],
  [
    'hypothesis',
    'decision != act',
    'the farthest that automation goes after the first fault: anything but act',
    'once, when it is over',
  ],
  [
    'hypothesis',
    'reason != NoReadyCapacity',
    'among the reasons that decisions give after the first fault is not NoReadyCapacity',
    'once, when it is over',
  ],
  [
    'hypothesis',
    'capacity.healthy >= 12.5%',
    'of the replicas that are wanted, those that are ready: at least 12.5%',
    'every second from the first fault on',
  ],
  [
    'hypothesis',
    'ttft.p95 < 1500ms within 3m of detection',
    '95% of the requests have their first token in: less than 1.5s',
    'every second from 3m after the detection on',
  ],
  [
    'hypothesis',
    'ttft.p50 <= 2s within 20s of fault',
    'half of the requests have their first token in: at most 2s',
    'every second from 20s after the first fault on',
  ],
  [
    'require',
    'every standby is ready',
    'every site without traffic has the replicas it is to have ready',
    'once, after 5s',
  ],
  [
    'require',
    'errorRate < 1% for 4s',
    'of the requests that ended in the last 10s, those that were lost: less than 1%',
    'once, after 5s: whether it was so for 4s without a break',
  ],
  [
    'abortIf',
    'errorRate > 10%',
    'of the requests that ended in the last 10s, those that were lost: more than 10%',
    'every second of the faults',
  ],
  [
    'abortIf',
    'errorRate > 10% for 20s',
    'of the requests that ended in the last 10s, those that were lost: more than 10%',
    'every second of the faults: whether it was so for 20s without a break',
  ],
] as const)('says what the %s %j means, and when it is looked at', ([place, text, means, looked]) => {
  expect(only(text, place)).toEqual({ text, means, looked });
});

test('keeps what belongs together, and says where one of several is enough', () => {
  const words = expressionWords(
    expression(' errorRate > 1% and ttft.p95 > 2s or every standby is ready', 'abortIf'),
    'abortIf',
    5000,
  );
  expect(words.text).toBe('errorRate > 1% and ttft.p95 > 2s or every standby is ready');
  expect(words.alternatives.map((parts) => parts.map(({ text }) => text))).toEqual([
    ['errorRate > 1%', 'ttft.p95 > 2s'],
    ['every standby is ready'],
  ]);
});

test('each signal and each comparator reads otherwise', () => {
  const values = { time: 1000, share: 0.1, count: 3, word: 'act' } as const;
  const said = signals.flatMap((signal) =>
    comparators
      .filter((each) => signalTable[signal].measure !== 'word' || each === '=' || each === '!=')
      .map((comparator) => {
        const value = values[signalTable[signal].measure];
        const whole: Expression = { kind: 'comparison', text: '', signal, comparator, value };
        return expressionWords(whole, 'hypothesis', 0).alternatives.flat()[0]?.means;
      }),
  );
  expect(new Set(said).size).toBe(said.length);
});
