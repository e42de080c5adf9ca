import { spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProcessIdentity } from '../../../src/providers/local/identity.ts';
import type { ProcessTable, TokenSight } from '../../../src/providers/local/process-table.ts';
import { stopProcess } from '../../../src/providers/local/stop.ts';
import { openSite, write } from './support/bench.ts';
import { clock, listens, until } from './support/site.ts';

/** Starts a child with the same arguments, `detached` or not, then serves. */
const withChild = (detached: boolean, childDoes = 'setInterval(() => {}, 1000)'): string =>
  `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(childDoes)}, process.argv[1]], { detached: ${detached}, stdio: 'ignore' }); ${listens}`;

const ignoresSigterm =
  "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); require('node:fs').writeFileSync(process.argv[1] + '/up', '')";

test.for([
  { name: 'a child of it', script: withChild(false) },
  { name: 'a child that made a group of its own', script: withChild(true) },
  { name: 'a child that ignores SIGTERM', script: withChild(false, ignoresSigterm) },
])('stopping a replica ends $name', async ({ script: text }) => {
  const { site, started, stop, script } = await openSite();
  const replica = await started('k1', script(text, { stopGraceMs: 300 }));
  await until('both run', () => site.pids().length === 2);
  expect(await stop(replica)).toMatchObject({ kind: 'done' });
  expect(site.pids()).toEqual([]);
});

test('what a dead replica leaves behind is billed until it is deleted', async () => {
  const { site, started, stop, script, listed } = await openSite();
  const replica = await started('k1', script(withChild(false)));
  await until('both run', () => site.pids().length === 2);
  await site.killReplica(replica);
  await until('it is seen dead', async () => (await listed())[0]?.state === 'gone');
  expect(await listed()).toMatchObject([{ state: 'gone', billed: 'yes' }]);
  expect(await stop(replica)).toMatchObject({ kind: 'done' });
  expect(site.pids()).toEqual([]);
});

test('what a dead replica leaves behind is ended before its slot is filled again', async () => {
  const { site, started, script, listed } = await openSite();
  const replica = await started('k1', script(withChild(false)));
  await until('both run', () => site.pids().length === 2);
  await site.killReplica(replica);
  await until('it is seen dead', async () => (await listed())[0]?.state === 'gone');
  await started('k2');
  expect(site.pids()).toEqual([site.record(replica.id).pid]);
});

test('a replica that ignores SIGTERM has its grace and is then killed', async () => {
  const { site, started, stop, script } = await openSite();
  const replica = await started('k1', script(ignoresSigterm, { stopGraceMs: 250 }));
  await until('it runs', () => existsSync(join(site.dir, 'up')));
  const beganMonoMs = clock.monoMs();
  expect(await stop(replica)).toMatchObject({ kind: 'done' });
  expect(clock.monoMs() - beganMonoMs).toBeGreaterThanOrEqual(250);
  expect(site.pids()).toEqual([]);
});

test('a stop that runs out of time says so and keeps the record; the next one finishes it', async () => {
  const { site, started, stop, script, listed } = await openSite();
  const replica = await started('k1', script(ignoresSigterm, { stopGraceMs: 600 }));
  await until('it runs', () => existsSync(join(site.dir, 'up')));
  const error = { class: 'unknown', code: 'GivenUp' };
  expect(await stop(replica, { deadlineAtMonoMs: clock.monoMs() + 100 })).toMatchObject({ kind: 'unknown', error });
  expect(await stop(replica, { signal: AbortSignal.timeout(100) })).toMatchObject({ kind: 'unknown', error });
  expect(await listed()).toMatchObject([{ state: 'running', billed: 'yes' }]);
  expect(await stop(replica)).toMatchObject({ kind: 'done' });
  expect(site.pids()).toEqual([]);
});

test('a pid that belongs to somebody else now is never signalled', async () => {
  const { site, started, stop, listed } = await openSite();
  const replica = await started('k1');
  const record = site.record(replica.id);
  await site.killReplica(replica);
  // A real reuse of a pid takes longer than the kernel's tick of 10 ms, in which start times are counted.
  const killedMonoMs = clock.monoMs();
  await until('the tick is over', () => clock.monoMs() - killedMonoMs > 30);
  const stranger = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  try {
    writeFileSync(join(site.dir, 'replicas', `${replica.id}.json`), JSON.stringify({ ...record, pid: stranger.pid }));
    expect(await listed()).toMatchObject([{ state: 'gone', billed: 'no' }]);
    expect(await stop(replica)).toMatchObject({ kind: 'done' });
    expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
    expect(process.kill(stranger.pid ?? 0, 0)).toBe(true);
  } finally {
    stranger.kill('SIGKILL');
  }
});

test('slots are stopped side by side, not one after the other', async () => {
  const { started, stop, script, site } = await openSite();
  const launch = script(
    "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); require('node:fs').writeFileSync(process.argv[1] + '/up' + process.argv[2], '')",
    { stopGraceMs: 400 },
  );
  const replicas = [await started('k0', launch, 0), await started('k1', launch, 1), await started('k2', launch, 2)];
  await until('all run', () => replicas.every(({ id }) => existsSync(join(site.dir, `up${site.record(id).port}`))));
  const beganMonoMs = clock.monoMs();
  await Promise.all(replicas.map((replica) => stop(replica)));
  expect(clock.monoMs() - beganMonoMs).toBeLessThan(1000);
  expect(site.pids()).toEqual([]);
});

test('a session whose folder was taken away answers that it does not know', async () => {
  const { site, started, stop, provider, start } = await openSite();
  const replica = await started('k1');
  const { pid } = site.record(replica.id);
  rmSync(site.dir, { recursive: true });
  expect(await stop(replica)).toMatchObject({ kind: 'unknown', error: { code: 'LocalStateFailed' } });
  expect(await start('k2')).toMatchObject({ kind: 'unknown' });
  expect(await provider.list({ deployment: 'chat' }, write('l'))).toMatchObject({ kind: 'unknown' });
  process.kill(pid ?? 0, 'SIGKILL');
  await provider.close();
});

/** A table that shows one process, for so many looks. `pid` is none that could ever be signalled. */
function tableOf(looks: number, sight: TokenSight): { readonly table: ProcessTable; readonly wanted: ProcessIdentity } {
  const pid = 2 ** 40;
  let left = looks;
  const look = () => {
    left -= 1;
    return left >= 0 ? { pid, group: pid, start: '5', isHung: false } : undefined;
  };
  return {
    wanted: { pid, processStart: '5', bootToken: 't', machineBoot: 'b' },
    table: {
      machineBoot: 'b',
      seesTokens: true,
      look,
      all: () => {
        const seen = look();
        return seen === undefined ? [] : [seen];
      },
      tokenOf: () => sight,
    },
  };
}

test('a process that may not be looked at is not signalled', async () => {
  const { table, wanted } = tableOf(Number.POSITIVE_INFINITY, { kind: 'closed' });
  expect(await stopProcess({ clock, table }, wanted, 50, write('s'))).toMatchObject({ code: 'IdentityUnknown' });
});

test('a signal that the system does not take leaves the end unknown', async () => {
  const { table, wanted } = tableOf(Number.POSITIVE_INFINITY, { kind: 'token', token: 't' });
  expect(await stopProcess({ clock, table }, wanted, 50, write('s'))).toMatchObject({
    class: 'unknown',
    code: 'SignalFailed',
  });
});

test('a process that ends by itself before it is signalled has stopped', async () => {
  const { table, wanted } = tableOf(3, { kind: 'token', token: 't' });
  expect(await stopProcess({ clock, table }, wanted, 50, write('s'))).toBeUndefined();
});
