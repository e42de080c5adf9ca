/** How a rebalancing ended, in words. */
import type { RebalanceEnd } from '../engine/rebalance/run-rebalance.ts';
import { textOf } from '../engine/rebalance/site-move.ts';
import type { LeaseRecord } from '../model/lease.ts';
import { steadyUsd } from '../model/placement-problem.ts';
import type { RebalancePlan } from '../model/rebalance-plan.ts';
import { span } from '../model/words.ts';
import type { EndTold } from '../report/text/rebalance-end.ts';
import { iso } from '../report/text/time.ts';
import type { LogEvent } from './run-log.ts';

/** What was done, what not, and why. */
export function toldOf(end: RebalanceEnd): EndTold {
  if (end.kind !== 'changed') return { done: [], left: [], reasons: [] };
  return { done: end.done.map(textOf), left: end.left.map(textOf), reasons: end.reasons };
}

/** Undefined: none was made. */
export function planIn(end: RebalanceEnd): RebalancePlan | undefined {
  return 'plan' in end ? end.plan : undefined;
}

/** Another run has been at it for too long. */
export function staleLine({ holder, heldMs, ttlMs }: LeaseRecord, staleAfterMs: number, nowMs: number): string {
  const { name, host, pid } = holder;
  const since = `for ${span(heldMs)}, since ${iso(nowMs - heldMs)}`;
  return [
    `${name}@${host} (pid ${pid}) has been rebalancing ${since}: longer than rebalance.run.lockStaleAfter (${span(staleAfterMs)}). Nothing was changed.`,
    `It renews its lease, so its process lives; between two changes it may wait for failover.safety.removalWindow. See what it does:  godwit op list. When it hangs, end process ${pid} on ${host}: ${span(ttlMs)} later its lease is free.`,
  ].join('\n');
}

/** Before it is carried out, for the log: the dollars that a person is shown, of all that is paid by the hour after a run. */
export function planEvent({ outcome }: RebalancePlan): LogEvent {
  if (outcome.kind !== 'plan') return { msg: 'plan', outcome: outcome.kind };
  const { today, cost, reached = cost, changes } = outcome;
  return { msg: 'plan', usdPerHourToday: steadyUsd(today), usdPerHour: steadyUsd(reached), changes };
}

/** One line of what came of it. */
export function endLine(end: RebalanceEnd): string {
  switch (end.kind) {
    case 'busy': {
      const { holder, renewedAtMs } = end.record;
      return `${holder.name}@${holder.host} (pid ${holder.pid}) is rebalancing, seen ${iso(renewedAtMs)}. Nothing was changed.`;
    }
    case 'closed':
      return `Outside rebalance.windows${end.opensAtMs === undefined ? '' : ` until ${iso(end.opensAtMs)}`}. Nothing was changed.`;
    case 'repeated':
      return 'A run of this time was here before (rebalance.run.every). Nothing was changed.';
    case 'unchanged':
      return `${unchanged[end.why]} Nothing was changed.`;
    case 'changed':
      if (end.left.length === 0) return `Rebalanced: ${end.done.map(textOf).join('; ')}.`;
      return `Stopped after ${end.done.length} of ${end.done.length + end.left.length} changes; no rule is broken by what was done.`;
  }
}

const unchanged: Readonly<Record<Extract<RebalanceEnd, { kind: 'unchanged' }>['why'], string>> = {
  'no-plan': 'There is no plan.',
  'best-as-it-is': 'All is best as it is.',
  'gains-too-little': 'What could be saved is not worth the moves (rebalance.minimumGain).',
  'no-order': 'Every order of the changes would break a rule, on the way or where it ends.',
  'only-markets': 'Only the markets of replicas would change, at sites where none can be asked for.',
  declined: 'It was not wanted.',
  'deadline-too-short':
    'The first change may take longer than the whole deadline (--deadline, rebalance.run.deadline): no run would begin it.',
  outdated: 'It was planned too long before it was wanted: load and prices may be others by now.',
  interrupted: 'It was interrupted.',
};
