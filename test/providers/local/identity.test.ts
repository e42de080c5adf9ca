import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findByToken, findFamily, isSameProcess } from '../../../src/providers/local/identity.ts';
import { openProcessTable, procTable, psTable, tokenVariable } from '../../../src/providers/local/process-table.ts';
import { until } from './support/site.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function sleeper(token: string): number {
  const env = { PATH: process.env['PATH'], [tokenVariable]: token };
  const child = spawn('sleep', ['60'], { env, detached: true, stdio: 'ignore' });
  children.push(child);
  return child.pid ?? 0;
}

/** A proc folder with one process, as proc(5) lays it out; its name is as nasty as names get. */
function fakeProc({ start, environ, state = 'S' }: { start: number; environ: string | undefined; state?: string }) {
  const root = mkdtempSync(join(tmpdir(), 'godwit-proc-'));
  mkdirSync(join(root, '42'));
  mkdirSync(join(root, 'sys/kernel/random'), { recursive: true });
  writeFileSync(join(root, 'sys/kernel/random/boot_id'), 'boot-1\n');
  const zeros = Array.from({ length: 16 }, () => '0').join(' ');
  writeFileSync(join(root, '42/stat'), `42 (a) Z (b) ${state} 1 42 ${zeros} ${start} 0`);
  if (environ === undefined) mkdirSync(join(root, '42/environ'));
  else writeFileSync(join(root, '42/environ'), environ);
  return { table: procTable(root), remove: () => rmSync(root, { recursive: true }) };
}

const wanted = { pid: 42, processStart: '500', bootToken: 'mine', machineBoot: 'boot-1' };

test.for([
  { name: 'pid, start and token agree', start: 500, environ: 'A=1\0GODWIT_BOOT_TOKEN=mine\0', is: 'yes' },
  { name: 'the pid was given to another process', start: 501, environ: 'GODWIT_BOOT_TOKEN=mine\0', is: 'no' },
  { name: 'another replica has the pid', start: 500, environ: 'GODWIT_BOOT_TOKEN=other\0', is: 'no' },
  { name: 'the program has overwritten its environment', start: 500, environ: '\0\0\0', is: 'yes' },
  { name: 'the environment may not be read', start: 500, environ: undefined, is: 'unknown' },
  { name: 'only a zombie is left', start: 500, environ: '', state: 'Z', is: 'no' },
])('whether it is the same process when $name: $is', ({ is, ...process }) => {
  const { table, remove } = fakeProc(process);
  expect(isSameProcess(table, wanted)).toBe(is);
  remove();
});

test('without a token a process of an earlier boot of the machine is somebody else', () => {
  const { table, remove } = fakeProc({ start: 500, environ: '\0' });
  expect(isSameProcess(table, { ...wanted, machineBoot: 'boot-0' })).toBe('no');
  expect(isSameProcess(table, { ...wanted, machineBoot: '' })).toBe('no');
  remove();
});

test('the empty group’s number given to a stranger makes him no family', () => {
  const { table, remove } = fakeProc({ start: 501, environ: 'A=1\0' });
  expect(findFamily(table, wanted, [])).toEqual([]);
  remove();
});

test('a process is found by its token among all of the machine', async () => {
  const table = openProcessTable();
  const pid = sleeper('find-me');
  await until('the program runs', () => findByToken(table, 'find-me').length > 0);
  expect(findByToken(table, 'find-me')).toMatchObject([{ pid, group: pid }]);
  expect(findByToken(table, 'find')).toEqual([]);
});

test('ps tells group and start of a process, and that a dead one is gone', async () => {
  const table = psTable();
  const pid = sleeper('by-ps');
  const sight = table.look(pid);
  expect(sight).toMatchObject({ pid, group: pid });
  const identity = { pid, processStart: sight?.start ?? '', bootToken: 'by-ps', machineBoot: '' };
  expect(isSameProcess(table, identity)).toBe('yes');
  expect(findFamily(table, identity, [])).toMatchObject([{ pid }]);
  expect(findByToken(table, 'by-ps')).toEqual([]);
  const [child] = children;
  child?.kill('SIGKILL');
  if (child !== undefined) await once(child, 'exit');
  expect(table.look(pid)).toBeUndefined();
  expect(isSameProcess(table, identity)).toBe('no');
});

test.for([
  { name: '/proc', open: () => procTable('/proc') },
  { name: 'ps', open: () => psTable() },
])('$name shows who was stopped where it stands, and that it goes on', async ({ open }) => {
  const pid = sleeper('hangs');
  const table = open();
  await until('it runs', () => table.look(pid)?.isHung === false);
  process.kill(pid, 'SIGSTOP');
  await until('it is stopped', () => table.look(pid)?.isHung === true);
  expect(table.all().find((each) => each.pid === pid)).toMatchObject({ isHung: true });
  process.kill(pid, 'SIGCONT');
  await until('it goes on', () => table.look(pid)?.isHung === false);
});
