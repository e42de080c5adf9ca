import { expect, test } from 'vitest';
import { type DrainedStream, type DrainList, drainedEnds } from '../../../src/model/drained.ts';
import { drainedJson } from '../../../src/report/json/drained.ts';
import { drainedLines } from '../../../src/report/text/drained.ts';
import { plainStyle } from '../../../src/report/text/style.ts';
import { widthOf } from '../../../src/report/text/width.ts';
import { hostileStrings, terminalControls } from '../hostile.ts';

const none = { cut: 0, running: 0, 'client-left': 0, failed: 0, moved: 0, finished: 0 };
const stream = (change: Partial<DrainedStream> = {}): DrainedStream => ({
  ...{ id: '7', replica: 'left-chat-0', ageMs: 62_000, bytes: 4096, end: 'cut' },
  ...change,
});
const listed = (streams: readonly DrainedStream[], more = 0): Extract<DrainList, { kind: 'listed' }> => {
  const counts = { ...none };
  for (const { end } of streams) counts[end] += 1;
  return { kind: 'listed', site: 'left', beganAtMs: 0, counts, streams, more };
};

test('says how many ended in which way, and a line for each', () => {
  expect(drainedLines(listed([stream(), stream({ id: '3', end: 'finished', bytes: 90 })]), plainStyle)).toEqual([
    'Requests at left when its drain began: 1 cut at the deadline, 1 finished',
    'REQUEST  REPLICA        AGE  BYTES  END',
    '7        left-chat-0  1m02s   4096  cut at the deadline',
    '3        left-chat-0  1m02s     90  finished',
  ]);
  expect(drainedLines(listed([]), plainStyle)).toEqual(['Requests at left when its drain began: none']);
});

test('lists twelve and counts the others', () => {
  const all = Array.from({ length: 50 }, (_, index) => stream({ id: String(index) }));
  expect(drainedLines(listed(all.slice(0, 12)), plainStyle)).toHaveLength(14);
  expect(drainedLines(listed(all.slice(0, 13)), plainStyle).at(-1)).toBe('and 1 more: -o json lists 50');
  expect(drainedLines(listed(all, 6), plainStyle).at(-1)).toBe('and 44 more: -o json lists 50');
});

test('without a list it says that there is none, and why', () => {
  const list: DrainList = { kind: 'unlisted', site: 'left', why: 'no gateway answers' };
  expect(drainedLines(list, plainStyle)).toEqual([
    'Requests at left: no list of them, only counts: no gateway answers',
  ]);
  expect(drainedJson(list)).toEqual({
    site: 'left',
    counts: null,
    requests: null,
    more: null,
    since: null,
    why: 'no gateway answers',
  });
});

test('a list that was lost while requests still ran says that nobody knows how they ended', () => {
  const list: DrainList = { ...listed([stream({ end: 'running' })]), lost: 'the gateway was started anew' };
  expect(drainedLines(list, plainStyle)).toEqual([
    'Requests at left when its drain began: 1 still running',
    'REQUEST  REPLICA        AGE  BYTES  END',
    '7        left-chat-0  1m02s   4096  still running',
    'How those still running ended is not known: the gateway was started anew',
  ]);
  expect(drainedJson(list)).toMatchObject({ counts: { running: 1 }, why: 'the gateway was started anew' });
});

test('a list that was begun late says since when, with and without anything in it', () => {
  const sinceMs = Date.UTC(2026, 10, 23, 3, 21, 7);
  expect(drainedLines({ ...listed([stream()]), sinceMs }, plainStyle).slice(0, 2)).toEqual([
    'Requests at left since 03:21:07Z: 1 cut at the deadline',
    'Its list was begun late: what ended before 03:21:07Z is not in it',
  ]);
  expect(drainedLines({ ...listed([]), sinceMs }, plainStyle)).toEqual([
    'Requests at left since 03:21:07Z: none',
    'Its list was begun late: what ended before 03:21:07Z is not in it',
  ]);
  expect(drainedJson({ ...listed([]), sinceMs })).toMatchObject({ since: '2026-11-23T03:21:07.000Z' });
  expect(drainedJson(listed([]))).toMatchObject({ since: null });
});

test('has a word for each end, and no line wider than the screen or with a control in it', () => {
  for (const end of drainedEnds)
    expect(drainedLines(listed([stream({ end })]), plainStyle).join()).not.toContain('undefined');
  for (const text of hostileStrings) {
    const list = listed([stream({ id: text, replica: text })]);
    for (const line of [
      ...drainedLines({ ...list, site: text, lost: text }, plainStyle),
      ...drainedLines({ kind: 'unlisted', site: text, why: text }, plainStyle),
    ]) {
      expect(line).not.toMatch(terminalControls);
      expect(widthOf(line)).toBeLessThanOrEqual(plainStyle.width);
    }
  }
});
