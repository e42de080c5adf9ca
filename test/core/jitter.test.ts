import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jitterMs } from '../../src/core/jitter.ts';

const digest = '0123456789ab';

test('the same host with the same configuration always waits the same, and another one otherwise', () => {
  const wait = jitterMs({ host: 'node-1', configDigest: digest }, 90_000);
  expect(jitterMs({ host: 'node-1', configDigest: digest }, 90_000)).toBe(wait);
  expect(jitterMs({ host: 'node-2', configDigest: digest }, 90_000)).not.toBe(wait);
  expect(jitterMs({ host: 'node-1', configDigest: 'ba9876543210' }, 90_000)).not.toBe(wait);
});

test('no wait is longer than the most, nor shorter than none', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.nat(604_800_000), (host, configDigest, mostMs) => {
      const waitMs = jitterMs({ host, configDigest }, mostMs);
      return Number.isInteger(waitMs) && waitMs >= 0 && waitMs <= mostMs;
    }),
  );
});

test('both ends of the time are waited by somebody', () => {
  const waits = Array.from({ length: 200 }, (_, index) => jitterMs({ host: `n${index}`, configDigest: digest }, 3));
  expect(new Set(waits)).toEqual(new Set([0, 1, 2, 3]));
});

test('numbered hosts are spread over the whole time', () => {
  const tenths = Array.from({ length: 10 }, () => 0);
  for (let index = 0; index < 2000; index += 1) {
    const tenth = Math.floor(jitterMs({ host: `gpu-node-${index}`, configDigest: digest }, 90_000) / 9001);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  // 200 each; five standard deviations are 67.
  expect(tenths.every((count) => Math.abs(count - 200) < 67)).toBe(true);
});
