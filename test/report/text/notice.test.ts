import { expect, test } from 'vitest';
import type { Notice } from '../../../src/model/notice.ts';
import { noticeJson } from '../../../src/report/json/notice.ts';
import { timelineJson } from '../../../src/report/json/timeline.ts';
import { noticeText, noticeWords } from '../../../src/report/text/notice.ts';
import { plainStyle } from '../../../src/report/text/style.ts';
import { timelineText, timelineWords } from '../../../src/report/text/timeline.ts';
import { operation } from '../../cli/support/models.ts';
import { hostileStrings, terminalControls } from '../hostile.ts';

const nowMs = Date.UTC(2026, 10, 27, 3, 20, 0);
const notice: Notice = {
  ...{ kind: 'retirement', code: 'instance-retirement', message: 'its host fails' },
  ...{ replicaId: 'i-1', deployment: 'chat' },
};

test.for([
  [undefined, 'retirement of i-1 at any moment'],
  [nowMs + 90_000, 'retirement of i-1 in 1m30s, at 03:21:30Z'],
  [nowMs + 86_400_000, 'retirement of i-1 in 24h, at 2026-11-28 03:20:00Z'],
  [nowMs, 'retirement of i-1 since 03:20:00Z'],
  [nowMs - 60_000, 'retirement of i-1 since 03:19:00Z'],
] as const)('at %s it reads %s', ([atMs, words]) => {
  expect(noticeWords({ ...notice, ...(atMs === undefined ? {} : { atMs }) }, nowMs)).toBe(words);
});

test('the provider’s own words follow, once', () => {
  expect(noticeText(notice, nowMs)).toBe('retirement of i-1 at any moment (instance-retirement: its host fails)');
  expect(noticeText({ ...notice, message: notice.code }, nowMs)).toBe(
    'retirement of i-1 at any moment (instance-retirement)',
  );
});

test('nothing of it reaches the terminal as a control', () => {
  for (const hostile of hostileStrings)
    expect(noticeText({ ...notice, code: hostile, message: hostile, replicaId: hostile }, nowMs)).not.toMatch(
      terminalControls,
    );
});

test('a timeline tells it, for people and for machines', () => {
  const by = { kind: 'controller', name: 'godwit', host: 'node-1', pid: 1 } as const;
  const item = { kind: 'notice', site: 'site-a', notice, atMs: nowMs, seq: 7, by } as const;
  const words = 'announced at site-a: retirement of i-1 at any moment (instance-retirement: its host fails)';
  expect(timelineWords(item)).toBe(words);
  const timeline = { operation: operation(), items: [item], isCut: false };
  expect(timelineText(timeline, () => 0, { ...plainStyle, width: 200 })).toContain(words);
  expect(timelineJson(timeline).items).toMatchObject([{ type: 'notice', site: 'site-a', notice: noticeJson(notice) }]);
  expect(noticeJson({ ...notice, atMs: nowMs })).toEqual({
    ...{ kind: 'retirement', code: 'instance-retirement', message: 'its host fails', replica: 'i-1' },
    at: '2026-11-27T03:20:00.000Z',
  });
});
