import { expect, test } from 'vitest';
import { judgeClaims, lossLimit, measureDrill, verdictOf } from '../../../src/core/drill/measure.ts';
import type { Claim } from '../../../src/model/drill.ts';
import type { DrillSample } from '../../../src/model/drill-run.ts';

const faultAtMs = 10_000;

/** One sample a second from a second before the fault: how many of ten requests were lost in each, all begun as it ended. */
function samples(...lostInEach: readonly number[]): readonly DrillSample[] {
  let lost = 0;
  let lostStartAtMs: number | undefined;
  return [0, ...lostInEach].map((each, index) => {
    lost += each;
    const atMs = faultAtMs - 1000 + index * 1000;
    if (each > 0) lostStartAtMs = atMs;
    return { atMs, ended: index * 10, open: 2, lost, lostStartAtMs, weights: {} };
  });
}

const recovery = (atMost: number): Claim => ({ text: `recoveryTime <= ${atMost}ms`, signal: 'recoveryTime', atMost });
const lost = (atMost: number): Claim => ({ text: `lostRequests <= ${atMost}`, signal: 'lostRequests', atMost });

/** The sample at the moment of the fault is the one that is counted from. */
test.for([
  { name: 'nothing lost', of: samples(0, 0, 0, 0), is: { recoveryMs: 0, lostRatio: 0, isRecovered: true } },
  { name: 'lost before the fault', of: samples(5, 0, 0, 0), is: { recoveryMs: 0, lostRatio: 0 } },
  { name: 'lost in the first second', of: samples(0, 4, 0, 0), is: { recoveryMs: 1000, lostRatio: 4 / 30 } },
  { name: 'lost again later', of: samples(0, 1, 0, 1, 0, 0), is: { recoveryMs: 3000, isRecovered: true } },
  { name: 'calm for a second at the end', of: samples(0, 0, 1, 0), is: { recoveryMs: 2000, isRecovered: false } },
  { name: 'calm for two seconds at the end', of: samples(0, 1, 0, 0), is: { isRecovered: true } },
])('$name', ({ of, is }) => {
  expect(measureDrill(of, { faultAtMs, untilMs: 0 })).toMatchObject(is);
});

test('a stream that ran before the fault and is cut by it is lost, and says nothing of recovery', () => {
  const cutLate = samples(0, 0, 0, 0, 1).map((each) => ({ ...each, lostStartAtMs: faultAtMs - 500 }));
  expect(measureDrill(cutLate, { faultAtMs, untilMs: 0 })).toMatchObject({
    recoveryMs: 0,
    isRecovered: true,
    lostRatio: 1 / 40,
  });
});

const [first, ...others] = samples(0, 0, 0, 0, 0, 0);
const later = (ms: number): readonly DrillSample[] => [
  ...(first === undefined ? [] : [first]),
  ...others.map((each) => ({ ...each, atMs: each.atMs + ms })),
];

test.for([
  { name: 'no sample at all', of: [], missing: /nothing was seen/ },
  { name: 'none from before the fault', of: later(0).slice(2), missing: /nothing was seen/ },
  { name: 'a hole of more than three samples', of: later(2501), missing: /nothing was seen of the gateway for 3.5s/ },
  {
    name: 'counts that began again',
    of: samples(0, 0, 0).map((each, index) => (index === 3 ? { ...each, ended: 2 } : each)),
    missing: /started anew/,
  },
  { name: 'no request', of: samples(0, 0, 0).map((each) => ({ ...each, ended: 7 })), missing: /no request came/ },
])('$name is not measured, and nothing is claimed of it', ({ of, missing }) => {
  const measured = measureDrill(of, { faultAtMs, untilMs: 0 });
  expect(measured).toMatchObject({ recoveryMs: undefined, lostRatio: undefined });
  const claims = judgeClaims([recovery(1000), lost(0.5)], measured);
  expect(claims.map(({ holds }) => holds)).toEqual(['unknown', 'unknown']);
  expect(verdictOf(claims, measured)).toEqual({
    verdict: 'inconclusive',
    because: [expect.stringMatching(missing)],
  });
});

test('a hole of three samples leaves nothing out', () => {
  expect(measureDrill(later(2500), { faultAtMs, untilMs: 0 }).missing).toEqual([]);
});

test.for([
  { name: 'to its end', untilMs: faultAtMs + 4000, missing: [] },
  { name: 'a millisecond short of it', untilMs: faultAtMs + 4001, missing: ['nothing was seen of its end'] },
])('a record that goes $name', ({ untilMs, missing }) => {
  expect(measureDrill(samples(0, 0, 0, 0, 0), { faultAtMs, untilMs }).missing).toEqual(missing);
});

const badForTwo = samples(0, 2, 2, 0, 0);

test.for([
  { claims: [recovery(2000), lost(0.1)], of: badForTwo, verdict: 'passed', because: [] },
  { claims: [recovery(1999)], of: badForTwo, verdict: 'failed', because: ['not so: recoveryTime <= 1999ms'] },
  {
    claims: [recovery(2000), lost(0.0999)],
    of: badForTwo,
    verdict: 'failed',
    because: ['not so: lostRequests <= 0.0999'],
  },
  { claims: [], of: badForTwo, verdict: 'inconclusive', because: ['it claims nothing: hypothesis is empty'] },
  {
    claims: [recovery(2000)],
    of: samples(0, 2, 2),
    verdict: 'inconclusive',
    because: [expect.stringContaining('to the end')],
  },
  // Longer than that is certain, however much longer.
  { claims: [recovery(1000)], of: samples(0, 2, 2), verdict: 'failed', because: ['not so: recoveryTime <= 1000ms'] },
])('$claims of $of.length samples: $verdict', ({ claims, of, verdict, because }) => {
  const measured = measureDrill(of, { faultAtMs, untilMs: 0 });
  expect(verdictOf(judgeClaims(claims, measured), measured)).toEqual({ verdict, because });
});

/** Of so many that are asked for in each second nothing ends: they wait. */
function waiting(...inEach: readonly number[]): readonly DrillSample[] {
  let open = 2;
  return samples(...inEach.map(() => 0)).map((each, index) => {
    open += inEach[index - 1] ?? 0;
    return { ...each, ended: (index > 0 ? 10 : 0) * index - (open - 2), open };
  });
}

test.for([
  { name: 'goes on at a fifth', of: samples(2, 2, 2), limit: false },
  { name: 'ends above a fifth', of: samples(2, 3, 2), limit: true },
  {
    name: 'says nothing of nine requests',
    of: samples(9).map((each) => ({ ...each, ended: Math.min(each.ended, 9) })),
    limit: false,
  },
  {
    name: 'forgets what was lost more than ten seconds ago',
    of: samples(9, ...Array.from({ length: 11 }, () => 0)),
    limit: false,
  },
  { name: 'has nothing to say of no samples', of: [], limit: false },
  { name: 'goes on while half of all wait', of: waiting(5, 5, 5), limit: false },
  { name: 'ends when more than half of all wait', of: waiting(5, 6, 5), limit: true },
  { name: 'ends when nobody is answered at all', of: waiting(10, 10), limit: true },
  {
    name: 'ends when the counts began again',
    of: samples(0, 0).map((each, at) => (at === 2 ? { ...each, ended: 1 } : each)),
    limit: true,
  },
])('what users may lose: $name', ({ of, limit }) => {
  expect(lossLimit(of) !== undefined).toBe(limit);
});
