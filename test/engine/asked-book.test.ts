import { expect, test } from 'vitest';
import { createAskedBook } from '../../src/engine/asked-book.ts';
import type { StepState } from '../../src/model/journal-entry.ts';
import type { Operation } from '../../src/model/operation.ts';
import type { Step } from '../../src/model/plan.ts';
import { onlyStep, openStepWorld } from './support/step-world.ts';

const candidates = [{ site: 'right', slots: [0, 1] }];
const hunt: Step = {
  ...{ kind: 'hunt', name: '1-hunt', candidates, replicas: 1, waits: true, deadlineMs: 9000 },
};

async function openHunt(states: readonly StepState[]) {
  const world = await openStepWorld({ sites: { left: 1, right: 2 } });
  const at = await onlyStep(world, hunt);
  for (const state of states) await world.ctx.note(at, 'right/0', state, undefined);
  return { operation: at.operation, journal: world.process.deps.store.journal };
}

const toldOf = async (operation: Operation, book: ReturnType<typeof createAskedBook>) => {
  await book.refresh([operation]);
  return book.told().asked?.[operation.id];
};

test('whoever takes up a hunt knows from the journal what it asked for', async () => {
  const { operation, journal } = await openHunt(['intended']);
  expect(await toldOf(operation, createAskedBook(journal))).toEqual(['right/0']);
  const refused = await openHunt(['intended', 'refused']);
  expect(await toldOf(refused.operation, createAskedBook(refused.journal))).toEqual([]);
});

test('what is noted is known at once, and what is no longer looked at is forgotten', async () => {
  const { operation, journal } = await openHunt([]);
  const book = createAskedBook(journal);
  book.open(operation);
  book.note(operation.id, 'right/1', 'intended');
  expect(book.told()).toEqual({ asked: { [operation.id]: ['right/1'] } });
  await book.refresh([]);
  expect(book.told()).toEqual({});
});

test('of a hunt with more entries than are read nobody says what it asked for', async () => {
  const { operation, journal } = await openHunt(['intended']);
  const [entry] = (await journal.read({ operationId: operation.id })).slice(-1);
  if (entry === undefined) throw new Error('no entry');
  const read: typeof journal.read = async ({ limit = 0 }) => Array.from({ length: limit }, () => entry);
  expect(await toldOf(operation, createAskedBook({ read }))).toBeUndefined();
});
