import { expect, test } from 'vitest';
import {
  examinationOf,
  examineAfterMs,
  findingChanges,
  firstAfterMs,
  newestExaminations,
} from '../../src/core/examination.ts';
import { type DoctorArea, type Finding, type FindingOutcome, mostKept, unstartable } from '../../src/model/doctor.ts';

const finding = (area: DoctorArea, outcome: FindingOutcome, what = 'x'): Finding => ({
  ...{ area, outcome, where: 'virginia', what },
});
const hourMs = 3_600_000;

test.for([
  { name: 'first, soon after the start', everyMs: 6 * hourMs, isFirst: true, random: 0, ms: firstAfterMs },
  { name: 'first, of an interval that is shorter', everyMs: 1000, isFirst: true, random: 0, ms: 1000 },
  { name: 'then by its interval', everyMs: 6 * hourMs, isFirst: false, random: 0, ms: 6 * hourMs },
  { name: 'earlier by a tenth at most', everyMs: 6 * hourMs, isFirst: false, random: 1, ms: 5.4 * hourMs },
])('the next look comes $name', ({ everyMs, isFirst, random, ms }) => {
  expect(examineAfterMs(everyMs, isFirst, random)).toBe(ms);
});

test('keeps what is bad, then what is unknown, and nothing that is well', () => {
  const found = [finding('clock', 'unknown'), finding('parts', 'ok'), finding('quota', 'bad')];
  expect(examinationOf('virginia', found, 5)).toEqual({
    ...{ site: 'virginia', atMs: 5, findings: [finding('quota', 'bad'), finding('clock', 'unknown')] },
  });
  const many = Array.from({ length: mostKept + 1 }, (_, index) => finding('access', 'bad', `right ${index}`));
  expect(examinationOf('virginia', many, 5).findings).toHaveLength(mostKept);
});

test('a finding appears and goes once, whatever its figures', () => {
  const at = (...findings: readonly Finding[]) => examinationOf('virginia', findings, 1);
  const [four, five] = [finding('quota', 'bad', 'used 4 of 4'), finding('quota', 'bad', 'used 5 of 4')];
  expect(findingChanges(undefined, at(four))).toEqual({ appeared: [four], gone: [] });
  expect(findingChanges(at(four), at(five))).toEqual({ appeared: [], gone: [] });
  expect(findingChanges(at(four), at(finding('parts', 'bad')))).toEqual({
    ...{ appeared: [finding('parts', 'bad')], gone: [four] },
  });
});

test.for([
  ['access', 'bad', true],
  ['parts', 'bad', true],
  ['quota', 'bad', true],
  ['clock', 'bad', true],
  ['excess', 'bad', false],
  ['quota', 'unknown', false],
] as const)('%s %s speaks against a start: %s', ([area, outcome, is]) => {
  const examination = examinationOf('virginia', [finding(area, outcome)], 1);
  expect(unstartable(examination) !== undefined).toBe(is);
});

test('of several looks at a site the newest counts, and sites that are not asked about are left out', () => {
  const look = (site: string, atMs: number) => ({ site, atMs, findings: [] });
  expect(newestExaminations(['a', 'b'], [look('a', 1), look('c', 1)], [look('a', 2)], [look('a', 1)])).toEqual([
    look('a', 2),
  ]);
});
