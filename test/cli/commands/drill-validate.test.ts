import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/run-command.ts';
import { parseExpression } from '../../../src/config/expression.ts';
import type { Drill } from '../../../src/model/drill.ts';
import type { Expression } from '../../../src/model/expression.ts';
import { drillOf } from '../../model/support/drills.ts';
import { fakeApp } from '../support/fake-app.ts';
import { config } from '../support/models.ts';

const watched = (text: string): Expression => {
  const end = parseExpression(text, 'watch');
  if (end.kind === 'mistake') throw new Error(end.message);
  return end.expression;
};

async function type(argv: readonly string[], drills: readonly Drill[]) {
  const app = fakeApp({
    reading: { kind: 'valid', config: { ...config(), drills }, warnings: { text: 'careful', findings: [] } },
    connectTraffic: () => {
      throw new Error('nothing is to be contacted');
    },
  });
  return { code: await runCommand(['drill', 'validate', ...argv], app), ...app.printed };
}

const whole = drillOf({
  faults: [
    { kind: 'latency', site: 'site-a', sharePct: 40, atMs: 0, forMs: 60_000, delayMs: 3000 },
    {
      ...{ kind: 'exec', site: 'site-b', sharePct: 100, atMs: 30_000, forMs: 150_000 },
      exec: { run: ['/opt/break', 'it'], undo: ['/opt/mend'] },
    },
  ],
  steadyState: { observeMs: 5000, require: [watched('every standby is ready')] },
  load: {
    ...{ source: 'generated', requestsPerSecond: 12.5, streamShare: 0.8 },
    ...{ promptTokens: { p50: 60, p95: 400 }, outputTokens: { p50: 20, p95: 20 } },
  },
  abortIf: [watched('errorRate > 10% for 20s or capacity.healthy < 50%')],
  recovery: { failback: false, settleMs: 60_000 },
  schedule: { cron: '0 10 * * Wed', timezone: 'Europe/Stockholm', skipDates: ['2026-12-23'] },
});

test('prints a drill as it was understood', async () => {
  const { code, out, err } = await type(['site-loss'], [whole, drillOf({ name: 'other' })]);
  expect(code).toBe(0);
  expect(err).toContain('careful');
  expect(out).toBe(`site-loss  live, of chat: Lose site-a at full traffic
  Is      real: any of the traffic may be hit
  Breaks  latency by 3s of 40% of what goes to site-a, for 1m
          exec at site-b, for 2m30s after 30s: /opt/break it; undone by
          /opt/mend
  Load    12.5 requests a second of its own, 80% of them streams; tokens of
          prompts 60 (95%: up to 400), of answers 20
  Before  it is looked at for 5s: requests must come, and no more than 1% be
          lost
          every standby is ready
            every site without traffic has the replicas it is to have ready
            (once, after 5s)
  Claims  recoveryTime <= 120s
            from the first fault to the beginning of the last request that is
            lost: at most 2m (once, when it is over)
          lostRequests <= 0.5%
            of the requests since the first fault, those that failed, were cut
            or given up: at most 0.5% (once, when it is over)
  Aborts  errorRate > 10% for 20s or capacity.healthy < 50%
            errorRate > 10% for 20s
              of the requests that ended in the last 10s, those that were lost:
              more than 10% (every second of the faults: whether it was so for
              20s without a break)
            or
            capacity.healthy < 50%
              of the replicas that are wanted, those that are ready: less than
              50% (every second of the faults)
          when more than a fifth of the requests of 10s are lost, or half of
          them wait for an answer
  After   all is undone and read back; the traffic stays where it is; then 1m
          must be calm
  Due     0 10 * * Wed in Europe/Stockholm, but not on 2026-12-23

/etc/godwit/godwit.yaml: valid (1 drill); nothing was contacted
`);
});

test('says what a drill cannot show all the same, and ends as done', async () => {
  const { code, out } = await type([], [drillOf(), drillOf({ name: 'other', hypothesis: [] })]);
  expect(code).toBe(0);
  expect(out).toContain('▲ recoveryTime <= 120s: cannot be refuted: the faults last only 2m\n');
  expect(out).toContain('▲ hypothesis: it claims nothing: it can only end inconclusive\n');
  expect(out).toMatch(/valid \(2 drills, 2 warnings\); nothing was contacted\n$/);
});

test.for([
  {
    drill: drillOf({ kind: 'tabletop' }),
    has: ['talked through', 'Breaks', 'Claims'],
    hasNot: ['Load', 'Aborts', 'After'],
  },
  { drill: drillOf({ kind: 'simulation' }), has: ['in the simulator; nothing is touched', 'After'], hasNot: [] },
  {
    drill: drillOf({ kind: 'provider-exit', faults: [], exit: { vendor: 'aws', stayMs: 600_000 } }),
    has: ['Leaves  aws, for 10m'],
    hasNot: ['Breaks'],
  },
  {
    drill: drillOf({ load: { source: 'replay', path: '/srv/week.jsonl' } }),
    has: ['the requests of /srv/week.jsonl, at its own times'],
    hasNot: [],
  },
  {
    drill: drillOf({ load: { source: 'replay', path: '/srv/week.jsonl', requestsPerSecond: 3 } }),
    has: ['the requests of /srv/week.jsonl, 3 a second'],
    hasNot: [],
  },
  { drill: drillOf(), has: ['what users send', 'Aborts  when more than a fifth'], hasNot: ['Due'] },
])('of $drill.kind under $drill.load.source', async ({ drill, has, hasNot }) => {
  const { out } = await type([], [drill]);
  for (const part of has) expect(out).toContain(part);
  for (const part of hasNot) expect(out).not.toContain(part);
});

test('gives machines each expression with its meaning', async () => {
  const { code, out } = await type(['-o', 'json'], [whole]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    ...{ kind: 'DrillValidation', valid: true, path: '/etc/godwit/godwit.yaml', digest: '3fa1c0ffee12', findings: [] },
    drills: [
      {
        ...{ name: 'site-loss', kind: 'live', exit: null, warnings: [] },
        steadyState: { observeMs: 5000, require: [{ text: 'every standby is ready' }] },
        hypothesis: [
          {
            text: 'recoveryTime <= 120s',
            alternatives: [[{ text: 'recoveryTime <= 120s', looked: 'once, when it is over' }]],
          },
          { text: 'lostRequests <= 0.5%' },
        ],
        abortIf: [{ alternatives: [[{ text: 'errorRate > 10% for 20s' }], [{ text: 'capacity.healthy < 50%' }]] }],
        recovery: { failback: false, settleMs: 60_000 },
      },
    ],
  });
});

test('without a drill it says how to get some', async () => {
  const { code, out } = await type([], []);
  expect({ code, out }).toEqual({ code: 0, out: 'No drill is configured: `godwit drill init` writes some.\n' });
});

test('a drill there is not has its nearest', async () => {
  const { code, err } = await type(['site-los'], [drillOf()]);
  expect(code).toBe(2);
  expect(err).toContain('did you mean "site-loss"?');
});

test.for([[], ['-o', 'json']])('a wrong configuration ends as wrong usage, with its findings: %j', async (argv) => {
  const finding = { severity: 'error', line: 3, column: 5, endColumn: 9, message: 'no' } as const;
  const app = fakeApp({
    reading: { kind: 'invalid', text: 'godwit.yaml:3:5: error: no', findings: [finding] },
  });
  expect(await runCommand(['drill', 'validate', ...argv], app)).toBe(2);
  if (argv.length === 0) expect(app.printed.err).toContain('godwit.yaml:3:5: error: no');
  else
    expect(JSON.parse(app.printed.out)).toMatchObject({ kind: 'DrillValidation', valid: false, findings: [finding] });
});
