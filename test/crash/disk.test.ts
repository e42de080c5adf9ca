import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../driver/local-world.ts';
import type { Program } from '../integration/support/program.ts';
import { openProgramWorld, type ProgramWorld, type Terms } from '../integration/support/program-world.ts';
import { fillDisk, isMountExpected, makeRoom, mountSmallDisk } from '../integration/support/small-disk.ts';
import type { SteadyLoad } from '../integration/support/steady-load.ts';
import { type BuiltProgram, layOutBuiltProgram } from './support/built-program.ts';

let built: BuiltProgram;
let world: ProgramWorld;

beforeAll(() => {
  built = layOutBuiltProgram();
});

afterAll(() => built.remove());

afterEach(async () => {
  await world.close();
});

/** Slow enough for the disk to fail in the middle of a move; every point the controller passes is written down. */
async function openWorld(terms: Terms = {}): Promise<{ run: Program; load: SteadyLoad; passed(): readonly string[] }> {
  const env: NodeJS.ProcessEnv = { ...process.env };
  const preload = join(import.meta.dirname, 'support/crash-at.mjs');
  world = await openProgramWorld({
    replicas: { oslo: 1, paris: 1 },
    move: '{ steps: [10%, 100%], holdEach: 2s }',
    launch: { launcher: built.launcher, nodeArgs: ['--import', preload], env },
    ...terms,
  });
  const crashDir = join(world.dir, 'crash');
  mkdirSync(crashDir);
  writeFileSync(join(crashDir, 'passed'), '');
  env['CRASH_DIR'] = crashDir;
  const run = await world.startServing();
  const load = world.startLoad();
  await load.passes(load.nowMs(), 500);
  return { run, load, passed: () => readFileSync(join(crashDir, 'passed'), 'utf8').split('\n') };
}

/** What was passed after a transaction that did not become durable; the first such one is where the disk failed. */
function afterFailure(passed: readonly string[]): readonly string[] {
  const failed = passed.findIndex(
    (each, index) => each.endsWith(' before') && passed[index + 1] !== each.replace(/before$/, 'after'),
  );
  expect(failed).toBeGreaterThan(0);
  return passed.slice(failed + 1).filter(Boolean);
}

const isEffect = (point: string): boolean => /^(socket .+ unsent|process .+ before|record .+ before)$/.test(point);

async function expectHeld(load: SteadyLoad, weights: Readonly<Record<string, number>>): Promise<void> {
  await load.passes(load.nowMs(), 2000);
  expect(await world.weights()).toEqual(weights);
  expect(load.failures()).toEqual([]);
}

/** The next controller on a sound disk brings the operation to its end, with the replicas that were there. */
async function expectResumed(load: SteadyLoad, weights: Readonly<Record<string, number>>): Promise<void> {
  const run = world.start('run');
  await run.says(/manual switchover done/);
  expect(await world.weights()).toEqual(weights);
  await load.passes(load.nowMs(), 500);
  expect(load.failures()).toEqual([]);
  expect(load.counts().streams.cut).toBe(0);
  expect(world.started()).toHaveLength(2);
  expect(await world.godwit('journal', 'verify')).toMatchObject({ code: 0 });
  run.kill('SIGTERM');
  expect(await run.ended).toBe(0);
}

describe.runIf(isMountExpected)('a state directory on a disk of eight MiB', () => {
  test('full in the middle of a move: the weights stay between, and with room again it is brought to its end', async () => {
    const { run, load, passed } = await openWorld({ prepare: (stateDir) => mountSmallDisk(stateDir, 8) });
    const typing = world.start('switchover', 'chat', '--to', 'paris', '--yes');
    await until(async () => (await world.weights())?.['paris'] === 10, 'the first step in force');
    fillDisk(world.stateDir);
    expect(await run.ended).toBe(1);
    expect(run.stderr()).toMatch(/the disk is full: make room and start godwit again, it goes on from the journal/);
    expect(afterFailure(passed()).filter(isEffect)).toEqual([]);
    // Whoever typed it may not lead either: there is nothing it could write down. How far it came is not known to it.
    expect(await typing.ended).toBe(11);
    expect(typing.stderr()).toMatch(/the disk is full/);
    await expectHeld(load, { oslo: 90, paris: 10 });
    makeRoom(world.stateDir);
    await expectResumed(load, { oslo: 0, paris: 100 });
  });
});

/** Where tracing is not possible this is left out; under CI it fails, never silently passes. */
const isTraceExpected = isMountExpected;

/** From the n-th flush of the process on, every flush fails; until the process ends. */
async function failFlushes(program: Program, from: number): Promise<Promise<unknown>> {
  const args = ['-f', '-qq', '-e', 'trace=fsync,fdatasync', '-e', `inject=fsync,fdatasync:error=EIO:when=${from}+`];
  const log = join(world.dir, 'strace');
  const tracer = spawn('strace', [...args, '-o', log, '-p', String(program.pid)], { stdio: 'ignore' });
  const ended = once(tracer, 'exit');
  await Promise.race([until(() => isTraced(program.pid), 'the controller traced'), ended]);
  return ended;
}

function isTraced(pid: number): boolean | undefined {
  return /^TracerPid:\t[1-9]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')) || undefined;
}

describe.runIf(isTraceExpected)('a disk whose flushes fail', () => {
  test.for([1, 2, 5])('from the %i. flush of a move on: nothing more is changed, and it is told why', async (from) => {
    const { run, load, passed } = await openWorld();
    const typing = world.start('switchover', 'chat', '--to', 'paris', '--yes');
    await until(async () => (await world.weights())?.['paris'] === 10, 'the first step in force');
    // Else it would lead once the controller is gone: the disk does not fail for it.
    typing.kill('SIGKILL');
    const traced = await failFlushes(run, from);
    expect(await run.ended).toBe(1);
    const weights = (await world.weights()) ?? {};
    await traced;
    expect(readFileSync(join(world.dir, 'strace'), 'utf8')).toContain('(INJECTED)');
    expect(run.stderr()).toMatch(/disk I\/O error/);
    expect(run.stderr()).toMatch(/the disk failed: see the system’s log; once it is sound, start godwit again/);
    expect(run.stderr()).not.toMatch(/^\s+at /m);
    // After the failed flush the handle was not trusted with another transaction, and nothing was sent to anybody.
    expect(afterFailure(passed())).toEqual([]);
    await expectHeld(load, weights);
    await expectResumed(load, { oslo: 0, paris: 100 });
  });
});
