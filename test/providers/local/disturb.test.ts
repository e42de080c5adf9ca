import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Replica } from '../../../src/model/replica.ts';
import type { Disturbance } from '../../../src/ports/provider.ts';
import { openSupervisor } from '../../../src/providers/local/supervisor.ts';
import { openSite, write } from './support/bench.ts';
import { clock, type LocalSite, listens, random, until } from './support/site.ts';

/** Writes a file when it is asked to end, and one when it is up; never ends by itself. */
const endsPolitely =
  "const { writeFileSync } = require('node:fs'); process.on('SIGTERM', () => { writeFileSync(process.argv[1] + '/asked', ''); process.exit(0); }); setInterval(() => {}, 1000); writeFileSync(process.argv[1] + '/up', '')";

const withChildOfItsOwn = `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', process.argv[1]], { detached: true, stdio: 'ignore' }); ${listens}`;

const gone = { kind: 'gone' } as const;

/** As the kernel says: S sleeps, T is stopped. */
function stateOf(pid: number): string | undefined {
  return /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
}

function states(site: LocalSite): readonly (string | undefined)[] {
  return site.pids().map(stateOf);
}

async function openDisturbed() {
  const opened = await openSite();
  return {
    ...opened,
    disturb: async ({ id, bootId }: Replica, how: Disturbance) =>
      await opened.provider.disturb?.({ id, bootId }, how, write('disturb')),
  };
}

test('hangs and kills what a replica started beside itself too', async () => {
  const { site, started, script, disturb } = await openDisturbed();
  const replica = await started('k1', script(withChildOfItsOwn));
  await until('both run', () => site.pids().length === 2);
  expect(await disturb(replica, 'hang')).toMatchObject({ kind: 'done' });
  expect(states(site)).toEqual(['T', 'T']);
  expect(await disturb(replica, 'resume')).toMatchObject({ kind: 'done' });
  expect(states(site)).not.toContain('T');
  expect(await disturb(replica, 'kill')).toMatchObject({ kind: 'done' });
  expect(site.pids()).toEqual([]);
});

test('a stop of what hangs asks it to end, as one of what runs does', async () => {
  const { site, started, stop, script, disturb } = await openDisturbed();
  const replica = await started('k1', script(endsPolitely, { stopGraceMs: 7000 }));
  await until('it runs', () => existsSync(join(site.dir, 'up')));
  await disturb(replica, 'hang');
  const beganMonoMs = clock.monoMs();
  expect(await stop(replica)).toMatchObject({ kind: 'done' });
  expect(clock.monoMs() - beganMonoMs).toBeLessThan(7000);
  expect(existsSync(join(site.dir, 'asked'))).toBe(true);
  expect(site.pids()).toEqual([]);
});

test.for(['hang', 'kill', 'resume'] as const)('no stranger who was given its pid is hit by a %s', async (how) => {
  const { site, started, disturb } = await openDisturbed();
  const replica = await started('k1');
  await until('it runs', () => site.pids().length === 1);
  const { pid = 0 } = site.record(replica.id);
  if (how === 'resume') {
    process.kill(pid, 'SIGSTOP');
    await until('it is stopped', () => states(site)[0] === 'T');
  }
  const strange = { ...site.record(replica.id), processStart: '1', bootToken: 'another' };
  writeFileSync(join(site.dir, 'replicas', `${replica.id}.json`), JSON.stringify(strange));
  const reply = await disturb({ ...replica, bootId: 'another' }, how);
  expect(reply).toMatchObject(how === 'hang' ? { kind: 'refused', error: { code: 'NotRunning' } } : { kind: 'done' });
  expect(site.pids()).toEqual([pid]);
  expect(states(site)[0] === 'T').toBe(how === 'resume');
});

test('what cannot be read of a replica is neither hung nor whole', async () => {
  const { site, started, disturb } = await openDisturbed();
  const replica = await started('k1');
  writeFileSync(join(site.dir, 'replicas', `${replica.id}.json`), '{');
  for (const how of ['hang', 'resume'] as const)
    expect(await disturb(replica, how)).toMatchObject({ kind: 'unknown', error: { code: 'LocalStateFailed' } });
});

test('a call without time left touches nothing', async () => {
  const { site, started, provider } = await openDisturbed();
  const replica = await started('k1');
  await until('it runs', () => site.pids().length === 1);
  const late = { ...write('disturb'), deadlineAtMonoMs: clock.monoMs() };
  expect(await provider.disturb?.(replica, 'kill', late)).toMatchObject({ kind: 'refused' });
  expect(site.pids()).toHaveLength(1);
});

test('a hang that was given up stops nobody again: the undo may have come since', async () => {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  const pid = child.pid ?? 0;
  const sight = { pid, group: pid, start: '5', isHung: false };
  // It is never seen to stand still, so that it is told more than once.
  const table = { machineBoot: 'b', seesTokens: false, look: () => sight, all: () => [sight], tokenOf: () => gone };
  const giveUp = new AbortController();
  const sleep = async (): Promise<void> => {
    giveUp.abort();
    process.kill(pid, 'SIGCONT');
    await until('it goes on', () => stateOf(pid) !== 'T');
  };
  const { site, started } = await openDisturbed();
  const replica = await started('k1');
  const record = { ...site.record(replica.id), pid, processStart: '5', machineBoot: 'b' };
  writeFileSync(join(site.dir, 'replicas', `${replica.id}.json`), JSON.stringify(record));
  const deps = { site: 'here', ports: { first: 1, last: 1 }, env: {}, random, stateDir: site.dir };
  const session = openSupervisor({ ...deps, clock: { ...clock, sleep }, table });
  const call = { ...write('disturb'), signal: giveUp.signal };
  expect(await session.disturb?.(replica, 'hang', call)).toMatchObject({
    kind: 'unknown',
    error: { code: 'NotHeeded' },
  });
  expect(stateOf(pid)).not.toBe('T');
  child.kill('SIGKILL');
});
