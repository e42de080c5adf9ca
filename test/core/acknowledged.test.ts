import { expect, test } from 'vitest';
import { acknowledgedIn } from '../../src/core/acknowledged.ts';
import type { JournalBody, JournalEntry } from '../../src/model/journal-entry.ts';
import type { Step } from '../../src/model/plan.ts';
import type { Weights } from '../../src/model/route.ts';
import { planOf, routeOf } from './support/view.ts';

const before = { left: 100, right: 0 };
const half = { left: 50, right: 50 };
const after = { left: 0, right: 100 };
const byHand = { left: 30, right: 70 };

const steps: readonly Step[] = [
  { kind: 'prove', name: '1-prove right', site: 'right', replicas: 1, deadlineMs: 1000 },
  { kind: 'weigh', name: '2-weigh half', weights: half, gate: undefined, deadlineMs: 1000 },
  { kind: 'weigh', name: '3-weigh all', weights: after, gate: undefined, deadlineMs: 1000 },
];
const plans = new Map([['op-1', planOf({ before, after, steps })]]);

type State = (JournalBody & { kind: 'step' })['state'];

function step(index: number, state: State, part?: string): JournalBody {
  return {
    ...{ kind: 'step', operationId: 'op-1', index, step: 'a step', part, state, error: undefined, detail: undefined },
  };
}

function route(
  weights: Weights,
  headSeq: number,
  state: 'intended' | 'reached' | 'refused' | 'unknown' = 'reached',
): JournalBody {
  return { kind: 'route', state, entry: routeOf({ weights, journalHead: `hash-${headSeq}` }) };
}

function entriesOf(bodies: readonly JournalBody[]): readonly JournalEntry[] {
  const by = { kind: 'controller', name: 'controller', host: 'host', pid: 1 } as const;
  return bodies.map((body, index) => ({
    ...{ seq: index + 1, hash: `hash-${index + 1}`, deployment: 'chat', epoch: 1, by, atMs: 0, monoMs: 0, body },
  }));
}

test.for<{ name: string; bodies: readonly JournalBody[]; weights: Weights | undefined; sinceSeq: number | undefined }>([
  { name: 'nothing was written', bodies: [], weights: undefined, sinceSeq: undefined },
  {
    name: 'a table was acknowledged',
    bodies: [step(0, 'reached'), route(byHand, 1, 'intended'), route(byHand, 1)],
    weights: byHand,
    sinceSeq: 1,
  },
  {
    name: 'a table was refused',
    bodies: [route(before, 0), route(byHand, 1, 'intended'), route(byHand, 1, 'refused')],
    weights: before,
    sinceSeq: undefined,
  },
  {
    name: 'a table was not answered, whose weights somebody else had put in force',
    bodies: [route(before, 0), route(byHand, 1, 'intended'), route(byHand, 1, 'unknown')],
    weights: byHand,
    sinceSeq: undefined,
  },
  {
    name: 'a table was not answered that changed no weights',
    bodies: [route(before, 0), route(before, 1), route(before, 2, 'intended'), route(before, 2, 'unknown')],
    weights: before,
    sinceSeq: 1,
  },
  {
    name: 'a share of a move was reached, and the next is on its way',
    bodies: [step(1, 'intended'), step(1, 'reached'), step(2, 'intended')],
    weights: half,
    sinceSeq: 1,
  },
  {
    name: 'a move was given back',
    bodies: [step(2, 'intended'), step(2, 'reached'), step(3, 'intended'), step(3, 'reached')],
    weights: before,
    sinceSeq: 3,
  },
  {
    name: 'a move ended before it moved anything, after somebody else had set weights',
    bodies: [route(byHand, 0), step(0, 'intended'), step(0, 'failed')],
    weights: byHand,
    sinceSeq: undefined,
  },
  {
    name: 'somebody else set weights after a share was reached',
    bodies: [step(1, 'intended'), step(1, 'reached'), route(byHand, 2), step(2, 'refused')],
    weights: byHand,
    sinceSeq: 2,
  },
  { name: 'a part of a step says nothing', bodies: [step(1, 'reached', '0')], weights: undefined, sinceSeq: undefined },
  { name: 'weights were found as wanted', bodies: [step(1, 'reached')], weights: half, sinceSeq: undefined },
])('what is in force when $name', ({ bodies, weights, sinceSeq }) => {
  expect(acknowledgedIn(entriesOf(bodies), plans)).toEqual({ weights, sinceSeq });
});

test('an operation that is not known says nothing', () => {
  const entries = entriesOf([step(1, 'intended'), step(1, 'reached')]);
  expect(acknowledgedIn(entries, new Map())).toEqual({ weights: undefined, sinceSeq: undefined });
});
