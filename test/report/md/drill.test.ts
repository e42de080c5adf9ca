import { expect, test } from 'vitest';
import { drillReportMd } from '../../../src/report/md/drill.ts';
import { terminalControls } from '../hostile.ts';
import * as runs from '../support/drill-run.ts';
import { hostileRun } from '../support/hostile-run.ts';

test('the verdict, what was measured and what was found are there', () => {
  const text = drillReportMd(runs.failedRun());
  expect(
    text.startsWith(
      '## Drill oslo-loss: failed\n\nFailed: 1 of 3 objectives was not met.\n- not so: recoveryTime \\<= 15s\n',
    ),
  ).toBe(true);
  expect(text).toContain('| recoveryTime \\<= 15s | 41s | no |');
  expect(text).toContain('| shift | 09:30:47Z | 09:30:52Z | 5s |');
  expect(text).toContain('- **footing** the same before and after');
  expect(text).toContain(
    '| 09:30:40Z | inflict | blackhole at oslo, for 1m30s | done | armed until 09:31:40Z, read back |',
  );
  expect(text).toContain(
    '| 1 | The page to the engineer on call came two minutes after the failover. | medium | Bo Holm | 2026-12-18 |',
  );
  expect(text).toContain(`Record \`${runs.passedRun().head}\``);
});

test('a simulated run says so before its verdict', () => {
  const text = drillReportMd(runs.simulatedRun());
  expect(text.indexOf('**SIMULATED.**')).toBeGreaterThan(0);
  expect(text.indexOf('**SIMULATED.**')).toBeLessThan(text.indexOf('all 3 objectives'));
});

test('what is not on record is said', () => {
  const text = drillReportMd(runs.interruptedRun());
  expect(text).toContain('- **weights after** not recorded');
  expect(text).toContain('| recoveryTime \\<= 15s | not measured | not judged |');
});

test('hostile texts become neither link, heading, row nor markup', () => {
  const text = drillReportMd(hostileRun());
  expect(text).not.toMatch(new RegExp(terminalControls.source.replace('\\u000b', '\\u000b'), 'u'));
  expect(text).not.toMatch(/[^\\]<[a-z!/]/i);
  expect(text).not.toMatch(/[^\\]\]\(/);
  expect(text).not.toMatch(/:\/\/|\bwww\./i);
  const headings = text.split('\n').filter((line) => line.startsWith('#'));
  expect(headings).toHaveLength(7);
});
