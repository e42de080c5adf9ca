/** A drill and a run of it for machines. */
import type { Drill } from '../../model/drill.ts';
import type { DrillRun, Footing } from '../../model/drill-run.ts';
import { sameWeights } from '../../model/weights.ts';
import { iso } from '../text/time.ts';
import { operationJson, ratios } from './operation.ts';

/** Times in milliseconds, shares 0–1. */
export function drillJson({ name, title, deployment, kind, faults, hypothesis, abortIf, load, schedule }: Drill) {
  return {
    ...{ name, title: title ?? null, deployment, kind },
    faults: faults.map(({ kind: what, site, sharePct, atMs, forMs, delayMs, exec }) => ({
      ...{ kind: what, site, shareRatio: sharePct / 100, atMs, forMs },
      ...(delayMs === undefined ? {} : { delayMs }),
      ...(exec === undefined ? {} : { exec }),
    })),
    hypothesis: hypothesis.map(({ text }) => text),
    abortIf: abortIf.map(({ text }) => text),
    load,
    schedule: schedule ?? null,
  };
}

/** Every sample that was taken, so that each figure can be computed again. */
export function drillRunJson(run: DrillRun) {
  const { before, after, faultAtMs, undoneAtMs, end } = run;
  return {
    ...{ id: run.id, drill: drillJson(run.drill), by: run.by, reason: run.reason ?? null, config: run.configDigest },
    version: run.version,
    beganAt: iso(run.beganAtMs),
    faultAt: faultAtMs === undefined ? null : iso(faultAtMs),
    undoneAt: undoneAtMs === undefined || faultAtMs === undefined ? null : iso(undoneAtMs),
    endedAt: iso(run.endedAtMs),
    ...{ verdict: end.verdict, because: end.because, undo: end.undo, cutShort: end.cutShort ?? null, endedBy: end.by },
    weights: {
      before: before === undefined ? null : ratios(before.weights),
      after: after === undefined ? null : ratios(after.weights),
      restored: before !== undefined && after !== undefined && sameWeights(before.weights, after.weights),
    },
    replicas: { before: replicasOf(before), after: replicasOf(after) },
    claims: end.claims.map(({ claim, measured, holds }) => ({ text: claim.text, measured: measured ?? null, holds })),
    phases: end.phases.map(({ phase, fromMs, untilMs }) => ({
      phase,
      tookMs: untilMs === undefined ? null : untilMs - fromMs,
    })),
    checks: run.checks,
    findings: run.findings,
    operations: run.operations.map(operationJson),
    samples: run.samples.map(({ atMs, ended, open, lost, lostStartAtMs, weights, sites }) => ({
      at: iso(atMs),
      ...{ ended, open, lost },
      lostStartAt: lostStartAtMs === undefined ? null : iso(lostStartAtMs),
      weights: ratios(weights),
      sites,
    })),
    load: run.load,
  };
}

function replicasOf(footing: Footing | undefined) {
  return footing?.replicas ?? null;
}
