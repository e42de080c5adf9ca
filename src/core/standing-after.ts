/** What stands after an operation has ended: a move for a time, a site that was emptied, and what either overtakes. */
import type { JournalBody } from '../model/journal-entry.ts';
import type { Operation } from '../model/operation.ts';
import { pinnedCode } from '../model/pin.ts';
import type { Weights } from '../model/route.ts';
import { type Standing, standingKey } from '../model/standing.ts';
import { sameWeights } from '../model/weights.ts';
import { hasMoved, planStale } from './moved.ts';
import { longestExtensionMs } from './standing.ts';

type StandingBody = Extract<JournalBody, { kind: 'standing' }>;

/** How things are at an operation’s end; `nowMs`: epoch milliseconds. */
export interface Aftermath {
  /** What stands for the deployment. */
  readonly present: readonly Standing[];
  /** The weights that the operation left. */
  readonly inForce: Weights;
  readonly nowMs: number;
}

/** `ended` has its end. Recorded in one write with it. */
export function standingAfter(ended: Operation, { present, inForce, nowMs }: Aftermath): readonly StandingBody[] {
  const { id, plan, state } = ended;
  const isDone = state === 'done';
  const set = [
    // What a drill puts to sleep again nobody wants to be kept away from.
    ...(isDone && plan.yields !== true ? emptiedSites(ended) : []).map(
      ({ site, isStopped }): Standing => ({ ...base(ended, nowMs), kind: 'out', site, isStopped }),
    ),
    ...shiftAfter(ended, inForce, nowMs),
    ...notReturned(ended, { present, inForce, nowMs }),
    ...(isDone ? insteadOfConfigured(ended, nowMs) : []),
  ];
  const used = isDone ? usedSites(ended) : [];
  const overtaken = present.filter(
    (each) =>
      (each.kind === 'shift' && hasMoved(ended) && !isBackAt(ended, each.after)) ||
      (each.kind === 'out' && used.includes(each.site)) ||
      (isDone && isTakenBack(each, plan)),
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

/** A move for a time has its end also when it was given up half-way: what it moved is not left there for good. */
function shiftAfter(ended: Operation, inForce: Weights, nowMs: number): readonly Standing[] {
  const { id, plan, state, error } = ended;
  const { before, forMs } = plan;
  // Somebody else has set other weights meanwhile: those are theirs.
  const isTheirs = error?.code === planStale || error?.code === pinnedCode;
  if (forMs === undefined || isTheirs || state === 'returned' || !hasMoved(ended) || sameWeights(inForce, before))
    return [];
  const times = { forMs, untilMs: nowMs + forMs };
  return [{ ...base(ended, nowMs), kind: 'shift', operationId: id, before, after: inForce, ...times }];
}

/**
 * A return that did not come about leaves the move it was to take back, with the weights that are in force now. One at the
 * move's end is not tried again at once, for as often as it fails: the time is extended, as when the origin is not healthy.
 */
function notReturned({ plan, state }: Operation, { present, inForce, nowMs }: Aftermath): readonly Standing[] {
  if (plan.kind !== 'return' || state === 'done') return [];
  return present.flatMap((each) => {
    if (each.kind !== 'shift' || sameWeights(inForce, each.before)) return [];
    const untilMs = plan.requestId === undefined ? nowMs + Math.min(each.forMs, longestExtensionMs) : each.untilMs;
    return [{ ...each, after: inForce, untilMs }];
  });
}

/** What moved and was given back leaves the traffic where the earlier move put it: its time still runs. */
function isBackAt({ state, plan }: Operation, after: Weights): boolean {
  return state === 'returned' && sameWeights(plan.before, after);
}

/** The number, or the weights, that stand in place of the configuration's from now on. */
function insteadOfConfigured(ended: Operation, nowMs: number): readonly Standing[] {
  const { scale, kept, after } = ended.plan;
  const set: Standing[] = [];
  if (scale !== undefined && !scale.isTakenBack) {
    const { site, replicas, instead } = scale;
    set.push({ ...base(ended, nowMs), kind: 'scale', site, replicas, instead });
  }
  if (scale?.slots !== undefined) {
    const { site, slots } = scale;
    set.push({ ...base(ended, nowMs), kind: 'slots', site, slots });
  }
  if (kept !== undefined && !sameWeights(after, kept.instead))
    set.push({ ...base(ended, nowMs), kind: 'weights', weights: after, instead: kept.instead });
  return set;
}

/** What is as the configuration has it again stands in place of nothing. */
function isTakenBack(standing: Standing, { scale, kept, after }: Operation['plan']): boolean {
  if (standing.kind === 'slots') return scale?.site === standing.site && scale.slots === undefined;
  if (standing.kind === 'scale') return scale?.isTakenBack === true && scale.site === standing.site;
  return standing.kind === 'weights' && kept !== undefined && sameWeights(after, kept.instead);
}

function base({ plan, by }: Operation, nowMs: number) {
  return { deployment: plan.deployment, by, atMs: nowMs, reason: plan.because[0]?.message, untilMs: undefined };
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
  const { scale } = plan;
  const raised = Object.keys(plan.after).filter((site) => (plan.after[site] ?? 0) > (plan.before[site] ?? 0));
  const launched = plan.steps.flatMap((step) => (step.kind === 'launch' && !step.bestEffort ? [step.site] : []));
  const scaled = scale !== undefined && scale.replicas > 0 ? [scale.site] : [];
  return [...raised, ...launched, ...scaled];
}
