import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { GodwitError } from '../../src/errors.ts';
import { appendToFile } from '../../src/main/append-config.ts';

function fileWith(text: string | Buffer): { readonly dir: string; readonly path: string } {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-append-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'godwit.yaml');
  writeFileSync(path, text, { mode: 0o640 });
  return { dir, path };
}

const fine = async (): Promise<void> => undefined;

test.for([
  { name: 'a last line break', before: '# kept\nversion: 1\n', after: '# kept\nversion: 1\n\ndrills:\n' },
  { name: 'no last line break', before: 'version: 1', after: 'version: 1\n\ndrills:\n' },
  { name: 'line breaks of Windows', before: 'a: 1\r\nb: 2\r\n', after: 'a: 1\r\nb: 2\r\n\ndrills:\n' },
  { name: 'nothing in it', before: '', after: '\ndrills:\n' },
])('every byte of a file with $name stays, and the old one is kept', async ({ before, after }) => {
  const { dir, path } = fileWith(before);
  const { backup } = await appendToFile(path, 'drills:\n', fine);
  expect(readFileSync(path, 'utf8')).toBe(after);
  expect(readFileSync(backup, 'utf8')).toBe(before);
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(readdirSync(dir).sort()).toEqual(['godwit.yaml', 'godwit.yaml.bak']);
});

test('the check sees the whole text, and what it throws leaves everything as it was', async () => {
  const { dir, path } = fileWith('version: 1\n');
  const refuse = async (whole: string): Promise<void> => {
    throw new GodwitError('ConfigInvalid', readFileSync(whole, 'utf8'));
  };
  await expect(appendToFile(path, 'drills:\n', refuse)).rejects.toMatchObject({
    code: 'ConfigInvalid',
    message: 'version: 1\n\ndrills:\n',
  });
  expect(readFileSync(path, 'utf8')).toBe('version: 1\n');
  expect(readdirSync(dir)).toEqual(['godwit.yaml']);
});

test('a file that somebody else changed meanwhile is left to them', async () => {
  const { dir, path } = fileWith('version: 1\n');
  const meddle = async (): Promise<void> => writeFileSync(path, 'version: 2\n');
  await expect(appendToFile(path, 'drills:\n', meddle)).rejects.toThrow('was changed meanwhile');
  expect(readFileSync(path, 'utf8')).toBe('version: 2\n');
  expect(readdirSync(dir)).toEqual(['godwit.yaml']);
});

test('an older backup is not overwritten', async () => {
  const { dir, path } = fileWith('version: 1\n');
  writeFileSync(`${path}.bak`, 'older');
  expect(await appendToFile(path, 'drills:\n', fine)).toMatchObject({ backup: expect.stringMatching(/\.bak1$/) });
  expect(readFileSync(`${path}.bak`, 'utf8')).toBe('older');
  expect(readdirSync(dir)).toHaveLength(3);
});

test('a link stays a link', async () => {
  const { dir, path } = fileWith('version: 1\n');
  const link = join(dir, 'link.yaml');
  symlinkSync(path, link);
  await appendToFile(link, 'drills:\n', fine);
  expect(readFileSync(path, 'utf8')).toBe('version: 1\n\ndrills:\n');
  expect(readdirSync(dir).sort()).toEqual(['godwit.yaml', 'godwit.yaml.bak', 'link.yaml']);
});

test('a file that is not there cannot be written to', async () => {
  await expect(appendToFile('/nowhere/godwit.yaml', 'x', fine)).rejects.toMatchObject({ code: 'UsageInvalid' });
});
