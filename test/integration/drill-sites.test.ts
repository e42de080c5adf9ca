/** What a drill does to a site itself, done to real processes under load: automation moves away, and the undo brings the site back. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { InflictDeps } from '../../src/engine/drill/deed.ts';
import { createInfliction } from '../../src/engine/drill/inflict.ts';
import { isWhole, undoRemains } from '../../src/engine/drill/undo-remains.ts';
import type { EngineDeps } from '../../src/engine/engine.ts';
import { readConfig } from '../../src/main/config.ts';
import { withEngine } from '../../src/main/engine.ts';
import type { ArmedFaultKind, ReplicaFaultKind } from '../../src/model/fault.ts';
import type { Remains } from '../../src/model/remains.ts';
import type { ReadCall } from '../../src/ports/call.ts';
import { createClock } from '../../src/system/clock.ts';
import { until } from '../driver/local-world.ts';
import { openProgramWorld, type ProgramWorld } from './support/program-world.ts';
import type { SteadyLoad } from './support/steady-load.ts';

const clock = createClock();
const calm = new AbortController().signal;
let world: ProgramWorld;
let load: SteadyLoad;

beforeEach(async () => {
  world = await openProgramWorld();
  await world.startServing();
  load = world.startLoad();
  await load.passes(load.nowMs(), 500);
});

afterEach(async () => {
  await world.close();
});

/** As whoever runs a drill: a process beside the controller, with ports of its own. */
async function asRunner<T>(work: (deps: EngineDeps) => Promise<T>): Promise<T> {
  const reading = await readConfig(join(world.dir, 'godwit.yaml'), true);
  if (reading.kind !== 'valid') throw new Error(reading.text);
  return await withEngine(reading.config, { clock, reporter: { report: () => undefined }, actor: 'person' }, work);
}

/** Breaks `oslo`; gives what was kept of it, as a text on disk would. */
async function breakOslo(
  deps: InflictDeps,
  kind: ReplicaFaultKind,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<Remains> {
  const fault = { kind, site: 'oslo', sharePct: 100, atMs: 0, forMs: 60_000 };
  const infliction = createInfliction(deps, { run: 'dr-1', drill: { name: 'loss', deployment: 'chat' }, fault });
  expect(await infliction?.rehearse(calm)).toBeUndefined();
  await meanwhile();
  const kept: Remains[] = [];
  expect(await infliction?.inflict(async (remains) => void kept.push(remains), calm)).toMatchObject({ state: 'done' });
  const [remains] = kept;
  if (remains === undefined) throw new Error('nothing was kept');
  return JSON.parse(JSON.stringify(remains)) as Remains;
}

function call(): ReadCall {
  return { signal: calm, deadlineAtMonoMs: clock.monoMs() + 5000 };
}

/** For a minute, unless it is lifted. */
async function arm({ traffic, actor: by }: EngineDeps, kind: ArmedFaultKind): Promise<void> {
  const about = { deployment: 'chat', drill: 'loss', run: 'dr-1', site: 'oslo' };
  expect(await traffic.arm?.({ ...about, kind, sharePct: 100, forMs: 60_000, by }, call())).toMatchObject({
    kind: 'done',
  });
}

/** Long before the fault would end by itself. */
async function movedAway(): Promise<void> {
  await until(async () => (await world.weights())?.['oslo'] === 0, 'automation away from oslo', 30_000);
}

const isProven = async (): Promise<boolean> =>
  (await world.route())?.spill.some(({ site }) => site === 'oslo') ?? false;

/** As the kernel says: T is stopped. */
const stateOf = (pid: number): string | undefined => /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];

test('two replicas that hang: automation moves away, no request fails, and told to go on they serve again', async () => {
  const pids = await world.replicasOf('oslo');
  await asRunner(async (deps) => {
    const remains = await breakOslo(deps, 'hang');
    expect(pids.map(stateOf)).toEqual(['T', 'T']);
    await movedAway();
    await load.passes(load.nowMs(), 500);
    expect(await undoRemains(deps, remains)).toMatchObject({ state: 'done' });
    expect(pids.map(stateOf)).not.toContain('T');
    await until(isProven, 'oslo proven again', 30_000);
    expect(await world.replicasOf('oslo')).toEqual(pids);
  });
  await load.passes(load.nowMs(), 500);
  await load.stop();
  expect(load.failures()).toEqual([]);
});

test('two replicas that are killed: automation moves away, and the site is whole once both slots run again', async () => {
  const pids = await world.replicasOf('oslo');
  await asRunner(async (deps) => {
    const remains = await breakOslo(deps, 'kill');
    await movedAway();
    expect(await undoRemains(deps, remains)).toMatchObject({ state: 'done' });
    await until(async () => (await isWhole(deps, remains)) === 'yes', 'both slots running again', 40_000);
    await until(isProven, 'oslo proven again', 30_000);
  });
  expect(await world.replicasOf('oslo')).not.toEqual(pids);
  await load.passes(load.nowMs(), 500);
  await load.stop();
  expect(load.failures()).toEqual([]);
});

test('sold out meanwhile: what was killed is refused a start until that is over', async () => {
  await asRunner(async (deps) => {
    await arm(deps, 'capacity-denied');
    let remains = await breakOslo(deps, 'kill');
    const isRefused = async (): Promise<boolean> =>
      (await deps.store.journal.read({ deployment: 'chat' })).some(
        ({ body }) =>
          body.kind === 'step' && body.state === 'refused' && body.error?.code === 'InsufficientInstanceCapacity',
      );
    const isDenied = async (): Promise<boolean> => {
      if (await isRefused()) return true;
      // The controller believes its last look for half a second: what it started before it knew is killed again.
      if ((await isWhole(deps, remains)) === 'yes') remains = await breakOslo(deps, 'kill');
      return false;
    };
    await until(isDenied, 'a start that is refused', 40_000);
    expect(await isWhole(deps, remains)).toBe('no');
    await deps.traffic.lift?.('chat', { because: 'it is over', run: 'dr-1' }, call());
    await until(async () => (await isWhole(deps, remains)) === 'yes', 'both slots running again', 40_000);
  });
});

test.for(['provider-down', 'credentials-expired', 'provider-throttled'] as const)(
  '%s meanwhile: automation moves away from what hangs all the same, and its undo is not denied',
  async (kind) => {
    const pids = await world.replicasOf('oslo');
    await asRunner(async (deps) => {
      const isBlind = async (): Promise<boolean> =>
        (await deps.providers.get('oslo')?.list({ deployment: 'chat' }, call()))?.kind === 'unknown';
      const remains = await breakOslo(deps, 'hang', async () => {
        await arm(deps, kind);
        await until(isBlind, `${kind} at oslo`);
      });
      await movedAway();
      expect(await undoRemains(deps, remains)).toMatchObject({ state: 'done' });
      expect(pids.map(stateOf)).not.toContain('T');
    });
  },
);
