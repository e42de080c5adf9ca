import { expect, test } from 'vitest';
import { carryOut } from '../../../src/engine/carry-out.ts';
import { runController } from '../../../src/engine/controller.ts';
import type { DrillTerms } from '../../../src/engine/drill/rehearsal.ts';
import { runDrill } from '../../../src/engine/drill/run.ts';
import { takeOver } from '../../../src/engine/drill/take-over.ts';
import type { Drill } from '../../../src/model/drill.ts';
import type { DrillRun } from '../../../src/model/drill-run.ts';
import type { Wish } from '../../../src/model/wish.ts';
import { type DrillShelf, openMemoryDrillRecords } from '../../../src/store/memory-drill-records.ts';
import { drillOf } from '../../model/support/drills.ts';
import type { Process } from '../support/process.ts';
import { createWorld, type World } from '../support/world.ts';

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
  stop(): Promise<void>;
}

async function hold(drill: Drill): Promise<Held> {
  const world = createWorld({ places: { left: { vendor: 'acme' }, right: { vendor: 'other' } } });
  const stop = new AbortController();
  const led = runController(world.boot().deps, stop.signal);
  await world.until('both proven', () => world.sink.entry?.spill.length === 2);
  await world.pass(1500);
  world.sink.counted = () => ({ ok: Math.floor(world.clock.monoMs() / 100), failed: 0, cut: 0 });
  const [shelf, said, abort]: [DrillShelf, string[], AbortController] = [new Map(), [], new AbortController()];
  const terms: DrillTerms = {
    ...{ reason: 'practice', records: openMemoryDrillRecords(shelf), version: '1', say: (line) => said.push(line) },
  };
  const runner = world.boot();
  const end = runDrill(runner.deps, drill, terms, abort.signal);
  end.catch(() => undefined);
  return {
    ...{ world, runner, end, shelf, said, abort },
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
