/** Plans a rebalancing and carries it out, one operation after the other, under a lease of its own. */
import { type SiteMove, siteMoves } from '../../core/placement/site-moves.ts';
import { worthOf } from '../../core/placement/worth.ts';
import { windowsAt } from '../../core/week-windows.ts';
import { assert } from '../../errors.ts';
import type { LeaseRecord } from '../../model/lease.ts';
import type { Operation } from '../../model/operation.ts';
import type { Reason } from '../../model/reason.ts';
import type { FoundPlan, RebalancePlan } from '../../model/rebalance-plan.ts';
import { requestName } from '../asked-before.ts';
import { carryOut, type WishEnd } from '../carry-out.ts';
import type { EngineDeps } from '../engine.ts';
import { gripLease } from '../lease-grip.ts';
import { askInTime, cameBetween, overtakenReasons, recentLimit } from './ask-in-time.ts';
import { partlyDone } from './partly-done.ts';
import { planRebalance } from './plan-rebalance.ts';
import type { Run, RunTerms } from './run-terms.ts';
import { longestMs, textOf, wishOf } from './site-move.ts';

/** The lease of whoever rebalances: no deployment can have this name. */
export const rebalanceLease = '~rebalance';

/** How a run ended. Only `changed` may have begun an operation. */
export type RebalanceEnd =
  /** Another run holds the lease. */
  | { readonly kind: 'busy'; readonly record: LeaseRecord }
  /** Of a scheduler's run: the calendar says no; until when, epoch milliseconds. */
  | { readonly kind: 'closed'; readonly opensAtMs: number | undefined }
  /** Of a scheduler's run: one of this name was here before. */
  | { readonly kind: 'repeated' }
  /** Nothing was changed: there is no plan, or none worth its moves, or nobody wanted it. */
  | { readonly kind: 'unchanged'; readonly plan: RebalancePlan; readonly why: Unchanged }
  /** `left`: what was not begun, and why; without any all of it was done. `last`: the operation that did not come to its end. */
  | {
      readonly kind: 'changed';
      readonly plan: RebalancePlan;
      readonly done: readonly SiteMove[];
      readonly left: readonly SiteMove[];
      readonly reasons: readonly Reason[];
      readonly last: Operation | undefined;
      readonly isUnknown: boolean;
      /** That of rebalancing, or of the deployment in the middle of a change: somebody else is at it. Absent: it was kept. */
      readonly hasLostLease?: true;
    };

/** Whoever takes longer to want a plan, milliseconds, is shown another: what users ask and what capacity costs goes on. */
const longestThoughtMs = 600_000;

/** Why a run changed nothing. */
export type Unchanged =
  | 'no-plan'
  | 'best-as-it-is'
  | 'gains-too-little'
  | 'no-order'
  | 'only-markets'
  | 'declined'
  | 'outdated'
  | 'deadline-too-short'
  | 'interrupted';

/**
 * Begins nothing that would leave a rule broken, and stops after whichever operation did not come to its end. While a person reads
 * the plan the lease is free; it is taken again after their yes, and what was done meanwhile ends it before it begins.
 */
export async function runRebalance(deps: EngineDeps, terms: RunTerms, signal: AbortSignal): Promise<RebalanceEnd> {
  const windows = deps.config.rebalance?.windows;
  const sight = windows === undefined ? undefined : windowsAt(windows.allow, windows.timezone, deps.clock.nowMs());
  if (terms.isScheduled === true && sight?.isOpen === false) return { kind: 'closed', opensAtMs: sight.opensAtMs };
  const reply = await gripLease(deps, rebalanceLease, signal);
  if (reply.kind === 'busy') return { kind: 'busy', record: reply.record };
  let grip = reply.kind === 'held' ? reply.grip : undefined;
  try {
    if (terms.isScheduled === true && (await hasBegun(deps, terms.runId))) return { kind: 'repeated' };
    const beganAtMonoMs = deps.clock.monoMs();
    // Before anything is looked at: what is done while somebody reads the plan is news, too.
    const known = await newestOperations(deps);
    const plan = await planRebalance(deps, terms, signal);
    const unchanged = (why: Unchanged): RebalanceEnd => ({ kind: 'unchanged', plan, why });
    if (grip === undefined || signal.aborted) return unchanged('interrupted');
    const { outcome } = plan;
    if (outcome.kind !== 'plan') return unchanged('no-plan');
    const worth = worthOf(outcome, deps.config.rebalance?.minimumGainUsdPerHour ?? 0);
    if (worth === 'best-as-it-is') return unchanged(worth);
    const moves = movesOf(outcome);
    if (outcome.parts !== undefined && moves.length === 0) return unchanged('only-markets');
    if (worth === 'gains-too-little') return unchanged(worth);
    if (outcome.parts === undefined) return unchanged('no-order');
    // Nor would any later run begin it.
    if (isTooShort(deps, terms.deadlineMs, moves[0])) return unchanged('deadline-too-short');
    const plannedAtMonoMs = deps.clock.monoMs();
    if (terms.isAsked === true) await grip.release();
    if (!(await terms.approve(plan))) return unchanged('declined');
    const again =
      terms.isAsked === true ? await gripLease(deps, rebalanceLease, signal) : { kind: 'held' as const, grip };
    if (again.kind === 'busy') return { kind: 'busy', record: again.record };
    if (again.kind === 'stopped') return unchanged('interrupted');
    const { grip: ours } = again;
    grip = ours;
    if (deps.clock.monoMs() - plannedAtMonoMs > longestThoughtMs) return unchanged('outdated');
    const isOurs = (): boolean => ours.remainingMs() > 0;
    const run: Run = { deps, plan, moves, terms, beganAtMonoMs, known, isOurs, signal };
    // Of deployments, too, that it would not change: what is cheapest was found for all of them together.
    const reasons = terms.isAsked === true ? await cameBetween(run) : [];
    if (reasons.length > 0)
      return { kind: 'changed', plan, done: [], left: moves, reasons, last: undefined, isUnknown: false };
    return await carryOutMoves(run);
  } finally {
    await grip?.release();
  }
}

/** Its first change was asked for. */
async function hasBegun({ config, store }: EngineDeps, runId: string): Promise<boolean> {
  const names = config.deployments.map(({ name }) => requestName(name, `${runId}-0`));
  const known = await Promise.all(names.map((name) => store.operations.getRequest(name)));
  return known.some((request) => request !== undefined);
}

function isTooShort(deps: EngineDeps, deadlineMs: number | undefined, first: SiteMove | undefined): boolean {
  return deadlineMs !== undefined && first !== undefined && longestMs(deps, first) > deadlineMs;
}

function movesOf({ parts = [], changes }: FoundPlan): readonly SiteMove[] {
  return siteMoves(parts, (deployment, site) => {
    const change = changes.find((each) => each.deployment === deployment && each.site === site);
    const { replicas, byMarket } = change ?? {};
    return { replicas: replicas?.before ?? 0, ...(byMarket && { byMarket }) };
  });
}

/** Stops where no rule is broken: after each operation, whatever comes next. */
async function carryOutMoves(run: Run): Promise<RebalanceEnd> {
  const { plan, moves } = run;
  for (const index of moves.keys()) {
    const stopped = await carryOutMove(run, index);
    if (stopped !== undefined)
      return { kind: 'changed', plan, done: moves.slice(0, index), left: moves.slice(index), ...stopped };
  }
  return { kind: 'changed', plan, done: moves, left: [], reasons: [], last: undefined, isUnknown: false };
}

type Stopped = Pick<Extract<RebalanceEnd, { kind: 'changed' }>, 'reasons' | 'last' | 'isUnknown' | 'hasLostLease'>;

/** Undefined: it was done, or was so already. */
async function carryOutMove(run: Run, index: number): Promise<Stopped | undefined> {
  const { moves, known } = run;
  const move = moves[index];
  assert(move !== undefined, `there is no change ${index}`);
  let hasChanged = index > 0;
  try {
    const end = await askInTime(run, move, index);
    const lost = run.isOurs() && end.kind !== 'lease-lost' ? {} : { hasLostLease: true as const };
    if (end.kind === 'not-asked') return { reasons: end.reasons, last: undefined, isUnknown: false, ...lost };
    if (end.kind === 'ended')
      known.set(move.deployment, new Set([...(known.get(move.deployment) ?? []), end.operation.id]));
    if (isDone(end)) return undefined;
    hasChanged = true;
    const { reasons, last } = whyNot(end);
    // What is held may go on: whoever held it says so.
    const isStart = move.kind === 'scale' && move.after > move.before && end.kind === 'ended';
    const back = isStart ? await takeBack(run, move, index) : [];
    const isUnknown = last?.state === 'unknown' || end.kind === 'still-running' || end.kind === 'lease-lost';
    return { reasons: [...reasons, ...back], last, isUnknown, ...lost };
  } catch (thrown) {
    throw hasChanged ? partlyDone(thrown, moves.slice(0, index), moves.slice(index)) : thrown;
  }
}

function isDone(end: WishEnd): boolean {
  return end.kind === 'nothing-to-do' || (end.kind === 'ended' && end.operation.state === 'done');
}

function whyNot(end: WishEnd): { readonly reasons: readonly Reason[]; readonly last?: Operation } {
  switch (end.kind) {
    case 'refused':
      return { reasons: end.reasons };
    case 'ended':
    case 'held': {
      const { id, state, error } = end.operation;
      const more =
        end.kind === 'held' ? `godwit op resume ${id} goes on with it` : (error?.message ?? 'no more is known');
      return { reasons: [{ code: 'OperationRunning', message: `${id} is ${state}: ${more}` }], last: end.operation };
    }
    case 'lease-lost':
      return {
        reasons: [
          { code: 'OperationRunning', message: `the lease was lost to ${end.record?.holder.name ?? 'somebody'}` },
        ],
      };
    case 'still-running': {
      const id = end.operationId ?? 'it';
      const message = `${id} goes on without this command: godwit op watch ${end.operationId ?? 'last'}`;
      return { reasons: [{ code: 'OperationRunning', message }] };
    }
    case 'nothing-to-do':
      return { reasons: [{ code: 'Withdrawn', message: end.message }] };
    case 'withdrawn': {
      const message = `waiting ended before ${end.holder?.name ?? 'anybody'} had taken it up, and it was taken back`;
      return { reasons: [{ code: 'Withdrawn', message }] };
    }
  }
}

/**
 * What a start that failed has left running is not paid for until the next run: the site is given its number again. Not when
 * somebody else has done something since, or rebalances now: what runs there may be theirs.
 */
async function takeBack(run: Run, move: SiteMove & { kind: 'scale' }, index: number): Promise<readonly Reason[]> {
  const { deps, terms, signal } = run;
  const { deployment, site, before, markets } = move;
  const inMarkets = markets && { markets: { before: markets.after, after: markets.before } };
  const back: SiteMove = { ...move, before: move.after, after: before, ...inMarkets };
  const against = await overtakenReasons(run, back);
  if (against.length > 0) {
    const message = `what it started at ${site} may still run, and was not taken back: godwit status ${deployment}`;
    return [...against, { code: 'OperationRunning', site, message }];
  }
  terms.say(`taking back: ${textOf(back)}`);
  const options = { timeoutMs: undefined, requestId: `${terms.runId}-${index}-back` };
  const end = await carryOut(deps, wishOf(back, terms.reason), options, signal);
  if (isDone(end)) return [];
  // Nobody else says so to whoever pays for it.
  const message = `what it started at ${site} may still run: godwit scale ${deployment} --site ${site} --replicas ${before}`;
  return [{ code: 'OperationRunning', site, message }, ...whyNot(end).reasons];
}

async function newestOperations({ config, store }: EngineDeps): Promise<Map<string, ReadonlySet<string>>> {
  const found = config.deployments.map(async ({ name }) => {
    const operations = await store.operations.list({ deployment: name, limit: recentLimit });
    return [name, new Set(operations.map(({ id }) => id))] as const;
  });
  return new Map(await Promise.all(found));
}
