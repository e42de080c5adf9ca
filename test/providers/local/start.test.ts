import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openProcessTable, type ProcessTable } from '../../../src/providers/local/process-table.ts';
import { spawnError } from '../../../src/providers/local/spawn.ts';
import { openSupervisor } from '../../../src/providers/local/supervisor.ts';
import { tryLock } from '../../../src/providers/shared/lock.ts';
import { openSite, write } from './support/bench.ts';
import { clock, random, until } from './support/site.ts';

const printsEnvironment = 'console.log(JSON.stringify(process.env)); setInterval(() => {}, 1000)';

function logOf(dir: string, id: string): string {
  const path = join(dir, 'logs', `${id}.log`);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

test('a replica gets its own environment and none of ours', async () => {
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'canary');
  const { site, started, script } = await openSite();
  const env = { LISTEN: '${port}/${model}/${site}/${replica}/${other}', GODWIT_BOOT_TOKEN: 'forged' };
  const replica = await started('k1', script(printsEnvironment, { env }));
  await until('it has printed', () => logOf(site.dir, replica.id).includes('\n'));
  const seen = JSON.parse(logOf(site.dir, replica.id)) as Record<string, string>;
  const { port } = site.record(replica.id);
  expect(seen['LISTEN']).toBe(`${port}/tiny/here/here-chat-0/\${other}`);
  expect(seen['GODWIT_BOOT_TOKEN']).toBe(replica.bootId);
  expect(seen['PATH']).toBe(process.env['PATH']);
  const known = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ', 'LD_LIBRARY_PATH', 'LISTEN', 'GODWIT_BOOT_TOKEN'];
  expect(Object.keys(seen).filter((name) => !known.includes(name))).toEqual([]);
  vi.unstubAllEnvs();
});

test('a replica leads a group of its own and answers at its url', async () => {
  const { site, started } = await openSite();
  const replica = await started('k1');
  const { pid } = site.record(replica.id);
  expect(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2]).toBe(String(pid));
  await until('it answers', () =>
    fetch(`${replica.url}/`).then(
      (answer) => answer.ok,
      () => false,
    ),
  );
});

test('logs are their owner’s alone; the boot before is kept, older ones are not', async () => {
  const { site, started, stop, script } = await openSite();
  for (const word of ['one', 'two', 'three']) {
    const replica = await started(word, script(`console.log('${word}'); setInterval(() => {}, 1000)`));
    await until('it has printed', () => logOf(site.dir, replica.id).includes(word));
    await stop(replica);
  }
  const path = join(site.dir, 'logs', 'here-chat-0.log');
  expect(readFileSync(path, 'utf8')).toBe('three\n');
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('two\n');
  expect(existsSync(`${path}.2`)).toBe(false);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a port somebody else listens on is left to him', async () => {
  const { site, started } = await openSite();
  const first = Number(site.ports.split('-')[0]);
  const stranger = createServer().listen(first, '127.0.0.1');
  await new Promise((resolve) => stranger.once('listening', resolve));
  expect((await started('k1')).url).toBe(`http://127.0.0.1:${first + 1}`);
  stranger.close();
});

test('a site without a free port has no capacity', async () => {
  const { site, start, listed } = await openSite();
  const [first = 0, last = 0] = site.ports.split('-').map(Number);
  const strangers = Array.from({ length: last - first + 1 }, (_, index) =>
    createServer().listen(first + index, '127.0.0.1'),
  );
  await Promise.all(strangers.map((stranger) => new Promise((resolve) => stranger.once('listening', resolve))));
  expect(await start('k1')).toMatchObject({ kind: 'refused', error: { class: 'capacity', code: 'PortsExhausted' } });
  expect(await listed()).toEqual([]);
  for (const stranger of strangers) stranger.close();
});

test('a program that is not there is named, with where it was looked for', async () => {
  const { site, start, script, listed } = await openSite();
  expect(await start('k1', script('', { command: ['no-such-server'] }))).toMatchObject({
    kind: 'refused',
    error: { class: 'invalid', code: 'ENOENT', message: `no-such-server: not found in PATH (${process.env['PATH']})` },
  });
  const plain = join(site.dir, 'plain');
  writeFileSync(plain, 'text');
  chmodSync(plain, 0o600);
  expect(await start('k2', script('', { command: [plain] }))).toMatchObject({
    error: { class: 'invalid', code: 'EACCES', message: `${plain}: not an executable file` },
  });
  expect(await start('k3', script('', { command: ['has\0nul'] }))).toMatchObject({
    kind: 'refused',
    error: { class: 'invalid' },
  });
  expect(await listed()).toEqual([]);
});

test.for([
  ['EAGAIN', 'transient'],
  ['EMFILE', 'transient'],
  ['ENOMEM', 'transient'],
  ['ENOENT', 'invalid'],
  ['E2BIG', 'invalid'],
  ['', 'invalid'],
] as const)('a spawn that fails with %j is %s', ([code, errorClass]) => {
  expect(spawnError('serve', {}, code, '').class).toBe(errorClass);
});

test('a refused start leaves a warm replica warm', async () => {
  const { started, stop, start, script, listed } = await openSite();
  const replica = await started('k1');
  await stop(replica, {}, 'stop');
  expect(await start('k2', script('', { command: ['no-such-server'] }))).toMatchObject({ kind: 'refused' });
  expect(await listed()).toMatchObject([{ bootId: replica.bootId, state: 'stopped' }]);
});

test('a process whose starter died before it wrote the pid is adopted', async () => {
  const { site, started, listed } = await openSite();
  const replica = await started('k1');
  const { pid, processStart, ...intent } = site.record(replica.id);
  writeFileSync(join(site.dir, 'replicas', `${replica.id}.json`), JSON.stringify(intent));
  expect(await listed()).toMatchObject([{ bootId: replica.bootId, state: 'running', billed: 'yes' }]);
  expect((await started('k1')).bootId).toBe(replica.bootId);
  expect(site.record(replica.id)).toMatchObject({ pid, processStart });
  expect(site.pids()).toEqual([pid]);
});

test('a process that still shows its parent’s environment is waited for, not doubled', async () => {
  const { site, started } = await openSite();
  const replica = await started('k1');
  const { pid, processStart, ...intent } = site.record(replica.id);
  writeFileSync(join(site.dir, 'replicas', `${replica.id}.json`), JSON.stringify(intent));
  let looks = 0;
  const table = openProcessTable();
  const all = () => {
    looks += 1;
    return looks <= 3 ? [] : table.all();
  };
  const unborn: ProcessTable = { ...table, all };
  const ports = { first: Number(site.ports.split('-')[0]), last: Number(site.ports.split('-')[1]) };
  const later = openSupervisor({ site: 'here', ports, env: {}, clock, random, stateDir: site.dir, table: unborn });
  const request = { deployment: 'chat', model: 'tiny', slot: 0, launch: site.launch };
  expect(await later.start(request, write('k1'))).toMatchObject({ kind: 'done', value: { bootId: replica.bootId } });
  expect(site.record(replica.id)).toMatchObject({ pid, processStart });
});

test('an intent that nothing came of is started by the same key', async () => {
  const { site, started, stop, listed } = await openSite();
  const replica = await started('k1');
  const { pid, processStart, ...intent } = site.record(replica.id);
  await stop(replica);
  writeFileSync(join(site.dir, 'replicas', `${replica.id}.json`), JSON.stringify(intent));
  expect(await listed()).toMatchObject([{ state: 'gone', billed: 'no' }]);
  const again = await started('k1');
  expect(again.bootId).not.toBe(replica.bootId);
  expect(site.pids()).toHaveLength(1);
});

test('a start under way is starting for whoever looks, and keeps others waiting as long as they can', async () => {
  const { site, started, stop, start, provider, listed } = await openSite();
  const replica = await started('k1');
  const { pid, processStart, ...intent } = site.record(replica.id);
  await stop(replica);
  writeFileSync(join(site.dir, 'replicas', `${replica.id}.json`), JSON.stringify(intent));
  const lock = tryLock(join(site.dir, 'locks', `slot-${replica.id}`));
  expect(await listed()).toMatchObject([{ state: 'starting', billed: 'unknown' }]);
  const request = { deployment: 'chat', model: 'tiny', slot: 0, launch: site.launch };
  expect(await provider.start(request, { ...write('k2'), deadlineAtMonoMs: clock.monoMs() + 50 })).toMatchObject({
    kind: 'refused',
    error: { class: 'transient', code: 'Busy' },
  });
  lock?.release();
  expect(await start('k2')).toMatchObject({ kind: 'done' });
});

test('a record nobody can read makes the site unknown, not empty', async () => {
  const { site, start, provider } = await openSite();
  mkdirSync(join(site.dir, 'replicas'));
  writeFileSync(join(site.dir, 'replicas', 'here-chat-0.json'), '{');
  const error = { class: 'unknown', code: 'LocalStateFailed' };
  expect(await provider.list({ deployment: 'chat' }, write('l'))).toMatchObject({ kind: 'unknown', error });
  expect(await start('k1')).toMatchObject({ kind: 'unknown', error });
  expect(site.pids()).toEqual([]);
});

test('how a replica ended is in its record', async () => {
  const { site, started, script, provider } = await openSite();
  const replica = await started('k1', script('process.exit(3)'));
  await until('its end is written', () => site.record(replica.id).end !== undefined);
  expect(site.record(replica.id).end).toMatchObject({ exitCode: 3, signal: null });
  await site.killReplica(await started('k2'));
  await until('its end is written', () => site.record(replica.id).end !== undefined);
  await provider.close();
  expect(site.record(replica.id).end).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
});
