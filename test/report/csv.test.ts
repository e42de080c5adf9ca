import { expect, test } from 'vitest';
import { evidenceCsv } from '../../src/report/csv.ts';
import { terminalControls } from './hostile.ts';
import * as runs from './support/drill-run.ts';
import { hostileRun } from './support/hostile-run.ts';

/** As RFC 4180 has it; every cell must be quoted. */
function readCsv(text: string): string[][] {
  const rows = text.split('\r\n');
  expect(rows.pop()).toBe('');
  return rows.map((row) => {
    expect(row).toMatch(/^"(?:[^"]|"")*"(?:,"(?:[^"]|"")*")*$/);
    return [...row.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell]) => (cell ?? '').replaceAll('""', '"'));
  });
}

function only(run: Parameters<typeof evidenceCsv>[0][number]): Record<string, string | undefined> {
  const [head = [], row = []] = readCsv(evidenceCsv([run]));
  expect(row).toHaveLength(head.length);
  return Object.fromEntries(head.map((name, index) => [name, row[index]]));
}

test('a row has what an auditor asks for', () => {
  expect(only(runs.passedRun())).toMatchObject({
    ...{
      test_date: '2026-11-27',
      scenario: 'oslo-loss',
      scenario_type: 'live',
      deployment: 'chat-70b',
      systems: 'oslo',
    },
    ...{ rto_objective: 'recoveryTime <= 15s', rto_achieved_seconds: '1.7', rpo_objective: 'lostRequests <= 1%' },
    ...{
      rpo_achieved_lost_requests: '0.11%',
      passed: 'yes',
      verdict: 'passed',
      gaps: '',
      restored: 'the same before and after',
    },
    ...{
      operator: 'ana@desk',
      owner: 'Ana Lind',
      record_digest: runs.passedRun().head,
      controls_checked: '2026-11-27',
    },
    actions:
      '1. The page to the engineer on call came two minutes after the failover. (medium, Bo Holm, due 2026-12-18)',
    controls: expect.stringContaining('Regulation (EU) 2022/2554 (DORA) Art. 11(6)'),
  });
});

test.for([
  {
    make: runs.failedRun,
    row: { passed: 'no', verdict: 'failed', rto_achieved_seconds: '41', gaps: 'not so: recoveryTime <= 15s' },
  },
  {
    make: runs.abortedRun,
    row: {
      passed: 'no',
      verdict: 'aborted',
      rto_achieved_seconds: 'not measured',
      gaps: 'errorRate > 30% for 20s: it was 44%',
    },
  },
  { make: runs.interruptedRun, row: { passed: 'no', verdict: 'interrupted', rto_achieved_seconds: 'not measured' } },
  {
    make: runs.notStartedRun,
    row: {
      verdict: 'not-started',
      rto_achieved_seconds: 'not measured',
      rpo_achieved_lost_requests: 'not measured',
      controls: '',
    },
  },
  { make: runs.simulatedRun, row: { scenario_type: 'simulation', passed: 'yes' } },
  { make: runs.tabletopRun, row: { scenario_type: 'tabletop' } },
])('runs that did not pass are there like those that did: $row.verdict', ({ make, row }) => {
  expect(only(make())).toMatchObject(row);
});

test('a time that was not seen to its end is no achieved time', () => {
  const run = runs.passedRun();
  const claims = [{ claim: runs.recoveryClaim, measured: 12_000, holds: 'unknown' as const }];
  const end = { verdict: 'inconclusive' as const, claims, phases: run.end.phases.slice(0, 3) };
  // Lost to the end of the record: at least so long, which is a failure too, and yet no time that it took.
  const { samples, stages } = run;
  const lastAtMs = stages.find(({ stage }) => stage === 'failback')?.atMs ?? samples.at(-1)?.atMs ?? 0;
  const lostStartAtMs = lastAtMs - 1500;
  const lossy = samples.map((each) =>
    each.atMs > lostStartAtMs ? { ...each, lost: each.lost + 1, lostStartAtMs } : each,
  );
  expect(only(runs.endingAs(end, { samples: lossy }))['rto_achieved_seconds']).toBe('not measured');
  const failed = { ...end, claims: claims.map((each) => ({ ...each, holds: 'no' as const })) };
  expect(only(runs.endingAs(failed, { samples: lossy }))['rto_achieved_seconds']).toBe('not measured');
});

test('a provider exit names its vendor, and the rules about exits', () => {
  const drill = {
    ...runs.drill,
    kind: 'provider-exit' as const,
    faults: [],
    exit: { vendor: 'acme', stayMs: 600_000 },
  };
  expect(only({ ...runs.passedRun(), drill })).toMatchObject({
    systems: 'acme',
    controls: expect.stringContaining('Art. 28(8)'),
  });
  expect(only(runs.passedRun())['controls']).not.toContain('Art. 28(8)');
});

test('no cell begins as a formula would, and none moves the cursor', () => {
  const csv = evidenceCsv([
    hostileRun(),
    ...['=1', '+1', '-1', '@A1', '\t=1', '\r=1', '  =1', '＝1', '\u200b=1'].map((reason) => ({
      ...runs.passedRun(),
      reason,
    })),
  ]);
  for (const cell of readCsv(csv).flat()) {
    expect(cell).not.toMatch(/^\s*[=+\-@\t\r＝＋－＠]/);
    expect(cell).not.toMatch(terminalControls);
    expect(cell).not.toContain('\n');
  }
});
