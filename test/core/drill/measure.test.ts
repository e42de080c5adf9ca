import { expect, test } from 'vitest';
import { measureDrill } from '../../../src/core/drill/measure.ts';
import type { DrillSample } from '../../../src/model/drill-run.ts';
import { faultAtMs, samples } from './support/samples.ts';

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
  { name: 'a clock that is set back', of: later(-2000), missing: /the clock was set back meanwhile/ },
  { name: 'a hole of more than three samples', of: later(2501), missing: /nothing was seen of the gateway for 3.5s/ },
  {
    name: 'counts that began again',
    of: samples(0, 0, 0).map((each, index) => (index === 3 ? { ...each, ended: 2 } : each)),
    missing: /started anew/,
  },
  {
    name: 'what was lost nobody knows when',
    of: samples(0, 1, 0, 0, 0).map((each) => ({ ...each, lostStartAtMs: undefined })),
    missing: /not known when what was lost began/,
  },
  { name: 'no request', of: samples(0, 0, 0).map((each) => ({ ...each, ended: 7 })), missing: /no request came/ },
])('$name is not measured, and nothing is claimed of it', ({ of, missing }) => {
  const measured = measureDrill(of, { faultAtMs, untilMs: 0 });
  expect(measured).toMatchObject({ recoveryMs: undefined, lostRatio: undefined });
  expect(measured.missing).toEqual([expect.stringMatching(missing)]);
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
