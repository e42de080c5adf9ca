import { expect, test } from 'vitest';
import { junitOf } from '../../src/report/junit.ts';
import * as runs from './support/drill-run.ts';
import { hostileRun } from './support/hostile-run.ts';

test.for([
  { make: runs.passedRun, counts: 'tests="3" failures="0" errors="0" skipped="0"' },
  { make: runs.failedRun, counts: 'tests="3" failures="1" errors="0" skipped="0"' },
  { make: runs.inconclusiveRun, counts: 'tests="3" failures="0" errors="1" skipped="0"' },
  { make: runs.abortedRun, counts: 'tests="3" failures="0" errors="3" skipped="0"' },
  { make: runs.interruptedRun, counts: 'tests="3" failures="0" errors="3" skipped="0"' },
  { make: runs.notStartedRun, counts: 'tests="3" failures="0" errors="0" skipped="3"' },
])('counts what is there: $counts', ({ make, counts }) => {
  const text = junitOf(make());
  expect(text.split(counts)).toHaveLength(3);
  for (const kind of ['failure', 'error', 'skipped'])
    expect(text.match(new RegExp(`<${kind} `, 'g'))?.length ?? 0).toBe(
      Number(new RegExp(`${kind}s?="(\\d)"`).exec(counts)?.[1]),
    );
});

test('a missed objective is a failure that says what was measured', () => {
  expect(junitOf(runs.failedRun())).toContain(
    '<failure message="measured: 41s" type="objective missed">measured: 41s</failure>',
  );
});

test('whose objectives all hold and who is inconclusive all the same is not green', () => {
  const end = {
    verdict: 'inconclusive' as const,
    undo: 'unknown' as const,
    because: ['it is not known whether the fault is undone'],
  };
  const text = junitOf(runs.endingAs(end));
  expect(text).toContain('errors="3"');
  expect(text).toContain('<error message="it is not known whether the fault is undone" type="not measured">');
});

test('who claims nothing is an error, and not an empty suite', () => {
  const run = runs.endingAs({
    verdict: 'inconclusive',
    because: ['it claims nothing: hypothesis is empty'],
    claims: [],
  });
  expect(junitOf({ ...run, drill: { ...run.drill, hypothesis: [] } })).toContain('tests="1" failures="0" errors="1"');
});

test('phases, values and the record are properties, and the timeline is what it printed', () => {
  const text = junitOf(runs.passedRun());
  expect(text).toContain('<property name="phase.detect.ms" value="4000"/>');
  expect(text).toContain('<property name="measured recoveryTime &#60;= 15s" value="1.7s"/>');
  expect(text).toContain(`<property name="record" value="${runs.passedRun().head}"/>`);
  expect(text).toMatch(
    /<system-out>2026-11-27T09:30:00\.000Z stage: preflight\n[\s\S]*note: dashboards show the move[\s\S]*<\/system-out>/,
  );
  expect(junitOf(runs.inconclusiveRun())).toContain('<property name="phase.shift.ms" value="not measured"/>');
});

test('hostile texts add no element and nothing that XML forbids', () => {
  const text = junitOf(hostileRun());
  const names = [...text.matchAll(/<\/?([a-z?][\w-]*)/g)].map(([, name]) => name);
  expect([...new Set(names)].sort()).toEqual(
    ['?xml', 'failure', 'properties', 'property', 'system-out', 'testcase', 'testsuite', 'testsuites'].sort(),
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/);
  expect(text.isWellFormed()).toBe(true);
  expect(text.replace(/&#\d+;/g, '')).not.toContain('&');
});
