/** A drill and a run of it for machines. */
import type { Drill } from '../../model/drill.ts';
import type { DrillRun } from '../../model/drill-run.ts';
import { sameWeights } from '../../model/weights.ts';
import { iso } from '../text/time.ts';
import { operationJson, ratios } from './operation.ts';

/** Times in milliseconds, shares 0–1. */
export function drillJson({ name, title, deployment, faults, hypothesis }: Drill) {
  return {
    ...{ name, title: title ?? null, deployment },
    faults: faults.map(({ kind, site, sharePct, atMs, forMs }) => ({
      kind,
      site,
      shareRatio: sharePct / 100,
      atMs,
      forMs,
    })),
    hypothesis: hypothesis.map(({ text }) => text),
  };
}

/** Every sample that was taken, so that each figure can be computed again. */
export function drillRunJson(run: DrillRun) {
  const { before, after, faultAtMs } = run;
  return {
    ...{ id: run.id, drill: drillJson(run.drill), by: run.by, reason: run.reason ?? null, config: run.configDigest },
    beganAt: iso(run.beganAtMs),
    faultAt: faultAtMs === undefined ? null : iso(faultAtMs),
    endedAt: iso(run.endedAtMs),
    ...{ verdict: run.verdict, because: run.because, undo: run.undo },
    weights: {
      before: before === undefined ? null : ratios(before),
      after: after === undefined ? null : ratios(after),
      restored: before !== undefined && after !== undefined && sameWeights(before, after),
    },
    claims: run.claims.map(({ claim, measured, holds }) => ({
      ...{ text: claim.text, signal: claim.signal, atMost: claim.atMost, measured: measured ?? null, holds },
    })),
    operations: run.operations.map(operationJson),
    samples: run.samples.map(({ atMs, ended, open, lost, lostStartAtMs, weights }) => ({
      at: iso(atMs),
      ended,
      open,
      lost,
      lostStartAt: lostStartAtMs === undefined ? null : iso(lostStartAtMs),
      weights: ratios(weights),
    })),
  };
}
