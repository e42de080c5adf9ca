import { expect, test } from 'vitest';
import { decisionAt, lookBackAt } from '../../src/engine/look-back.ts';
import { nowMs, operation } from '../cli/support/models.ts';
import { acting, opened, step, storeWith, storeWithFailover, waiting } from '../cli/support/record.ts';

test('an operation is told with the decision that opened it and what became of each step', async () => {
  const { decided, steps, takenUpBy } = await lookBackAt(await storeWithFailover(), operation());
  expect(decided).toMatchObject({ decision: { kind: 'act' }, atMs: nowMs - 750_001, seq: 2 });
  expect(steps).toMatchObject([
    { name: 'stamp', state: 'found', beganAtMs: undefined, endedAtMs: nowMs - 749_000 },
    { name: 'fence', state: 'reached', beganAtMs: nowMs - 748_000, endedAtMs: nowMs - 720_500 },
  ]);
  expect(takenUpBy).toEqual([]);
});

test('a step is waiting, begun, or ended with its error; a part of it is not the step', async () => {
  const error = { class: 'auth', code: '401', message: 'expired' } as const;
  const part = step(1, 'reached', { part: 'slot 0' });
  const begun = await storeWith([9, opened()], [8, step(0, 'intended')], [7, part]);
  expect((await lookBackAt(begun, operation())).steps).toMatchObject([{ state: 'intended' }, { state: 'waiting' }]);
  const failed = await storeWith([9, opened()], [8, step(0, 'intended')], [7, step(0, 'failed', { error })]);
  expect((await lookBackAt(failed, operation())).steps[0]).toMatchObject({ state: 'failed', error });
});

test('the return of the weights is told though no plan names it, and who took the operation up', async () => {
  const other = { ...operation().by, host: 'node-2' };
  const store = await storeWith(
    [9, opened()],
    [8, opened({ state: 'waking' })],
    [7, opened({ epoch: 4, by: other })],
    [6, step(2, 'intended')],
    [5, step(2, 'reached')],
  );
  const { steps, takenUpBy, decided } = await lookBackAt(store, operation());
  expect(steps[2]).toMatchObject({ name: 'return', state: 'reached' });
  expect(takenUpBy).toEqual([other]);
  expect(decided).toBeUndefined();
});

test('a decision to stay is not what opened the operation after it', async () => {
  const store = await storeWith([9, { kind: 'decision', decision: waiting }], [8, opened()]);
  expect((await lookBackAt(store, operation())).decided).toBeUndefined();
});

test.for([
  { name: 'one millisecond before the first there is none', atMs: nowMs - 760_001, kind: undefined },
  { name: 'at its own moment it stands', atMs: nowMs - 760_000, kind: 'stay' },
  { name: 'until the next', atMs: nowMs - 750_002, kind: 'stay' },
  { name: 'which stands from then on', atMs: nowMs - 750_001, kind: 'act' },
  { name: 'to this day', atMs: nowMs, kind: 'act' },
])('the decision of a moment: $name', async ({ atMs, kind }) => {
  const told = await decisionAt(await storeWithFailover(), 'chat', atMs);
  expect(told?.decision.kind).toBe(kind);
});

test('a decision is found behind more entries than are read at a time; another deployment’s is not', async () => {
  const many = Array.from({ length: 2100 }, (_, index) => [2100 - index, step(0, 'intended')] as const);
  const store = await storeWith([9000, { kind: 'decision', decision: acting }], ...many);
  expect((await decisionAt(store, 'chat', nowMs))?.seq).toBe(1);
  expect(await decisionAt(store, 'embed', nowMs)).toBeUndefined();
});
