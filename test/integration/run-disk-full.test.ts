import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../driver/local-world.ts';
import { openProgramWorld, type ProgramWorld, replicasInAll } from './support/program-world.ts';
import { fillDisk, isMountExpected, makeRoom, mountSmallDisk } from './support/small-disk.ts';

describe.runIf(isMountExpected)('a state directory on a disk of eight MiB', () => {
  let world: ProgramWorld;

  beforeEach(async () => {
    world = await openProgramWorld({ prepare: (stateDir) => mountSmallDisk(stateDir, 8) });
  });

  afterEach(async () => {
    await world.close();
  });

  const full = /the disk is full: make room and start godwit again, it goes on from the journal\n.+\s+\(exit 1\)/;
  test('full: the controller ends saying so, the gateway serves on, and with room again everything goes on', async () => {
    const run = await world.startServing();
    const load = world.startLoad();
    await load.passes(load.nowMs(), 1000);
    const gateway = await world.gateway();
    fillDisk(world.stateDir);
    const fullMs = load.nowMs();
    expect(await run.ended).toBe(1);
    expect(run.stderr()).toContain('database or disk is full');
    expect(run.stderr()).toMatch(full);
    // Reading needs no room, and nobody who must write pretends to have.
    const status = await world.status();
    expect(status).toMatchObject({ service: { state: 'serving' }, sources: { store: { seen: true } } });
    for (const words of [['run'], ['switchover', 'chat', '--to', 'paris', '--yes']]) {
      const ended = await world.godwit(...words);
      expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(full) });
      const left = words[0] === 'run' ? 'What is in force stays in force.' : 'Nothing was changed.';
      expect(ended.stderr).toContain(left);
    }
    expect(await world.godwit('journal', 'verify')).toMatchObject({ code: 0 });
    await load.passes(fullMs, 3000);
    expect(load.failures()).toEqual([]);
    makeRoom(world.stateDir);
    const second = world.start('run');
    await second.says(/lease taken, epoch 2/);
    await until(world.isServing, 'every site proven again');
    expect(await world.gateway()).toBe(gateway);
    expect(await world.godwit('switchover', 'chat', '--to', 'paris', '--yes')).toMatchObject({ code: 0 });
    await load.passes(load.nowMs(), 500);
    await load.stop();
    expect(load.failures()).toEqual([]);
    expect(load.counts().streams.cut).toBe(0);
    expect(world.started()).toHaveLength(replicasInAll);
    expect(await world.godwit('journal', 'verify')).toMatchObject({ code: 0 });
  });
  test('full: a gateway that was killed starts from its saved table, and spills past a dead site', async () => {
    const run = await world.startServing();
    const load = world.startLoad();
    await load.passes(load.nowMs(), 500);
    fillDisk(world.stateDir);
    expect(await run.ended).toBe(1);
    process.kill(Number(await world.gateway()), 'SIGKILL');
    await until(async () => (await world.gateway()) === undefined, 'the gateway gone');
    const gateway = world.start('gateway');
    await gateway.says(/gateway listens on .+, 1 routes from .+table\.json/);
    const listensMs = load.nowMs();
    await load.passes(listensMs, 500);
    const dead = await world.replicasOf('oslo');
    expect(dead).toHaveLength(2);
    for (const pid of dead) process.kill(pid, 'SIGKILL');
    await load.passes(load.nowMs(), 2000);
    await load.stop();
    expect(load.failures().filter(({ dueMs }) => dueMs >= listensMs)).toEqual([]);
    expect(await world.weights()).toEqual({ oslo: 100, paris: 0, rome: 0 });
    expect(await world.godwit('journal', 'verify')).toMatchObject({ code: 0 });
  });
});
