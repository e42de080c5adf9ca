import { expect, test } from 'vitest';
import { createManualClock, createSeededRandom } from '../../src/testkit/index.ts';

test('a manual clock stands still until it is moved, and wakes sleepers in the order of their ends', async () => {
  const clock = createManualClock();
  const { signal } = new AbortController();
  const order: string[] = [];
  const late = clock.sleep(20, signal).then(() => order.push('late'));
  const early = clock.sleep(10, signal).then(() => order.push('early'));
  const [wall, mono] = [clock.nowMs(), clock.monoMs()];
  clock.advance(9);
  await Promise.resolve();
  expect(order).toEqual([]);
  clock.advance(11);
  await Promise.all([late, early]);
  expect(order).toEqual(['early', 'late']);
  expect([clock.nowMs() - wall, clock.monoMs() - mono]).toEqual([20, 20]);
});

test('a jump of the wall clock moves no sleeper and no monotonic time', async () => {
  const clock = createManualClock();
  const mono = clock.monoMs();
  let isAwake = false;
  const sleeping = clock.sleep(10, new AbortController().signal).then(() => {
    isAwake = true;
  });
  clock.jumpWall(1_000_000);
  await Promise.resolve();
  expect([isAwake, clock.monoMs()]).toEqual([false, mono]);
  clock.advance(10);
  await sleeping;
});

test('a sleep on a manual clock ends with the signal’s reason', async () => {
  const clock = createManualClock();
  const abort = new AbortController();
  const sleeping = clock.sleep(10, abort.signal);
  abort.abort(new Error('stop'));
  await expect(sleeping).rejects.toThrow('stop');
  await expect(clock.sleep(10, abort.signal)).rejects.toThrow('stop');
});

test('the same seed gives the same chance, another seed another', () => {
  const draw = (seed: number) => {
    const random = createSeededRandom(seed);
    return [random.next(), random.id(8), random.next()];
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});
