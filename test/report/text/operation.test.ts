import { expect, test } from 'vitest';
import { GodwitError } from '../../../src/errors.ts';
import { errorText } from '../../../src/report/text/error.ts';
import { historyText } from '../../../src/report/text/history.ts';
import { changeText, operationText, stateWords, weightsText, whatText } from '../../../src/report/text/operation.ts';
import { reasonLines, reasonWord } from '../../../src/report/text/reason.ts';
import { plainStyle } from '../../../src/report/text/style.ts';
import { timelineWords } from '../../../src/report/text/timeline.ts';
import { nowMs, operation, plan } from '../../cli/support/models.ts';
import { hostileStrings, terminalControls } from '../hostile.ts';

test('tells what an operation was and how it ended', () => {
  expect(operationText(operation(), plainStyle)).toBe(
    [
      'op-7f3k  automatic failover of chat  + done after 30s',
      '  opened   03:08:37Z by the controller godwit@node-1, pid 4711',
      '  steps    2 of 2',
      '  weights  site-a 100%  to  site-b 100%',
      '  because  SiteFailing: SiteDead: no replica answers for 4 s',
    ].join('\n'),
  );
});

test('tells a person who did it from a controller', () => {
  const text = operationText(operation({ by: { kind: 'person', name: 'ada', host: 'desk', pid: 7 } }), plainStyle);
  expect(text).toContain(' by ada@desk, pid 7\n');
});

test('tells the error that ended it', () => {
  const text = operationText(
    operation({ state: 'returned', error: { class: 'capacity', code: 'SoldOut', message: 'none left' } }),
    plainStyle,
  );
  expect(text).toContain('! failed, returned after 30s');
  expect(text).toContain('  error    SoldOut (capacity): none left');
});

test('lists at most eight sites with weight, and says when none has any', () => {
  const many = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`s${index}`, 10]));
  expect(weightsText(many)).toBe('s0 10%, s1 10%, s2 10%, s3 10%, s4 10%, s5 10%, s6 10%, s7 10%, 2 more');
  expect(weightsText({ a: 0 })).toBe('no weight anywhere');
});

test('says until when a reason stands, as long as it does', () => {
  const reason = { code: 'CoolDown', message: 'too soon', untilMs: nowMs + 60_000 } as const;
  expect(reasonWord(reason, nowMs)).toBe('CoolDown until 03:22:07Z (in 1m)');
  expect(reasonWord(reason, nowMs + 60_000)).toBe('CoolDown');
});

test('lists at most so many reasons and counts the rest', () => {
  const reasons = Array.from({ length: 5 }, (_, index) => ({ code: 'CoolDown', message: `number ${index}` }) as const);
  expect(reasonLines(reasons, nowMs, plainStyle, 2)).toEqual([
    '  x CoolDown: number 0',
    '  x CoolDown: number 1',
    '  and 3 more',
  ]);
});

test.for(hostileStrings.map((text) => [JSON.stringify(text).slice(0, 50), text] as const))('disarms %s', ([, evil]) => {
  const shown = [
    operationText(
      operation({
        by: { kind: 'person', name: evil, host: evil, pid: 1 },
        plan: plan({ deployment: evil, before: { [evil]: 100 }, because: [{ code: 'SiteFailing', message: evil }] }),
        error: { class: 'unknown', code: evil, message: evil },
      }),
      plainStyle,
    ),
    reasonLines([{ code: 'CoolDown', message: evil }], nowMs, plainStyle).join('\n'),
    errorText(new GodwitError('StoreFailed', evil, { hint: evil, details: { [evil]: evil } }), 1),
  ];
  for (const text of shown) expect(text).not.toMatch(terminalControls);
});

const hold = {
  kind: 'hold',
  by: { kind: 'person', name: 'ada', host: 'desk', pid: 7 },
  atMs: 0,
  reason: undefined,
} as const;

test.for([
  { over: { state: 'held', order: hold }, words: 'held by ada' },
  { over: { state: 'shifting', order: hold }, words: 'shifting, to hold' },
  { over: { state: 'returning', order: { ...hold, kind: 'return' } }, words: 'returning' },
  { over: { state: 'returned', order: { ...hold, kind: 'return' } }, words: 'returned by ada' },
  { over: { state: 'returned', order: hold }, words: 'failed, returned' },
  { over: { state: 'returned' }, words: 'failed, returned' },
  { over: { state: 'failed', order: { ...hold, kind: 'abort' } }, words: 'aborted by ada' },
  { over: { state: 'failed', order: hold }, words: 'failed' },
  { over: { state: 'unknown', order: hold }, words: 'unknown' },
  { over: { state: 'done' }, words: 'done' },
] as const)('$over.state reads $words', ({ over, words }) => {
  expect(stateWords(operation(over))).toBe(words);
});

test('a scale says the replicas of its site, in every place that tells of it', () => {
  const scale = { site: 'site-b', replicas: 1, before: 3, instead: 3, isTakenBack: false };
  const scaled = operation({ state: 'done', plan: plan({ kind: 'scale', trigger: 'manual', scale }) });
  expect(changeText(scaled.plan, ' -> ')).toBe('site-b 3 -> 1');
  expect(whatText(scaled.plan)).toBe(', site-b 3 to 1');
  expect(operationText(scaled, plainStyle)).toContain('replicas site-b 3  to  1');
  expect(historyText([scaled], plainStyle)).toContain('site-b at 1');
  const { by, openedAtMs: atMs } = scaled;
  expect(timelineWords({ kind: 'opened', operation: scaled, by, atMs, seq: 1 })).toBe(
    'begun: manual scale, site-b 3 to 1',
  );
});
