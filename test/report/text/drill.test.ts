import { expect, test } from 'vitest';
import type { DrillRun } from '../../../src/model/drill-run.ts';
import { drillRunText } from '../../../src/report/text/drill.ts';
import { drillCompareText, drillTrendText } from '../../../src/report/text/drill-trend.ts';
import { plainStyle } from '../../../src/report/text/style.ts';
import { terminalControls } from '../hostile.ts';
import { failedRun } from '../support/drill-run.ts';

/** What is looked up in a table of ours: another word finds nothing there. */
const lookedUp = new Set(['verdict', 'undo', 'holds', 'signal', 'comparator']);

/** Every other text of it takes hold of the terminal. */
function spoilt(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return lookedUp.has(key) ? value : `\u001b]0;owned\u0007\u009b31m${value}`;
  if (Array.isArray(value)) return value.map((each) => spoilt(each, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [`${name}`, spoilt(each, name)]));
}

test.for([
  { what: 'a run', text: (run: DrillRun) => drillRunText(run, { ...plainStyle, width: 120 }) },
  { what: 'a trend', text: (run: DrillRun) => drillTrendText([run, run], plainStyle) },
  { what: 'a comparison', text: (run: DrillRun) => drillCompareText(run, run, [], plainStyle) },
])('of a record that came from elsewhere nothing takes hold of the terminal: $what', ({ text }) => {
  const lines = text(spoilt(failedRun()) as DrillRun).split('\n');
  expect(lines.filter((line) => terminalControls.test(line))).toEqual([]);
});
