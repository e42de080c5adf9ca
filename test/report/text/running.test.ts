import { expect, test } from 'vitest';
import type { RunningRequest } from '../../../src/model/running.ts';
import { runningText } from '../../../src/report/text/running.ts';
import { plainStyle } from '../../../src/report/text/style.ts';
import { widthOf } from '../../../src/report/text/width.ts';
import { nowMs } from '../../cli/support/models.ts';
import { hostileStrings, terminalControls } from '../hostile.ts';

const request = (change: Partial<RunningRequest> = {}): RunningRequest => ({
  ...{ id: '1', site: 'left', replica: 'left-0', startedAtMs: nowMs - 1000, streaming: true, bytes: 7 },
  ...change,
});
const textOf = (requests: readonly RunningRequest[], form?: 'wide', isCut = false): string =>
  runningText(
    {
      ...{ deployment: 'chat', site: 'left', atMs: nowMs },
      running: { kind: 'seen', value: { requests, isCut }, asOfMs: nowMs },
    },
    plainStyle,
    form,
  );
const many = (count: number): readonly RunningRequest[] =>
  Array.from({ length: count }, (_, index) => request({ id: String(index) }));

test('says that nothing runs, and one in the singular', () => {
  expect(textOf([])).toContain('chat at left: nothing runs there');
  expect(textOf([request()])).toContain('1 request runs there');
  expect(textOf(many(1000), undefined, true)).toContain('more than 1000 requests run there');
});

test('lists as many as the screen has rows for, and counts the others; wide lists all', () => {
  expect(textOf(many(18))).not.toContain('younger');
  expect(textOf(many(19)).split('\n').at(-1)).toBe('and 1 younger ones: -o wide');
  expect(textOf(many(1000)).split('\n').length).toBeLessThanOrEqual(23);
  expect(textOf(many(19), 'wide').split('\n')).toHaveLength(21);
});

test('one that began after this clock’s now has the age 0', () => {
  expect(textOf([request({ startedAtMs: nowMs + 5000 })])).toMatch(/left-0 +0s/);
});

test('names of a hostile kind neither leave the width nor reach the terminal', () => {
  for (const text of hostileStrings) {
    const shown = textOf([request({ id: text, replica: text })]);
    expect(shown).not.toMatch(terminalControls);
    for (const line of shown.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(80);
  }
});
