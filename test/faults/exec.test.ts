import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createExec } from '../../src/faults/exec.ts';
import { whyNotRun } from '../../src/faults/exec-rules.ts';
import { createClock } from '../../src/system/clock.ts';
import { until } from '../providers/local/support/site.ts';

const clock = createClock();
const exec = createExec(clock);
let dir: string;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'godwit-exec-')));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

function program(text: string, mode = 0o700): string {
  const path = join(dir, 'break.sh');
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, mode);
  return path;
}

const run = (argv: readonly string[], timeoutMs = 5000, signal = new AbortController().signal) =>
  exec.run(argv, { timeoutMs, env: { GODWIT_DRILL: 'loss' } }, { signal, deadlineAtMonoMs: clock.monoMs() + 10_000 });

test('gives the arguments as they are, with no shell between', async () => {
  const path = program('for each in "$@"; do echo "<$each>"; done');
  expect(await run([path, 'a b', '$(id)', ';', '*'])).toEqual({
    ...{ kind: 'done', value: { stdout: '<a b>\n<$(id)>\n<;>\n<*>\n', stderr: '' } },
  });
});

test('inherits nothing but what it needs, and knows the drill; stands in its own folder', async () => {
  process.env['GODWIT_TEST_SECRET'] = 'canary';
  const reply = await run([program('pwd; env')]);
  delete process.env['GODWIT_TEST_SECRET'];
  expect(reply.kind).toBe('done');
  const { stdout } = (reply as { readonly value: { readonly stdout: string } }).value;
  const [pwd, ...env] = stdout.trim().split('\n');
  expect(pwd).toBe(dir);
  const names = env.map((line) => line.slice(0, line.indexOf('=')));
  expect(names).toContain('GODWIT_DRILL');
  const known = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ', 'GODWIT_DRILL', 'PWD', 'OLDPWD', 'SHLVL', '_'];
  expect(names.filter((name) => !known.includes(name))).toEqual([]);
});

test('another exit code is a refusal, with the end of what it said', async () => {
  expect(await run([program('echo no such interface >&2; exit 3')])).toMatchObject({
    ...{ kind: 'refused', error: { code: 'ExitCode', message: 'break.sh ended with exit code 3: no such interface' } },
  });
});

test('after its time it is ended with all it started, and what it did is not known', async () => {
  const path = program(`sleep 60 & echo $! > ${join(dir, 'child')}; echo began >&2; sleep 60`);
  const beganMonoMs = clock.monoMs();
  expect(await run([path], 300)).toMatchObject({
    ...{ kind: 'unknown', error: { code: 'TimedOut', message: expect.stringMatching(/was ended: began$/) } },
  });
  expect(clock.monoMs() - beganMonoMs).toBeLessThan(5000);
  expect(isThere(Number(readFileSync(join(dir, 'child'), 'utf8')))).toBe(false);
});

test('one that runs as somebody else cannot be ended, and is not waited for', async () => {
  const { kill } = process;
  const denied = vi.spyOn(process, 'kill').mockImplementation((pid, signal) => {
    if (pid < 0) throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
    return kill.call(process, pid, signal);
  });
  const path = program(`echo $$ > ${join(dir, 'pid')}; echo began >&2; exec sleep 60`);
  const beganMonoMs = clock.monoMs();
  const reply = await run([path], 300);
  denied.mockRestore();
  process.kill(Number(readFileSync(join(dir, 'pid'), 'utf8')), 'SIGKILL');
  expect(reply).toMatchObject({
    ...{ kind: 'unknown', error: { code: 'StillRuns', message: 'break.sh was to end, and still runs: began' } },
  });
  expect(clock.monoMs() - beganMonoMs).toBeLessThan(5000);
});

test('whoever gives it up ends it', async () => {
  const giveUp = new AbortController();
  const running = run([program(`touch ${join(dir, 'up')}; sleep 60`)], 60_000, giveUp.signal);
  await until('it runs', () => existsSync(join(dir, 'up')));
  giveUp.abort();
  expect(await running).toMatchObject({ kind: 'unknown' });
  const late = new AbortController();
  const never = run([program('sleep 60')], 60_000, late.signal);
  late.abort();
  expect(await never).toMatchObject({ kind: 'refused', error: { code: 'NoTime' } });
  expect(await run([program('true')], 5000, giveUp.signal)).toMatchObject({
    kind: 'refused',
    error: { code: 'NoTime' },
  });
});

test('one that is killed is not known either', async () => {
  expect(await run([program('kill -9 $$')])).toMatchObject({ kind: 'unknown', error: { code: 'Killed' } });
});

test('what it leaves running is not waited for', async () => {
  const path = program('sleep 60 & echo $!');
  const reply = await run([path]);
  expect(reply.kind).toBe('done');
  const pid = Number((reply as { readonly value: { readonly stdout: string } }).value.stdout);
  expect(isThere(pid)).toBe(true);
  process.kill(pid, 'SIGKILL');
});

test('of much output the last 64 KiB are kept, and it ends all the same', async () => {
  const path = program("head -c 1000000 /dev/zero | tr '\\0' x; echo; echo last");
  const reply = await run([path]);
  expect(reply.kind).toBe('done');
  const { stdout } = (reply as { readonly value: { readonly stdout: string } }).value;
  expect(stdout).toHaveLength(65_536);
  expect(stdout).toMatch(/x\nlast\n$/);
});

test.for([
  { name: 'others can write', mode: 0o722, says: /can be changed by others: chmod go-w/ },
  { name: 'its group can write', mode: 0o720, says: /can be changed by others: chmod go-w/ },
  { name: 'nobody may execute', mode: 0o600, says: /chmod u\+x/ },
])('a file that $name is not run', async ({ mode, says }) => {
  const path = program(`touch ${join(dir, 'ran')}`, mode);
  const refusal = { kind: 'refused', error: { code: 'NotAllowed', message: expect.stringMatching(says) } };
  expect(await exec.check([path])).toMatchObject(refusal);
  expect(await run([path])).toMatchObject(refusal);
});

test('a file in a folder that others can write in is not run, however far up', async () => {
  const path = program('true');
  mkdirSync(join(dir, 'in'));
  const inner = join(dir, 'in', 'break.sh');
  writeFileSync(inner, '#!/bin/sh\n', { mode: 0o700 });
  expect(await exec.check([inner])).toMatchObject({ kind: 'done' });
  chmodSync(dir, 0o777);
  for (const each of [path, inner])
    expect(await exec.check([each])).toMatchObject({
      error: { message: `${dir} can be changed by others: chmod go-w ${dir}` },
    });
  // As /tmp is: nobody there takes away what is another's.
  chmodSync(dir, 0o1777);
  expect(await exec.check([inner])).toMatchObject({ kind: 'done' });
});

test('a file of somebody else is not run, one of root is', () => {
  const path = program('true');
  // Only root can give files away; of anybody else it is ours, and another user's asks.
  if (process.getuid?.() === 0) chownSync(path, 12_345, 0);
  expect(whyNotRun(path, 54_321)).toMatch(/belongs to somebody else/);
  expect(whyNotRun(realpathSync('/bin/sh'), 54_321)).toBeUndefined();
});

test('symbolic links, folders, relative paths and nothing at all are not run', async () => {
  const path = program('true');
  symlinkSync(path, join(dir, 'link'));
  symlinkSync(dir, join(dir, 'around'));
  for (const link of [join(dir, 'link'), join(dir, 'around', 'break.sh')])
    expect(await exec.check([link])).toMatchObject({ error: { message: expect.stringContaining(`write ${path}`) } });
  expect(await exec.check([dir])).toMatchObject({ error: { message: `${dir} is no file` } });
  expect(await exec.check(['sh'])).toMatchObject({ error: { message: expect.stringContaining('no absolute path') } });
  expect(await exec.check([])).toMatchObject({ kind: 'refused' });
  expect(await exec.check([join(dir, 'none')])).toMatchObject({
    error: { message: expect.stringContaining('no such file') },
  });
});

test('one that the system cannot start is refused in words', async () => {
  const path = join(dir, 'broken');
  writeFileSync(path, '#!/no/such/interpreter\n', { mode: 0o700 });
  expect(await run([path])).toMatchObject({ kind: 'refused', error: { code: 'SpawnFailed' } });
});

function isThere(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
