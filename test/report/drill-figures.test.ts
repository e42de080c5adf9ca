import fc from 'fast-check';
import { expect, test } from 'vitest';
import { measureDrill } from '../../src/core/drill/measure.ts';
import type { DrillRun, DrillSample } from '../../src/model/drill-run.ts';
import { figuresOf, isChange } from '../../src/report/drill-figures.ts';
import { recordsOf, recounted } from '../cli/support/drill-record.ts';

const base = await recordsOf({ id: 'dr-1' }).then(async (records) =>
  recounted((await records.read('dr-1'))?.entries ?? []),
);
const faultAtMs = base.faultAtMs ?? 0;

const sample = (afterMs: number, over: Partial<DrillSample> = {}): DrillSample => ({
  ...{ atMs: faultAtMs + afterMs, ended: 100 + afterMs / 100, open: 0, lost: 0, lostStartAtMs: undefined },
  ...{ weights: { left: 100, right: 0 }, sites: [] },
  ...over,
});
const seen = (samples: readonly DrillSample[], over: Partial<DrillRun> = {}): DrillRun => ({
  ...{ ...base, samples, load: [], undoneAtMs: undefined },
  ...over,
});
/** With the seconds between two of them, in which nothing else came about. */
const run = (samples: readonly DrillSample[], over: Partial<DrillRun> = {}): DrillRun =>
  seen(
    samples.flatMap((each, index) => {
      const seconds = Math.max(1, Math.floor(((samples[index + 1]?.atMs ?? each.atMs) - each.atMs) / 1000));
      return Array.from({ length: seconds }, (_, second) => ({ ...each, atMs: each.atMs + second * 1000 }));
    }),
    over,
  );
const lost = { lost: 5, lostStartAtMs: faultAtMs + 4000 };

test('nothing lost is recovered at once', () => {
  const { phases, ...figures } = figuresOf(run([sample(0), sample(10_000)]));
  expect(figures).toEqual({ recoveryMs: 0, lost: 0, lostShare: 0, firstTokenP95Ms: undefined });
});

test('seconds that nobody saw leave nothing to tell', () => {
  expect(figuresOf(seen([sample(0), sample(3500)]))).toMatchObject({ lost: 0 });
  expect(figuresOf(seen([sample(0), sample(2000), sample(1000)]))).toMatchObject({ lost: undefined });
  expect(figuresOf(seen([sample(0), sample(3501)]))).toMatchObject({ recoveryMs: undefined, lost: undefined });
  // What came before the fault is not of it.
  expect(figuresOf(seen([sample(-9000), sample(0), sample(1000)]))).toMatchObject({ lost: 0 });
});

test('it has recovered when the last lost request began', () => {
  expect(figuresOf(run([sample(0), sample(10_000, lost)]))).toMatchObject({
    recoveryMs: 4000,
    lost: 5,
    lostShare: 0.05,
  });
});

test.for([
  { calmMs: 2000, recoveryMs: 4000 },
  { calmMs: 1999, recoveryMs: undefined },
])('calm for $calmMs ms at the end it recovered after $recoveryMs', ({ calmMs, recoveryMs }) => {
  const lossy = run([sample(0), sample(1000, lost), sample(4000 + calmMs, { ...lost, ended: 200 })]);
  expect(figuresOf(lossy)).toMatchObject({ recoveryMs, lost: 5 });
});

test('of a loss whose time nobody knows it has not recovered', () => {
  expect(figuresOf(run([sample(0), sample(10_000, { lost: 5 })]))).toMatchObject({ recoveryMs: undefined, lost: 5 });
});

/** What is judged and what is compared and handed to auditors is the same figure. */
test('recovery and loss are as the verdict has them, whatever was seen', () => {
  const untilMs = fc.option(fc.integer({ min: 0, max: 12_000 }), { nil: undefined });
  const second = fc.record({
    ...{ gapMs: fc.integer({ min: -500, max: 4200 }), ended: fc.integer({ min: 0, max: 3 }) },
    ...{ lost: fc.integer({ min: 0, max: 1 }), lateMs: fc.integer({ min: 0, max: 5000 }) },
  });
  fc.assert(
    fc.property(fc.array(second, { minLength: 1, maxLength: 8 }), untilMs, (seconds, afterMs) => {
      let last = sample(0, { ended: 10 });
      const samples = [last];
      for (const { gapMs, ended, lost: more, lateMs } of seconds) {
        const atMs = last.atMs + gapMs;
        const lostStartAtMs = more > 0 ? atMs - lateMs : last.lostStartAtMs;
        last = { ...last, atMs, ended: last.ended + ended + more, lost: last.lost + more, lostStartAtMs };
        samples.push(last);
      }
      const undoneAtMs = afterMs === undefined ? undefined : faultAtMs + afterMs;
      const { recoveryMs, lostShare } = figuresOf(seen(samples, { undoneAtMs }));
      const judged = measureDrill(samples, { faultAtMs, untilMs: undoneAtMs ?? 0 });
      expect({ recoveryMs, lostShare }).toEqual({
        recoveryMs: judged.isRecovered ? judged.recoveryMs : undefined,
        lostShare: judged.lostRatio,
      });
    }),
    { numRuns: 500 },
  );
});

test('what was lost before the fault is not of it, and what began before it and was lost after it is', () => {
  const early = { lost: 2, lostStartAtMs: faultAtMs - 500 };
  expect(figuresOf(run([sample(0, early), sample(10_000, early)]))).toMatchObject({ recoveryMs: 0, lost: 0 });
  expect(figuresOf(run([sample(0), sample(10_000, early)]))).toMatchObject({ recoveryMs: 0, lost: 2 });
});

test('what comes of going back is not counted', () => {
  const stages = [{ stage: 'failback', atMs: faultAtMs + 10_000 }] as const;
  expect(figuresOf(run([sample(0), sample(10_000), sample(10_001, lost)], { stages }))).toMatchObject({ lost: 0 });
});

test.for<{ name: string; samples: readonly DrillSample[]; over?: Partial<DrillRun> }>([
  { name: 'no sample', samples: [] },
  { name: 'no request', samples: [sample(0, { ended: 7 }), sample(1000, { ended: 7 })] },
  { name: 'nothing of its end', samples: [sample(0), sample(1000)], over: { undoneAtMs: faultAtMs + 1001 } },
  { name: 'none from before the fault', samples: [sample(1), sample(2)] },
  { name: 'counts that began anew', samples: [sample(0), sample(1000, { ended: 1 }), sample(2000, { ended: 500 })] },
])('with $name nothing is measured', ({ samples, over }) => {
  expect(figuresOf(run(samples, over))).toMatchObject({ recoveryMs: undefined, lost: undefined, lostShare: undefined });
});

test('the first token is the median of the seconds since the fault: of the load, else of the slowest site with traffic', () => {
  const site = (name: string, firstTokenP95Ms: number) => ({
    ...{ site: name, ready: 1, wanted: 1, attempts: 1, failures: 0, inFlight: 0, firstTokenP50Ms: 1 },
    firstTokenP95Ms,
  });
  const seen = (afterMs: number, ms: number) => sample(afterMs, { sites: [site('left', ms), site('right', 9000)] });
  const samples = [seen(-1000, 5), seen(0, 300), seen(1000, 100), seen(2000, 200)];
  expect(figuresOf(run(samples)).firstTokenP95Ms).toBe(200);
  const second = base.load[0];
  if (second === undefined) throw new Error('a second of the load');
  const load = [50, 70, 60].map((p95, index) => ({
    ...{ ...second, atMs: faultAtMs + index, firstTokenMs: { ...second.firstTokenMs, p95 } },
  }));
  expect(figuresOf(run(samples, { load })).firstTokenP95Ms).toBe(60);
});

test('only phases whose end was seen have a length', () => {
  const phases = [
    { phase: 'detect', fromMs: 0, untilMs: 30 },
    { phase: 'decide', fromMs: 30, untilMs: undefined },
  ] as const;
  expect([...figuresOf(run([], { end: { ...base.end, phases } })).phases]).toEqual([['detect', 30]]);
});

test.for([
  { name: 'a fifth more', before: 100, now: 120, earlier: [100], changed: false },
  { name: 'more than a fifth', before: 100, now: 121, earlier: [100], changed: true },
  { name: 'more than a fifth less', before: 100, now: 79, earlier: [100], changed: true },
  { name: 'as much as earlier runs differed', before: 100, now: 150, earlier: [100, 150], changed: false },
  { name: 'more than earlier runs differed', before: 100, now: 151, earlier: [100, 150], changed: true },
  { name: 'something where there was nothing', before: 0, now: 1, earlier: [], changed: true },
])('$name is a change: $changed', ({ before, now, earlier, changed }) => {
  expect(isChange(before, now, earlier)).toBe(changed);
});
