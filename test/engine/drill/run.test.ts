import { expect, test } from 'vitest';
import { carryOut } from '../../../src/engine/carry-out.ts';
import { runController } from '../../../src/engine/controller.ts';
import { checkDrill } from '../../../src/engine/drill/check.ts';
import type { DrillTerms } from '../../../src/engine/drill/rehearsal.ts';
import { runDrill } from '../../../src/engine/drill/run.ts';
import type { EngineDeps } from '../../../src/engine/engine.ts';
import { say } from '../../../src/engine/say.ts';
import { GodwitError } from '../../../src/errors.ts';
import type { Drill } from '../../../src/model/drill.ts';
import type { DrillRun } from '../../../src/model/drill-run.ts';
import type { Comparison } from '../../../src/model/expression.ts';
import type { LoadSecond } from '../../../src/model/load.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { Wish } from '../../../src/model/wish.ts';
import type { DrillRecords } from '../../../src/ports/drill-records.ts';
import { openMemoryDrillRecords } from '../../../src/store/memory-drill-records.ts';
import { blackhole } from '../../core/support/view.ts';
import { drillOf } from '../../model/support/drills.ts';
import { gatewayAbsent } from '../support/fake-sink.ts';
import { createWorld, type World, type WorldChange } from '../support/world.ts';

const within = (text: string, value: number): Comparison => ({
  ...{ kind: 'comparison', text, signal: 'recoveryTime', comparator: '<=', value },
});
const loss = drillOf({
  ...{ name: 'loss', title: undefined, deployment: 'chat' },
  faults: [{ kind: 'blackhole', site: 'left', sharePct: 100, atMs: 0, forMs: 30_000 }],
  hypothesis: [within('recoveryTime <= 20s', 20_000)],
  steadyState: { observeMs: 3000, require: [] },
  recovery: { failback: true, settleMs: 1000 },
});
const atHome = { left: 100, right: 0 };
const nothing = { faultAtMs: undefined, end: { verdict: 'not-started', undo: 'not-needed' } };

interface Rehearsed extends World {
  readonly end: Promise<DrillRun>;
  readonly said: string[];
  readonly abort: AbortController;
  /** What the drill's own process cannot write any more. */
  readonly failsToWrite: Set<Write>;
  /** The controller ends. */
  leave(): Promise<void>;
  stop(): Promise<void>;
}

/** A controller that leads, ten requests a second, and a drill that begins. While its fault is in force `left` answers nobody. */
async function begin(
  drill: Drill = loss,
  prepare: (world: World) => void = () => undefined,
  change: WorldChange = {},
  startLoad?: DrillTerms['startLoad'],
): Promise<Rehearsed> {
  const world = createWorld(change);
  const stop = new AbortController();
  const led = runController(world.boot().deps, stop.signal);
  await world.until('both proven', () => world.sink.entry?.spill.length === 2);
  await world.pass(1500);
  world.sink.counted = () => ({ ok: Math.floor(world.clock.monoMs() / 100), failed: 0, cut: 0 });
  prepare(world);
  const said: string[] = [];
  const abort = new AbortController();
  const failsToWrite = new Set<Write>();
  const deps = failing(world.boot().deps, failsToWrite);
  const shelf = openMemoryDrillRecords();
  const records: DrillRecords = {
    ...shelf,
    append: async (run, drafts) => {
      if (failsToWrite.has('record')) throw new GodwitError('StoreFailed', 'the disk is full');
      await shelf.append(run, drafts);
    },
  };
  const told = { reason: 'practice', records, version: '1.2.3', say: (line: string) => said.push(line) };
  const terms = { ...told, ...(startLoad === undefined ? {} : { startLoad }) };
  const end = runDrill(deps, drill, terms, abort.signal);
  end.catch(() => undefined);
  const leave = async (): Promise<void> => {
    stop.abort();
    await world.drive(led);
  };
  return {
    ...world,
    ...{ end, said, abort, failsToWrite },
    leave,
    async stop() {
      await leave();
      expect(world.violations).toEqual([]);
    },
  };
}

/** `request`: once. `snapshot`: is not read. */
type Write = 'standing' | 'note' | 'record' | 'request' | 'snapshot';

/** Its writes of these kinds are refused by the disk; the controller's are not. */
function failing(deps: EngineDeps, kinds: Set<Write>): EngineDeps {
  const { standing, journal, operations, snapshots } = deps.store;
  const full = async () => {
    throw new GodwitError('StoreFailed', 'the disk is full');
  };
  return {
    ...deps,
    store: {
      ...deps.store,
      snapshots: {
        ...snapshots,
        get: (deployment) => (kinds.has('snapshot') ? full() : snapshots.get(deployment)),
      },
      standing: { ...standing, put: (...given) => (kinds.has('standing') ? full() : standing.put(...given)) },
      operations: {
        ...operations,
        request: (request) => (kinds.delete('request') ? full() : operations.request(request)),
      },
      journal: {
        ...journal,
        append: (drafts) =>
          kinds.has('note') && drafts.some(({ body }) => body.kind === 'note') ? full() : journal.append(drafts),
      },
    },
  };
}

const isBroken = (world: World): boolean => world.sink.drilled.some(({ sharePct }) => sharePct === 100);

/** What a black hole does to the probes and to the statistics. */
async function breakWith(world: World): Promise<void> {
  await world.until('the fault in force', () => isBroken(world));
  world.left.crash(0);
  world.sink.stats['left'] = { attempts: 50, failures: 50 };
  await world.until('the failover', () =>
    world.operations().some(({ plan, state }) => plan.kind === 'failover' && state === 'done'),
  );
  world.sink.stats['left'] = {};
}

test('breaks, leaves automation alone, undoes, gives the traffic back, and says that it passed', async () => {
  const world = await begin();
  await breakWith(world);
  const run = await world.drive(world.end);
  expect(run).toMatchObject({
    ...{ end: { verdict: 'passed', because: [], undo: 'verified' }, before: { weights: atHome } },
    after: { weights: atHome },
  });
  expect(run.operations.map(({ plan }) => `${plan.trigger} ${plan.kind}`)).toEqual([
    'automatic failover',
    'manual return',
  ]);
  expect(run.end.claims).toMatchObject([{ measured: 0, holds: 'yes' }]);
  expect(world.sink.drilled).toEqual([]);
  expect(world.said.join('\n')).toMatch(
    /rehearsed.*\n.*steady: \d+ requests, none lost\n.*broken: blackhole.*left, for 30s\n.*failover/,
  );
  // A failover that was rehearsed must not hold back the one that is needed.
  expect([...world.state.standing.values()].flat()).toMatchObject([
    { standing: { kind: 'ack', reason: `drill ${run.id}` } },
  ]);
  const notes = world.journal().flatMap((body) => (body.kind === 'note' ? [body.text] : []));
  expect(notes).toEqual([
    expect.stringMatching(/^drill dr-\w+ \(loss\) begins: practice$/),
    expect.stringMatching(
      /^drill dr-\w+ \(loss\) passed; fault undone; the record of dr-\w+ ends with entry \d+, [0-9a-f]{64}$/,
    ),
  ]);
  await world.stop();
});

test('what its users lose longer than was claimed fails it', async () => {
  const claims = [within('recoveryTime <= 1s', 1000)];
  const world = await begin({ ...loss, hypothesis: claims });
  await world.until('the fault in force', () => isBroken(world));
  const brokenMonoMs = world.clock.monoMs();
  world.sink.counted = () => {
    const monoMs = world.clock.monoMs();
    const failed = Math.floor(Math.min(monoMs - brokenMonoMs, 4000) / 1000);
    return { ok: Math.floor(monoMs / 100), failed, cut: 0, lostAgoMs: Math.max(0, monoMs - brokenMonoMs - 4000) };
  };
  expect((await world.drive(world.end)).end).toMatchObject({
    ...{ verdict: 'failed', because: ['not so: recoveryTime <= 1s'], undo: 'verified' },
  });
  await world.stop();
});

test('a person’s move aborts it: the fault is undone first, and the weights stay the person’s', async () => {
  const world = await begin();
  await world.until('the fault in force', () => isBroken(world));
  const shift: Wish = { deployment: 'chat', kind: 'switchover', from: undefined, to: 'right', reason: 'mine' };
  const moved = carryOut(world.boot().deps, shift, { timeoutMs: undefined }, new AbortController().signal);
  const [run, end] = await world.drive(Promise.all([world.end, moved]));
  expect(end).toMatchObject({ kind: 'ended', operation: { state: 'done' } });
  expect(run.end).toMatchObject({ verdict: 'aborted', undo: 'verified' });
  expect(run.end.because[0]).toMatch(/^op-\w+: manual switchover by /);
  expect(world.sink.entry?.weights).toEqual({ left: 0, right: 100 });
  const steps = world.journal().flatMap((body) => (body.kind === 'step' ? [`${body.step} ${body.state}`] : []));
  expect(steps.find((each) => each.includes('undo'))).toMatch(/^1-undo dr-\w+ intended$/);
  await world.stop();
});

test.for([
  { name: 'Ctrl-C', how: (world: Rehearsed) => world.abort.abort('SIGINT'), because: 'interrupted' },
  {
    name: '`drill abort`',
    how: (world: Rehearsed) =>
      void world.sink.lift(
        'chat',
        { because: 'aborted by a person' },
        { signal: world.abort.signal, deadlineAtMonoMs: 0 },
      ),
    because: 'aborted by a person',
  },
  {
    name: 'what users lose',
    how: (world: Rehearsed) => {
      const beganMonoMs = world.clock.monoMs();
      world.sink.counted = () => {
        const failed = Math.floor((world.clock.monoMs() - beganMonoMs) / 200);
        return { ok: Math.floor(world.clock.monoMs() / 100) - failed, failed, cut: 0 };
      };
    },
    because: expect.stringMatching(/of the last \d+ requests were lost, at most 20% may be/),
  },
])('$name ends it, and what automation moved is given back', async ({ how, because }) => {
  const world = await begin();
  await breakWith(world);
  how(world);
  const run = await world.drive(world.end);
  expect(run).toMatchObject({
    ...{ end: { verdict: 'aborted', because: [because], undo: 'verified' }, after: { weights: atHome } },
  });
  expect(world.sink.drilled).toEqual([]);
  await world.stop();
});

test('what cannot be written down after the fault is told: nobody must believe it was', async () => {
  const world = await begin();
  await breakWith(world);
  world.failsToWrite.add('standing').add('note');
  const run = await world.drive(world.end);
  expect(run).toMatchObject({ end: { verdict: 'passed', undo: 'verified' }, after: { weights: atHome } });
  expect(run.end.because).toEqual([
    'the failover is not acknowledged: the disk is full',
    'its end is not in the journal: the disk is full',
  ]);
  await world.stop();
});

test('a disk that is full for a moment does not end the way back', async () => {
  const world = await begin();
  await breakWith(world);
  world.failsToWrite.add('request');
  const run = await world.drive(world.end);
  expect(world.failsToWrite).toEqual(new Set());
  expect(run).toMatchObject({ end: { because: [] }, after: { weights: atHome } });
  await world.stop();
});

test('a record that cannot be written any more ends it: it is undone, and given back', async () => {
  const world = await begin();
  await breakWith(world);
  world.failsToWrite.add('record');
  const run = await world.drive(world.end);
  expect(run).toMatchObject({ end: { verdict: 'aborted', undo: 'verified' }, after: { weights: atHome } });
  expect(run.end.because).toEqual(['the disk is full', 'its record cannot be written: the disk is full']);
  expect(world.sink.drilled).toEqual([]);
  await world.stop();
});

test('a disk that has room again has all of it', async () => {
  const world = await begin();
  await breakWith(world);
  world.failsToWrite.add('record');
  await world.pass(1500);
  world.failsToWrite.delete('record');
  const run = await world.drive(world.end);
  expect(run.end).toMatchObject({ verdict: 'aborted', because: ['the disk is full'], undo: 'verified' });
  await world.stop();
});

test('a person’s move comes before the way back too', async () => {
  const world = await begin();
  await breakWith(world);
  const isGivingBack = ({ plan, endedAtMs }: Operation) => plan.kind === 'return' && endedAtMs === undefined;
  await world.until('the way back', () => world.operations().some(isGivingBack));
  const stay: Wish = { deployment: 'chat', kind: 'switchover', from: undefined, to: 'right', reason: 'mine' };
  const moved = carryOut(world.boot().deps, stay, { timeoutMs: undefined }, new AbortController().signal);
  const [run, end] = await world.drive(Promise.all([world.end, moved]));
  expect(['ended', 'nothing-to-do']).toContain(end.kind);
  expect(world.operations().find(({ plan }) => plan.kind === 'return')?.state).not.toBe('done');
  expect(world.sink.entry?.weights).toEqual({ left: 0, right: 100 });
  expect(run.end).toMatchObject({ verdict: 'passed', undo: 'verified' });
  expect(run.end.because[0]).toContain('the weights are not those from before');
  await world.stop();
});

test('a pause ends it: whoever holds automation back wants no drill either', async () => {
  const world = await begin();
  await world.until('the fault in force', () => isBroken(world));
  const pause = { kind: 'pause', reason: 'mine', untilMs: undefined } as const;
  const paused = say(world.boot().deps, { kind: 'set', deployment: 'chat', standing: pause });
  const [run] = await world.drive(Promise.all([world.end, paused]));
  expect(run.end).toMatchObject({ verdict: 'aborted', because: ['pause by godwit@here'], undo: 'verified' });
  await world.stop();
});

test('what really happens before anything is broken ends it, and is neither broken nor taken back', async () => {
  const world = await begin();
  await world.until('it looks whether all is calm', () => world.said.some((line) => line.startsWith('rehearsed')));
  world.left.crash(0);
  world.sink.stats['left'] = { attempts: 50, failures: 50 };
  const run = await world.drive(world.end);
  expect(run).toMatchObject(nothing);
  expect(run.end.because[0]).toMatch(/not steady: op-\w+ \((failover|start)\) is /);
  await world.until('the failover', () => world.sink.entry?.weights['right'] === 100);
  expect([...world.state.standing.values()].flat()).toEqual([]);
  await world.stop();
});

test('what is lifted before anything is broken ends it too, and nothing is broken after that', async () => {
  const world = await begin();
  await world.until('the mark', () => world.sink.drilled.some(({ run }) => !run.endsWith('-trial')));
  await world.sink.lift(
    'chat',
    { because: 'aborted by a person' },
    { signal: world.abort.signal, deadlineAtMonoMs: 0 },
  );
  expect(await world.drive(world.end)).toMatchObject({
    ...nothing,
    end: { because: ['aborted by a person'] },
  });
  expect(world.sink.undone.filter(({ sharePct }) => sharePct > 0)).toEqual([]);
  await world.stop();
});

const unmoved: Comparison = {
  ...{ kind: 'comparison', text: 'moves = 0', signal: 'moves', comparator: '=', value: 0 },
};

test('that nothing was moved is not believed of a controller that died meanwhile', async () => {
  const world = await begin({ ...loss, hypothesis: [unmoved] });
  await world.until('the fault in force', () => isBroken(world));
  await world.pass(3000);
  await world.leave();
  const run = await world.drive(world.end);
  expect(run).toMatchObject({
    end: { verdict: 'inconclusive', undo: 'verified', claims: [{ holds: 'yes' }] },
    after: { weights: atHome },
  });
  expect(run.end.because).toEqual([
    expect.stringMatching(/^nobody decided to the end of it: the last decision is \d.*s older than its end$/),
  ]);
  await world.stop();
});

test('an operation that is under way is told once, though two rules see it', async () => {
  const world = await begin();
  world.abort.abort('SIGINT');
  await world.drive(world.end);
  const { deps } = world.boot();
  const move: Wish = { deployment: 'chat', kind: 'switchover', from: undefined, to: 'right', reason: 'mine' };
  const moved = carryOut(deps, move, { timeoutMs: undefined }, new AbortController().signal);
  await world.until('a move', () => world.operations().some(({ endedAtMs }) => endedAtMs === undefined));
  const { against } = await world.drive(checkDrill(deps, loss, new AbortController().signal));
  expect(against.filter(({ code }) => code === 'OperationRunning')).toHaveLength(1);
  await world.drive(moved);
  await world.stop();
});

test('a store that does not say who decided leaves it unknown, and proves nothing either', async () => {
  const world = await begin({ ...loss, hypothesis: [unmoved] });
  await world.until('the fault in force', () => isBroken(world));
  world.failsToWrite.add('snapshot');
  const run = await world.drive(world.end);
  expect(run.end).toMatchObject({
    verdict: 'inconclusive',
    because: ['nobody decided to the end of it: the disk is full'],
  });
  await world.stop();
});

test('what users lost is not so, whether or not a controller lived to see it', async () => {
  const world = await begin({ ...loss, hypothesis: [within('recoveryTime <= 1s', 1000)] });
  await world.until('the fault in force', () => isBroken(world));
  const brokenMonoMs = world.clock.monoMs();
  world.sink.counted = () => {
    const monoMs = world.clock.monoMs();
    const failed = Math.floor(Math.min(monoMs - brokenMonoMs, 4000) / 1000);
    return { ok: Math.floor(monoMs / 100), failed, cut: 0, lostAgoMs: Math.max(0, monoMs - brokenMonoMs - 4000) };
  };
  await world.leave();
  expect((await world.drive(world.end)).end).toMatchObject({
    verdict: 'failed',
    because: ['not so: recoveryTime <= 1s', expect.stringMatching(/^nobody decided to the end of it: /)],
  });
  await world.stop();
});

test('a fault that was never seen in force proves nothing', async () => {
  const world = await begin(loss, (opened) => {
    const { arm } = opened.sink;
    opened.sink.arm = async (request, call) => {
      const reply = await arm(request, call);
      return request.sharePct === 0 ? reply : { kind: 'unknown', error: { ...gatewayAbsent, class: 'unknown' } };
    };
  });
  expect((await world.drive(world.end)).end).toMatchObject({
    ...{ verdict: 'inconclusive', undo: 'verified' },
    because: ['the fault at left was never seen in force (blackhole)'],
  });
  await world.stop();
});

test('a gateway that is not seen any more ends it, and the undo is not called done', async () => {
  const world = await begin();
  await world.until('the fault in force', () => isBroken(world));
  world.sink.absent = gatewayAbsent;
  const run = await world.drive(world.end);
  expect(run).toMatchObject({ end: { verdict: 'aborted', undo: 'unknown' }, after: undefined });
  expect(run.end.because[0]).toMatch(/the gateway’s counts are not seen for \d/);
  await world.stop();
});

test.for<{ name: string; prepare: (world: World) => void; because: RegExp; drill?: Drill; change?: WorldChange }>([
  {
    name: 'another drill is under way',
    prepare: (world) => {
      world.sink.drilled = [blackhole({ run: 'dr-other', untilMs: Number.MAX_SAFE_INTEGER })];
    },
    because: /DrillRunning: dr-other of ada/,
  },
  {
    name: 'the site has no traffic',
    prepare: () => undefined,
    drill: { ...loss, faults: [{ kind: 'blackhole', site: 'right', sharePct: 100, atMs: 0, forMs: 5000 }] },
    because: /NoTraffic: right has no traffic/,
  },
  {
    name: 'automation would only advise',
    prepare: () => undefined,
    change: { failover: { mode: 'advise' } },
    because: /AdviseMode/,
  },
  {
    name: 'requests are lost before anything is broken',
    prepare: (world) => {
      world.sink.counted = () => ({ ok: 0, failed: Math.floor(world.clock.monoMs() / 1000), cut: 0 });
    },
    because: /not steady: \d of \d requests were lost/,
  },
  {
    name: 'the fault cannot be armed',
    prepare: (world) => {
      world.sink.arm = async () => ({ kind: 'refused', error: { ...gatewayAbsent, message: 'no such path' } });
    },
    because: /the fault cannot be armed: no such path/,
  },
  {
    name: 'what was armed cannot be undone',
    prepare: (world) => {
      world.sink.lift = async () => ({ kind: 'done', value: undefined });
    },
    because: /what was armed could not be undone/,
  },
])('breaks nothing when $name', async ({ prepare, because, drill = loss, change = {} }) => {
  const world = await begin(drill, prepare, change);
  const run = await world.drive(world.end);
  expect(run).toMatchObject(nothing);
  expect(run.end.because.join('; ')).toMatch(because);
  expect(world.sink.drilled.filter(({ run: id, sharePct }) => id !== 'dr-other' && sharePct > 0)).toEqual([]);
  await world.stop();
});

test.for([
  { refused: 2, verdict: 'passed' },
  { refused: 3, verdict: 'not-started' },
])('a load of ten requests a second of which $refused are refused: $verdict', async ({ refused, verdict }) => {
  // As the gateway counts, a refusal is an answer: it has no error of a server.
  const none = { p50: undefined, p95: undefined, p99: undefined, max: undefined };
  const second: LoadSecond = {
    ...{ atMs: 0, due: 10, ok: 10 - refused, failed: refused, cut: 0, skipped: 0, open: 0 },
    ...{ firstTokenMs: none, interTokenMs: none, statuses: { '200': 10 - refused, '400': refused }, sites: {} },
  };
  const spread = { p50: 5, p95: 9 };
  const load: Drill['load'] = {
    ...{ source: 'generated', requestsPerSecond: 10, streamShare: 1, promptTokens: spread, outputTokens: spread },
  };
  const world = await begin({ ...loss, load }, undefined, {}, async () => ({
    take: () => [second],
    stop: async () => [],
  }));
  if (verdict === 'passed') await breakWith(world);
  const run = await world.drive(world.end);
  expect(run.end.verdict).toBe(verdict);
  if (verdict !== 'passed')
    expect(run.end.because).toEqual([
      expect.stringMatching(/^not steady: \d+ of \d+ requests of the load came to nothing \(status 400\)$/),
    ]);
  await world.stop();
});

test('breaks nothing when nobody would decide', async () => {
  const world = createWorld();
  const run = await world.drive(
    runDrill(
      world.boot().deps,
      loss,
      { reason: undefined, records: openMemoryDrillRecords(), version: '1.2.3', say: () => undefined },
      new AbortController().signal,
    ),
  );
  expect(run).toMatchObject({
    ...nothing,
    end: { because: [expect.stringMatching(/UnknownView: no controller watches chat/)] },
  });
});

test('a fault that begins later and ends earlier stands for its own time only', async () => {
  const later = { kind: 'blackhole', site: 'left', sharePct: 50, atMs: 5000, forMs: 4000 } as const;
  const world = await begin({ ...loss, faults: [later] });
  await world.until('the fault in force', () => world.sink.drilled.some(({ sharePct }) => sharePct === 50));
  const armedMonoMs = world.clock.monoMs();
  await world.until('its end', () => world.sink.undone.some(({ sharePct }) => sharePct === 50));
  expect(world.clock.monoMs() - armedMonoMs).toBeGreaterThan(3000);
  expect(world.clock.monoMs() - armedMonoMs).toBeLessThan(6000);
  expect(await world.drive(world.end)).toMatchObject({
    ...{ end: { verdict: 'passed', undo: 'verified' }, operations: [] },
  });
  await world.stop();
});
