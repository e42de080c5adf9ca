import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readProgram } from '../../src/system/program.ts';

test('tells what can be run again from anywhere, and where the clock is', () => {
  const { node, launcher, user, timezone } = readProgram();
  expect([node, launcher].every(isAbsolute)).toBe(true);
  expect(user).toBe(userInfo().username);
  expect(() => new Intl.DateTimeFormat('en', { timeZone: timezone })).not.toThrow();
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-program-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

test('tells who owns a folder, and nobody where there is none', () => {
  const dir = folder();
  const { ownerOf } = readProgram();
  expect(ownerOf(dir)).toBe(userInfo().username);
  expect(ownerOf(join(dir, 'missing'))).toBeUndefined();
});

// Only root can give a folder away.
test.runIf(process.getuid?.() === 0)('tells another user by name, or by number where there is no name', () => {
  const dir = folder();
  const { ownerOf } = readProgram();
  chownSync(dir, 1, 1);
  expect(ownerOf(dir)).toBe('daemon');
  chownSync(dir, 2_000_123, 1);
  expect(ownerOf(dir)).toBe('2000123');
});
