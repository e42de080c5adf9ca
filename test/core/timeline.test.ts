import { expect, test } from 'vitest';
import { timelineItems } from '../../src/core/timeline.ts';
import type { JournalBody, JournalEntry } from '../../src/model/journal-entry.ts';
import type { Operation, Order } from '../../src/model/operation.ts';
import type { Standing } from '../../src/model/standing.ts';
import { preemptionOf } from '../engine/support/fake-cloud.ts';
import { pin } from './support/pins.ts';
import { nowMs, operationOf } from './support/view.ts';

const by = { kind: 'controller', name: 'godwit', host: 'node-1', pid: 1 } as const;
const hold: Order = { kind: 'hold', by: { ...by, kind: 'person', name: 'ada' }, atMs: nowMs, reason: 'wait' };

function kinds(...bodies: readonly JournalBody[]): readonly string[] {
  const entries = bodies.map((body, index): JournalEntry => {
    return { deployment: 'chat', epoch: 1, by, atMs: nowMs + index, monoMs: index, body, seq: index + 1, hash: '' };
  });
  return timelineItems('op-1', entries).map(({ kind }) => kind);
}

function record({ order, ...change }: Partial<Operation> = {}): JournalBody {
  const open = operationOf({ id: 'op-1', state: 'planned' });
  const operation = { ...open, endedAtMs: undefined, epoch: 1, ...change, ...(order === undefined ? {} : { order }) };
  return { kind: 'operation', operation };
}

test.for<{ name: string; bodies: readonly JournalBody[]; says: readonly string[] }>([
  { name: 'its first record begins it', bodies: [record()], says: ['opened'] },
  { name: 'the same again says nothing', bodies: [record(), record()], says: ['opened'] },
  { name: 'another state is told', bodies: [record(), record({ state: 'shifting' })], says: ['opened', 'state'] },
  {
    name: 'another epoch: somebody took it up',
    bodies: [record(), record({ epoch: 2 })],
    says: ['opened', 'taken-up'],
  },
  {
    name: 'an order and the state that follows from it',
    bodies: [record(), record({ order: hold, state: 'held' })],
    says: ['opened', 'order', 'state'],
  },
  {
    name: 'an order that stands is told once',
    bodies: [record(), record({ order: hold }), record({ order: hold })],
    says: ['opened', 'order'],
  },
  {
    name: 'the same order given again is told again',
    bodies: [record(), record({ order: hold }), record({ order: { ...hold, atMs: nowMs + 1 } })],
    says: ['opened', 'order', 'order'],
  },
  { name: 'an order taken back', bodies: [record({ order: hold }), record()], says: ['opened', 'order'] },
  {
    name: 'the end, not also the state',
    bodies: [record(), record({ state: 'done', endedAtMs: nowMs })],
    says: ['opened', 'ended'],
  },
  {
    name: 'other operations are left out, with their steps and notes',
    bodies: [
      record({ id: 'op-2' }),
      {
        ...{ kind: 'step', operationId: 'op-2', index: 0, step: 's', part: undefined, state: 'reached' },
        ...{ error: undefined, detail: undefined },
      },
      { kind: 'note', text: 'x', operationId: 'op-2' },
    ],
    says: [],
  },
  {
    name: 'a note about nothing in particular, a notice, a lease and what stands are told',
    bodies: [
      { kind: 'notice', site: 'left', notice: preemptionOf({ id: 'left-0' }) },
      { kind: 'note', text: 'x' },
      { kind: 'lease', event: 'taken' },
      { kind: 'standing', key: 'pause', why: 'asked for' },
    ],
    says: ['notice', 'note', 'lease', 'standing'],
  },
])('$name', ({ bodies, says }) => {
  expect(kinds(...bodies)).toEqual(says);
});

test.for<{ name: string; change: Parameters<typeof pin>[0]; text: string }>([
  {
    name: 'what a person said is told as said',
    change: { kind: 'hold', reason: 'looks odd' },
    text: 'said hold to the gateway while the store was down: looks odd',
  },
  {
    name: 'also that a person ended it',
    change: { kind: 'release', releases: [1], reason: undefined },
    text: 'said release to the gateway while the store was down: no reason given',
  },
  {
    name: 'that a controller ended it once it was recorded is nobody’s word',
    change: { kind: 'release', by, releases: [1], reason: 'taken over' },
    text: 'took over pin 1 from the gateway',
  },
  {
    name: 'that of several too',
    change: { kind: 'release', by, releases: [1, 3], reason: 'taken over' },
    text: 'took over pins 1, 3 from the gateway',
  },
])('of a pin, $name', ({ change, text }) => {
  const said = pin(change);
  const entry: JournalEntry = {
    ...{ deployment: 'chat', epoch: 1, by, atMs: nowMs, monoMs: 0, seq: 1, hash: '' },
    body: { kind: 'pin', pin: said },
  };
  expect(timelineItems('op-1', [entry])).toMatchObject([{ kind: 'note', by: said.by, text }]);
});

test('a move for a time and its end are told with the operation that made it, not with every other (I34)', () => {
  const standing: Standing = {
    ...{ kind: 'shift', deployment: 'chat', by, atMs: nowMs, reason: undefined, untilMs: nowMs + 1000, forMs: 1000 },
    ...{ operationId: 'op-2', before: { left: 100 }, after: { right: 100 } },
  };
  const entryOf = (seq: number, body: JournalEntry['body']): JournalEntry => ({
    ...{ deployment: 'chat', epoch: 1, by, atMs: nowMs, monoMs: 0, seq, hash: '', body },
  });
  const entries = [
    entryOf(1, { kind: 'standing', key: 'shift', standing, why: 'set by op-2' }),
    entryOf(2, { kind: 'standing', key: 'shift', why: 'overtaken by op-3 (return)' }),
  ];
  expect(timelineItems('op-2', entries).map(({ seq }) => seq)).toEqual([1, 2]);
  expect(timelineItems('op-1', entries)).toEqual([]);
});
