/** Writes what this version leaves behind at every entry of its operations: run once for each version that is published. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Chaos } from '../../src/sim/chaos.ts';
import { runFast } from '../../src/sim/drain.ts';
import type { Host } from '../../src/sim/host.ts';
import { seatOperators } from '../../src/sim/operators.ts';
import { type Scene, scenes } from '../../src/sim/scenes.ts';
import { World } from '../../src/sim/world.ts';
import type { KeptJournal, Moment } from './journals.ts';

const root = join(import.meta.dirname, '../..');

function* record({ name, options, kept }: Scene): Generator<void, KeptJournal> {
  const moments: Moment[] = [];
  const world: World = new World(options, {
    kept,
    onEntry: ({ body }) => {
      const { gateway, newest, schedule, wallAheadMs, clouds, ghost } = world;
      // What is started before the scene begins is a scene of its own.
      if (body.kind !== 'step' || (kept.length > 0 && ghost.operations.get(body.operationId)?.plan.kind === 'start'))
        return;
      const { operationId } = body;
      moments.push({
        ...{ rows: newest.entries.length, operationId, wallMs: Math.round(schedule.monoMs + wallAheadMs) },
        at: [body.step, ...(body.part === undefined ? [] : [body.part]), body.state].join(' '),
        gateway: { entry: gateway.entry, fence: gateway.fence },
        replicas: [...clouds.values()].flatMap(({ servers }) => [...servers.values()].map(({ replica }) => replica)),
      });
    },
  });
  const hosts: readonly Host[] = [{ name: 'host-1', life: undefined, lives: 0 }];
  world.hosts = hosts;
  const chaos = new Chaos(world);
  seatOperators(world, () => chaos.isOver);
  yield;
  while (world.schedule.monoMs < options.chaosMs && world.schedule.step()) yield;
  const rows = world.newest.entries.map(({ seq, hash, text }) => ({ seq, hash, text }));
  world.close();
  return { scene: name, options, rows, moments };
}

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const folder = join(root, 'fixtures/journals', version);
mkdirSync(folder, { recursive: true });
setImmediate(() => {
  for (const scene of scenes) {
    const path = join(folder, `${scene.name.replaceAll(/\W+/g, '-')}.json`);
    writeFileSync(path, `${JSON.stringify(runFast(record(scene)))}\n`);
    console.log(path);
  }
});
