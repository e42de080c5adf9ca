import { expect, test } from 'vitest';
import { createMemory } from '../../../src/providers/shared/remember.ts';
import { notSent, type Told } from '../../../src/providers/shared/told.ts';

function makeMemory() {
  let monoMs = 0;
  let asked = 0;
  const memory = createMemory({ monoMs: () => monoMs });
  return {
    recall: (key = 'a', told?: Told<number>) =>
      memory.recall(key, 100, async () => {
        asked += 1;
        return told ?? { kind: 'done', value: asked };
      }),
    advance: (ms: number) => {
      monoMs += ms;
    },
    asked: () => asked,
  };
}

test('gives what was answered until it is as old as it may be, and asks again then', async () => {
  const { recall, advance, asked } = makeMemory();
  expect(await recall()).toEqual({ kind: 'done', value: 1 });
  advance(99);
  expect(await recall()).toEqual({ kind: 'done', value: 1 });
  advance(1);
  expect(await recall()).toEqual({ kind: 'done', value: 2 });
  expect(asked()).toBe(2);
});

test('keeps each answer by itself, and none that was refused', async () => {
  const { recall, asked } = makeMemory();
  const no = notSent('Busy', 'not now');
  expect(await recall('a', no)).toBe(no);
  expect(await recall('a')).toEqual({ kind: 'done', value: 2 });
  expect(await recall('b')).toEqual({ kind: 'done', value: 3 });
  expect(await recall('a')).toEqual({ kind: 'done', value: 2 });
  expect(asked()).toBe(3);
});

const unknown = (name: 'unknown' | 'transient', code: string): Told<number> => ({
  kind: 'unknown',
  error: { class: name, code, message: 'socket hang up' },
});

test.for([
  { name: 'a connection that broke', told: unknown('unknown', 'ECONNRESET'), times: 2 },
  { name: 'no answer in time', told: unknown('unknown', 'NoAnswer'), times: 1 },
  { name: 'a server in trouble', told: unknown('transient', 'InternalError'), times: 1 },
  { name: 'a refusal', told: notSent('Busy', 'not now'), times: 1 },
])('$name is asked $times times in a row', async ({ told, times }) => {
  const { recall, asked } = makeMemory();
  expect(await recall('a', told)).toBe(told);
  expect(asked()).toBe(times);
});
