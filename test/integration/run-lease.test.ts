import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../driver/local-world.ts';
import type { Program } from './support/program.ts';
import { leaseTtlMs, openProgramWorld, type ProgramWorld, replicasInAll } from './support/program-world.ts';

let world: ProgramWorld;

beforeEach(async () => {
  world = await openProgramWorld();
});

afterEach(async () => {
  await world.close();
});

const me = `${userInfo().username}@${hostname()}`;

test('a second controller exits 75 naming the first, and takes over once the first is dead for a lease', async () => {
  const first = await world.startServing();
  const load = world.startLoad();
  const before = first.stderr();
  const second = await world.godwit('run');
  expect(second.code).toBe(75);
  expect(second.stderr).toContain('another controller holds the lease; nothing was touched');
  expect(second.stderr).toContain(`${me}, pid ${first.pid}`);
  await load.passes(load.nowMs(), 1000);
  expect(first.stderr()).toBe(before);
  expect((await world.status()).controller).toMatchObject({ kind: 'live', holder: { pid: first.pid } });

  const killedMs = performance.now();
  first.kill('SIGKILL');
  const third = world.start('run');
  await third.says(/lease taken, epoch 2/);
  const tookMs = performance.now() - killedMs;
  expect(tookMs).toBeGreaterThanOrEqual(leaseTtlMs);
  expect(tookMs).toBeLessThan(3 * leaseTtlMs + 5000);
  await load.passes(load.nowMs(), 1000);
  expect((await world.status()).controller).toMatchObject({ kind: 'live', holder: { pid: third.pid } });
  await load.stop();
  expect(load.failures()).toEqual([]);
  expect(world.started()).toHaveLength(replicasInAll);
  expect(await world.godwit('journal', 'verify')).toMatchObject({ code: 0 });
});

/** Stopped in the middle of a transaction it would hold the state file, which is another story than the lease. */
async function stopBetweenWrites(program: Program): Promise<void> {
  const state = new DatabaseSync(join(world.stateDir, 'state.db'));
  try {
    await until(() => {
      program.kill('SIGSTOP');
      try {
        state.exec('BEGIN IMMEDIATE; ROLLBACK');
        return true;
      } catch (error) {
        expect(error).toMatchObject({ errcode: 5 });
        program.kill('SIGCONT');
        return undefined;
      }
    }, 'the controller stopped outside of a transaction');
  } finally {
    state.close();
  }
}

test('a controller stopped past its lease finds it lost, exits 13 and changes nothing any more', async () => {
  const first = await world.startServing();
  const load = world.startLoad();
  await load.passes(load.nowMs(), 500);
  await stopBetweenWrites(first);
  const second = world.start('run');
  await second.says(/lease taken, epoch 2/);
  const moved = await world.godwit('switchover', 'chat', '--to', 'paris', '--yes', '-o', 'json');
  expect(moved).toMatchObject({ code: 0 });
  expect(await world.weights()).toEqual({ oslo: 0, paris: 100, rome: 0 });

  const before = first.stderr();
  first.kill('SIGCONT');
  await first.says(/lease lost/);
  await first.says(/exit 13/);
  const saidMs = performance.now();
  expect(await first.ended).toBe(13);
  // What it had to say is not followed by silence.
  expect(performance.now() - saidMs).toBeLessThan(1000);
  const said = first.stderr().slice(before.length);
  expect(said).toContain(`lease lost, now ${me} pid ${second.pid}`);
  expect(said).toContain('error: lost the lease; stopped before the next change');
  expect(said).toContain(`${me}, pid ${second.pid}`);
  expect(said).toContain('(exit 13)');
  expect(said).toContain('What it had done until then stays.');
  expect(said).not.toContain('decided');
  await load.passes(load.nowMs(), 2000);
  expect(await world.weights()).toEqual({ oslo: 0, paris: 100, rome: 0 });
  expect(await world.status()).toMatchObject({
    service: { state: 'serving' },
    controller: { kind: 'live', holder: { pid: second.pid } },
    operation: null,
    lastOperation: { kind: 'switchover', state: 'done', by: { pid: second.pid } },
  });
  expect(second.stderr()).not.toContain('lease lost');
  await load.stop();
  expect(load.failures()).toEqual([]);
  expect(world.started()).toHaveLength(replicasInAll);
  expect(await world.godwit('journal', 'verify')).toMatchObject({ code: 0 });
});
