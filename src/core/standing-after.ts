/** What stands after an operation has ended: a move for a time, a site that was emptied, and what either overtakes. */
import type { JournalBody } from '../model/journal-entry.ts';
import type { Operation } from '../model/operation.ts';
import type { Weights } from '../model/route.ts';
import { type Standing, standingKey } from '../model/standing.ts';
import { hasMoved } from './moved.ts';
import { sameWeights } from './routing/weights.ts';

type StandingBody = Extract<JournalBody, { kind: 'standing' }>;

/** `present`: what stands for the deployment; `ended` has its end. Recorded in one write with it. */
export function standingAfter(ended: Operation, present: readonly Standing[], nowMs: number): readonly StandingBody[] {
  const { id, plan, state } = ended;
  const isDone = state === 'done';
  const emptied = isDone ? emptiedSites(ended) : [];
  const set = [
    ...emptied.map(({ site, isStopped }): Standing => ({ ...base(ended, nowMs), kind: 'out', site, isStopped })),
    ...(isDone && plan.forMs !== undefined && hasMoved(ended) ? [shift(ended, plan.forMs, nowMs)] : []),
  ];
  const used = isDone ? usedSites(ended) : [];
  const overtaken = present.filter(
    (each) =>
      (each.kind === 'shift' && hasMoved(ended) && !isBackAt(ended, each.after)) ||
      (each.kind === 'out' && used.includes(each.site)),
  );
  const keys = set.map(standingKey);
  return [
    ...overtaken
      .map(standingKey)
      .filter((key) => !keys.includes(key))
      .map((key): StandingBody => ({ kind: 'standing', key, why: `overtaken by ${id} (${plan.kind})` })),
    ...set.map(
      (standing): StandingBody => ({ kind: 'standing', key: standingKey(standing), standing, why: `set by ${id}` }),
    ),
  ];
}

/** What moved and was given back leaves the traffic where the earlier move put it: its time still runs. */
function isBackAt({ state, plan }: Operation, after: Weights): boolean {
  return state === 'returned' && sameWeights(plan.before, after);
}

function base({ plan, by }: Operation, nowMs: number) {
  return { deployment: plan.deployment, by, atMs: nowMs, reason: plan.because[0]?.message, untilMs: undefined };
}

function shift(ended: Operation, forMs: number, nowMs: number): Standing {
  const { id, plan } = ended;
  const { before, after } = plan;
  return { ...base(ended, nowMs), kind: 'shift', operationId: id, before, after, forMs, untilMs: nowMs + forMs };
}

/** By a person: what automation stops it may start again. */
function emptiedSites({ plan }: Operation): readonly { readonly site: string; readonly isStopped: boolean }[] {
  if (plan.trigger !== 'manual') return [];
  const stopped = plan.steps.flatMap((step) => (step.kind === 'stop' ? [step.site] : []));
  const drained = plan.steps.flatMap((step) => (step.kind === 'drain' ? [step.site] : []));
  return [...new Set([...drained, ...stopped])].map((site) => ({ site, isStopped: stopped.includes(site) }));
}

/** Sites that a person's operation brought back: started there, or sent traffic there. */
function usedSites({ plan }: Operation): readonly string[] {
  const raised = Object.keys(plan.after).filter((site) => (plan.after[site] ?? 0) > (plan.before[site] ?? 0));
  const launched = plan.steps.flatMap((step) => (step.kind === 'launch' && !step.bestEffort ? [step.site] : []));
  return [...raised, ...launched];
}
