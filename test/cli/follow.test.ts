import { expect, test } from 'vitest';
import { followOperation } from '../../src/cli/follow.ts';
import type { Event } from '../../src/model/event.ts';
import type { Operation } from '../../src/model/operation.ts';
import { fakeApp } from './support/fake-app.ts';
import { fakeStore } from './support/fake-ports.ts';
import { config, nowMs, operation } from './support/models.ts';

/** Follows what the store says look by look, and ends when there is no more to say. */
async function follow(looks: readonly (Operation | undefined)[], failsWith?: Error) {
  const stop = new AbortController();
  const told: Event[] = [];
  let look = 0;
  let closed = 0;
  const store = fakeStore({});
  const app = fakeApp({
    clock: {
      nowMs: () => nowMs,
      monoMs: () => 0,
      after: () => () => undefined,
      sleep: async (_, signal) => {
        if (look < looks.length || failsWith !== undefined) return;
        stop.abort();
        signal.throwIfAborted();
      },
    },
    openStore: async () => ({
      ...store,
      operations: {
        ...store.operations,
        list: async () => {
          if (look >= looks.length && failsWith !== undefined) throw failsWith;
          const found = looks[look];
          look += 1;
          return found === undefined ? [] : [found];
        },
      },
      close: async () => {
        closed += 1;
      },
    }),
  });
  await followOperation(app, config(), 'chat', { report: (event) => told.push(event) }, stop.signal);
  return { told, closed };
}

const at = (step: number, state: Operation['state'] = 'shifting') => operation({ step, state, endedAtMs: undefined });

test('tells each new step of somebody else’s operation once', async () => {
  const { told, closed } = await follow([undefined, at(0), at(0), at(1), at(2, 'verifying')]);
  expect(told).toMatchObject([
    { type: 'step', operationId: 'op-7f3k', index: 0, count: 2, step: 'stamp' },
    { type: 'step', index: 1, step: 'fence' },
    { type: 'step', index: 1, step: 'verifying' },
  ]);
  expect(closed).toBe(1);
});

test('what was told to go back or to give up begins no step of its plan any more', async () => {
  const told = (kind: 'return' | 'abort') => {
    const { by, openedAtMs: atMs } = at(1);
    return { ...at(1), order: { kind, by, atMs, reason: undefined } };
  };
  const { told: said } = await follow([
    at(0),
    told('return'),
    told('abort'),
    { ...told('return'), state: 'returning' },
  ]);
  expect(said).toMatchObject([{ step: 'stamp' }, { state: 'intended', index: 1 }]);
});

test('warns once when progress cannot be read, and lets the operation go on', async () => {
  const { told, closed } = await follow([at(0)], new Error('database is locked'));
  expect(told).toHaveLength(2);
  expect(told[1]).toMatchObject({
    type: 'warning',
    message: 'the operation goes on, but its progress cannot be read: database is locked',
  });
  expect(closed).toBe(1);
});
