/** Another number of replicas under load, by the program with real model servers and a real gateway. */
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../driver/local-world.ts';
import { openProgramWorld, type ProgramWorld } from './support/program-world.ts';

let world: ProgramWorld;

beforeEach(async () => {
  world = await openProgramWorld();
});

afterEach(async () => {
  await world.close();
});

const scale = async (site: string, replicas: number, ...more: readonly string[]): Promise<void> => {
  const ended = await world.godwit('scale', 'chat', '--site', site, '--replicas', String(replicas), '--yes', ...more);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
};

const lives = (pid: number): boolean => existsSync(`/proc/${pid}`);

const servesWith = (site: string, replicas: number): Promise<unknown> =>
  until(async () => (await world.replicasOf(site)).length === replicas, `${replicas} at ${site}`);

test('two, four, one under load: no request fails, and what is taken away is gone', async () => {
  const run = await world.startServing();
  const load = world.startLoad();
  await load.passes(load.nowMs(), 1000);
  await scale('oslo', 4);
  await servesWith('oslo', 4);
  const all = await world.replicasOf('oslo');
  await load.passes(load.nowMs(), 1000);
  await scale('oslo', 1);
  await servesWith('oslo', 1);
  const [kept] = await world.replicasOf('oslo');
  await load.passes(load.nowMs(), 2000);
  await load.stop();
  expect(load.failures()).toEqual([]);
  expect(load.counts()).toMatchObject({ streams: { cut: 0, failed: 0 } });
  expect(all.filter(lives)).toEqual([kept]);
  const status = await world.godwit('status', 'chat');
  expect(status.stdout).toMatch(/manual scale op-\w+ \+ done, \S+ ago, oslo 4 to 1/);
  expect(status.stdout).toMatch(/scaled to 1: oslo[\s\S]*godwit scale chat --site oslo --replicas 2/);
  expect((await world.godwit('orphans', 'list')).stdout).not.toContain('beyond');
  expect((await world.godwit('history')).stdout).toMatch(/manual scale +done +\S+ +oslo at 1/);
  // It holds the number: nothing is started again.
  expect(world.starts().filter(({ replica }) => replica.startsWith('oslo'))).toHaveLength(4);
  expect(run.stderr()).not.toContain('violation');
  expect(await world.godwit('journal', 'verify')).toMatchObject({ code: 0 });
});

test('kill -9 of the controller while it takes away: the next one finishes it, and nothing runs on', async () => {
  const run = await world.startServing();
  await scale('oslo', 4);
  await servesWith('oslo', 4);
  const all = await world.replicasOf('oslo');
  const typing = world.start('scale', 'chat', '--site', 'oslo', '--replicas', '2', '--yes');
  await run.says(/step \d+\/\d+ \S*trim oslo to 2/);
  run.kill('SIGKILL');
  await run.ended;
  const next = world.start('run');
  expect(await typing.ended, typing.stderr()).toBe(0);
  await servesWith('oslo', 2);
  await until(() => all.filter(lives).length === 2, 'the others gone');
  expect((await world.godwit('status', 'chat')).stdout).not.toContain('Temporary');
  next.kill('SIGTERM');
  await next.ended;
});
