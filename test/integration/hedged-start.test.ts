import { existsSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { until } from '../driver/local-world.ts';
import { root } from '../e2e/support/spawn-godwit.ts';
import { openProgramWorld, type ProgramWorld } from './support/program-world.ts';

let world: ProgramWorld | undefined;

afterEach(async () => {
  await world?.close();
});

/** Which replicas run, by their processes. */
function running({ starts }: ProgramWorld): readonly string[] {
  return starts()
    .filter(({ pid }) => existsSync(`/proc/${pid}`))
    .map(({ replica }) => replica.split('-')[0] ?? '')
    .toSorted();
}

test('of two cold sites the one that loads faster stays, and the other’s process is gone', {
  timeout: 90_000,
}, async () => {
  const model = `${root}/bin/godwit.js model-server --first-token-ms 10 --tokens-per-second 100`;
  world = await openProgramWorld({
    replicas: { oslo: 1, paris: 1, rome: 1 },
    cold: ['paris', 'rome'],
    // Of the two the first in order takes its time.
    server: `${model} --load-ms $(case \${replica} in (paris*) echo 20000;; (*) echo 0;; esac)`,
  });
  const run = world.start('run');
  await run.says(/automatic start done/);
  const plan = await world.godwit('plan', 'start', 'chat', '--anywhere', '--hedge', '-o', 'json');
  expect(plan, plan.stderr).toMatchObject({ code: 0 });
  const [hunt] = JSON.parse(plan.stdout).steps as readonly {
    readonly candidates?: readonly { readonly site: string }[];
  }[];
  expect(hunt).toMatchObject({ hedge: 2, candidates: [{ site: 'paris' }, { site: 'rome' }] });
  const ended = await world.godwit('start', 'chat', '--anywhere', '--hedge', '--yes', '-o', 'json');
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(JSON.parse(ended.stdout)).toMatchObject({ outcome: 'done' });
  expect(world.starts().map(({ replica }) => replica.split('-')[0])).toEqual(expect.arrayContaining(['paris', 'rome']));
  const now = world;
  await until(() => running(now).join() === 'oslo,rome', 'only the winner left', 10_000);
  const told = await world.godwit('explain', 'last');
  expect(told.stdout).toContain('rome was proven first');
  expect(await world.godwit('verify', 'last')).toMatchObject({ code: 0 });
});
