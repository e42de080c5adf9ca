import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../driver/local-world.ts';
import { openProgramWorld, type ProgramWorld } from './support/program-world.ts';
import type { SteadyLoad } from './support/steady-load.ts';

let world: ProgramWorld;
let load: SteadyLoad;

beforeEach(async () => {
  world = await openProgramWorld({
    drills: `
  loss:
    deployment: chat
    fault: [{ type: blackhole, site: oslo, for: 20s }]
    hypothesis: ["lostRequests <= 5%", "recoveryTime <= 15s"]`,
  });
  await world.startServing();
  load = world.startLoad();
  await load.passes(load.nowMs(), 500);
});

afterEach(async () => {
  await world.close();
});

const atHome = { oslo: 100, paris: 0, rome: 0 };

interface Listed {
  readonly items: readonly { readonly running: string | null }[];
}

/** The run that breaks something now, as the gateway says. */
async function running(): Promise<string | null | undefined> {
  const ended = await world.godwit('drill', 'list', '-o', 'json');
  return (JSON.parse(ended.stdout) as Listed).items[0]?.running;
}

test('a person’s shift during a drill: the fault is undone first, the drill is aborted, the weights are the person’s', async () => {
  const drill = world.start('drill', 'run', 'loss', '--yes', '-o', 'json');
  await drill.says(/broken: blackhole/);
  expect(await running()).toMatch(/^dr-/);
  await until(async () => (await world.weights())?.['paris'] === 100, 'automation away from the black hole');
  const screen = await world.godwit('status', 'chat');
  expect(screen.stdout).toMatch(/Temporary +drill at oslo.+godwit drill abort dr-/);
  const shift = ['shift', 'chat', '--from', 'paris', '--to', 'rome', '--expires', '1h', '--reason', 'mine'];
  const shown = await world.godwit('plan', ...shift);
  expect(shown.stdout, shown.stderr).toMatch(/Aborts drill dr-\w+: what it breaks at oslo is undone first/);
  const moved = await world.godwit(...shift, '--yes', '-o', 'json');
  expect(moved, moved.stderr).toMatchObject({ code: 0 });
  const { operation } = JSON.parse(moved.stdout) as { readonly operation: { readonly id: string } };
  expect(await drill.ended).toBe(10);
  expect(JSON.parse(drill.stdout())).toMatchObject({
    ...{ verdict: 'aborted', undo: 'verified', because: [expect.stringContaining(operation.id)] },
  });
  expect(await running()).toBeNull();
  expect(await world.weights()).toEqual({ oslo: 0, paris: 0, rome: 100 });
  const told = await world.godwit('timeline', operation.id);
  expect(told.stdout.indexOf('undo')).toBeGreaterThan(-1);
  expect(told.stdout.indexOf('undo')).toBeLessThan(told.stdout.indexOf('weigh'));
  await load.passes(load.nowMs(), 500);
  await load.stop();
  expect(load.failures()).toEqual([]);
});

test('automation moves away from the black hole, no request is lost, and everything is as before', async () => {
  const drill = world.start('drill', 'run', 'loss', '--yes', '-o', 'json');
  expect(await drill.ended, drill.stderr()).toBe(0);
  expect(JSON.parse(drill.stdout())).toMatchObject({
    ...{ verdict: 'passed', undo: 'verified', weights: { restored: true } },
    operations: [
      { kind: 'failover', trigger: 'automatic', state: 'done' },
      { kind: 'return', state: 'done' },
    ],
  });
  expect(await world.weights()).toEqual(atHome);
  expect(await running()).toBeNull();
  await load.passes(load.nowMs(), 500);
  await load.stop();
  expect(load.failures()).toEqual([]);
  // A rehearsed failover holds back no real one.
  expect((await world.status()) as unknown).toMatchObject({ failoverReady: { value: true } });
  expect(await world.godwit('journal', 'verify')).toMatchObject({ code: 0 });
});

test('kill -9 of the drill after its fault: it is undone within ten seconds by whoever keeps it', async () => {
  const drill = world.start('drill', 'run', 'loss', '--yes');
  await drill.says(/broken: blackhole/);
  drill.kill('SIGKILL');
  await drill.ended;
  await until(async () => (await running()) === null, 'the fault gone', 12_000);
  await load.passes(load.nowMs(), 500);
  await load.stop();
  expect(load.failures()).toEqual([]);
});

test('Ctrl-C undoes it and says what came of it', async () => {
  const drill = world.start('drill', 'run', 'loss', '--yes');
  await drill.says(/broken: blackhole/);
  drill.kill('SIGINT');
  expect(await drill.ended).toBe(130);
  expect(drill.stdout()).toMatch(/ABORTED.*\n +interrupted\n.*fault undone, read back/);
  expect(await running()).toBeNull();
  expect(await world.weights()).toEqual(atHome);
});
