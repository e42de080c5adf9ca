import { hostname, userInfo } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../driver/local-world.ts';
import { openProgramWorld, type ProgramWorld, replicasInAll } from './support/program-world.ts';
import type { SteadyLoad } from './support/steady-load.ts';

let world: ProgramWorld;
let load: SteadyLoad;

beforeEach(async () => {
  // Slow enough that a person has the time to change their mind.
  world = await openProgramWorld({ move: '{ steps: [10%, 100%], holdEach: 2s }' });
});

afterEach(async () => {
  await world.close();
});

const me = `${userInfo().username}@${hostname()}`;

interface Told {
  readonly outcome: string;
  readonly carriedOutBy?: string;
  readonly operation?: {
    readonly id: string;
    readonly state: string;
    readonly by: { readonly kind: string; readonly pid: number };
  };
}

/** `godwit switchover chat --to <site> --yes -o json` to its end, which must be good. */
async function switchTo(site: string): Promise<Told> {
  const ended = await world.godwit('switchover', 'chat', '--to', site, '--yes', '-o', 'json');
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  return JSON.parse(ended.stdout) as Told;
}

async function expectGoodEnd(): Promise<void> {
  await load.passes(load.nowMs(), 500);
  await load.stop();
  expect(load.failures()).toEqual([]);
  expect(load.counts().streams.cut).toBe(0);
  expect(world.started()).toHaveLength(replicasInAll);
  expect(await world.godwit('journal', 'verify')).toMatchObject({ code: 0 });
}

test('what is typed beside a running controller is carried out by the controller', async () => {
  const run = await world.startServing();
  load = world.startLoad();
  const typing = world.start('switchover', 'chat', '--to', 'paris', '--yes', '--reason', 'driver update');
  await typing.says(/step \d\/6 \d-weigh oslo 90%, paris 10%/);
  const during = await world.status();
  const by = { kind: 'controller', pid: run.pid };
  expect(during).toMatchObject({
    service: { state: 'serving' },
    operation: { kind: 'switchover', trigger: 'manual', by },
    controller: { kind: 'live', holder: { pid: run.pid } },
  });
  // Both moves of weight are one state of the operation: the steps are told apart all the same.
  await typing.says(/step \d\/6 \d-weigh paris 100%/);
  expect((await world.status()).operation?.step).toBeGreaterThan(during.operation?.step ?? Number.POSITIVE_INFINITY);
  expect(await typing.ended).toBe(0);
  expect(typing.stdout()).toMatch(/^op-\S+ +manual switchover of chat +\S done after/);
  expect(typing.stdout()).toContain('driver update');
  expect(typing.stdout()).toContain(`by the controller ${me}, pid ${run.pid}`);
  expect(typing.stderr()).not.toContain('lease taken');
  expect(await world.weights()).toEqual({ oslo: 0, paris: 100, rome: 0 });

  expect(await switchTo('paris')).toMatchObject({ outcome: 'nothing-to-do' });
  expect(await switchTo('rome')).toMatchObject({
    outcome: 'done',
    carriedOutBy: 'controller',
    operation: { state: 'done', by },
  });
  expect(await world.weights()).toEqual({ oslo: 0, paris: 0, rome: 100 });
  expect(await world.status()).toMatchObject({
    operation: null,
    lastOperation: { kind: 'switchover', state: 'done', by },
    controller: { kind: 'live', holder: { pid: run.pid } },
  });
  expect(run.stderr()).not.toContain('lease lost');
  await expectGoodEnd();
});

test('Ctrl-C that was to detach only ends the watching beside a running controller', async () => {
  const run = await world.startServing();
  load = world.startLoad();
  const typing = world.start('switchover', 'chat', '--to', 'paris', '--yes', '--on-interrupt', 'detach');
  await typing.says(/step \d\/6 \d-weigh oslo 90%, paris 10%/);
  typing.kill('SIGINT');
  expect(await typing.ended).toBe(130);
  const open = (await world.status()).operation;
  expect(open).toMatchObject({ kind: 'switchover', by: { kind: 'controller', pid: run.pid } });
  expect(typing.stdout()).toBe('');
  expect(typing.stderr()).toContain(
    `Stopped watching ${open?.id}: the controller ${me}, pid ${run.pid}, goes on with it.  godwit status chat`,
  );
  await run.says(/manual switchover done/);
  expect(await world.weights()).toEqual({ oslo: 0, paris: 100, rome: 0 });
  expect(await world.status()).toMatchObject({ operation: null, lastOperation: { id: open?.id, state: 'done' } });
  await expectGoodEnd();
});

test('a controller killed while it carries out what was typed is followed by the command itself', async () => {
  const run = await world.startServing();
  load = world.startLoad();
  const typing = world.start('switchover', 'chat', '--to', 'paris', '--yes');
  // By the second step the command has long known that a controller lives.
  await until(async () => (await world.weights())?.['paris'] === 100, 'the second step in force');
  const id = (await world.status()).operation?.id;
  run.kill('SIGKILL');
  expect(await typing.ended).toBe(0);
  expect(typing.stderr()).toContain('lease taken, epoch 2');
  expect(typing.stdout()).toMatch(new RegExp(`^${id} .+ done after`));
  expect(await world.weights()).toEqual({ oslo: 0, paris: 100, rome: 0 });
  expect(await world.status()).toMatchObject({
    service: { state: 'serving' },
    operation: null,
    lastOperation: { id, state: 'done' },
    controller: { kind: 'gone' },
  });
  await expectGoodEnd();
});

test('what is typed with no controller is carried out by the command itself, and Ctrl-C leaves it to the next', async () => {
  const run = await world.startServing();
  load = world.startLoad();
  run.kill('SIGKILL');
  await run.ended;
  const told = await switchTo('paris');
  expect(told).toMatchObject({ outcome: 'done', carriedOutBy: 'this-process', operation: { by: { kind: 'person' } } });
  expect(await world.weights()).toEqual({ oslo: 0, paris: 100, rome: 0 });
  expect(await world.status()).toMatchObject({
    service: { state: 'serving' },
    operation: null,
    lastOperation: { id: told.operation?.id, state: 'done' },
    controller: { kind: 'gone' },
  });

  const typing = world.start('switchover', 'chat', '--to', 'rome', '--yes', '--on-interrupt', 'detach');
  await typing.says(/step \d\/6 \d-weigh paris 90%, rome 10% intended/);
  await until(async () => (await world.weights())?.['rome'] === 10, 'the first step in force');
  typing.kill('SIGINT');
  expect(await typing.ended).toBe(130);
  const held = await world.status();
  expect(held).toMatchObject({
    operation: { kind: 'switchover', by: { pid: typing.pid } },
    controller: { kind: 'gone' },
  });
  expect(typing.stderr()).toContain(
    `Stopped watching ${held.operation?.id}: no controller holds it; \`godwit run\` goes on with it.  godwit status chat`,
  );
  await load.passes(load.nowMs(), 1000);
  expect(await world.weights()).toEqual({ oslo: 0, paris: 90, rome: 10 });

  const next = world.start('run');
  expect(await next.says(/(op-\S+) manual switchover done/)).toBe(held.operation?.id);
  expect(await world.weights()).toEqual({ oslo: 0, paris: 0, rome: 100 });
  await expectGoodEnd();
});
