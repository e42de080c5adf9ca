/** What an auditor wants of a run, in one row. */
import type { DrillRun } from '../../model/drill-run.ts';
import { achievedMs, figuresOf } from '../drill-figures.ts';
import { iso } from '../text/time.ts';

/** Times in milliseconds, shares 0–1; null: not measured. A failed run is reported like one that passed. */
export function drillEvidenceJson(run: DrillRun) {
  const { drill, end } = run;
  const { lostShare } = figuresOf(run);
  return {
    ...{ run: run.id, testDate: iso(run.beganAtMs), endedAt: iso(run.endedAtMs), scenario: drill.name },
    ...{ title: drill.title ?? null, scenarioType: drill.kind, deployment: drill.deployment },
    systems: [
      ...new Set(drill.faults.map(({ site }) => site)),
      ...(drill.exit === undefined ? [] : [drill.exit.vendor]),
    ],
    objectives: end.claims.map(({ claim, measured, holds }) => ({
      ...{ text: claim.text, measured: measured ?? null, holds },
    })),
    ...{ recoveryMs: achievedMs(run) ?? null, lostRatio: lostShare ?? null },
    ...{ passed: end.verdict === 'passed', verdict: end.verdict, undo: end.undo, gaps: end.because },
    actions: run.findings.map(({ text, severity, owner, due }) => ({
      ...{ text, severity, owner: owner ?? null, due: due ?? null },
    })),
    ...{ by: run.by, reason: run.reason ?? null, roles: drill.roles, config: run.configDigest, head: run.head },
  };
}
