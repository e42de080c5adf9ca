import { expect, test } from 'vitest';
import type { DrillAction } from '../../src/model/drill-run.ts';
import { storyItems } from '../../src/report/drill-story.ts';
import * as runs from './support/drill-run.ts';

test('everything is there in the order of its times', () => {
  const items = storyItems(runs.passedRun());
  expect(items.map(({ atMs }) => atMs)).toEqual(items.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
  const { stages, actions, decisions, operations, steps, notes } = runs.passedRun();
  // Each operation has a beginning and an end, and so has the run.
  const all = [stages, actions, decisions, operations, operations, steps, notes].flat().length + 1;
  expect(items).toHaveLength(all);
});

test.for([
  { what: 'inflict', state: 'intended', kind: 'stage', says: 'to be broken' },
  { what: 'inflict', state: 'done', kind: 'fault', says: 'broken' },
  { what: 'inflict', state: 'refused', kind: 'fault', says: 'refused, not broken' },
  { what: 'inflict', state: 'unknown', kind: 'fault', says: 'not known whether broken' },
  { what: 'undo', state: 'done', kind: 'undo', says: 'undone' },
  { what: 'undo', state: 'unknown', kind: 'undo', says: 'not known whether undone' },
] as const)('$what that is $state says: $says', ({ what, state, kind, says }) => {
  const action: DrillAction & { readonly atMs: number } = { what, state, fault: 0, detail: '', atMs: runs.beganAtMs };
  expect(storyItems({ ...runs.passedRun(), actions: [action] })).toContainEqual({
    ...{ atMs: runs.beganAtMs, kind },
    text: `${says}: blackhole at oslo, for 1m30s`,
  });
});

test('an operation without an end has none told, and a step of an unknown operation has no name', () => {
  const run = runs.passedRun();
  const operations = run.operations.slice(0, 1).map((each) => ({ ...each, endedAtMs: undefined }));
  const steps = [{ operationId: 'op-none', index: 2, reachedAtMs: run.beganAtMs }];
  const texts = storyItems({ ...run, operations, steps }).map(({ text }) => text);
  expect(texts.filter((text) => text.startsWith('op-7f3k'))).toHaveLength(1);
  expect(texts).toContain('op-none step 3 reached');
});

test('who ended before its time says why, as an early end', () => {
  expect(storyItems(runs.abortedRun()).at(-1)).toMatchObject({
    ...{ kind: 'abort', text: 'end: aborted, errorRate > 30% for 20s: it was 44%' },
  });
});
