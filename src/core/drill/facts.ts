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
  const decisions = decisionsBeforeBack(story);
  const standing = decisions.findLastIndex(({ decidedAtMs }) => decidedAtMs <= faultAtMs);
  const since = decisions.slice(Math.max(0, standing));
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
            decision: operations.some((each) => isMove(each, faultAtMs) && each.openedAtMs <= backAt(story))
              ? 'act'
              : farthest,
            reason: [...new Set(since.flatMap(({ reasons }) => reasons.map(({ code }) => code)))],
          }),
    },
    ...(recoveryMs !== undefined && !isRecovered ? { atLeast: { recoveryTime: recoveryMs } } : {}),
    ...{ moments, faultAtMs, detectedAtMs, untilMs, missing },
  };
}

/** Those that say what came of the faults: from then on the traffic goes back. */
export function samplesBeforeBack({ stages, samples }: Pick<Story, 'stages' | 'samples'>): readonly DrillSample[] {
  const backAtMs = backAt({ stages });
  return samples.filter(({ atMs }) => atMs <= backAtMs);
}

/** The same of what was decided: what happens after that is no answer to the faults. Moves count to the end: it is to be calm. */
function decisionsBeforeBack({ stages, decisions }: Pick<Story, 'stages' | 'decisions'>): Story['decisions'] {
  const backAtMs = backAt({ stages });
  return decisions.filter(({ decidedAtMs }) => decidedAtMs <= backAtMs);
}

/** Epoch milliseconds. */
function backAt({ stages }: Pick<Story, 'stages'>): number {
  return stages.find(({ stage }) => stage === 'failback')?.atMs ?? Number.POSITIVE_INFINITY;
}

/** When automation first had a diagnosis that it may act on, epoch milliseconds. */
export function detectedAt(story: Pick<Story, 'faultAtMs' | 'decisions' | 'stages'>): number | undefined {
  const { faultAtMs } = story;
  if (faultAtMs === undefined) return undefined;
  return decisionsBeforeBack(story).find(({ isActionable, decidedAtMs }) => isActionable && decidedAtMs >= faultAtMs)
    ?.decidedAtMs;
}

function isMove({ plan, openedAtMs }: Operation, faultAtMs: number): boolean {
  return plan.trigger === 'automatic' && openedAtMs >= faultAtMs && moveKinds.some((kind) => kind === plan.kind);
}
