import { expect, test } from 'vitest';
import { localOffsetMin } from '../../src/system/local-offset.ts';

test.for([
  { name: 'in winter', atMs: Date.UTC(2026, 0, 15, 12) },
  { name: 'in summer', atMs: Date.UTC(2026, 6, 15, 12) },
])('$name it turns UTC into what a clock on the wall shows, and is never -0', ({ atMs }) => {
  const local = new Date(atMs);
  const shifted = new Date(atMs + localOffsetMin(atMs) * 60_000);
  expect([shifted.getUTCHours(), shifted.getUTCMinutes()]).toEqual([local.getHours(), local.getMinutes()]);
  expect(Object.is(localOffsetMin(atMs), -0)).toBe(false);
});
