import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { listenForInterrupts } from '../../src/system/interrupt.ts';

function listen() {
  const source = new EventEmitter();
  const again: string[] = [];
  let monoMs = 5000;
  const signal = listenForInterrupts(
    source,
    () => monoMs,
    (name) => again.push(name),
  );
  const hear = (name: string, afterMs = 0): void => {
    monoMs += afterMs;
    source.emit(name);
  };
  return { signal, again, hear };
}

test.for(['SIGINT', 'SIGTERM'])('the first %s asks to stop, with its name as the reason', (name) => {
  const { signal, again, hear } = listen();
  expect(signal.aborted).toBe(false);
  hear(name);
  expect([signal.aborted, signal.reason]).toEqual([true, name]);
  expect(again).toEqual([]);
});

test('a signal delivered twice within a second counts once', () => {
  const { again, hear } = listen();
  hear('SIGINT');
  hear('SIGINT');
  hear('SIGINT', 1000);
  expect(again).toEqual([]);
});

test('a second signal more than a second later is a second wish', () => {
  const { again, hear } = listen();
  hear('SIGINT');
  hear('SIGTERM', 1001);
  expect(again).toEqual(['SIGTERM']);
});

test('a lost terminal stops nothing', () => {
  const { signal, again, hear } = listen();
  hear('SIGHUP');
  hear('SIGHUP', 5000);
  expect([signal.aborted, again]).toEqual([false, []]);
});
