import type { Drill } from '../../../src/model/drill.ts';
import type {
  ClaimVerdict,
  DrillEnd,
  DrillRun,
  DrillSample,
  Finding,
  PhaseTime,
} from '../../../src/model/drill-run.ts';
import type { Comparison } from '../../../src/model/expression.ts';
import type { LoadSecond } from '../../../src/model/load.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { Plan, Step } from '../../../src/model/plan.ts';
import type { Weights } from '../../../src/model/route.ts';

/** Epoch milliseconds at which every run here begins. */
export const beganAtMs = Date.UTC(2026, 10, 27, 9, 30, 0);
const ana = { kind: 'person', name: 'ana', host: 'desk', pid: 7 } as const;
const controller = { kind: 'controller', name: 'godwit', host: 'ops-1', pid: 41 } as const;
const home: Weights = { oslo: 75, paris: 25, rome: 0 };
const away: Weights = { oslo: 0, paris: 60, rome: 40 };
const sites = ['oslo', 'paris', 'rome'] as const;

const comparison = (text: string, rest: Omit<Comparison, 'kind' | 'text'>): Comparison => ({
  kind: 'comparison',
  text,
  ...rest,
});

export const lostClaim = comparison('lostRequests <= 1%', { signal: 'lostRequests', comparator: '<=', value: 0.01 });
export const recoveryClaim = comparison('recoveryTime <= 15s', {
  signal: 'recoveryTime',
  comparator: '<=',
  value: 15_000,
});
export const ttftClaim = comparison('ttft.p95 <= 2s within 20s of fault', {
  ...{ signal: 'ttft.p95', comparator: '<=', value: 2000 },
  span: { kind: 'within', ms: 20_000, of: 'fault' },
});

export const drill: Drill = {
  ...{ name: 'oslo-loss', title: 'Oslo is lost in working hours', deployment: 'chat-70b', kind: 'live' },
  faults: [{ kind: 'blackhole', site: 'oslo', sharePct: 100, atMs: 0, forMs: 90_000 }],
  hypothesis: [lostClaim, recoveryClaim, ttftClaim],
  steadyState: { observeMs: 30_000, require: [] },
  load: {
    ...{ source: 'generated', requestsPerSecond: 40, streamShare: 0.7 },
    ...{ promptTokens: { p50: 200, p95: 900 }, outputTokens: { p50: 120, p95: 400 } },
  },
  abortIf: [
    comparison('errorRate > 30% for 20s', {
      signal: 'errorRate',
      comparator: '>',
      value: 0.3,
      span: { kind: 'for', ms: 20_000 },
    }),
  ],
  recovery: { failback: true, settleMs: 20_000 },
  roles: { owner: 'Ana Lind', coordinator: 'Bo Holm', observer: 'Internal audit' },
  report: { formats: ['html'], beforeMs: 30_000, afterMs: 20_000 },
};

/** How long each part of a synthetic run takes, in seconds. */
interface Course {
  readonly beforeS: number;
  readonly faultS: number;
  readonly afterS: number;
}

const usual: Course = { beforeS: 40, faultS: 90, afterS: 60 };
/** After the fault, seconds: detected, opened, proven, moved in two steps, converged. */
const moments = { detected: 4, opened: 5, proven: 7, half: 9, moved: 12, converged: 13 };

function samplesOf({ beforeS, faultS, afterS }: Course): readonly DrillSample[] {
  const totals = { ended: 1000, lost: 3, attempts: new Map<string, number>(), failures: new Map<string, number>() };
  let lostStartAtMs: number | undefined;
  return Array.from({ length: beforeS + faultS + afterS }, (_, second) => {
    const since = second - beforeS;
    const isBroken = since >= 0 && since < faultS;
    const isBack = since >= faultS + 10;
    const weights =
      since < moments.half || isBack ? home : since < moments.moved ? { oslo: 30, paris: 45, rome: 25 } : away;
    const lost = isBroken && since < 3 ? ([2, 3, 1][since] ?? 0) : 0;
    const atMs = beganAtMs + second * 1000;
    totals.ended += 40;
    totals.lost += lost;
    if (lost > 0) lostStartAtMs = atMs - 300;
    for (const site of sites) {
      const attempts = Math.round(((weights[site] ?? 0) / 100) * 40) + ((second * 7) % 3);
      const failed = site === 'oslo' && isBroken && since < moments.moved ? Math.round(attempts * 0.9) : 0;
      totals.attempts.set(site, (totals.attempts.get(site) ?? 0) + attempts);
      totals.failures.set(site, (totals.failures.get(site) ?? 0) + failed);
    }
    return {
      ...{ atMs, ended: totals.ended, open: 20 + (second % 9), lost: totals.lost, lostStartAtMs, weights },
      sites: sites.map((site) => ({
        site,
        ready: site === 'rome' && !(since >= moments.proven && !isBack) ? 1 : 2,
        wanted: 2,
        attempts: totals.attempts.get(site) ?? 0,
        failures: totals.failures.get(site) ?? 0,
        inFlight: Math.round((weights[site] ?? 0) / 5),
        firstTokenP50Ms: (weights[site] ?? 0) > 0 ? 310 + ((second * 13) % 60) : undefined,
        firstTokenP95Ms: (weights[site] ?? 0) > 0 ? firstTokenP95(since, second) : undefined,
      })),
    };
  });
}

const firstTokenP95 = (since: number, second: number): number =>
  (since >= 0 && since < 12 ? 2600 - since * 90 : 720) + ((second * 37) % 190);

function loadOf(samples: readonly DrillSample[]): readonly LoadSecond[] {
  return samples.slice(0, -1).map(({ atMs }, index) => {
    const lost = (samples[index + 1]?.lost ?? 0) - (samples[index]?.lost ?? 0);
    const p95 = samples[index]?.sites[1]?.firstTokenP95Ms;
    return {
      ...{ atMs, due: 40, ok: 40 - lost, failed: lost, cut: 0, skipped: 0, open: 0 },
      firstTokenMs: { p50: 330 + ((index * 11) % 50), p95, p99: (p95 ?? 0) + 200, max: (p95 ?? 0) + 900 },
      interTokenMs: { p50: 21, p95: 40, p99: 60, max: 120 },
      statuses: lost === 0 ? { '200': 40 } : { '200': 40 - lost, '504': lost },
      sites: { paris: 40 },
    };
  });
}

const steps: readonly Step[] = [
  { kind: 'prove', site: 'rome', replicas: 1, name: 'prove rome', deadlineMs: 60_000 },
  { kind: 'weigh', weights: { oslo: 30, paris: 45, rome: 25 }, gate: undefined, name: 'weigh 1', deadlineMs: 30_000 },
  { kind: 'weigh', weights: away, gate: undefined, name: 'weigh 2', deadlineMs: 30_000 },
];

function operations(faultAtMs: number, faultS: number): readonly Operation[] {
  const plan: Omit<Plan, 'kind' | 'before' | 'after'> = {
    ...{ deployment: 'chat-70b', trigger: 'automatic', routeVersion: 12, requestId: undefined, because: [] },
    ...{ from: 'oslo', steps },
  };
  const common = { state: 'done', by: controller, epoch: 4, error: undefined } as const;
  return [
    {
      ...{ ...common, id: 'op-7f3k', plan: { ...plan, kind: 'failover', before: home, after: away }, step: 3 },
      ...{ openedAtMs: faultAtMs + moments.opened * 1000, endedAtMs: faultAtMs + 20_000 },
    },
    {
      ...{
        ...common,
        id: 'op-7f4q',
        plan: { ...plan, kind: 'failback', before: away, after: home, steps: [] },
        step: 0,
      },
      ...{ openedAtMs: faultAtMs + (faultS + 4) * 1000, endedAtMs: faultAtMs + (faultS + 12) * 1000 },
    },
  ];
}

function phases(faultAtMs: number): readonly PhaseTime[] {
  const ends = [
    ['detect', moments.detected],
    ['decide', moments.opened],
    ['reserve', moments.opened],
    ['wake', moments.proven],
    ['shift', moments.moved],
    ['converge', moments.converged],
    ['stable', moments.converged],
  ] as const;
  return ends.map(([phase, until], index) => ({
    phase,
    fromMs: faultAtMs + (ends[index - 1]?.[1] ?? 0) * 1000,
    untilMs: faultAtMs + until * 1000,
  }));
}

const met: readonly ClaimVerdict[] = [
  { claim: lostClaim, measured: 0.0011, holds: 'yes' },
  { claim: recoveryClaim, measured: 1700, holds: 'yes' },
  { claim: ttftClaim, measured: 904, holds: 'yes' },
];

const finding: Finding = {
  ...{ number: 1, text: 'The page to the engineer on call came two minutes after the failover.', severity: 'medium' },
  ...{ owner: 'Bo Holm', due: '2026-12-18', by: ana },
};

/** A failover away from a black hole and back, all objectives met. */
export function passedRun(course: Course = usual): DrillRun {
  const faultAtMs = beganAtMs + course.beforeS * 1000;
  const undoneAtMs = faultAtMs + course.faultS * 1000;
  const samples = samplesOf(course);
  const endedAtMs = beganAtMs + samples.length * 1000;
  const footing = {
    weights: home,
    replicas: sites.flatMap((site) =>
      [0, 1].map((slot) => ({
        site,
        slot,
        is: site === 'rome' && slot === 1 ? ('stopped' as const) : ('running' as const),
      })),
    ),
  };
  return {
    ...{ id: 'dr-2k8m4p', drill, by: ana, reason: 'quarterly test, ticket OPS-4411', configDigest: 'c0ffee12ab34' },
    ...{
      version: '0.1.0',
      slotMs: undefined,
      beganAtMs,
      faultAtMs,
      undoneAtMs,
      endedAtMs,
      before: footing,
      after: footing,
    },
    end: {
      verdict: 'passed',
      because: [],
      claims: met,
      phases: phases(faultAtMs),
      undo: 'verified',
      cutShort: undefined,
      by: 'runner',
    },
    stages: [
      { stage: 'preflight', atMs: beganAtMs },
      { stage: 'rehearse', atMs: beganAtMs + 4000 },
      { stage: 'steady', atMs: beganAtMs + 9000 },
      { stage: 'fault', atMs: faultAtMs },
      { stage: 'undo', atMs: undoneAtMs },
      { stage: 'failback', atMs: undoneAtMs + 3000 },
      { stage: 'settle', atMs: undoneAtMs + 13_000 },
    ],
    checks: [
      { atMs: 0, what: 'every site but the lost one is healthy', holds: 'yes', detail: 'paris and rome are ready' },
      { atMs: 0, what: 'nobody else moves the traffic', holds: 'yes', detail: 'no operation is open' },
      { atMs: 0, what: 'all is calm after it', holds: 'yes', detail: 'no request was lost for 20s' },
    ],
    actions: [
      { what: 'inflict', fault: 0, state: 'intended', detail: '', atMs: faultAtMs },
      { what: 'inflict', fault: 0, state: 'done', detail: 'armed until 09:31:40Z, read back', atMs: faultAtMs },
      { what: 'undo', fault: 0, state: 'done', detail: 'not in force, read back', atMs: undoneAtMs },
    ],
    decisions: [
      {
        ...{
          decidedAtMs: faultAtMs + 2000,
          decision: 'stay',
          isActionable: false,
          diagnosis: 'SiteDegraded: oslo fails 9 of 10 requests',
        },
        reasons: [{ code: 'NotUnhealthyLongEnough', message: 'bad for 2s of the 4s that it takes', site: 'oslo' }],
      },
      {
        ...{
          decidedAtMs: faultAtMs + moments.detected * 1000,
          decision: 'act',
          isActionable: true,
          diagnosis: 'SiteDead: nothing comes back from oslo',
        },
        reasons: [{ code: 'SiteFailing', message: '3 of 3 vantages have no answer from oslo for 4s', site: 'oslo' }],
      },
    ],
    operations: operations(faultAtMs, course.faultS),
    steps: [
      { operationId: 'op-7f3k', index: 0, reachedAtMs: faultAtMs + moments.proven * 1000 },
      { operationId: 'op-7f3k', index: 1, reachedAtMs: faultAtMs + moments.half * 1000 },
      { operationId: 'op-7f3k', index: 2, reachedAtMs: faultAtMs + moments.moved * 1000 },
    ],
    ...{ samples, load: loadOf(samples), findings: [finding] },
    notes: [{ atMs: faultAtMs + 30_000, text: 'dashboards show the move; support has no calls' }],
    head: '9f2c4a61d0b7e85312f4c6a9d8e7b0a15c3d2e1f4a5b6c7d8e9f0a1b2c3d4e5f',
  };
}

/** The same with another end. */
export function endingAs(end: Partial<DrillEnd>, rest: Partial<DrillRun> = {}): DrillRun {
  const run = passedRun();
  return { ...run, ...rest, end: { ...run.end, ...end } };
}

export function failedRun(): DrillRun {
  const claims = met.map((each) =>
    each.claim === recoveryClaim ? { ...each, measured: 41_000, holds: 'no' as const } : each,
  );
  const { samples, faultAtMs = 0 } = passedRun();
  const lostStartAtMs = faultAtMs + 41_000;
  const longer = samples.map((each) =>
    each.atMs > lostStartAtMs ? { ...each, lost: each.lost + 1, lostStartAtMs } : each,
  );
  return endingAs({ verdict: 'failed', because: ['not so: recoveryTime <= 15s'], claims }, { samples: longer });
}

export function abortedRun(): DrillRun {
  const cutShort = 'errorRate > 30% for 20s: it was 44%';
  return endingAs({ verdict: 'aborted', because: [cutShort], claims: [], cutShort });
}

export function interruptedRun(): DrillRun {
  const cutShort = 'its end is not on record: whoever ran it died';
  const end = {
    verdict: 'interrupted',
    because: [cutShort],
    claims: [],
    phases: [],
    undo: 'unknown',
    cutShort,
    by: 'watchdog',
  } as const;
  return endingAs(end, { after: undefined, undoneAtMs: undefined });
}

export function inconclusiveRun(): DrillRun {
  const claims = met.map((each) =>
    each.claim === ttftClaim ? { ...each, measured: undefined, holds: 'unknown' as const } : each,
  );
  const open = passedRun()
    .end.phases.slice(0, 5)
    .map((each, index) => (index === 4 ? { ...each, untilMs: undefined } : each));
  return endingAs({
    verdict: 'inconclusive',
    because: ['nothing was seen of the gateway for 9s'],
    claims,
    phases: open,
  });
}

/** Nothing was broken: there is nearly nothing to tell. */
export function notStartedRun(): DrillRun {
  return endingAs(
    {
      verdict: 'not-started',
      because: ['every site but the lost one is healthy: rome has no replica'],
      claims: [],
      phases: [],
      undo: 'not-needed',
    },
    {
      ...{
        faultAtMs: undefined,
        undoneAtMs: undefined,
        before: undefined,
        after: undefined,
        actions: [],
        decisions: [],
      },
      ...{ operations: [], steps: [], samples: [], load: [], notes: [], findings: [], reason: undefined },
      checks: [{ atMs: 0, what: 'every site but the lost one is healthy', holds: 'no', detail: 'rome has no replica' }],
      stages: [{ stage: 'preflight', atMs: beganAtMs }],
      endedAtMs: beganAtMs + 2000,
    },
  );
}

export function simulatedRun(): DrillRun {
  return endingAs({}, { drill: { ...drill, kind: 'simulation' } });
}

export function tabletopRun(): DrillRun {
  return { ...notStartedRun(), drill: { ...drill, kind: 'tabletop' } };
}

/** One sample a second. */
export function hourLongRun(): DrillRun {
  return passedRun({ beforeS: 600, faultS: 2400, afterS: 600 });
}
