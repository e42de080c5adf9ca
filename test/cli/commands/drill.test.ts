import { expect, test } from 'vitest';
import type { DrillUndone } from '../../../src/cli/app.ts';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { DrillCheck } from '../../../src/engine/drill/check.ts';
import type { Drill } from '../../../src/model/drill.ts';
import type { DrillEnd, DrillRun, Verdict } from '../../../src/model/drill-run.ts';
import type { Fault } from '../../../src/model/fault.ts';
import type { TrafficDriver } from '../../../src/ports/traffic-driver.ts';
import { blackhole } from '../../core/support/view.ts';
import { drillOf } from '../../model/support/drills.ts';
import { fakeApp, liveTerminal } from '../support/fake-app.ts';
import { fakeTraffic } from '../support/fake-ports.ts';
import { config, nowMs, operation, plan, traffic } from '../support/models.ts';

const loss = drillOf();

const free: DrillCheck = { against: [], weights: { 'site-a': 100, 'site-b': 0 }, to: 'site-b' };

function ran(end: Partial<DrillEnd> = {}, over: Partial<DrillRun> = {}): DrillRun {
  const [recovery, lost] = loss.hypothesis;
  const failover = operation({ id: 'op-7f3k', plan: plan({ kind: 'failover', trigger: 'automatic' }) });
  const sample = { atMs: nowMs, ended: 10, open: 1, lost: 0, lostStartAtMs: undefined, weights: { 'site-a': 100 } };
  return {
    ...{ id: 'dr-2k8m4p', drill: loss, by: failover.by, reason: 'practice', configDigest: '3fa1aaaaaaaa' },
    ...{ version: '1.2.3', slotMs: undefined, undoneAtMs: nowMs + 124_000, head: '', steps: [], notes: [] },
    ...{ beganAtMs: nowMs, faultAtMs: nowMs + 4000, endedAtMs: nowMs + 140_000 },
    end: {
      ...{ verdict: 'passed', because: [], undo: 'verified', cutShort: undefined, by: 'runner', phases: [] },
      claims: [
        ...(recovery === undefined ? [] : [{ claim: recovery, measured: 9000, holds: 'yes' as const }]),
        ...(lost === undefined ? [] : [{ claim: lost, measured: 0.0031, holds: 'yes' as const }]),
      ],
      ...end,
    },
    before: { weights: { 'site-a': 100 }, replicas: [] },
    after: { weights: { 'site-a': 100, 'site-b': 0 }, replicas: [] },
    ...{ stages: [], checks: [], actions: [], decisions: [], load: [], findings: [] },
    operations: [{ ...failover, openedAtMs: nowMs + 8000, endedAtMs: nowMs + 15_000 }],
    samples: [{ ...sample, sites: [] }],
    ...over,
  };
}

interface Given {
  readonly check?: DrillCheck;
  readonly run?: DrillRun;
  readonly answer?: string;
  readonly isLive?: boolean;
  readonly isProtected?: boolean;
  readonly signal?: AbortSignal;
}

async function type(
  argv: readonly string[],
  { check = free, run = ran(), answer, isLive = false, isProtected = false, signal }: Given = {},
) {
  const runs: string[] = [];
  const app = fakeApp({
    reading: {
      kind: 'valid',
      config: { ...config(), drills: [loss], isProtected },
      warnings: { text: '', findings: [] },
    },
    answer,
    ...(isLive ? { terminal: liveTerminal } : {}),
    ...(signal === undefined ? {} : { interrupted: signal }),
    checkDrill: async () => check,
    runDrill: async (_, { name }, terms) => {
      runs.push(name);
      terms.say('broken: blackhole of 100% of what goes to site-a');
      return run;
    },
  });
  return { code: await runCommand(argv, app), runs, ...app.printed };
}

test('shows what it would break and what ends it, and breaks nothing', async () => {
  const { code, out, runs } = await type(['drill', 'run', 'site-loss', '--dry-run']);
  expect({ code, runs }).toEqual({ code: 0, runs: [] });
  expect(out).toMatchInlineSnapshot(`
    "site-loss: Lose site-a at full traffic
    Breaks  blackhole of 100% of what goes to site-a, which has 100% of the traffic,
            for 2m
    Then    automation decides as on a bad day; it would go to site-b
    Claims  recoveryTime <= 120s
    Claims  lostRequests <= 0.5%
    Ends    by itself then; soon after, should this process die; at once with
            Ctrl-C, when a person moves the traffic, or when more than a fifth of
            the requests of 10s are lost, or half of them wait for an answer
    Takes   at least 2m15s, and as long as the traffic takes to go back
    After   it is undone and read back, and the traffic goes back to where it was
    Nothing was changed.
    "
  `);
});

test('with nobody to ask it is shown and not begun', async () => {
  const { code, err, runs } = await type(['drill', 'run', 'site-loss']);
  expect({ code, runs }).toEqual({ code: 3, runs: [] });
  expect(err).toMatch(/Nothing was changed.+godwit drill run site-loss .*--yes/s);
});

test.for([
  { answer: 'y', runs: ['site-loss'], code: 0 },
  { answer: '', runs: [], code: 3 },
])('asks whether to begin: "$answer"', async ({ answer, runs, code }) => {
  expect(await type(['drill', 'run', 'site-loss'], { isLive: true, answer })).toMatchObject({ runs, code });
});

test('in a protected environment the reason and the typed name are wanted', async () => {
  const words = ['drill', 'run', 'site-loss', '--yes'];
  expect(await type(words, { isProtected: true })).toMatchObject({ code: 2, runs: [] });
  const given = [...words, '--reason', 'practice'];
  expect(await type(given, { isProtected: true })).toMatchObject({ code: 3, runs: [] });
  expect(await type([...given, '--confirm', 'chat'], { isProtected: true })).toMatchObject({
    code: 0,
    runs: ['site-loss'],
  });
});

test('what stands in the way is named, and nothing is begun', async () => {
  const against = [{ code: 'NoTraffic', site: 'site-a', message: 'site-a has no traffic' }] as const;
  const { code, err, runs } = await type(['drill', 'run', 'site-loss', '--yes'], { check: { ...free, against } });
  expect({ code, runs }).toEqual({ code: 5, runs: [] });
  expect(err).toContain('NoTraffic: site-a has no traffic');
  expect(err).toContain('Nothing was changed');
});

test('says what came of it', async () => {
  const { code, out, err } = await type(['drill', 'run', 'site-loss', '--yes']);
  expect(code).toBe(0);
  expect(err).toContain('03:21:07Z site-loss broken: blackhole of 100% of what goes to site-a');
  expect(out).toMatchInlineSnapshot(`
    "dr-2k8m4p  site-loss  ✔ PASSED
      ✔ fault undone, read back
      ✔ traffic where it was: site-a 100%
      ✔ recoveryTime <= 120s: 9s
      ✔ lostRequests <= 0.5%: 0.31%
      ✔ op-7f3k automatic failover done  4s after the fault, took 7s
      03:21:07Z to 03:23:27Z, 1 sample, config 3fa1aaaaaaaa
    "
  `);
});

test('says what is not as it was', async () => {
  const because = ['op-9k2m: manual shift by anna@desk'];
  const after = { weights: { 'site-b': 100 }, replicas: [] };
  const run = ran({ verdict: 'aborted', because, undo: 'unknown', claims: [] }, { after, operations: [] });
  const { code, out } = await type(['drill', 'run', 'site-loss', '--yes'], { run });
  // What may still be broken comes before any verdict.
  expect(code).toBe(11);
  expect(out).toMatchInlineSnapshot(`
    "dr-2k8m4p  site-loss  ▲ ABORTED
      op-9k2m: manual shift by anna@desk
      ? undo not seen: what the gateway does is over in 10s; the rest: godwit drill undo dr-2k8m4p
      ▲ traffic was site-a 100%, is site-b 100%
      03:21:07Z to 03:23:27Z, 1 sample, config 3fa1aaaaaaaa
    "
  `);
});

test.for<{ verdict: Verdict; code: number }>([
  { verdict: 'passed', code: 0 },
  { verdict: 'failed', code: 9 },
  { verdict: 'aborted', code: 10 },
  { verdict: 'inconclusive', code: 10 },
  { verdict: 'not-started', code: 5 },
])('$verdict ends with $code', async ({ verdict, code }) => {
  expect(await type(['drill', 'run', 'site-loss', '--yes'], { run: ran({ verdict }) })).toMatchObject({ code });
});

test.for([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('interrupted by %s it says so in the exit code', async ([signal, code]) => {
  const run = ran({ verdict: 'aborted', because: ['interrupted'] });
  const given = { run, signal: AbortSignal.abort(signal) };
  expect(await type(['drill', 'run', 'site-loss', '--yes'], given)).toMatchObject({ code });
});

test('as JSON it holds every sample, so that each figure can be computed again', async () => {
  const { out } = await type(['drill', 'run', 'site-loss', '--yes', '-o', 'json']);
  expect(JSON.parse(out)).toMatchObject({
    ...{ kind: 'DrillRun', id: 'dr-2k8m4p', verdict: 'passed', undo: 'verified' },
    weights: { before: { 'site-a': 1 }, after: { 'site-a': 1, 'site-b': 0 }, restored: true },
    claims: [{ text: 'recoveryTime <= 120s', measured: 9000, holds: 'yes' }, { measured: 0.0031 }],
    operations: [{ id: 'op-7f3k' }],
    samples: [{ at: '2026-11-23T03:21:07.000Z', ended: 10, lost: 0, weights: { 'site-a': 1 } }],
  });
});

function driver(inForce: Fault[], lifts: string[] = [], isStuck = false): TrafficDriver {
  return {
    ...fakeTraffic({ route: undefined, traffic: traffic([]) }),
    faults: async () => ({ kind: 'seen', value: { inForce, ended: [] }, asOfMs: nowMs }),
    lift: async (_, { because }) => {
      lifts.push(because);
      if (!isStuck) inForce.splice(0);
      return { kind: 'done', value: undefined };
    },
  };
}

async function at(argv: readonly string[], connected: TrafficDriver) {
  const app = fakeApp({
    reading: { kind: 'valid', config: { ...config(), drills: [loss] }, warnings: { text: '', findings: [] } },
    connectTraffic: async () => connected,
  });
  return { code: await runCommand(argv, app), ...app.printed };
}

const running = (): Fault[] => [blackhole({ drill: 'site-loss', run: 'dr-2k8m4p', site: 'site-a' })];

test('lists the drills, and which one is under way', async () => {
  const { out } = await at(['drill', 'list'], driver(running()));
  expect(out).toMatchInlineSnapshot(`
    "DRILL      DEPLOYMENT  NOW        LAST  DUE  BREAKS
    site-loss  chat        dr-2k8m4p  -     -    blackhole at site-a for 2m
    "
  `);
  expect((await at(['drill', 'list', '-o', 'name'], driver([]))).out).toBe('site-loss\n');
  expect(JSON.parse((await at(['drill', 'list', '-o', 'json'], driver([]))).out)).toMatchObject({
    items: [{ name: 'site-loss', running: null, faults: [{ kind: 'blackhole', shareRatio: 1, forMs: 120_000 }] }],
  });
});

test.for(['site-loss', 'dr-2k8m4p'])(
  'ends %s and reads back that it is undone; twice is nothing to do',
  async (named) => {
    const lifts: string[] = [];
    const connected = driver(running(), lifts);
    const ended = await at(['drill', 'abort', named, '--reason', 'customers call'], connected);
    expect(ended).toMatchObject({
      code: 0,
      out: expect.stringContaining('dr-2k8m4p aborted: what it did at site-a is undone'),
    });
    expect(lifts).toEqual(['aborted by a person: customers call']);
    expect((await at(['drill', 'abort', 'site-loss'], connected)).out).toContain('Nothing to do');
  },
);

test.for<{ name: string; faults: Drill['faults']; fault: Partial<Fault> }>([
  {
    name: 'a program',
    faults: [...loss.faults, { kind: 'exec', site: 'site-a', sharePct: 100, atMs: 0, forMs: 5000 }],
    fault: {},
  },
  { name: 'one that only stands for it', faults: loss.faults, fault: { sharePct: 0 } },
])('what the gateway knows nothing of is not called undone: $name', async ({ faults, fault }) => {
  const app = fakeApp({
    reading: {
      ...{ kind: 'valid', warnings: { text: '', findings: [] } },
      config: { ...config(), drills: [{ ...loss, faults }] },
    },
    connectTraffic: async () => driver(running().map((each) => ({ ...each, ...fault }))),
  });
  expect(await runCommand(['drill', 'abort', 'site-loss'], app)).toBe(0);
  expect(app.printed.out).toContain('The rest its own process undoes now: godwit drill report dr-2k8m4p');
});

test('an abort that is not seen to have worked is no success', async () => {
  expect(await at(['drill', 'abort', 'site-loss'], driver(running(), [], true))).toMatchObject({
    code: 1,
    err: expect.stringContaining('still in force at site-a'),
  });
  const blind: TrafficDriver = {
    ...driver([]),
    faults: async () => ({
      kind: 'unknown',
      error: { class: 'transient', code: 'GatewayAbsent', message: 'no gateway answers' },
    }),
  };
  expect(await at(['drill', 'abort', 'site-loss'], blind)).toMatchObject({ code: 11 });
  expect((await at(['drill', 'list'], blind)).out).toContain('?');
});

test('a drill or run that is not there is named', async () => {
  expect(await at(['drill', 'abort', 'site-los'], driver([]))).toMatchObject({
    code: 2,
    err: expect.stringContaining('site-loss'),
  });
  expect(await at(['drill', 'abort', 'dr-unknown'], driver([]))).toMatchObject({
    code: 2,
    err: expect.stringContaining('no drill dr-unknown is under way'),
  });
});

test.for<{ undone: DrillUndone; code: number; says: string }>([
  { undone: { kind: 'over' }, code: 0, says: 'Nothing to do: dr-1 has come to its end.' },
  {
    undone: { kind: 'again', undo: 'verified' },
    ...{ code: 0, says: 'dr-1 had come to its end without that being seen: it is undone now, read back.' },
  },
  {
    undone: { kind: 'again', undo: 'unknown' },
    ...{ code: 11, says: 'dr-1 has come to its end, and it is still not seen that it is undone.' },
  },
])('an undo that comes to $undone.kind ends with $code', async ({ undone, code, says }) => {
  const app = fakeApp({
    reading: { kind: 'valid', config: { ...config(), drills: [loss] }, warnings: { text: '', findings: [] } },
    connectTraffic: async () => driver([]),
    undoDrill: async () => undone,
  });
  expect(await runCommand(['drill', 'undo', 'dr-1'], app)).toBe(code);
  expect(app.printed.out).toBe(`${says}\n`);
});
