import { expect, test } from 'vitest';
import type { DrillBody, DrillEntry } from '../../src/model/drill-run.ts';
import { drillMoments } from '../../src/report/drill-timeline.ts';
import { operation, plan } from '../cli/support/models.ts';
import { ana, begin, end, finding, note } from '../store/support/drill-drafts.ts';
import { hostileStrings, terminalControls } from './hostile.ts';

const entry = (body: DrillBody, seq = 2): DrillEntry => ({ seq, hash: '', atMs: seq * 1000, monoMs: 0, body });
const first = entry(begin().body, 1);
const said = (body: DrillBody): readonly string[] =>
  drillMoments([first, entry(body)])
    .slice(1)
    .map(({ text }) => text);

test.for<{ name: string; body: DrillBody; text: string | undefined }>([
  {
    name: 'a check that holds',
    body: { kind: 'check', what: 'gateway', holds: 'yes', detail: 'seen' },
    text: undefined,
  },
  {
    name: 'a check that does not',
    body: { kind: 'check', what: 'gateway', holds: 'unknown', detail: 'not seen' },
    text: 'gateway: not seen',
  },
  { name: 'a stage', body: { kind: 'stage', stage: 'steady' }, text: 'now steady' },
  {
    name: 'what was broken',
    body: { kind: 'action', what: 'inflict', fault: 0, state: 'done', detail: 'armed' },
    text: 'inflict blackhole at left: done, armed',
  },
  {
    name: 'what is not planned',
    body: { kind: 'action', what: 'undo', fault: 7, state: 'unknown', detail: '' },
    text: 'undo fault: unknown',
  },
  {
    name: 'a decision',
    body: {
      ...{ kind: 'decision', decidedAtMs: 1, decision: 'stay', isActionable: true, diagnosis: 'SiteDead: gone' },
      reasons: [{ code: 'CoolDown', message: 'until later' }],
    },
    text: 'decided stay: SiteDead: gone (CoolDown)',
  },
  {
    name: 'an operation',
    body: {
      kind: 'operation',
      operation: operation({ id: 'op-7', plan: plan({ kind: 'failover', trigger: 'automatic' }) }),
    },
    text: 'op-7 automatic failover done',
  },
  {
    name: 'the weights',
    body: { kind: 'footing', when: 'before', footing: { weights: { left: 100 }, replicas: [] } },
    text: 'before: left 100%',
  },
  { name: 'a note', body: note('users called').body, text: 'note: users called' },
  { name: 'the end', body: end().body, text: 'ended: not-started' },
  { name: 'a finding', body: finding(1).body, text: 'finding 1, medium, of ana@desk: the page came late' },
  { name: 'a step', body: { kind: 'step', operationId: 'op-7', index: 0, reachedAtMs: 1 }, text: undefined },
])('$name is told in one line, or not at all', ({ body, text }) => {
  expect(said(body)).toEqual(text === undefined ? [] : [text]);
});

test.for(hostileStrings)('nothing that was written acts on a terminal: %j', (hostile) => {
  const texts = [
    said({ kind: 'note', text: hostile, by: { ...ana, name: hostile } }),
    said({ kind: 'action', what: 'inflict', fault: 0, state: 'done', detail: hostile }),
    said({ kind: 'check', what: hostile, holds: 'no', detail: hostile }),
  ].flat();
  for (const text of texts) expect(text).not.toMatch(terminalControls);
});
