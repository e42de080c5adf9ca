import { expect, test } from 'vitest';
import { createRecorder } from '../../../src/engine/drill/recorder.ts';
import type { Rehearsal } from '../../../src/engine/drill/rehearsal.ts';
import { createSiteFaults } from '../../../src/engine/drill/site-faults.ts';
import type { PlannedFault } from '../../../src/model/drill.ts';
import { openMemoryDrillRecords } from '../../../src/store/memory-drill-records.ts';
import { drillOf } from '../../model/support/drills.ts';
import { createWorld } from '../support/world.ts';

const calm = new AbortController().signal;
const hang: PlannedFault = { kind: 'hang', site: 'left', sharePct: 100, atMs: 0, forMs: 1000 };

/** One replica at `left` that hangs since a moment ago. */
async function hung() {
  const world = createWorld();
  world.left.plant(0);
  const { deps } = world.boot();
  const rehearsal: Rehearsal = {
    ...{ deps, id: 'dr-1', drill: drillOf({ deployment: 'chat', faults: [hang] }), beganAtMs: 0, faultAtMs: undefined },
    ...{ recorder: createRecorder(openMemoryDrillRecords(), 'dr-1', world.clock), samples: [], loadSeconds: [] },
    ...{
      intended: new Set(),
      inflicted: new Set(),
      undone: new Set(),
      remains: new Map(),
      isUp: true,
      load: undefined,
    },
    say: () => undefined,
  };
  const faults = createSiteFaults(rehearsal);
  expect(await faults.turn(0, calm)).toBeUndefined();
  await world.until('it hangs', () => world.left.hung.size === 1);
  world.left.disturbed.length = 0;
  return { world, faults };
}

test('what was not seen to go on when its time was over is told again at the end', async () => {
  const { world, faults } = await hung();
  world.left.disturbFaults.push(...Array.from({ length: 200 }, () => 'unknown' as const));
  await faults.turn(1000, calm);
  await world.pass(20_000);
  expect(world.left.hung.size).toBe(1);
  world.left.disturbFaults.length = 0;
  expect(await world.drive(faults.undoAll())).toBe('verified');
  expect(world.left.hung.size).toBe(0);
});

test('what goes on since its time was over is not told again', async () => {
  const { world, faults } = await hung();
  await faults.turn(1000, calm);
  await world.pass(1000);
  expect(await world.drive(faults.undoAll())).toBe('verified');
  expect(world.left.disturbed.length).toBe(1);
});

test('what is never seen to go on is told for its time once', async () => {
  const { world, faults } = await hung();
  world.left.disturbFaults.push(...Array.from({ length: 500 }, () => 'unknown' as const));
  const beganMs = world.clock.monoMs();
  expect(await world.drive(faults.undoAll())).toBe('unknown');
  expect(world.clock.monoMs() - beganMs).toBeLessThan(17_000);
});
