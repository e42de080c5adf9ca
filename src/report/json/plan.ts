/** One plan for machines: what would change, what stands against it, what it would bring. */
import type { Forecast } from '../../model/forecast.ts';
import type { Step } from '../../model/plan.ts';
import type { Preview } from '../../model/preview.ts';

/** Base units, ratios 0–1. `digest` names the plan for `--if-digest`. */
export function planJson({ wish, planned, against, isWaiting, instead, seenBy }: Preview, digest: string | undefined) {
  const isRefused = against.length > 0 && !isWaiting;
  return {
    deployment: wish.deployment,
    verb: wish.kind,
    changes: planned !== undefined && !isRefused,
    refused: isRefused,
    reasons: against,
    digest: digest ?? null,
    seenBy,
    steps: planned?.plan.steps.map(stepJson) ?? [],
    instead: instead.map(({ kind, wish: { to, sharePct, mayWake } }) => ({
      kind,
      to: to ?? null,
      shareRatio: sharePct === undefined ? null : sharePct / 100,
      wake: mayWake === true,
    })),
    ...(planned === undefined ? {} : forecastJson(planned.forecast)),
  };
}

/** A hunt says whom it asks, in order. */
function stepJson({ name, kind, ...step }: Step) {
  if (!('candidates' in step)) return { name, kind };
  const { candidates, replicas, waits, deadlineMs, hedge } = step;
  return { name, kind, candidates, replicas, waits, deadlineMs, ...(hedge === undefined ? {} : { hedge }) };
}

function forecastJson({ sites, cost, phases, drains, passed, danger }: Forecast) {
  return {
    danger,
    passed,
    sites: sites.map(({ site, nowPct, thenPct, thenRps, thenCapacityRps, ...counts }) => ({
      name: site,
      nowRatio: nowPct / 100,
      thenRatio: thenPct / 100,
      thenRps: thenRps ?? null,
      thenCapacityRps: thenCapacityRps ?? null,
      loadChecked: thenRps !== undefined && thenCapacityRps !== undefined,
      ...counts,
    })),
    cost: cost ?? null,
    phases: phases.map(({ phase, steps, medianMs, worstMs, leastMs }) => ({
      phase,
      steps,
      medianMs: medianMs ?? null,
      worstMs: worstMs ?? null,
      leastMs,
    })),
    drains,
  };
}
