import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Program } from '../integration/support/program.ts';
import { openProgramWorld, type ProgramWorld } from '../integration/support/program-world.ts';
import { type BuiltProgram, layOutBuiltProgram } from './support/built-program.ts';

let built: BuiltProgram;
let world: ProgramWorld;

beforeEach(async () => {
  built = layOutBuiltProgram();
  world = await openProgramWorld({ replicas: { oslo: 1, paris: 1 }, launch: { launcher: built.launcher } });
});

afterEach(async () => {
  await world.close();
  built.remove();
});

async function end(run: Program): Promise<void> {
  run.kill('SIGTERM');
  expect(await run.ended).toBe(0);
}

const stateFiles = (dir: string): readonly string[] => readdirSync(dir).filter((name) => name.startsWith('state.db'));

function copyState(from: string, to: string): void {
  for (const name of stateFiles(to)) rmSync(join(to, name));
  for (const name of stateFiles(from)) cpSync(join(from, name), join(to, name));
}

test('an older copy of the state put back is refused by controller and command alike, and nothing is changed', async () => {
  const first = await world.startServing();
  const load = world.startLoad();
  await end(first);
  const kept = join(world.dir, 'kept');
  cpSync(world.stateDir, kept, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  const second = world.start('run');
  await second.says(/lease taken, epoch 2/);
  expect(await world.godwit('switchover', 'chat', '--to', 'paris', '--yes')).toMatchObject({ code: 0 });
  await end(second);
  const newest = join(world.dir, 'newest');
  cpSync(world.stateDir, newest, { recursive: true, filter: (path) => !path.endsWith('.sock') });

  copyState(kept, world.stateDir);
  // With each try its epoch grows, past those that the newest store gave out: only the journal tells them apart.
  for (const words of [['run'], ['run'], ['switchover', 'chat', '--to', 'oslo', '--yes']]) {
    const ended = await world.godwit(...words);
    expect(ended, words.join(' ')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/this store is older than what the gateway has seen .+ nothing is changed with it/),
    });
    expect(ended.stderr).toContain('put the newest state back');
    expect(ended.stderr).not.toMatch(/decided|intended|^\s+at /m);
    expect(await world.weights()).toEqual({ oslo: 0, paris: 100 });
  }
  await load.passes(load.nowMs(), 500);

  copyState(newest, world.stateDir);
  const third = world.start('run');
  await third.says(/lease taken, epoch 3/);
  expect(await world.godwit('switchover', 'chat', '--to', 'oslo', '--yes')).toMatchObject({ code: 0 });
  await load.passes(load.nowMs(), 500);
  expect(load.failures()).toEqual([]);
  expect(world.started()).toHaveLength(2);
  await end(third);
  expect(await world.godwit('journal', 'verify')).toMatchObject({ code: 0 });
});
