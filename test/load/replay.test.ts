import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readReplay } from '../../src/load/replay.ts';

function file(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-replay-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'r.jsonl'), text);
  return join(dir, 'r.jsonl');
}
const line = (more: object = {}): string =>
  `${JSON.stringify({ atMs: 5, promptTokens: 2, outputTokens: 3, stream: true, ...more })}\n`;

test('reads a request a line and passes over empty lines', async () => {
  const path = file(`${line()}\n${line({ atMs: 5, stream: false })}`);
  const read = { atMs: 5, promptTokens: 2, outputTokens: 3, isStream: true };
  expect(await readReplay(path, true)).toEqual([read, { ...read, isStream: false }]);
});

test('times may be missing where they are not needed', async () => {
  expect(await readReplay(file(line({ atMs: undefined })), false)).toHaveLength(1);
});

test.for([
  { name: 'no JSON', text: '{', says: ':2: not a JSON object' },
  { name: 'a list', text: '[]', says: ':2: not a JSON object' },
  { name: 'no prompt', text: line({ promptTokens: 0 }), says: ':2: promptTokens' },
  { name: 'too long an answer', text: line({ outputTokens: 100_001 }), says: ':2: outputTokens' },
  { name: 'a word for stream', text: line({ stream: 'yes' }), says: ':2: stream' },
  { name: 'no time', text: line({ atMs: undefined }), says: ':2: atMs' },
  { name: 'a time before the last', text: line({ atMs: 4 }), says: ':2: atMs' },
])('names the file and the line of $name', async ({ text, says }) => {
  const path = file(line() + text);
  await expect(readReplay(path, true)).rejects.toMatchObject({
    code: 'ConfigInvalid',
    message: expect.stringContaining(`${path}${says}`),
  });
});

test('refuses a file without requests, and one that is not there', async () => {
  await expect(readReplay(file('\n'), true)).rejects.toThrow('no request in it');
  await expect(readReplay('/nowhere/r.jsonl', true)).rejects.toThrow('cannot be read');
});
