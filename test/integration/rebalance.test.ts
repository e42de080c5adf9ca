import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { until } from '../driver/local-world.ts';
import { openProgramWorld, type ProgramWorld } from './support/program-world.ts';
import { inTerminal } from './support/terminal.ts';

let world: ProgramWorld;

afterEach(async () => {
  await world.close();
});

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

/** Oslo costs 3 dollars a replica, Paris 2 and Rome 1; each has two and Oslo all the traffic. */
async function serving(demand: number, holdEach = '500ms'): Promise<ProgramWorld> {
  const rebalance = `{ constraints: { headroom: 0%, survive: off, minimumSites: 2 }, demand: { chat: ${demand}rps }, run: { textfileDir: ., logFile: rebalance.log } }`;
  const replicas = { oslo: 2, paris: 2, rome: 2 };
  const move = `{ steps: [50%, 100%], holdEach: ${holdEach} }`;
  world = await openProgramWorld({ replicas, rebalance, move, safety: '{ removalWindow: 0s }' });
  await world.startServing();
  const isSettled = async () => (await world.godwit('plan', 'rebalance')).code === 0;
  await until(isSettled, 'all settled', 20_000);
  return world;
}

test('under load two runs at once: one starts, moves and stops, the other ends 75; no request fails, and it stays so', async () => {
  await serving(150);
  const load = world.startLoad();
  const [one, other] = await Promise.all([world.godwit('rebalance', '--cron'), world.godwit('rebalance', '--cron')]);
  expect([one.code, other.code].toSorted(), one.stderr + other.stderr).toEqual([0, 75]);
  const [worked, waited] = one.code === 0 ? [one, other] : [other, one];
  expect(worked.stderr).toMatch(/^Rebalanced: [^\n]*\n$/);
  expect(worked.stdout + waited.stdout + waited.stderr).toBe('');
  const after = await world.godwit('plan', 'rebalance', '-o', 'json');
  expect(JSON.parse(after.stdout)).toMatchObject({ outcome: 'plan', changes: [] });
  const alive = world.starts().filter(({ pid }) => isAlive(pid)).length;
  expect(alive).toBe(2);
  await load.stop();
  expect(load.failures()).toEqual([]);
  expect(readFileSync(join(world.dir, 'godwit-rebalance.prom'), 'utf8')).toContain(
    'godwit_rebalance_last_run_timestamp_seconds',
  );
  // A controller that looks again and again brings nothing back.
  const before = world.started().length;
  await until(async () => (await world.status()).operation === null, 'nothing under way');
  expect(world.started().length).toBe(before);
});

test('a question that is left open keeps no scheduler waiting, and a yes after its run changes nothing', async () => {
  await serving(150);
  const typed = async (): Promise<string> => {
    const run = await world.godwit('rebalance', '--cron');
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toMatch(/^Rebalanced: [^\n]*\n$/);
    return 'y';
  };
  const words = ['rebalance', '--reason', 'cheaper', '--config', join(world.dir, 'godwit.yaml')];
  const shown = await inTerminal(words, { answer: { to: 'Go on? [y/N]', typed } });
  expect(shown).toContain('came between');
  expect(shown).toMatch(/Stopped after 0 of \d changes/);
  const after = await world.godwit('plan', 'rebalance', '-o', 'json');
  expect(JSON.parse(after.stdout)).toMatchObject({ outcome: 'plan', changes: [] });
});

test('killed in the middle, the next run goes on from what is there', async () => {
  await serving(150);
  const run = world.start('rebalance', '--yes', '--reason', 'cheaper');
  await until(async () => (await world.status()).operation !== null, 'it has begun');
  run.kill('SIGKILL');
  const isQuiet = async () => (await world.status()).operation === null;
  await until(isQuiet, 'the controller has ended what was begun', 60_000);
  await until(
    async () => (await world.godwit('rebalance', '--yes', '--reason', 'again')).code === 0,
    'done',
    90_000,
    1000,
  );
  const after = await world.godwit('plan', 'rebalance', '-o', 'json');
  expect(JSON.parse(after.stdout)).toMatchObject({ outcome: 'plan', changes: [] });
  expect((await world.status()).service.state).toBe('serving');
});

/** A scheduler's run, with its first move of traffic half done and held there. */
async function halfMoved() {
  await serving(150, '8s');
  const load = world.startLoad();
  const run = world.start('rebalance', '--cron');
  const isHalf = async () => {
    const oslo = (await world.weights())?.['oslo'] ?? 100;
    return oslo > 0 && oslo < 100;
  };
  await until(isHalf, 'half moved', 30_000);
  return { run, load };
}

const logged = (): readonly Record<string, unknown>[] =>
  readFileSync(join(world.dir, 'rebalance.log'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('a failover that begins in the middle goes first: the run stops, says so, and begins nothing more', async () => {
  const { run } = await halfMoved();
  for (const pid of await world.replicasOf('oslo')) process.kill(pid, 'SIGKILL');
  expect(await run.ended, run.stderr()).toBe(1);
  expect(run.stderr()).toMatch(/^Stopped after 0 of \d changes/);
  expect(logged().map(({ msg }) => msg)).toEqual(['start', 'plan', 'change', 'end']);
  const isOver = async () => (await world.status()).operation === null && (await world.weights())?.['oslo'] === 0;
  await until(isOver, 'failed over', 30_000);
  const { stdout } = await world.godwit('history', 'chat', '-o', 'json');
  expect(stdout).toContain('"automatic"');
});

test('what a person asks for in the middle goes first', async () => {
  const { run } = await halfMoved();
  const switched = await world.godwit('switchover', 'chat', '--to', 'oslo', '--yes', '--reason', 'mine');
  expect(switched.code, switched.stderr).toBe(0);
  expect(await run.ended, run.stderr()).toBe(1);
  expect(logged().at(-1)).toMatchObject({ msg: 'end', exit: 1, done: [] });
  expect(await world.weights()).toEqual({ oslo: 100, paris: 0, rome: 0 });
});
