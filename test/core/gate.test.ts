import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type GateWatch, judgeGate } from '../../src/core/gate.ts';
import type { Expression } from '../../src/model/expression.ts';
import { limitOn } from '../../src/model/limits.ts';
import type { Seen } from '../../src/model/outcome.ts';
import type { EarlierGate, Gate } from '../../src/model/plan.ts';
import type { DeploymentTraffic, SiteTraffic } from '../../src/model/traffic-stats.ts';
import type { View } from '../../src/model/view.ts';
import { lost, nowMs, siteView, view } from './support/view.ts';

const [errors, firstToken] = [limitOn('errorRate', '<=', 0.05), limitOn('ttft.p95', '<=', 500)];
const gate: Gate = { sites: ['right'], holdMs: 1000, promoteWhen: [errors, firstToken] };
const earlier: EarlierGate = { sites: ['right'], holdMs: 1000, maxErrorRatio: 0.05, maxFirstTokenMs: 500 };

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

const all = (...of: readonly Expression[]): Expression => ({ kind: 'all', text: 'one and other', of });
const any = (...of: readonly Expression[]): Expression => ({ kind: 'any', text: 'one or other', of });
/** Ten of 100 attempts failed; half had their first token in 300 ms, all but one in twenty in 900 ms. */
const poor = { attemptsTotal: 1100, failuresTotal: 510, firstTokenP50Ms: 300, firstTokenP95Ms: 900 };
const failed = 'right: 10 of 100 attempts failed';

test.for<{ name: string; limit: Expression; forMs?: number; over?: Partial<SiteTraffic>; message?: string }>([
  { name: 'at most, just so', limit: limitOn('errorRate', '<=', 0.1) },
  {
    name: 'less than, just not',
    limit: limitOn('errorRate', '<', 0.1),
    message: `${failed}, limit errorRate < 10%`,
  },
  { name: 'less than, just so', limit: limitOn('errorRate', '<', 0.101) },
  { name: 'at least, just so', limit: limitOn('errorRate', '>=', 0.1) },
  { name: 'more than, just not', limit: limitOn('errorRate', '>', 0.1), message: `${failed}, limit errorRate > 10%` },
  { name: 'exactly', limit: limitOn('errorRate', '=', 0), message: `${failed}, limit errorRate = 0%` },
  { name: 'anything but', limit: limitOn('errorRate', '!=', 0.1), message: `${failed}, limit errorRate != 10%` },
  { name: 'half of them in time', limit: limitOn('ttft.p50', '<=', 300) },
  {
    name: 'half of them not in time',
    limit: limitOn('ttft.p50', '<', 300),
    message: 'right: first token p50 300ms, limit ttft.p50 < 300ms',
  },
  {
    name: 'nearly all of them not in time',
    limit: firstToken,
    message: 'right: first token p95 900ms, limit ttft.p95 <= 500ms',
  },
  { name: 'times that are not of the step alone', limit: firstToken, forMs: 9999 },
  {
    name: 'both, and one is not so',
    limit: all(limitOn('errorRate', '<=', 0.1), firstToken),
    message: `${failed}, first token p95 900ms, limit one and other`,
  },
  {
    name: 'both, and one is not so while the other is not known',
    limit: all(errors, firstToken),
    forMs: 1000,
    message: `${failed}, limit one and other`,
  },
  {
    name: 'both, and one is so while the other is not known',
    limit: all(limitOn('errorRate', '<=', 0.1), firstToken),
    forMs: 1000,
  },
  { name: 'either, and one is so', limit: any(limitOn('errorRate', '<=', 0.1), firstToken) },
  {
    name: 'either, and none is so',
    limit: any(errors, firstToken),
    message: `${failed}, first token p95 900ms, limit one or other`,
  },
  { name: 'either, and one may be so', limit: any(errors, firstToken), over: { firstTokenP95Ms: undefined } },
])('a step must show $name', ({ limit, forMs = 10_000, over = {}, message }) => {
  const watch: GateWatch = { began: traffic(began), sinceMs: nowMs - forMs };
  const verdict = judgeGate({ ...gate, promoteWhen: [limit] }, watch, seen(traffic({ ...poor, ...over })), nowMs);
  expect(verdict).toEqual(message === undefined ? { kind: 'pass' } : { kind: 'fail', message });
});

test('the first line that is not so is told', () => {
  const watch: GateWatch = { began: traffic(began), sinceMs: nowMs - 10_000 };
  expect(judgeGate(gate, watch, seen(traffic(poor)), nowMs)).toEqual({
    ...{ kind: 'fail', message: `${failed}, limit errorRate <= 5%` },
  });
});

test('a gate that an earlier program recorded means what it meant', () => {
  const figures = fc.record({
    attempts: fc.constantFrom(0, 4, 5, 20, 100, 200),
    share: fc.constantFrom(0, 0.04, 0.05, 0.06, 1),
    firstTokenP95Ms: fc.constantFrom(undefined, 0, 499, 500, 501, 5000),
    forMs: fc.constantFrom(0, 999, 1000, 9999, 10_000),
    hasLimit: fc.boolean(),
  });
  fc.assert(
    fc.property(figures, ({ attempts, share, firstTokenP95Ms, forMs, hasLimit }) => {
      const failures = Math.floor(attempts * share);
      const { maxFirstTokenMs, ...unlimited } = earlier;
      const watch: GateWatch = { began: traffic(began), sinceMs: nowMs - forMs };
      const now = traffic({ attemptsTotal: 1000 + attempts, failuresTotal: 500 + failures, firstTokenP95Ms });
      const isBad = attempts >= 5 && failures / attempts > earlier.maxErrorRatio;
      const isLate = attempts >= 5 && forMs >= 10_000 && hasLimit && (firstTokenP95Ms ?? 0) > Number(maxFirstTokenMs);
      const kind = isBad || isLate ? 'fail' : forMs >= 1000 ? 'pass' : 'wait';
      const today = hasLimit ? gate : { ...gate, promoteWhen: [errors] };
      expect(judgeGate(hasLimit ? earlier : unlimited, watch, seen(now), nowMs).kind).toBe(kind);
      expect(judgeGate(today, watch, seen(now), nowMs).kind).toBe(kind);
    }),
  );
});

test.for([
  { firstTokenP95Ms: 500, failuresTotal: 505, kind: 'pass' },
  { firstTokenP95Ms: 501, failuresTotal: 505, kind: 'fail' },
  { firstTokenP95Ms: 500, failuresTotal: 506, kind: 'fail' },
])(
  'such a gate lets its limits through and no more: $firstTokenP95Ms ms, $failuresTotal failures',
  ({ kind, ...after }) => {
    const watch: GateWatch = { began: traffic(began), sinceMs: nowMs - 10_000 };
    const now = traffic({ ...after, attemptsTotal: 1100 });
    expect(judgeGate(earlier, watch, seen(now), nowMs).kind).toBe(kind);
  },
);

test('without statistics it waits: not seeing is no success', () => {
  const unseen = { kind: 'unknown', error: lost } as const;
  expect(judgeGate(gate, { began: traffic({}), sinceMs: nowMs - 60_000 }, unseen, nowMs).kind).toBe('wait');
});

test('what the source fails is no reason to stop leaving it', () => {
  const failing = { attempts: 100, failures: 100, attemptsTotal: 9000, failuresTotal: 9000 };
  const now = view({ traffic: { left: failing } }).traffic;
  expect(judgeGate(gate, { began: statisticsOf(view()), sinceMs: nowMs - 1000 }, now, nowMs).kind).toBe('pass');
});
