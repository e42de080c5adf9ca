/** The exit of a rebalancing, and the code of the reason for which a run did nothing. */
import type { RebalanceEnd } from '../engine/rebalance/run-rebalance.ts';
import { type Exit, exitOfSignal } from './exit-codes.ts';

/** Who asks, and for a scheduler when it has waited long enough for another run, milliseconds. */
export type AskedBy = { readonly isCron: false } | { readonly isCron: true; readonly lockStaleAfterMs: number };

/**
 * A scheduler comes again, so what only waits is no failure: until the other run has been at it for too long. `interrupted`: once it
 * has fired, that is how it ended, whatever was done before.
 */
export function exitOfEnd(end: RebalanceEnd, by: AskedBy, interrupted: AbortSignal): Exit {
  if (interrupted.aborted) return exitOfSignal(interrupted);
  switch (end.kind) {
    case 'busy':
      return by.isCron && end.record.heldMs >= by.lockStaleAfterMs ? 'failed' : 'leaseHeld';
    case 'closed':
    case 'repeated':
      return 'done';
    case 'unchanged':
      return exitOfUnchanged(end, by.isCron);
    case 'changed': {
      if (end.left.length === 0) return 'done';
      if (end.hasLostLease === true) return 'leaseLost';
      if (end.isUnknown) return 'unknown';
      if (end.last !== undefined) return end.last.state === 'returned' ? 'returned' : 'failed';
      // What the deadline or the load left is for the next run; a person who said how long, or when, knows too.
      if (end.reasons.every(({ code }) => code === 'Withdrawn' || code === 'NotIdle')) return 'done';
      // A cool-down, a pace, a freeze: time alone takes it away.
      if (by.isCron && end.reasons.every(({ untilMs }) => untilMs !== undefined)) return 'done';
      return end.done.length === 0 ? 'refused' : 'failed';
    }
  }
}

function exitOfUnchanged({ why, plan }: Extract<RebalanceEnd, { kind: 'unchanged' }>, isCron: boolean): Exit {
  switch (why) {
    case 'best-as-it-is':
    case 'gains-too-little':
    case 'only-markets':
      return 'done';
    case 'declined':
      return 'approval';
    case 'interrupted':
      return 'interrupted';
    case 'no-order':
    case 'outdated':
    case 'deadline-too-short':
      return 'refused';
    case 'no-plan':
      if (plan.outcome.kind === 'unknown') return 'unknown';
      return plan.outcome.kind === 'skipped' && isCron ? 'done' : 'refused';
  }
}

/** A word for metrics; undefined: it was not skipped. */
export function skippedBy(end: RebalanceEnd): string | undefined {
  if (end.kind === 'busy') return 'LeaseHeld';
  if (end.kind === 'closed') return 'OutsideWindows';
  if (end.kind === 'repeated') return 'SlotDone';
  if (end.kind !== 'unchanged') return undefined;
  const { outcome } = end.plan;
  if (outcome.kind === 'skipped') return outcome.reasons[0]?.code ?? 'Skipped';
  return end.why === 'gains-too-little' ? 'GainsTooLittle' : undefined;
}

/** The largest share of a deployment's traffic that was moved, 0–1: in one move or slice by slice. */
export function changeRatioOf(end: RebalanceEnd): number {
  if (end.kind !== 'changed') return 0;
  const moves = end.done.flatMap((move) => (move.kind === 'weigh' ? [move] : []));
  const moved = [...Map.groupBy(moves, ({ deployment }) => deployment).values()].map((slices) => {
    const [before, after] = [slices[0]?.before ?? {}, slices.at(-1)?.after ?? {}];
    const more = Object.entries(after).map(([site, weight]) => Math.max(0, weight - (before[site] ?? 0)));
    return more.reduce((sum, each) => sum + each, 0) / 100;
  });
  return Math.max(0, ...moved);
}
