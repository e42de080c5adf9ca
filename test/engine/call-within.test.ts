import { expect, test } from 'vitest';
import { callWithin } from '../../src/engine/call-within.ts';
import type { ReadCall } from '../../src/ports/call.ts';
import { createWorld } from './support/world.ts';

const never = <T>(): Promise<T> => new Promise(() => undefined);

test('gives the answer, and tells the port its deadline', async () => {
  const { clock } = createWorld();
  let call: ReadCall | undefined;
  const end = await callWithin(clock, 250, new AbortController().signal, async (given) => {
    call = given;
    return 7;
  });
  expect(end).toEqual({ kind: 'answered', value: 7 });
  expect(call?.deadlineAtMonoMs).toBe(clock.monoMs() + 250);
});

test('is late at the time-out and not a moment before, and then tells the port to stop', async () => {
  const { clock, pass } = createWorld();
  let signal: AbortSignal | undefined;
  let end: unknown;
  const late = callWithin(clock, 100, new AbortController().signal, (call) => {
    signal = call.signal;
    return never<number>();
  }).then((value) => {
    end = value;
  });
  await pass(99);
  expect(end).toBeUndefined();
  expect(signal?.aborted).toBe(false);
  await pass(1);
  await late;
  expect(end).toMatchObject({ kind: 'late', error: { class: 'unknown', message: 'no answer within 100ms' } });
  expect(signal?.aborted).toBe(true);
});

test('does not wait for a port that ignores that its caller gave up', async () => {
  const { clock, drive } = createWorld();
  const parent = new AbortController();
  const end = drive(callWithin(clock, 60_000, parent.signal, () => never<number>()));
  parent.abort();
  expect(await end).toMatchObject({ kind: 'late', error: { message: 'given up before an answer came' } });
});

test.for([
  ['rejects', () => Promise.reject(new Error('socket broke'))],
  [
    'throws at once',
    () => {
      throw new Error('socket broke');
    },
  ],
] as const)('a port that %s gave no answer that could be trusted', async ([, run]) => {
  const { clock, drive } = createWorld();
  const end = await drive(callWithin<number>(clock, 100, new AbortController().signal, run));
  expect(end).toEqual({ kind: 'threw', error: { class: 'unknown', code: 'PortThrew', message: 'socket broke' } });
});
