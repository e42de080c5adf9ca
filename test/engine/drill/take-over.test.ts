import { expect, test } from 'vitest';
import { conclude } from '../../../src/core/drill/conclude.ts';
import { runController } from '../../../src/engine/controller.ts';
import type { DrillTerms } from '../../../src/engine/drill/rehearsal.ts';
import { runDrill } from '../../../src/engine/drill/run.ts';
import { takeOver, undoAgain } from '../../../src/engine/drill/take-over.ts';
import type { DrillRecords } from '../../../src/ports/drill-records.ts';
import { type DrillShelf, openMemoryDrillRecords } from '../../../src/store/memory-drill-records.ts';
import { drillOf } from '../../model/support/drills.ts';
import { gatewayAbsent } from '../support/fake-sink.ts';
import type { Process } from '../support/process.ts';
import { createWorld, type World } from '../support/world.ts';

const loss = drillOf({
  ...{ name: 'loss', title: undefined, deployment: 'chat' },
  faults: [{ kind: 'blackhole', site: 'left', sharePct: 100, atMs: 0, forMs: 6000 }],
  steadyState: { observeMs: 2000, require: [] },
  recovery: { failback: true, settleMs: 1000 },
});
const atHome = { left: 100, right: 0 };

interface Life {
  readonly world: World;
  readonly shelf: DrillShelf;
  readonly runner: Process;
  readonly appends: number;
  readonly run: string;
  stop(): Promise<void>;
}

/** A drill whose process dies as it writes its `at`th record; without one it lives. */
async function live(at?: number): Promise<Life> {
  const world = createWorld();
  const stop = new AbortController();
  const led = runController(world.boot().deps, stop.signal);
  await world.until('both proven', () => world.sink.entry?.spill.length === 2);
  await world.pass(1500);
  world.sink.counted = () => ({ ok: Math.floor(world.clock.monoMs() / 100), failed: 0, cut: 0 });
  const shelf: DrillShelf = new Map();
  const runner = world.boot();
  const kept = openMemoryDrillRecords(shelf);
  let appends = 0;
  const records: DrillRecords = {
    ...kept,
    async append(run, drafts) {
      appends += 1;
      if (appends === at) runner.kill();
      if (runner.isDead()) return await new Promise(() => undefined);
      await kept.append(run, drafts);
    },
  };
  const terms: DrillTerms = {
    ...{ reason: 'practice', records, version: '1', say: () => undefined },
  };
  const end = runDrill(runner.deps, loss, terms, new AbortController().signal).then(
    () => undefined,
    () => undefined,
  );
  let isOver = false;
  void end.then(() => {
    isOver = true;
  });
  await world.until('its end, or its death', () => isOver || runner.isDead());
  return {
    ...{ world, shelf, runner, appends, run: [...shelf.keys()][0] ?? '' },
    async stop() {
      stop.abort();
      await world.drive(led);
      expect(world.violations).toEqual([]);
    },
  };
}

function over(life: Life, records: DrillRecords = openMemoryDrillRecords(life.shelf)) {
  const terms = { records, because: 'its runner died', say: () => undefined };
  return life.world.drive(takeOver(life.world.boot().deps, life.run, terms));
}

function again(life: Life) {
  const terms = { records: openMemoryDrillRecords(life.shelf), because: 'again', say: () => undefined };
  return life.world.drive(undoAgain(life.world.boot().deps, life.run, terms));
}

test('what was not seen to be undone is undone again, and the record stays as it was', async () => {
  const life = await live(12);
  life.world.sink.absent = gatewayAbsent;
  expect((await over(life))?.end).toMatchObject({ verdict: 'interrupted', undo: 'unknown' });
  const written = JSON.stringify([...life.shelf]);
  expect(await again(life)).toBe('unknown');
  life.world.sink.absent = undefined;
  expect(await again(life)).toBe('verified');
  expect(JSON.stringify([...life.shelf])).toBe(written);
  expect(life.world.sink.drilled).toEqual([]);
  await life.stop();
});

test('a run that came to its end leaves nothing to do', async () => {
  const life = await live();
  expect(await over(life)).toBeUndefined();
  expect(await again(life)).toBeUndefined();
  await life.stop();
});

test('a run that nobody knows is named', async () => {
  const life = await live();
  await expect(over({ ...life, run: 'dr-nobody' })).rejects.toThrow('no drill dr-nobody is on record');
  await life.stop();
});

const calm = await live();
const points = calm.appends;
await calm.stop();
/** Before the first there is no run that anybody could know of. */
const deaths = Array.from({ length: points - 1 }, (_, index) => 2 + index);

test.for(deaths)(
  'I33: killed as it writes its record for the %dth time, a drill is undone by whoever watches, and all is as before',
  async (at) => {
    const life = await live(at);
    const { world, shelf, run } = life;
    expect(life.runner.isDead()).toBe(true);
    const before = await openMemoryDrillRecords(shelf).read(run);
    const hasEnd = before?.entries.some(({ body }) => body.kind === 'end') === true;
    const ended = run === '' ? undefined : await over(life);
    if (ended !== undefined) {
      expect(ended.end.verdict).toBe('interrupted');
      expect(ended.end.undo).toBe(ended.faultAtMs === undefined ? 'not-needed' : 'verified');
      const sight = await openMemoryDrillRecords(shelf).read(run);
      expect(sight?.kind).toBe('whole');
      expect(conclude(sight?.entries ?? [])).toEqual(ended.end);
    } else expect(run === '' || hasEnd).toBe(true);
    expect(world.sink.drilled.filter(({ run: of }) => of === run)).toEqual([]);
    expect(world.sink.entry?.weights).toEqual(atHome);
    await life.stop();
  },
);

test('a run whose process died before is told, and nothing is broken until it is undone', async () => {
  const life = await live(Math.floor(points / 2));
  const { world, shelf, run } = life;
  const terms: DrillTerms = {
    ...{ reason: undefined, records: openMemoryDrillRecords(shelf), version: '1', say: () => undefined },
  };
  const again = () => world.drive(runDrill(world.boot().deps, loss, terms, new AbortController().signal));
  await world.pass(15_000);
  // However many drills of other deployments have run since.
  const [begin] = (await openMemoryDrillRecords(shelf).read(run))?.entries ?? [];
  if (begin?.body.kind !== 'begin') throw new Error('no beginning');
  for (const id of Array.from({ length: 20 }, (_, index) => `dr-other-${index}`)) {
    const body = { ...begin.body, id, drill: { ...loss, deployment: 'other' } };
    const at = { atMs: world.clock.nowMs(), monoMs: world.clock.monoMs() };
    await openMemoryDrillRecords(shelf).append(id, [{ ...at, body }]);
  }
  const refused = await again();
  expect(refused.end).toMatchObject({ verdict: 'not-started', undo: 'not-needed' });
  expect(refused.end.because.join('; ')).toContain(`${run} has no end: it goes on, or its process died`);
  await over(life);
  expect((await again()).faultAtMs).toBeDefined();
  await life.stop();
});

test('a disk that hangs keeps nothing broken', async () => {
  const life = await live(Math.floor(points / 2));
  const { world, shelf, run } = life;
  const isBroken = () => world.sink.drilled.some((each) => each.run === run && each.sharePct > 0);
  expect(isBroken()).toBe(true);
  const hanging = { ...openMemoryDrillRecords(shelf), append: () => new Promise<never>(() => undefined) };
  const terms = { records: hanging, because: 'its runner died', say: () => undefined };
  void takeOver(world.boot().deps, run, terms);
  await world.until('it is undone', () => !isBroken(), 1000);
  await life.stop();
});

test('without anybody who would undo it nothing is broken, and that is on record', async () => {
  const life = await live();
  const { world, shelf } = life;
  const guard = async (): Promise<never> => {
    throw new Error('no process can be started');
  };
  const terms: DrillTerms = {
    ...{ reason: undefined, records: openMemoryDrillRecords(shelf), version: '1', say: () => undefined, guard },
  };
  const run = await world.drive(runDrill(world.boot().deps, loss, terms, new AbortController().signal));
  expect(run.end).toMatchObject({ verdict: 'not-started', because: ['no process can be started'] });
  const sight = await openMemoryDrillRecords(shelf).read(run.id);
  expect(sight?.entries.at(-1)?.body.kind).toBe('end');
  await life.stop();
});
