import { expect, test } from 'vitest';
import { conclude, type Given } from '../../../src/core/drill/conclude.ts';
import { recount } from '../../../src/core/drill/recount.ts';
import type { DrillBody, DrillDraft, DrillSample } from '../../../src/model/drill-run.ts';
import type { Comparison } from '../../../src/model/expression.ts';
import { drillOf } from '../../model/support/drills.ts';
import { ana } from '../../store/support/drill-drafts.ts';
import { faultAtMs, samples } from './support/samples.ts';

const recovery = (value: number): Comparison => ({
  ...{ kind: 'comparison', text: `recoveryTime <= ${value}ms`, signal: 'recoveryTime', comparator: '<=', value },
});
const lost = (value: number): Comparison => ({
  ...{ kind: 'comparison', text: `lostRequests <= ${value}`, signal: 'lostRequests', comparator: '<=', value },
});

interface Parts {
  readonly claims?: readonly Comparison[];
  readonly of?: readonly DrillSample[];
  readonly inflict?: 'done' | 'unknown' | 'never';
  readonly checks?: readonly DrillBody[];
}

/** A run whose fault began at the moment of the second sample. */
function told({ claims = [recovery(2000)], of = samples(0, 2, 2, 0, 0), inflict = 'done', checks = [] }: Parts = {}) {
  const at = (atMs: number, body: DrillBody): DrillDraft => ({ atMs, monoMs: atMs, body });
  const drill = drillOf({ hypothesis: claims });
  const about = { id: 'dr-1', drill, by: ana, reason: undefined, configDigest: 'd', version: '1' };
  const action = (state: 'intended' | 'done' | 'unknown') =>
    at(faultAtMs, { kind: 'action', what: 'inflict', fault: 0, state, detail: '' });
  return [
    at(faultAtMs - 5000, { kind: 'begin', ...about }),
    ...checks.map((body) => at(faultAtMs - 4000, body)),
    ...(inflict === 'never' ? [] : [action('intended'), action(inflict)]),
    ...of.map((sample) => at(sample.atMs, { kind: 'sample', sample })),
    at(of.at(-1)?.atMs ?? faultAtMs, { kind: 'stage', stage: 'undo' }),
  ];
}

const well: Given = { by: 'runner', cutShort: undefined, undo: 'verified' };

test.for<{ name: string; parts: Parts; verdict: string; because: readonly unknown[]; given?: Partial<Given> }>([
  { name: 'within its limits', parts: { claims: [recovery(2000), lost(0.1)] }, verdict: 'passed', because: [] },
  {
    ...{ name: 'a millisecond too late', parts: { claims: [recovery(1999)] } },
    ...{ verdict: 'failed', because: ['not so: recoveryTime <= 1999ms'] },
  },
  {
    ...{ name: 'too much lost', parts: { claims: [recovery(2000), lost(0.0999)] } },
    ...{ verdict: 'failed', because: ['not so: lostRequests <= 0.0999'] },
  },
  {
    ...{ name: 'nothing claimed', parts: { claims: [] } },
    ...{ verdict: 'inconclusive', because: ['it claims nothing: hypothesis is empty'] },
  },
  {
    ...{ name: 'lost to the end', parts: { of: samples(0, 2, 2) } },
    ...{ verdict: 'inconclusive', because: [expect.stringContaining('to the end')] },
  },
  {
    // Longer than that is certain, however much longer.
    ...{ name: 'lost to the end and too late already', parts: { claims: [recovery(1000)], of: samples(0, 2, 2) } },
    ...{ verdict: 'failed', because: ['not so: recoveryTime <= 1000ms'] },
  },
  {
    ...{
      name: 'a hole in what was seen',
      parts: { of: samples(0, 0, 0, 0, 0, 0).filter((_, at) => at < 2 || at > 5) },
    },
    ...{ verdict: 'inconclusive', because: [expect.stringMatching(/nothing was seen/)] },
  },
  {
    ...{ name: 'a fault that was never seen in force', parts: { inflict: 'unknown' } },
    ...{ verdict: 'inconclusive', because: [expect.stringMatching(/never seen in force/)] },
  },
  {
    ...{ name: 'an undo that nobody saw', parts: {}, given: { undo: 'unknown' } },
    ...{ verdict: 'inconclusive', because: ['it is not known whether the fault is undone'] },
  },
  { name: 'cut short', parts: {}, given: { cutShort: 'interrupted' }, verdict: 'aborted', because: ['interrupted'] },
  {
    ...{ name: 'ended by who watched', parts: {}, given: { by: 'watchdog', cutShort: 'it died' } },
    ...{ verdict: 'interrupted', because: ['it died'] },
  },
  {
    ...{ name: 'nothing broken', parts: { inflict: 'never' }, given: { undo: 'not-needed' } },
    ...{ verdict: 'not-started', because: [] },
  },
  {
    ...{ name: 'something in the way', given: { undo: 'not-needed' } },
    parts: { inflict: 'never', checks: [{ kind: 'check', what: 'Paused', holds: 'no', detail: 'by ana' }] },
    ...{ verdict: 'not-started', because: ['Paused: by ana'] },
  },
])('$name: $verdict', ({ parts, verdict, because, given = {} }) => {
  expect(conclude(told(parts), { ...well, ...given })).toMatchObject({ verdict, because });
});

test('of a run that ended before its time nothing is claimed', () => {
  expect(conclude(told(), { ...well, cutShort: 'interrupted' }).claims).toEqual([]);
});

test('the end is computed again from the record that has it', () => {
  const drafts = told({ claims: [recovery(2000), lost(0.1)] });
  const end = conclude(drafts, well);
  const entries = [...drafts, { atMs: faultAtMs + 9000, monoMs: 0, body: { kind: 'end', end } as const }];
  expect(conclude(entries)).toEqual(end);
  const run = recount(entries.map((draft, index) => ({ ...draft, seq: index + 1, hash: `#${index}` })));
  expect(run).toMatchObject({ end, faultAtMs, endedAtMs: faultAtMs + 9000, head: `#${entries.length - 1}` });
});

test('a record without an end was interrupted', () => {
  const entries = told().map((draft, index) => ({ ...draft, seq: index + 1, hash: '' }));
  expect(recount(entries).end).toMatchObject({ verdict: 'interrupted', undo: 'unknown', claims: [] });
});
