/** What happened in a run, in the order of its times: the marks of its charts and the lines of its timeline. */
import type { DrillAction, DrillRun } from '../model/drill-run.ts';
import type { Operation } from '../model/operation.ts';
import { span } from '../model/words.ts';
import { allWeightsText, faultText } from './drill-words.ts';

export type StoryKind = 'stage' | 'fault' | 'undo' | 'decision' | 'operation' | 'step' | 'abort' | 'note';

export interface StoryItem {
  readonly atMs: number;
  readonly kind: StoryKind;
  /** As the record has it: to be made harmless before it is printed. */
  readonly text: string;
}

/** Oldest first; of the same moment in the order of the record. */
export function storyItems(run: DrillRun): readonly StoryItem[] {
  return [
    ...run.stages.map(({ stage, atMs }) => ({ atMs, kind: 'stage' as const, text: `stage: ${stage}` })),
    ...run.actions.map((action) => actionItem(run, action)),
    ...run.decisions.map(decisionItem),
    ...run.operations.flatMap(operationItems),
    ...run.steps.flatMap((step) => stepItem(run, step)),
    ...run.notes.map(({ atMs, text }) => ({ atMs, kind: 'note' as const, text: `note: ${text}` })),
    endItem(run),
  ].toSorted((a, b) => a.atMs - b.atMs);
}

function actionItem({ drill }: DrillRun, { what, fault, state, atMs }: DrillRun['actions'][number]): StoryItem {
  const planned = drill.faults[fault];
  const name = planned === undefined ? `fault ${fault + 1}` : faultText(planned);
  const kind = what === 'inflict' ? 'fault' : 'undo';
  // What was only told beforehand changed nothing yet.
  return { atMs, kind: state === 'intended' ? 'stage' : kind, text: `${actionWords[what][state]}: ${name}` };
}

const actionWords: Readonly<Record<DrillAction['what'], Readonly<Record<DrillAction['state'], string>>>> = {
  inflict: {
    intended: 'to be broken',
    done: 'broken',
    refused: 'refused, not broken',
    unknown: 'not known whether broken',
  },
  undo: {
    intended: 'to be undone',
    done: 'undone',
    refused: 'refused, not undone',
    unknown: 'not known whether undone',
  },
};

function decisionItem({ decidedAtMs, decision, diagnosis, reasons }: DrillRun['decisions'][number]): StoryItem {
  const why = reasons.length === 0 ? '' : ` (${[...new Set(reasons.map(({ code }) => code))].join(', ')})`;
  return { atMs: decidedAtMs, kind: 'decision', text: `decision: ${decision}; ${diagnosis}${why}` };
}

function operationItems({ id, plan, state, openedAtMs, endedAtMs, error }: Operation): readonly StoryItem[] {
  const what = `${plan.trigger} ${plan.kind}`;
  const move = `${allWeightsText(plan.before)} to ${allWeightsText(plan.after)}`;
  const why = error === undefined ? '' : `: ${error.code}: ${error.message}`;
  return [
    { atMs: openedAtMs, kind: 'operation', text: `${id} opened: ${what}, ${move}` },
    ...(endedAtMs === undefined
      ? []
      : [
          {
            atMs: endedAtMs,
            kind: 'operation' as const,
            text: `${id} ended: ${state} after ${span(endedAtMs - openedAtMs)}${why}`,
          },
        ]),
  ];
}

function stepItem(
  { operations }: DrillRun,
  { operationId, index, reachedAtMs }: DrillRun['steps'][number],
): readonly StoryItem[] {
  const step = operations.find(({ id }) => id === operationId)?.plan.steps[index];
  const name = step === undefined ? '' : ` ${step.name}`;
  return [{ atMs: reachedAtMs, kind: 'step', text: `${operationId} step ${index + 1}${name} reached` }];
}

function endItem({ end, endedAtMs }: DrillRun): StoryItem {
  return end.cutShort === undefined
    ? { atMs: endedAtMs, kind: 'stage', text: `end: ${end.verdict}` }
    : { atMs: endedAtMs, kind: 'abort', text: `end: ${end.verdict}, ${end.cutShort}` };
}
