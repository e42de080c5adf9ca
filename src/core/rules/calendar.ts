/** The rule of the calendar: in a freeze nothing is changed but what the window allows. */
import type { Reason } from '../../model/reason.ts';
import type { View } from '../../model/view.ts';
import { isTakenBack, type Rule } from './case.ts';

/** A failover passes a window that allows `emergency`, and so does a person who takes a move back. */
export const frozen: Rule = (about) =>
  isTakenBack(about) ? [] : frozenReasons(about.view, about.action.kind === 'failover', about.nowMs);

/** The window that holds it back at this moment; `isFailover`: an emergency. */
export function frozenReasons(view: View, isFailover: boolean, nowMs: number): readonly Reason[] {
  const window = view.deployment.failover.safety.freeze.find(
    ({ fromMs, untilMs, allow }) => fromMs <= nowMs && nowMs < untilMs && !(isFailover && allow.includes('emergency')),
  );
  if (window === undefined) return [];
  const { untilMs, reason } = window;
  return [{ code: 'Frozen', message: `no changes now: ${reason}`, untilMs }];
}
