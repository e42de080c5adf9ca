import { expect, test } from 'vitest';
import { carryOut } from '../../../src/engine/carry-out.ts';
import { runController } from '../../../src/engine/controller.ts';
import type { DrillTerms } from '../../../src/engine/drill/rehearsal.ts';
import { runDrill } from '../../../src/engine/drill/run.ts';
import { takeOver } from '../../../src/engine/drill/take-over.ts';
import type { EngineDeps } from '../../../src/engine/engine.ts';
import { GodwitError } from '../../../src/errors.ts';
import type { Drill } from '../../../src/model/drill.ts';
import type { DrillRun } from '../../../src/model/drill-run.ts';
import { limitOn } from '../../../src/model/limits.ts';
import type { Wish } from '../../../src/model/wish.ts';
import type { DrillRecords } from '../../../src/ports/drill-records.ts';
import { type DrillShelf, openMemoryDrillRecords } from '../../../src/store/memory-drill-records.ts';
import { drillOf } from '../../model/support/drills.ts';
import type { Process } from '../support/process.ts';
import { createWorld, type World, type WorldChange } from '../support/world.ts';

const atHome = { left: 100, right: 0 };
const away = { left: 0, right: 100 };
const exit = drillOf({
  ...{ name: 'exit', title: undefined, kind: 'provider-exit', faults: [], exit: { vendor: 'acme', stayMs: 8000 } },
  hypothesis: [
    { kind: 'comparison', text: 'lostRequests <= 0%', signal: 'lostRequests', comparator: '<=', value: 0 },
    { kind: 'comparison', text: 'moves = 0', signal: 'moves', comparator: '=', value: 0 },
  ],
  steadyState: { observeMs: 2000, require: [] },
  recovery: { failback: true, settleMs: 1000 },
});

interface Held {
  readonly world: World;
  readonly runner: Process;
  readonly end: Promise<DrillRun>;
  readonly shelf: DrillShelf;
  readonly said: string[];
  readonly abort: AbortController;
  readonly disk: { isFull: boolean };
  stop(): Promise<void>;
}

const vendors: WorldChange = { places: { left: { vendor: 'acme' }, right: { vendor: 'other' } } };

async function hold(
  drill: Drill,
  change: WorldChange = {},
  used: (deps: EngineDeps) => EngineDeps = (deps) => deps,
): Promise<Held> {
  const world = createWorld({ ...vendors, ...change });
  const stop = new AbortController();
  const led = runController(world.boot().deps, stop.signal);
  await world.until('all proven', () => world.sink.entry?.spill.length === world.clouds.size);
  await world.pass(1500);
  world.sink.counted = () => ({ ok: Math.floor(world.clock.monoMs() / 100), failed: 0, cut: 0 });
  const [shelf, said, abort]: [DrillShelf, string[], AbortController] = [new Map(), [], new AbortController()];
  const kept = openMemoryDrillRecords(shelf);
  const disk = { isFull: false };
  const records: DrillRecords = {
    ...kept,
    async append(run, drafts) {
      if (disk.isFull) throw new GodwitError('StoreFailed', 'the disk is full');
      await kept.append(run, drafts);
    },
  };
  const terms: DrillTerms = { reason: 'practice', records, version: '1', say: (line) => said.push(line) };
  const runner = world.boot();
  const end = runDrill(used(runner.deps), drill, terms, abort.signal);
  end.catch(() => undefined);
  return {
    ...{ world, runner, end, shelf, said, abort, disk },
    async stop() {
      stop.abort();
      await world.drive(led);
      expect(world.violations).toEqual([]);
    },
  };
}

const isAway = (world: World): boolean => world.sink.entry?.weights['right'] === 100;

test('provider-exit: leaves the vendor, stays away, comes back, and says that nothing went there', async () => {
  const { world, end, said, stop } = await hold(exit);
  await world.until('it is away', () => isAway(world));
  const run = await world.drive(end);
  expect(run).toMatchObject({
    ...{ end: { verdict: 'passed', because: [], undo: 'verified' }, before: { weights: atHome } },
    after: { weights: atHome },
  });
  expect(run.operations.map(({ plan }) => plan.kind)).toEqual(['shift', 'return']);
  expect(run.checks.map(({ what, holds }) => [what, holds])).toContainEqual(['no request went to acme', 'yes']);
  expect(said.join('\n')).toMatch(/nothing goes to acme any more \(left\)/);
  const stayed = run.samples.filter(({ weights }) => weights['right'] === 100);
  expect((stayed.at(-1)?.atMs ?? 0) - (stayed[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(7000);
  await stop();
});

test('provider-exit: a request that went to the vendor all the same fails it', async () => {
  const { world, end, stop } = await hold(exit);
  await world.until('it is away', () => isAway(world));
  await world.pass(3000);
  world.sink.stats['left'] = { attemptsTotal: 7 };
  expect((await world.drive(end)).end).toMatchObject({
    ...{ verdict: 'failed', because: [expect.stringContaining('some went to left')] },
  });
  await stop();
});

test('provider-exit: Ctrl-C brings the traffic back', async () => {
  const { world, end, abort, stop } = await hold(exit);
  await world.until('it is away', () => isAway(world));
  abort.abort('SIGINT');
  const run = await world.drive(end);
  expect(run).toMatchObject({ end: { verdict: 'aborted', because: ['interrupted'] }, after: { weights: atHome } });
  await stop();
});

test('provider-exit: a person’s move ends it, and stays', async () => {
  const { world, end, stop } = await hold(exit);
  await world.until('it is away', () => isAway(world));
  const move: Wish = { deployment: 'chat', kind: 'shift', from: 'right', to: 'left', reason: 'mine', forMs: 600_000 };
  const moved = carryOut(world.boot().deps, move, { timeoutMs: undefined }, new AbortController().signal);
  const [run, ended] = await world.drive(Promise.all([end, moved]));
  expect(ended).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect(run.end).toMatchObject({ verdict: 'aborted', because: [expect.stringMatching(/manual shift by|shift by/)] });
  expect(world.sink.entry?.weights).toEqual(atHome);
  await stop();
});

test('provider-exit: killed while it is away, it is brought back by whoever watches', async () => {
  const { world, runner, shelf, stop } = await hold(exit);
  await world.until('it is away', () => isAway(world));
  await world.pass(2000);
  runner.kill();
  await world.pass(15_000);
  expect(isAway(world)).toBe(true);
  const run = [...shelf.keys()][0] ?? '';
  const terms = { records: openMemoryDrillRecords(shelf), because: 'its runner died', say: () => undefined };
  const ended = await world.drive(takeOver(world.boot().deps, run, terms));
  expect(ended?.end).toMatchObject({ verdict: 'interrupted', undo: 'verified' });
  expect(world.sink.entry?.weights).toEqual(atHome);
  await stop();
});

const promoteWhen = [limitOn('errorRate', '<=', 1), limitOn('ttft.p95', '<=', 200)];
/** Slow enough that something can happen meanwhile. */
const slowMove = { stepsPct: [50, 100], holdEachMs: 4000, promoteWhen, deadlineMs: 60_000 };
const halves = { left: 50, mid: 50, right: 0 };
/** Two sites of the vendor’s, each with half of the traffic. */
const two: WorldChange = {
  sites: { left: 1, mid: 1, right: 1 },
  places: { left: { vendor: 'acme' }, mid: { vendor: 'acme' }, right: { vendor: 'other' } },
  deployment: { weights: halves },
};

test.for<{ name: string; ends: (held: Held) => unknown; because: RegExp }>([
  { name: 'Ctrl-C', ends: ({ abort }) => abort.abort('SIGINT'), because: /interrupted/ },
  {
    ...{ name: 'an abort at the gateway', because: /customers call/ },
    ends: ({ world, shelf }) => {
      const call = { signal: new AbortController().signal, timeoutMs: 1000 };
      return world.sink.lift('chat', { because: 'customers call', run: [...shelf.keys()][0] ?? '' }, call as never);
    },
  },
  {
    ...{ name: 'what its users lose', because: /requests were lost/ },
    ends: ({ world }) => {
      const ok = Math.floor(world.clock.monoMs() / 100);
      world.sink.counted = () => ({ ok, failed: Math.floor(world.clock.monoMs() / 100) - ok, cut: 0 });
    },
  },
  {
    ...{ name: 'a record that cannot be written', because: /the disk is full/ },
    ends: async ({ world, disk }) => {
      disk.isFull = true;
      await world.pass(1500);
      disk.isFull = false;
    },
  },
])('provider-exit: $name while a site is left is noticed, and the next one is not left', async ({ ends, because }) => {
  const held = await hold(exit, { ...two, failover: { move: { ...slowMove } } });
  const { world, end, stop } = held;
  const shifts = () => world.operations().filter(({ plan }) => plan.kind === 'shift');
  await world.until('it leaves the first', () => shifts().length === 1);
  await ends(held);
  const run = await world.drive(end);
  expect(run.end.verdict).toBe('aborted');
  expect(run.end.because[0]).toMatch(because);
  expect(shifts().length).toBe(1);
  expect(world.sink.entry?.weights).toEqual(halves);
  await stop();
});

test('provider-exit: counts that began anew do not say that nothing went to the vendor', async () => {
  const { world, end, stop } = await hold(exit);
  world.sink.stats['left'] = { attemptsTotal: 40 };
  await world.until('it is away', () => isAway(world));
  await world.pass(3000);
  world.sink.stats['left'] = { attemptsTotal: 0 };
  const run = await world.drive(end);
  expect(run.checks).toContainEqual(
    expect.objectContaining({
      what: 'no request went to acme',
      holds: 'unknown',
      detail: expect.stringMatching(/anew/),
    }),
  );
  expect(run.end.verdict).toBe('inconclusive');
  await stop();
});

test('tabletop: says what automation would do now, touches nothing, and proves nothing', async () => {
  const { world, end, said, shelf, stop } = await hold(drillOf({ kind: 'tabletop' }));
  const before = world.sink.accepted.length;
  const run = await world.drive(end);
  expect(run.end).toMatchObject({ verdict: 'inconclusive', undo: 'not-needed' });
  expect(run.end.because[0]).toContain('talked through');
  expect(said[0]).toMatch(/were site-a lost now, automation would go to right, ready now/);
  expect(run.notes.map(({ text }) => text)).toEqual(said);
  expect(world.sink.undone).toEqual([]);
  expect(world.sink.accepted.length - before).toBeLessThanOrEqual(1);
  expect(shelf.size).toBe(1);
  expect(away).not.toEqual(world.sink.entry?.weights);
  await stop();
});

test('tabletop: what cannot be looked up ends it, and its record has an end all the same', async () => {
  const { world, end, shelf, stop } = await hold(drillOf({ kind: 'tabletop' }), {}, (deps) => ({
    ...deps,
    store: {
      ...deps.store,
      snapshots: {
        ...deps.store.snapshots,
        get: async () => {
          throw new GodwitError('StoreFailed', 'the disk is gone');
        },
      },
    },
  }));
  const run = await world.drive(end);
  expect(run.end).toMatchObject({ verdict: 'inconclusive', cutShort: 'the disk is gone' });
  expect(run.end.because).toContain('the disk is gone');
  const sight = await openMemoryDrillRecords(shelf).read(run.id);
  expect(sight?.entries.at(-1)?.body.kind).toBe('end');
  await stop();
});
