import { expect, test } from 'vitest';
import { type GateWatch, judgeGate } from '../../src/core/gate.ts';
import type { Seen } from '../../src/model/outcome.ts';
import type { Gate } from '../../src/model/plan.ts';
import type { DeploymentTraffic, SiteTraffic } from '../../src/model/traffic-stats.ts';
import type { View } from '../../src/model/view.ts';
import { lost, nowMs, siteView, view } from './support/view.ts';

const gate: Gate = { sites: ['right'], holdMs: 1000, maxErrorRatio: 0.05, maxFirstTokenMs: 500 };

function traffic(right: Partial<SiteTraffic>): DeploymentTraffic {
  return statisticsOf(view({ sites: [siteView('left'), siteView('right')], traffic: { right } }));
}

function statisticsOf({ traffic: seen }: View): DeploymentTraffic {
  if (seen.kind === 'unknown') throw new Error('this view has statistics');
  return seen.value;
}

const seen = (value: DeploymentTraffic): Seen<DeploymentTraffic> => ({ kind: 'seen', value, asOfMs: nowMs });

function judge(before: Partial<SiteTraffic>, after: Partial<SiteTraffic>, forMs: number): ReturnType<typeof judgeGate> {
  const watch: GateWatch = { began: traffic(before), sinceMs: nowMs - forMs };
  return judgeGate(gate, watch, seen(traffic(after)), nowMs);
}

const began = { attemptsTotal: 1000, failuresTotal: 500 };

test.for([
  {
    name: 'waits one millisecond short of the hold',
    after: { attemptsTotal: 1100, failuresTotal: 500 },
    forMs: 999,
    kind: 'wait',
  },
  { name: 'passes when it held', after: { attemptsTotal: 1100, failuresTotal: 500 }, forMs: 1000, kind: 'pass' },
  {
    name: 'passes at the share of errors',
    after: { attemptsTotal: 1100, failuresTotal: 505 },
    forMs: 1000,
    kind: 'pass',
  },
  { name: 'fails above it, at once', after: { attemptsTotal: 1100, failuresTotal: 506 }, forMs: 1, kind: 'fail' },
  {
    name: 'says nothing of four attempts',
    after: { attemptsTotal: 1004, failuresTotal: 504 },
    forMs: 1000,
    kind: 'pass',
  },
  { name: 'judges five', after: { attemptsTotal: 1005, failuresTotal: 505 }, forMs: 1000, kind: 'fail' },
  {
    name: 'counts all since a gateway that started anew',
    after: { attemptsTotal: 10, failuresTotal: 9 },
    forMs: 1000,
    kind: 'fail',
  },
  {
    name: 'does not judge first bytes of before the step',
    after: { attemptsTotal: 1100, failuresTotal: 500, firstTokenP95Ms: 900 },
    forMs: 9999,
    kind: 'pass',
  },
  {
    name: 'fails when first bytes are late since the step',
    after: { attemptsTotal: 1100, failuresTotal: 500, firstTokenP95Ms: 501 },
    forMs: 10_000,
    kind: 'fail',
  },
  {
    name: 'passes with first bytes at the limit',
    after: { attemptsTotal: 1100, failuresTotal: 500, firstTokenP95Ms: 500 },
    forMs: 10_000,
    kind: 'pass',
  },
  {
    name: 'passes without any first byte',
    after: { attemptsTotal: 1100, failuresTotal: 500, firstTokenP95Ms: undefined },
    forMs: 10_000,
    kind: 'pass',
  },
])('$name', ({ after, forMs, kind }) => {
  expect(judge(began, after, forMs).kind).toBe(kind);
});

test('without a limit of first-token times none is too slow', () => {
  const watch: GateWatch = { began: traffic(began), sinceMs: nowMs - 20_000 };
  const after = seen(traffic({ attemptsTotal: 1100, failuresTotal: 500, firstTokenP95Ms: 60_000 }));
  const { maxFirstTokenMs, ...unlimited } = gate;
  expect(maxFirstTokenMs).toBe(500);
  expect(judgeGate(gate, watch, after, nowMs).kind).toBe('fail');
  expect(judgeGate(unlimited, watch, after, nowMs)).toEqual({ kind: 'pass' });
});

test('without statistics it waits: not seeing is no success', () => {
  const unseen = { kind: 'unknown', error: lost } as const;
  expect(judgeGate(gate, { began: traffic({}), sinceMs: nowMs - 60_000 }, unseen, nowMs).kind).toBe('wait');
});

test('what the source fails is no reason to stop leaving it', () => {
  const failing = { attempts: 100, failures: 100, attemptsTotal: 9000, failuresTotal: 9000 };
  const now = view({ traffic: { left: failing } }).traffic;
  expect(judgeGate(gate, { began: statisticsOf(view()), sinceMs: nowMs - 1000 }, now, nowMs).kind).toBe('pass');
});
