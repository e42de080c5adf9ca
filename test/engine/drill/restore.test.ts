import { expect, test } from 'vitest';
import { runController } from '../../../src/engine/controller.ts';
import { createRecorder } from '../../../src/engine/drill/recorder.ts';
import type { Rehearsal } from '../../../src/engine/drill/rehearsal.ts';
import { restore } from '../../../src/engine/drill/restore.ts';
import type { EngineDeps } from '../../../src/engine/engine.ts';
import { GodwitError } from '../../../src/errors.ts';
import type { Footing } from '../../../src/model/drill-run.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { Seen } from '../../../src/model/outcome.ts';
import type { PinSight } from '../../../src/model/pin.ts';
import { openMemoryDrillRecords } from '../../../src/store/memory-drill-records.ts';
import { pin } from '../../core/support/pins.ts';
import { drillOf } from '../../model/support/drills.ts';
import { gatewayAbsent } from '../support/fake-sink.ts';
import { createWorld } from '../support/world.ts';

const drill = drillOf({ name: 'loss', deployment: 'chat', recovery: { failback: true, settleMs: 0 } });
const atHome = { left: 100, right: 0 };
/** Before the drill nothing ran at `right`. */
const before: Footing = { weights: atHome, replicas: [{ site: 'left', slot: 0, is: 'running' }] };

/** Both sites run, `left` has the traffic: what is left is that `right` was started meanwhile. */
async function woken(change: (deps: EngineDeps) => EngineDeps = (deps) => deps) {
  const world = createWorld();
  const stop = new AbortController();
  const led = runController(world.boot().deps, stop.signal);
  await world.until('both proven', () => world.sink.entry?.spill.length === 2);
  stop.abort();
  await world.drive(led);
  const deps = change(world.boot().deps);
  const rehearsal: Rehearsal = {
    ...{ deps, id: 'dr-1', drill, beganAtMs: 0, faultAtMs: 1, isUp: true, load: undefined, loadSeconds: [] },
    ...{ recorder: createRecorder(openMemoryDrillRecords(), 'dr-1', world.clock), samples: [] },
    ...{ intended: new Set(), inflicted: new Set(), undone: new Set(), remains: new Map() },
    say: () => undefined,
  };
  return {
    world,
    async checks() {
      await world.drive(restore(rehearsal, { before, stop: undefined }), 3_000_000);
      expect(world.violations).toEqual([]);
      return rehearsal.recorder.drafts.flatMap(({ body }) =>
        body.kind === 'check' ? [`${body.what}: ${body.holds}, ${body.detail}`] : [],
      );
    },
    runs: () => [...world.right.replicas.values()].filter(({ state }) => state === 'running').length,
  };
}

test('what was started sleeps again', async () => {
  const { checks, runs } = await woken();
  expect(runs()).toBe(1);
  expect(await checks()).toEqual(['all is as before: yes, weights and replicas']);
  expect(runs()).toBe(0);
});

/** Answers so the first few times. */
function first<T>(times: number, answer: () => Promise<T>, then: () => Promise<T>): () => Promise<T> {
  let asked = 0;
  return () => {
    asked += 1;
    return asked <= times ? answer() : then();
  };
}

const unseen: Seen<never> = { kind: 'unknown', error: gatewayAbsent };

function pinsOf(standing: readonly number[]): Seen<PinSight> {
  return { kind: 'seen', value: { pins: [pin()], standing, weights: atHome, before: undefined }, asOfMs: 0 };
}

test('whether a person keeps the weights is asked until it is answered: then what they keep stays', async () => {
  const pins = first<Seen<PinSight>>(
    3,
    async () => unseen,
    async () => pinsOf([1]),
  );
  const { checks, runs } = await woken((deps) => ({ ...deps, traffic: { ...deps.traffic, pins } as never }));
  expect(await checks()).toContainEqual(
    expect.stringMatching(
      /what was started stays: no, right runs and did not before, and stays: hold kept by the gateway/,
    ),
  );
  expect(runs()).toBe(1);
});

test('a person that nobody could ask about never has a site stopped under them', async () => {
  const { checks, runs } = await woken((deps) => ({
    ...deps,
    traffic: { ...deps.traffic, pins: async () => unseen } as never,
  }));
  expect(await checks()).toContainEqual(expect.stringContaining('right runs and did not before: no gateway answers'));
  expect(runs()).toBe(1);
});

/** What the store says of operations is `change`d; counts from 1. */
function listing(
  deps: EngineDeps,
  change: (operations: readonly Operation[], asked: number) => readonly Operation[],
): EngineDeps {
  const { operations } = deps.store;
  let asked = 0;
  const list: typeof operations.list = async (filter) => {
    asked += 1;
    return change(await operations.list(filter), asked);
  };
  return { ...deps, store: { ...deps.store, operations: { ...operations, list } } };
}

test('a store that cannot be read for a moment leaves nothing running', async () => {
  const { checks, runs } = await woken((deps) =>
    listing(deps, (operations, asked) => {
      // Behind the acknowledgement and the weights.
      if (asked >= 4 && asked < 9) throw new GodwitError('StoreFailed', 'the disk is busy');
      return operations;
    }),
  );
  expect((await checks()).at(-1)).toBe('all is as before: yes, weights and replicas');
  expect(runs()).toBe(0);
});

test.for([
  {
    isLed: true,
    what: 'somebody carries out is waited for as long as it takes',
    takesMs: 600_000,
    most: 11,
    runsAfter: 0,
  },
  { isLed: true, what: 'never ends is not waited for for ever', takesMs: 9e9, most: 35, runsAfter: 1 },
  { isLed: false, what: 'nobody carries out is waited for two minutes each time', takesMs: 9e9, most: 5, runsAfter: 1 },
])('an operation that $what', async ({ isLed, takesMs, most, runsAfter }) => {
  const { world, checks, runs } = await woken((deps) => {
    const { clock, store } = deps;
    const endsMs = clock.nowMs() + takesMs;
    const { lease } = store;
    const led = listing(deps, (operations) =>
      clock.nowMs() < endsMs ? operations.map((each) => ({ ...each, endedAtMs: undefined })) : operations,
    );
    const read: typeof lease.read = async (deployment) => {
      if (!isLed || clock.nowMs() >= endsMs) return await lease.read(deployment);
      return { deployment, epoch: 9, holder: deps.actor, renewedAtMs: clock.nowMs(), heldMs: 1000, ttlMs: 1000 };
    };
    return { ...led, store: { ...led.store, lease: { ...lease, read } } };
  });
  await world.pass(5000);
  const beganMs = world.clock.monoMs();
  const told = await checks();
  expect(world.clock.monoMs() - beganMs).toBeLessThan(most * 60_000);
  expect(runs()).toBe(runsAfter);
  expect(told.some((each) => each.includes('an operation is under way still'))).toBe(runsAfter > 0);
});

test('a site that cannot be listed for a moment sleeps again all the same', async () => {
  const { world, checks, runs } = await woken();
  world.right.listError = gatewayAbsent;
  world.clock.after(20_000, () => {
    world.right.listError = undefined;
  });
  expect(await checks()).toEqual(['all is as before: yes, weights and replicas']);
  expect(runs()).toBe(0);
});

test('weights that are not those from before are told, though nobody is known to have moved them', async () => {
  const { world, checks } = await woken();
  const entry = world.sink.entry;
  if (entry === undefined) throw new Error('the gateway has no table');
  world.sink.entry = { ...entry, weights: { left: 60, right: 40 } };
  expect(await checks()).toContainEqual(
    'the weights are not those from before: no, now left 60%, right 40%: godwit failback chat',
  );
});
