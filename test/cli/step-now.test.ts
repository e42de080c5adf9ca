import { expect, test } from 'vitest';
import { atItsStep } from '../../src/engine/step-now.ts';
import type { JournalBody, JournalEntry } from '../../src/model/journal-entry.ts';
import { fakeStore } from './support/fake-ports.ts';
import { nowMs, operation } from './support/models.ts';

const open = operation({ state: 'shifting', step: 0, endedAtMs: undefined });
type StepBody = Extract<JournalBody, { kind: 'step' }>;

function entry(body: JournalBody, index: number): JournalEntry {
  return { deployment: 'chat', epoch: 1, by: open.by, atMs: nowMs, monoMs: 0, body, seq: index + 1, hash: `${index}` };
}

function step(index: number, state: StepBody['state'], part?: string): StepBody {
  const { id, plan } = open;
  const name = plan.steps[index]?.name ?? 'return';
  return { kind: 'step', operationId: id, index, step: name, part, state, error: undefined, detail: undefined };
}

test.for<{ name: string; bodies: readonly JournalBody[]; at: number }>([
  { name: 'nothing yet', bodies: [], at: 0 },
  { name: 'a step intended', bodies: [step(0, 'reached'), step(1, 'intended')], at: 1 },
  { name: 'a step reached', bodies: [step(0, 'intended'), step(0, 'reached')], at: 1 },
  { name: 'a part of a step reached', bodies: [step(0, 'intended'), step(0, 'reached', 'a-1')], at: 0 },
  {
    name: 'its state written after a step',
    bodies: [step(0, 'intended'), { kind: 'operation', operation: open }],
    at: 0,
  },
  { name: 'weights given back after the last step', bodies: [step(2, 'reached')], at: 2 },
])('says the step after $name', async ({ bodies, at }) => {
  const store = fakeStore({ entries: bodies.map(entry) });
  expect(await atItsStep(store, open)).toEqual({ ...open, step: at });
});

test('never says an earlier step than the operation itself', async () => {
  const store = fakeStore({ entries: [entry(step(0, 'intended'), 0)] });
  expect(await atItsStep(store, { ...open, step: 1 })).toMatchObject({ step: 1 });
});
