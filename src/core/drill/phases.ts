/** The parts of a recovery and how long each took: what a team can work on. */
import type { DrillSample, PhaseTime, RecoveryPhase } from '../../model/drill-run.ts';
import type { Operation } from '../../model/operation.ts';
import type { StepEffect } from '../../model/plan.ts';
import type { Weights } from '../../model/route.ts';
import { detectedAt, type Story, samplesBeforeBack } from './facts.ts';
import { measureDrill } from './measure.ts';

/** The real split is what is wanted when no site is further from it, in percent of the requests. */
const tolerancePct = 10;

/** In their order, each from the end of the one before. Empty: automation moved nothing. After an end that was not seen none is known. */
export function phasesOf(story: Story): readonly PhaseTime[] {
  const { faultAtMs, operations } = story;
  const failover = operations.find(
    ({ plan, openedAtMs }) =>
      plan.kind === 'failover' && plan.trigger === 'automatic' && openedAtMs >= (faultAtMs ?? Number.POSITIVE_INFINITY),
  );
  if (faultAtMs === undefined || failover === undefined) return [];
  const ends: readonly (readonly [RecoveryPhase, number | undefined])[] = [
    ['detect', detectedAt(story)],
    ['decide', failover.openedAtMs],
    ['reserve', lastReached(story, failover, ['launch', 'hunt']) ?? failover.openedAtMs],
    ['wake', lastReached(story, failover, ['prove', 'race']) ?? failover.openedAtMs],
    ['shift', lastReached(story, failover, ['weigh'])],
    ['converge', convergedAt(story, lastReached(story, failover, ['weigh']), failover.plan.after)],
    ['stable', stableAt(story)],
  ];
  const phases: PhaseTime[] = [];
  let fromMs = faultAtMs;
  for (const [phase, endMs] of ends) {
    // One that was over before the one before it took no time of its own.
    const untilMs = endMs === undefined ? undefined : Math.max(fromMs, endMs);
    phases.push({ phase, fromMs, untilMs });
    if (untilMs === undefined) break;
    fromMs = untilMs;
  }
  return phases;
}

/** Undefined: the plan has no such step, or its end was not seen. */
function lastReached(
  { steps }: Story,
  { id, plan }: Operation,
  kinds: readonly StepEffect['kind'][],
): number | undefined {
  const wanted = plan.steps.flatMap(({ kind }, index) => (kinds.includes(kind) ? [index] : []));
  const times = wanted.map(
    (index) => steps.find((each) => each.operationId === id && each.index === index)?.reachedAtMs,
  );
  return times.length === 0 || times.includes(undefined) ? undefined : Math.max(...times.map(Number));
}

function convergedAt({ samples }: Story, shiftedAtMs: number | undefined, weights: Weights): number | undefined {
  if (shiftedAtMs === undefined) return undefined;
  return samples.find((sample, index) => sample.atMs >= shiftedAtMs && isSplit(sample, samples[index - 1], weights))
    ?.atMs;
}

function isSplit(sample: DrillSample, before: DrillSample | undefined, weights: Weights): boolean {
  const counts = sample.sites.map(({ site, attempts }) => ({
    site,
    count: attempts - (before?.sites.find((each) => each.site === site)?.attempts ?? attempts),
  }));
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  return (
    all > 0 && counts.every(({ site, count }) => Math.abs((count / all) * 100 - (weights[site] ?? 0)) <= tolerancePct)
  );
}

function stableAt(story: Story): number | undefined {
  const { faultAtMs, undoneAtMs } = story;
  if (faultAtMs === undefined) return undefined;
  const samples = samplesBeforeBack(story);
  const untilMs = undoneAtMs ?? samples.at(-1)?.atMs ?? 0;
  const { recoveryMs, isRecovered } = measureDrill(samples, { faultAtMs, untilMs });
  return recoveryMs === undefined || !isRecovered ? undefined : faultAtMs + recoveryMs;
}
