import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../driver/local-world.ts';
import { openProgramWorld, type ProgramWorld, replicasInAll } from './support/program-world.ts';
import type { SteadyLoad } from './support/steady-load.ts';

let world: ProgramWorld;

beforeEach(async () => {
  world = await openProgramWorld();
});

afterEach(async () => {
  await world.close();
});

const isThere = (pid: number): boolean => existsSync(`/proc/${pid}`);

test('a killed controller costs no request, and the next one adopts the same replicas', async () => {
  const first = await world.startServing();
  const load = world.startLoad();
  const pids = world.started();
  expect(pids).toHaveLength(replicasInAll);
  const gateway = await world.gateway();
  await load.passes(load.nowMs(), 1000);

  const killedMs = load.nowMs();
  first.kill('SIGKILL');
  expect(await first.ended).toBe('SIGKILL');
  await load.passes(killedMs, 5000);
  expect(load.failures()).toEqual([]);
  // Long past the lease: nobody leads, and that is what is said, beside what users get.
  const alone = await world.status();
  expect(alone).toMatchObject({ service: { state: 'serving' }, controller: { kind: 'gone' }, operation: null });
  expect(alone.sources).toMatchObject({ gateway: { seen: true }, controller: { seen: true, stale: true } });

  const second = world.start('run');
  await second.says(/lease taken, epoch 2/);
  const takenMs = load.nowMs();
  await load.passes(takenMs, 3000);
  await until(world.isServing, 'every site proven again');
  const status = await world.status();
  expect(status).toMatchObject({
    service: { state: 'serving' },
    controller: { kind: 'live', holder: { pid: second.pid } },
  });
  expect(second.stderr()).toContain(`answers already (pid ${gateway}), kept as it is`);
  expect(second.stderr()).not.toContain('decided');
  expect(world.started()).toEqual(pids);
  expect(pids.filter(isThere)).toEqual(pids);
  await load.stop();
  expect(load.failures()).toEqual([]);
  expect(load.counts().streams.cut).toBe(0);
});

/** When the first request after `fromMs` began that was answered well: from then on no other may fail. */
function goodFrom(load: SteadyLoad, fromMs: number): number {
  return Math.min(
    ...load
      .between(fromMs)
      .filter(({ outcome }) => outcome === 'ok')
      .map(({ dueMs }) => dueMs),
  );
}

test('a killed gateway is started again and serves from its saved table', async () => {
  const run = await world.startServing();
  const load = world.startLoad();
  await load.passes(load.nowMs(), 1000);
  const first = await world.gateway();
  const killedMs = load.nowMs();
  process.kill(Number(first), 'SIGKILL');
  await run.says(/gateway does not answer, starting it again/);
  const second = Number(await run.says(new RegExp(`gateway started \\(pid (?!${first}\\))(\\d+)\\)`)));
  expect(await world.gateway()).toBe(second);
  await load.passes(load.nowMs(), 2000);
  await load.stop();
  const backMs = goodFrom(load, killedMs);
  // Half a second until it is missed, and one start of the program.
  expect(backMs - killedMs).toBeLessThan(5000);
  expect(load.failures().filter(({ dueMs }) => dueMs >= backMs)).toEqual([]);
  expect(readFileSync(join(world.stateDir, 'gateway.log'), 'utf8')).toMatch(/1 routes from .+table\.json/);
  expect(world.started()).toHaveLength(replicasInAll);
  expect(await world.weights()).toEqual({ oslo: 100, paris: 0, rome: 0 });
});

test('a gateway started by hand, with no controller anywhere, serves at once', async () => {
  const run = await world.startServing();
  const load = world.startLoad();
  await load.passes(load.nowMs(), 1000);
  run.kill('SIGKILL');
  await run.ended;
  const killedMs = load.nowMs();
  process.kill(Number(await world.gateway()), 'SIGKILL');
  await until(async () => (await world.gateway()) === undefined, 'the gateway gone');
  const unseen = await world.status();
  expect(unseen.service.state).toBe('unknown');
  expect(unseen.sources['gateway']).toMatchObject({ seen: false });

  const gateway = world.start('gateway');
  await gateway.says(/gateway listens on .+, 1 routes from .+table\.json/);
  const listensMs = load.nowMs();
  await load.passes(listensMs, 2000);
  await load.stop();
  const backMs = goodFrom(load, killedMs);
  // It served before its own word that it does could be read.
  expect(backMs - listensMs).toBeLessThan(1000);
  expect(load.failures().filter(({ dueMs }) => dueMs >= backMs)).toEqual([]);
  expect(world.started()).toHaveLength(replicasInAll);
  gateway.kill('SIGTERM');
  expect(await gateway.ended).toBe(0);
});

test('controller and active site killed together: the gateway spills, and the next controller fails over', async () => {
  const first = await world.startServing();
  const load = world.startLoad();
  await load.passes(load.nowMs(), 1000);
  const dead = await world.replicasOf('oslo');
  expect(dead).toHaveLength(2);
  const killedMs = load.nowMs();
  first.kill('SIGKILL');
  for (const pid of dead) process.kill(pid, 'SIGKILL');
  await load.passes(killedMs, 4000);
  expect(load.failures()).toEqual([]);
  expect(await world.weights()).toEqual({ oslo: 100, paris: 0, rome: 0 });
  expect((await world.status()).controller.kind).toBe('gone');

  const second = world.start('run');
  await second.says(/automatic failover done/);
  const doneMs = load.nowMs();
  const weights = await world.weights();
  expect(weights).toMatchObject({ oslo: 0 });
  await load.passes(doneMs, 2000);
  await until(world.isServing, 'the dead replaced and proven');
  const status = await world.status();
  expect(status).toMatchObject({
    operation: null,
    lastOperation: {
      kind: 'failover',
      trigger: 'automatic',
      state: 'done',
      by: { kind: 'controller', pid: second.pid },
    },
    controller: { kind: 'live', holder: { pid: second.pid } },
  });
  expect(status.sites).toContainEqual(expect.objectContaining({ name: 'oslo', wantedRatio: 0 }));
  await load.stop();
  expect(load.failures()).toEqual([]);
  // Only what was running on the dead replicas could be cut.
  const cut = load.between(0).filter(({ outcome }) => outcome === 'cut');
  expect(cut.filter(({ dueMs }) => dueMs >= killedMs)).toEqual([]);
  expect(world.started()).toHaveLength(replicasInAll + dead.length);
  const verified = await world.godwit('journal', 'verify');
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/^intact: \d+ entries/) });
});

test('everything killed at once: the next controller starts it again, and waiting requests are answered', async () => {
  const first = await world.startServing();
  const load = world.startLoad();
  await load.passes(load.nowMs(), 1000);
  const killedMs = load.nowMs();
  first.kill('SIGKILL');
  process.kill(Number(await world.gateway()), 'SIGKILL');
  for (const pid of world.started()) process.kill(pid, 'SIGKILL');

  const second = world.start('run');
  await second.says(/automatic start done/);
  await until(world.isServing, 'every site proven again');
  await load.passes(load.nowMs(), 1000);
  await load.stop();
  // From its saved table the gateway knew whom to wait for, before any of them was back.
  expect(load.failures().filter(({ dueMs }) => dueMs >= goodFrom(load, killedMs))).toEqual([]);
  expect(await world.weights()).toEqual({ oslo: 100, paris: 0, rome: 0 });
  expect(world.started()).toHaveLength(2 * replicasInAll);
  expect(world.started().filter(isThere)).toHaveLength(replicasInAll);
  expect(await world.godwit('journal', 'verify')).toMatchObject({ code: 0 });
});

test('a controller killed again and again in its first start never starts a replica twice', async () => {
  // The second and the third die as soon as they lead, the first while its own start is under way.
  for (const moment of [/1-launch oslo intended/, /lease taken, epoch 2/, /lease taken, epoch 3/]) {
    const run = world.start('run');
    await run.says(moment);
    run.kill('SIGKILL');
    await run.ended;
  }
  const last = await world.startServing();
  expect(last.stderr()).toContain('lease taken, epoch 4');
  expect(world.started()).toHaveLength(replicasInAll);
  expect(await world.status()).toMatchObject({
    operation: null,
    lastOperation: { kind: 'start', state: 'done' },
    controller: { kind: 'live', holder: { pid: last.pid } },
  });
  expect(await world.godwit('journal', 'verify')).toMatchObject({ code: 0 });
});
