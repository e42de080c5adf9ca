import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeTextfile } from '../../src/cli/metrics-textfile.ts';
import type { RebalanceRun } from '../../src/report/prometheus/rebalance.ts';

const endedAtMs = Date.UTC(2026, 10, 28, 3, 17);
const moved: RebalanceRun = { endedAtMs, exitCode: 0, changeRatio: 0.25, skipped: undefined };
const failed: RebalanceRun = { endedAtMs: endedAtMs + 1000, exitCode: 6, changeRatio: undefined, skipped: undefined };

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-textfile-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

test('writes one file that everybody can read, whatever the umask', async () => {
  const dir = folder();
  const before = process.umask(0o077);
  onTestFinished(() => void process.umask(before));
  expect(await writeTextfile(dir, moved)).toEqual({ kind: 'written', path: join(dir, 'godwit-rebalance.prom') });
  expect(readdirSync(dir)).toEqual(['godwit-rebalance.prom']);
  expect(statSync(join(dir, 'godwit-rebalance.prom')).mode & 0o777).toBe(0o644);
});

test('leaves alone what `godwit status` is written into, as README has it', async () => {
  const dir = folder();
  writeFileSync(join(dir, 'godwit.prom'), 'godwit_info 1\n');
  await writeTextfile(dir, moved);
  expect(readFileSync(join(dir, 'godwit.prom'), 'utf8')).toBe('godwit_info 1\n');
});

test('keeps of the earlier file what this run does not know', async () => {
  const dir = folder();
  await writeTextfile(dir, moved);
  await writeTextfile(dir, failed);
  const text = readFileSync(join(dir, 'godwit-rebalance.prom'), 'utf8');
  expect(text).toContain(`last_success_timestamp_seconds ${endedAtMs / 1000}\n`);
  expect(text).toContain('last_change_ratio 0.25\n');
  expect(text).toContain('last_exit_code 6\n');
});

test('a file that is much too large is none of ours', async () => {
  const dir = folder();
  const line = 'godwit_rebalance_last_success_timestamp_seconds 1\n';
  writeFileSync(join(dir, 'godwit-rebalance.prom'), line + '#'.repeat(64 * 1024));
  expect(await writeTextfile(dir, failed)).toMatchObject({ kind: 'written' });
  expect(readFileSync(join(dir, 'godwit-rebalance.prom'), 'utf8')).not.toMatch(/^godwit_rebalance_last_success/m);
});

test('a pipe in its place is not waited for, but replaced', async () => {
  const dir = folder();
  execFileSync('mkfifo', [join(dir, 'godwit-rebalance.prom')]);
  expect(await writeTextfile(dir, moved)).toMatchObject({ kind: 'written' });
  expect(statSync(join(dir, 'godwit-rebalance.prom')).isFile()).toBe(true);
});

test('what a link in its place points at is left alone', async () => {
  const dir = folder();
  const elsewhere = join(folder(), 'elsewhere');
  writeFileSync(elsewhere, 'mine');
  symlinkSync(elsewhere, join(dir, 'godwit-rebalance.prom'));
  expect(await writeTextfile(dir, moved)).toMatchObject({ kind: 'written' });
  expect(readFileSync(elsewhere, 'utf8')).toBe('mine');
});

test('a folder that is missing is told with what to do', async () => {
  const dir = join(folder(), 'missing');
  expect(await writeTextfile(dir, moved)).toEqual({
    kind: 'failed',
    message: expect.stringContaining(`${join(dir, 'godwit-rebalance.prom')} cannot be written: ENOENT`),
    hint: expect.stringMatching(/^make the folder/),
  });
});

test('a file in the place of the folder is told', async () => {
  const dir = join(folder(), 'file');
  writeFileSync(dir, '');
  expect(await writeTextfile(dir, moved)).toMatchObject({
    kind: 'failed',
    hint: expect.stringMatching(/^name a folder/),
  });
});

test('a folder in the place of the file is told, and nothing stays beside it', async () => {
  const dir = folder();
  mkdirSync(join(dir, 'godwit-rebalance.prom'));
  expect(await writeTextfile(dir, moved)).toMatchObject({
    kind: 'failed',
    hint: 'see that this user can make a file there',
  });
  expect(readdirSync(dir)).toEqual(['godwit-rebalance.prom']);
});

test('a folder that is not ours to write is told', async () => {
  const dir = folder();
  chmodSync(dir, 0o555);
  onTestFinished(() => chmodSync(dir, 0o700));
  // To root every folder is open: as nobody it is not.
  if (process.getuid?.() === 0) {
    process.seteuid?.(65_534);
    onTestFinished(() => process.seteuid?.(0));
  }
  expect(await writeTextfile(dir, moved)).toMatchObject({ kind: 'failed', hint: 'let this user write to the folder' });
});
