import { execFileSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { createClock } from '../../src/system/clock.ts';

test('monotonic time is the same in every process of this machine', () => {
  const clock = createClock();
  const before = clock.monoMs();
  const there = Number(
    execFileSync(process.execPath, ['-p', 'Number(process.hrtime.bigint() / 1000n) / 1000'], { encoding: 'utf8' }),
  );
  expect(there).toBeGreaterThan(before);
  expect(there).toBeLessThan(clock.monoMs());
});

test('monotonic time never goes back and moves with real time', () => {
  const clock = createClock();
  const [clockStart, realStart] = [clock.monoMs(), performance.now()];
  let last = clockStart;
  while (performance.now() - realStart < 5) {
    const now = clock.monoMs();
    expect(now).toBeGreaterThanOrEqual(last);
    last = now;
  }
  expect(clock.monoMs() - clockStart).toBeGreaterThan(4.9);
});

test('the wall clock is today’s time in whole milliseconds', () => {
  const nowMs = createClock().nowMs();
  expect(Number.isInteger(nowMs)).toBe(true);
  expect(Math.abs(nowMs - Date.now())).toBeLessThan(50);
});

test('a wall clock that is set anew while the process runs changes nothing', () => {
  const clock = createClock();
  const original = Date.now;
  try {
    Date.now = () => 0;
    expect(clock.nowMs()).toBeGreaterThan(1_600_000_000_000);
  } finally {
    Date.now = original;
  }
});

test('a sleep lasts at least as long as was asked for', async () => {
  const clock = createClock();
  const startMs = clock.monoMs();
  await clock.sleep(20, new AbortController().signal);
  expect(clock.monoMs() - startMs).toBeGreaterThanOrEqual(19);
});

test('an aborted sleep ends at once with the signal’s reason', async () => {
  const clock = createClock();
  const reason = new Error('the controller stops');
  const abort = new AbortController();
  const sleeping = clock.sleep(60_000, abort.signal);
  abort.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  await expect(clock.sleep(60_000, abort.signal)).rejects.toBe(reason);
});
