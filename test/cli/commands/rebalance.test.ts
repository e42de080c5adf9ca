import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { App } from '../../../src/cli/app.ts';
import { runCommand } from '../../../src/cli/run-command.ts';
import type { RebalanceEnd } from '../../../src/engine/rebalance/run-rebalance.ts';
import { GodwitError } from '../../../src/errors.ts';
import type { Config } from '../../../src/model/config.ts';
import type { FoundPlan, RebalanceOutcome, RebalancePlan } from '../../../src/model/rebalance-plan.ts';
import type { RebalancePolicy } from '../../../src/model/rebalance-policy.ts';
import { fakeApp, liveTerminal } from '../support/fake-app.ts';
import { config, nowMs } from '../support/models.ts';

const policy: RebalancePolicy = {
  objective: { latencyUsdPerMsHour: 0, moveUsd: 0, paybackMs: 86_400_000 },
  constraints: { vendorMaxRatio: {}, headroomRatio: 0.2, minimumSites: 1 },
  ...{ maxChange: { trafficRatio: 0.5 }, demandRps: {}, minimumGainUsdPerHour: 1 },
  run: { everyMs: 300_000, jitterMs: 0, idleBelowRatio: 0.3, lockStaleAfterMs: 3_600_000 },
};
const outcome: FoundPlan = {
  kind: 'plan',
  allocation: { replicas: [], weights: {} },
  today: { capacity: 12, egress: 0, latency: 0, moves: 0 },
  cost: { capacity: 6, egress: 0, latency: 0, moves: 0 },
  ...{ bound: 6, gap: 0, mends: [], binding: [], parts: [] },
  changes: [{ deployment: 'chat', site: 'oslo', weight: { before: 60, after: 33 }, replicas: { before: 3, after: 1 } }],
};
const plan: RebalancePlan = { atMs: nowMs, configDigest: 'c0ffee', demands: {}, prices: [], uncounted: [], outcome };
const weigh = {
  kind: 'weigh',
  deployment: 'chat',
  before: { oslo: 60, ohio: 40 },
  after: { oslo: 33, ohio: 67 },
} as const;
const scale = { kind: 'scale', deployment: 'chat', site: 'oslo', before: 3, after: 1 } as const;
const done: RebalanceEnd = {
  kind: 'changed',
  plan,
  done: [weigh, scale],
  left: [],
  reasons: [],
  last: undefined,
  isUnknown: false,
};
const holder = { kind: 'person', name: 'cron', host: 'node-4', pid: 7 } as const;
const busy = {
  kind: 'busy',
  record: { deployment: '~rebalance', holder, epoch: 1, ttlMs: 10_000, heldMs: 60_000, renewedAtMs: nowMs },
} as const;

interface Given {
  readonly end?: RebalanceEnd | GodwitError;
  readonly over?: Partial<RebalancePolicy>;
  readonly isProtected?: boolean;
  /** Each change is said before it is begun. */
  readonly isTold?: boolean;
  /** What is to be approved. */
  readonly plan?: RebalancePlan;
  readonly app?: Parameters<typeof fakeApp>[0];
}

type Terms = Parameters<App['rebalance']>[1];

async function rebalance(
  argv: readonly string[],
  { end = done, over = {}, isProtected = false, isTold = false, plan: shown = plan, app: more = {} }: Given = {},
) {
  const asked: { readonly terms: Terms; readonly config: Config }[] = [];
  const pings: string[] = [];
  const app = fakeApp({
    reading: {
      kind: 'valid',
      config: { ...config(), isProtected, rebalance: { ...policy, ...over } },
      warnings: { text: '', findings: [] },
    },
    rebalance: async (used, terms) => {
      asked.push({ terms, config: used });
      if (end instanceof Error) throw end;
      if (end.kind !== 'changed') return end;
      if (!(await terms.approve(shown))) return { kind: 'unchanged', plan: shown, why: 'declined' };
      if (isTold) terms.say('move chat to oslo 33%, ohio 67%');
      return end;
    },
    createPinger: async (url) => ({
      start: async () => void pings.push(`start ${url}`),
      end: async (code, log) => void pings.push(`${code} ${log}`),
    }),
    ...more,
  });
  return { code: await runCommand(['rebalance', ...argv], app), ...app.printed, asked, pings };
}

const unchanged = (
  why: Extract<RebalanceEnd, { kind: 'unchanged' }>['why'],
  other: RebalanceOutcome = outcome,
): RebalanceEnd => {
  return { kind: 'unchanged', plan: { ...plan, outcome: other }, why };
};
const left = {
  ...done,
  done: [weigh],
  left: [scale],
  reasons: [{ code: 'CapacityFloor', message: 'too little' }],
} as const;
const coolDown = { code: 'CoolDown', message: 'op-1 ended 2m ago', untilMs: nowMs + 60_000 } as const;
const lostLease = { code: 'Withdrawn', message: 'the lease of rebalancing ran out' } as const;
const operation = (state: string) => ({ state }) as unknown as Extract<RebalanceEnd, { kind: 'changed' }>['last'];
const skipped: RebalanceOutcome = {
  kind: 'skipped',
  reasons: [{ code: 'Paused', message: 'by ada', deployment: 'chat' }],
};

test.for<[string, RebalanceEnd, number, number]>([
  ['all was done', done, 0, 0],
  ['another run is at it', busy, 75, 75],
  ['the calendar says no', { kind: 'closed', opensAtMs: undefined }, 0, 0],
  ['this time was run already', { kind: 'repeated' }, 0, 0],
  ['all is best as it is', unchanged('best-as-it-is'), 0, 0],
  ['too little is gained', unchanged('gains-too-little'), 0, 0],
  ['something else goes on', unchanged('no-plan', skipped), 5, 0],
  ['rules are in conflict', unchanged('no-plan', { kind: 'impossible', rules: [], isMinimal: true }), 5, 5],
  ['no plan was found in time', unchanged('no-plan', { kind: 'unknown', message: 'late' }), 11, 11],
  ['there is no order', unchanged('no-order'), 5, 5],
  ['it was wanted too late', unchanged('outdated'), 5, 5],
  ['the deadline lets nothing begin', unchanged('deadline-too-short'), 5, 5],
  ['only markets would change', unchanged('only-markets'), 0, 0],
  ['a rule refused the second change', { ...left }, 1, 1],
  ['a rule refused the first change', { ...left, done: [], left: [weigh, scale] }, 5, 5],
  ['a change failed', { ...left, last: operation('failed') }, 1, 1],
  ['a change was given back', { ...left, last: operation('returned') }, 12, 12],
  ['the lease was lost before a change', { ...left, reasons: [lostLease], hasLostLease: true }, 13, 13],
  ['the lease was lost in a change', { ...left, isUnknown: true, hasLostLease: true }, 13, 13],
  ['nobody knows how a change ended', { ...left, last: operation('unknown'), isUnknown: true }, 11, 11],
  ['users came back', { ...left, reasons: [{ code: 'NotIdle', message: '90 of 100' }] }, 0, 0],
  ['a cool-down put off the first change', { ...left, done: [], reasons: [coolDown] }, 5, 0],
  ['a cool-down put off the second change', { ...left, reasons: [coolDown] }, 1, 0],
  ['more than a cool-down is in the way', { ...left, reasons: [coolDown, ...left.reasons] }, 1, 1],
  ['the deadline left some', { ...left, reasons: [{ code: 'Withdrawn', message: '1m are left' }] }, 0, 0],
])('%s: the exit of a person and of a scheduler', async ([, end, byHand, byCron]) => {
  expect((await rebalance(['--yes'], { end })).code).toBe(byHand);
  expect((await rebalance(['--cron'], { end })).code).toBe(byCron);
});

test('a person sees the plan first, is asked, and is told what was done', async () => {
  const live = { terminal: liveTerminal, answer: 'y' };
  const { code, out, err, questions } = await rebalance([], { app: live });
  expect(code).toBe(0);
  expect(questions).toEqual(['Go on? [y/N] ']);
  expect(err).toContain('12.00 → 6.00 USD/h');
  expect(out).toBe('done      move chat to oslo 33%, ohio 67%\ndone      scale chat at oslo from 3 to 1\n');
  const no = await rebalance([], { app: { ...live, answer: 'n' } });
  expect(no.code).toBe(3);
  const nobody = await rebalance([]);
  expect(nobody.code).toBe(3);
  expect(nobody.err).toContain('godwit rebalance --config');
});

test('a configuration that was edited while the question stood is carried out by nobody', async () => {
  const read = async (argv: readonly string[]) => {
    let count = 0;
    const readConfig: App['config']['read'] = async () => {
      count += 1;
      const edited = { ...config(), rebalance: policy, digest: `edit-${count}` };
      return { kind: 'valid', config: edited, warnings: { text: '', findings: [] } };
    };
    return await rebalance(argv, { app: { terminal: liveTerminal, answer: 'y', readConfig } });
  };
  const { code, err, asked } = await read([]);
  expect(code).toBe(5);
  expect(err).toContain('was changed after this was planned (WorldMoved). Nothing was changed.');
  expect(asked[0]?.terms.isAsked).toBe(true);
  const meant = await read(['--yes']);
  expect([meant.code, meant.asked[0]?.terms.isAsked]).toEqual([0, false]);
});

test('a protected environment wants a reason, but of no scheduler', async () => {
  expect((await rebalance(['--yes'], { isProtected: true })).code).toBe(2);
  expect((await rebalance(['--yes', '--reason', 'cheaper'], { isProtected: true })).code).toBe(0);
  const { asked } = await rebalance(['--cron'], { isProtected: true });
  expect(asked[0]?.terms.reason).toBe('scheduled');
});

test('a scheduler is told nothing unless something changed or went wrong', async () => {
  const putOff = { ...left, done: [], reasons: [coolDown] };
  const quiet = [
    unchanged('best-as-it-is'),
    busy,
    unchanged('no-plan', skipped),
    { kind: 'repeated' } as const,
    putOff,
  ];
  for (const end of quiet) expect(await rebalance(['--cron'], { end })).toMatchObject({ out: '', err: '' });
  const changed = await rebalance(['--cron']);
  expect(changed.out).toBe('');
  expect(changed.err).toBe('Rebalanced: move chat to oslo 33%, ohio 67%; scale chat at oslo from 3 to 1.\n');
  const failed = await rebalance(['--cron'], { end: { ...left } });
  expect(failed.err).toContain('Stopped after 1 of 2 changes');
  expect(failed.err).toContain('too little (CapacityFloor)');
});

test('another run that has been at it for too long is no reason to wait quietly', async () => {
  const heldFor = (heldMs: number): RebalanceEnd => ({ kind: 'busy', record: { ...busy.record, heldMs } });
  expect(await rebalance(['--cron'], { end: heldFor(3_599_999) })).toMatchObject({ code: 75, err: '' });
  const stale = await rebalance(['--cron'], { end: heldFor(3_600_000) });
  expect(stale.code).toBe(1);
  for (const told of ['cron@node-4 (pid 7)', 'since 2', 'lockStaleAfter (1h)', 'end process 7 on node-4'])
    expect(stale.err).toContain(told);
  expect((await rebalance(['--yes'], { end: heldFor(3_600_000) })).code).toBe(75);
});

test('a scheduler’s run adds what happens to its log, and does not fail for it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-log-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const logFile = join(dir, 'rebalance.log');
  const over = { run: { ...policy.run, logFile } };
  const lines = () =>
    readFileSync(logFile, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  await rebalance(['--cron'], { over, isTold: true });
  expect(lines()).toMatchObject([
    { time: expect.stringMatching(/^2026-.*Z$/), level: 'info', run: expect.stringMatching(/^slot-/), msg: 'start' },
    { msg: 'plan', usdPerHourToday: 12, usdPerHour: 6 },
    { msg: 'change', text: 'move chat to oslo 33%, ohio 67%' },
    { level: 'info', msg: 'end', exit: 0, done: [{}, {}].map(() => expect.any(String)), left: [], reasons: [] },
  ]);
  expect(statSync(logFile).mode & 0o777).toBe(0o600);
  await rebalance(['--cron'], { over, end: unchanged('no-plan', skipped) });
  expect(lines().at(-1)).toMatchObject({ level: 'info', msg: 'skip', exit: 0, reason: 'Paused' });
  await rebalance(['--cron'], { over, end: new GodwitError('StoreFailed', 'x'.repeat(5000)) });
  expect(lines().at(-1)).toMatchObject({
    level: 'error',
    msg: 'end',
    exit: 1,
    text: expect.stringMatching(/^x{1000}\.\.\.$/),
  });
  expect((await rebalance(['--yes'], { over })).code).toBe(0);
  expect(lines()).toHaveLength(8);
  const full = await rebalance(['--cron'], { over: { run: { ...policy.run, logFile: '/dev/full' } } });
  expect(full.code).toBe(0);
  expect(full.err.match(/\/dev\/full cannot be written: ENOSPC/g)).toHaveLength(1);
});

test('the log of a run has the dollars that a person is shown: with traffic, after what a run reaches', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-log-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const logFile = join(dir, 'rebalance.log');
  const cost = (capacity: number, egress: number) => ({ capacity, egress, latency: 0.5, moves: 1 });
  const dear = { ...outcome, today: cost(12, 4), cost: cost(6, 7), reached: cost(8, 5) };
  await rebalance(['--cron'], { over: { run: { ...policy.run, logFile } }, plan: { ...plan, outcome: dear } });
  expect(readFileSync(logFile, 'utf8')).toContain('"msg":"plan","usdPerHourToday":16.5,"usdPerHour":13.5');
});

test('limits of this run: never looser than the configuration has them', async () => {
  const { asked } = await rebalance(['--yes', '--max-change', '10', '--min-gain', '2.50', '--deadline', '20m']);
  expect(asked[0]?.config.rebalance).toMatchObject({ maxChange: { trafficRatio: 0.1 }, minimumGainUsdPerHour: 2.5 });
  expect(asked[0]?.terms).toMatchObject({ deadlineMs: 1_200_000, isScheduled: false, jitterMs: 0 });
  const wide = await rebalance(['--yes', '--max-change', '90%']);
  expect(wide.asked[0]?.config.rebalance?.maxChange.trafficRatio).toBe(0.5);
  const cheap = await rebalance(['--yes', '--min-gain', '0']);
  expect(cheap.asked[0]?.config.rebalance?.minimumGainUsdPerHour).toBe(1);
  expect((await rebalance(['--yes', '--min-gain', 'some'])).code).toBe(2);
});

test('only while users ask little: when the command says so, or the file to a scheduler', async () => {
  const run = { ...policy.run, onlyIf: 'idle', idleBelowRatio: 0.4 } as const;
  const ratios = async (...argv: string[]) =>
    (await rebalance(argv, { over: { run: argv.includes('--only-if') ? policy.run : run } })).asked[0]?.terms
      .idleBelowRatio;
  expect(await ratios('--yes', '--only-if', 'idle')).toBe(0.3);
  expect(await ratios('--cron')).toBe(0.4);
  expect(await ratios('--yes')).toBeUndefined();
  expect((await rebalance(['--yes', '--only-if', 'noon'])).code).toBe(2);
});

test('two runs of one slot have one name, and each waits its own time', async () => {
  const { asked } = await rebalance(['--cron', '--jitter', '90s']);
  const again = await rebalance(['--cron']);
  expect(asked[0]?.terms).toMatchObject({ isScheduled: true, jitterMs: 90_000 });
  expect(again.asked[0]?.terms.runId).toBe(asked[0]?.terms.runId);
  expect((await rebalance(['--yes'])).asked[0]?.terms.runId).not.toBe(asked[0]?.terms.runId);
});

test('a person waits for nothing: --jitter without --cron is refused', async () => {
  const { code, err, asked } = await rebalance(['--yes', '--jitter', '90s']);
  expect([code, asked]).toEqual([2, []]);
  expect(err).toContain('--jitter needs --cron');
});

test('whoever watches is told: a ping before and after, and metrics in a file', async () => {
  const textfileDir = mkdtempSync(join(tmpdir(), 'godwit-textfile-'));
  onTestFinished(() => rmSync(textfileDir, { recursive: true }));
  const run = { ...policy.run, textfileDir, pingUrl: 'https://hc.example/uuid' };
  const { pings } = await rebalance(['--cron'], { over: { run } });
  expect(pings[0]).toBe('start https://hc.example/uuid');
  expect(pings[1]).toMatch(/^0 Rebalanced: /);
  const metrics = (): string => readFileSync(join(textfileDir, 'godwit-rebalance.prom'), 'utf8');
  expect(metrics()).toContain('godwit_rebalance_last_change_ratio 0.27');
  const half = { ...weigh, before: weigh.after, after: { oslo: 10, ohio: 90 } };
  await rebalance(['--cron'], { over: { run }, end: { ...done, done: [weigh, scale, half] } });
  expect(metrics()).toContain('godwit_rebalance_last_change_ratio 0.5\n');
  const lost = await rebalance(['--cron'], { over: { run }, end: new GodwitError('StoreFailed', 'disk full') });
  expect(lost.code).toBe(1);
  expect(lost.pings[1]).toBe('1 disk full');
  expect(metrics()).toContain('godwit_rebalance_last_exit_code 1');
  const unknown = await rebalance(['--cron'], { over: { run }, end: new GodwitError('OutcomeUnknown', 'asked for') });
  expect([unknown.code, unknown.pings[1]]).toEqual([11, '11 asked for']);
  expect(metrics()).toContain('godwit_rebalance_last_exit_code 11');
  await rebalance(['--cron'], { over: { run }, end: unchanged('no-plan', skipped) });
  expect(metrics()).toContain('godwit_rebalance_skipped_total{reason="Paused"} 1');
});

test.for<[NodeJS.Signals, number]>([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])('whoever watches is told what the process ends with: %s', async ([signal, exit]) => {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-signal-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const logFile = join(dir, 'rebalance.log');
  const run = { ...policy.run, logFile, textfileDir: dir, pingUrl: 'https://hc.example/uuid' };
  const reasons = [{ code: 'Withdrawn', message: 'interrupted before the second' }] as const;
  const app = { interrupted: AbortSignal.abort(signal) };
  const { code, pings } = await rebalance(['--cron'], { over: { run }, end: { ...left, reasons }, app });
  expect(code).toBe(exit);
  expect(pings[1]).toMatch(new RegExp(`^${exit} Stopped after 1 of 2 changes`));
  expect(readFileSync(join(dir, 'godwit-rebalance.prom'), 'utf8')).toContain(`rebalance_last_exit_code ${exit}\n`);
  expect(readFileSync(logFile, 'utf8')).toContain(`"level":"error","run":`);
  expect((await rebalance(['--yes'], { end: { ...left, reasons }, app })).code).toBe(exit);
});

test('machines get how it ended, with the plan', async () => {
  const { out } = await rebalance(['--yes', '-o', 'json']);
  expect(JSON.parse(out)).toMatchObject({
    ...{
      kind: 'Rebalance',
      ended: 'changed',
      done: ['move chat to oslo 33%, ohio 67%', 'scale chat at oslo from 3 to 1'],
    },
    ...{ left: [], plan: { outcome: 'plan', cost: { capacity: 6 } } },
  });
});
