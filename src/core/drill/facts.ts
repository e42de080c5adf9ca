/** What a run's record says of everything that can be claimed. */
import type { DrillRun, DrillSample } from '../../model/drill-run.ts';
import { moveKinds, type Operation } from '../../model/operation.ts';
import type { Facts } from './evaluate.ts';
import { measureDrill } from './measure.ts';
import { momentsOf } from './moments.ts';

/** A run without its end: that is what the facts are for. */
export type Story = Omit<DrillRun, 'end' | 'head' | 'endedAtMs' | 'findings'>;

/** `missing`: why some are not known. Judged is what came of the faults, and not what comes of going back. */
export function factsOf(story: Story): Facts & { readonly missing: readonly string[] } {
  const { faultAtMs, undoneAtMs, operations, load } = story;
  const detectedAtMs = detectedAt(story);
  const samples = samplesBeforeBack(story);
  const untilMs = undoneAtMs ?? samples.at(-1)?.atMs ?? 0;
  const moments = momentsOf(samples, load);
  if (faultAtMs === undefined)
    return { run: {}, moments, faultAtMs, detectedAtMs, untilMs, missing: ['nothing was broken'] };
  const { recoveryMs, isRecovered, lostRatio, missing } = measureDrill(samples, { faultAtMs, untilMs });
  // What was decided last before it stands until something else is: a decision is told when it changes.
  const standing = story.decisions.findLastIndex(({ decidedAtMs }) => decidedAtMs <= faultAtMs);
  const since = story.decisions.slice(Math.max(0, standing));
  const farthest = (['act', 'advise', 'stay'] as const).find((kind) => since.some(({ decision }) => decision === kind));
  return {
    run: {
      ...(lostRatio === undefined ? {} : { lostRequests: lostRatio, availability: 1 - lostRatio }),
      ...(recoveryMs !== undefined && isRecovered ? { recoveryTime: recoveryMs } : {}),
      ...(detectedAtMs === undefined ? {} : { detectionTime: detectedAtMs - faultAtMs }),
      // Without a decision seen nobody can say that there was none.
      ...(farthest === undefined
        ? {}
        : {
            moves: operations.filter((each) => isMove(each, faultAtMs)).length,
            decision: operations.some((each) => isMove(each, faultAtMs)) ? 'act' : farthest,
            reason: [...new Set(since.flatMap(({ reasons }) => reasons.map(({ code }) => code)))],
          }),
    },
    ...(recoveryMs !== undefined && !isRecovered ? { atLeast: { recoveryTime: recoveryMs } } : {}),
    ...{ moments, faultAtMs, detectedAtMs, untilMs, missing },
  };
}

/** Those that say what came of the faults: from then on the traffic goes back. */
export function samplesBeforeBack({ stages, samples }: Pick<Story, 'stages' | 'samples'>): readonly DrillSample[] {
  const backAtMs = stages.find(({ stage }) => stage === 'failback')?.atMs ?? Number.POSITIVE_INFINITY;
  return samples.filter(({ atMs }) => atMs <= backAtMs);
}

/** When automation first had a diagnosis that it may act on, epoch milliseconds. */
export function detectedAt({ faultAtMs, decisions }: Pick<Story, 'faultAtMs' | 'decisions'>): number | undefined {
  if (faultAtMs === undefined) return undefined;
  return decisions.find(({ isActionable, decidedAtMs }) => isActionable && decidedAtMs >= faultAtMs)?.decidedAtMs;
}

function isMove({ plan, openedAtMs }: Operation, faultAtMs: number): boolean {
  return plan.trigger === 'automatic' && openedAtMs >= faultAtMs && moveKinds.some((kind) => kind === plan.kind);
}
