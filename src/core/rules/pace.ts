/** Rules of how often automation may move traffic, and how soon it may take it back (I11). */

import type { Operation } from '../../model/operation.ts';
import type { Reason } from '../../model/reason.ts';
import type { View } from '../../model/view.ts';
import { age, span } from '../../model/words.ts';
import { isFailing } from '../diagnose.ts';
import { isWithin } from '../elapsed.ts';
import { hasMoved } from '../moved.ts';
import { weightOf } from '../readiness.ts';
import { acknowledgedAtMs } from '../standing.ts';
import type { Rule } from './case.ts';

const dayMs = 86_400_000;

/** Not twice in a while, and not too often in a day. */
export const coolDown: Rule = ({ view, action, nowMs }) => {
  if (action.kind !== 'failover') return [];
  const { coolDownMs, maxFailoversPerDay } = view.deployment.failover.safety;
  const past = movesOf(view).filter(
    ({ plan, openedAtMs }) =>
      plan.trigger === 'automatic' &&
      plan.kind === 'failover' &&
      openedAtMs > acknowledgedAtMs(view) &&
      isWithin(dayMs, openedAtMs, nowMs),
  );
  const [newest] = past;
  const reasons: Reason[] = [];
  if (newest !== undefined && isWithin(coolDownMs, newest.openedAtMs, nowMs)) {
    const untilMs = newest.openedAtMs + coolDownMs;
    reasons.push({
      code: 'CoolDown',
      message: `${newest.id} was ${age(nowMs - newest.openedAtMs)} ago; one failover in ${span(coolDownMs)}`,
      untilMs,
    });
  }
  // The one whose day must end before the next may begin; a budget is 1 or more.
  const last = past[maxFailoversPerDay - 1];
  if (last !== undefined) {
    reasons.push({
      code: 'FlapBudgetSpent',
      message: `${past.length} automatic failovers in 24 h, at most ${maxFailoversPerDay}`,
      untilMs: last.openedAtMs + dayMs,
    });
  }
  return reasons;
};

/** Whoever moved it: what a person chose is not undone the moment it is done. */
export const dwell: Rule = ({ view, action, nowMs }) => {
  if (action.kind !== 'failback') return [];
  const [newest] = movesOf(view);
  if (newest === undefined) return [];
  const endedAtMs = newest.endedAtMs ?? nowMs;
  const { dwellMs } = view.deployment.failover.safety;
  const untilMs = endedAtMs + dwellMs;
  return isWithin(dwellMs, endedAtMs, nowMs)
    ? [
        {
          code: 'DwellTime',
          message: `${newest.id} ended ${age(nowMs - endedAtMs)} ago; nothing goes back before ${span(dwellMs)}`,
          untilMs,
        },
      ]
    : [];
};

/**
 * Of what rebalances: not while a site with traffic fails, nor soon after something else moved the traffic. Several moves of
 * one rebalancing follow each other.
 */
export const calm: Rule = ({ view, diagnosis, action, nowMs }) => {
  if (action.trigger !== 'rebalance') return [];
  const failing = diagnosis.sites.filter((each) => isFailing(each) && weightOf(view, each.site) > 0);
  const reasons = failing.map(({ site, message }): Reason => ({ code: 'SiteFailing', site, message }));
  return [...reasons, ...waitReasons(view, nowMs)];
};

/** Why the deployment is not rebalanced yet, and until when; empty: nothing else has moved its traffic lately. */
export function waitReasons(view: View, nowMs: number): readonly Reason[] {
  const { coolDownMs, dwellMs } = view.deployment.failover.safety;
  const [newest] = movesOf(view).filter(({ plan }) => plan.trigger !== 'rebalance');
  if (newest === undefined) return [];
  const isFailover = newest.plan.trigger === 'automatic' && newest.plan.kind === 'failover';
  const forMs = isFailover ? Math.max(coolDownMs, dwellMs) : dwellMs;
  const endedAtMs = newest.endedAtMs ?? nowMs;
  if (!isWithin(forMs, endedAtMs, nowMs)) return [];
  const message = `${newest.id} ended ${age(nowMs - endedAtMs)} ago; nothing is rebalanced before ${span(forMs)}`;
  return [{ code: isFailover ? 'CoolDown' : 'DwellTime', message, untilMs: endedAtMs + forMs }];
}

/** Open or ended, newest first. */
function movesOf({ open, recent }: View): readonly Operation[] {
  return (open === undefined ? recent : [open, ...recent]).filter(hasMoved);
}
