/** Asks rules about an action: a switchover of everything from `left` to `right` by a person, unless told otherwise. */
import { diagnose } from '../../../src/core/diagnose.ts';
import type { Case, Rule } from '../../../src/core/rules/case.ts';
import { checkMove } from '../../../src/core/safety.ts';
import type { Action } from '../../../src/model/decision.ts';
import type { Reason } from '../../../src/model/reason.ts';
import type { View } from '../../../src/model/view.ts';
import { nowMs } from './view.ts';

export function actionOf(change: Partial<Action> = {}): Action {
  return {
    kind: 'switchover',
    trigger: 'manual',
    from: 'left',
    weights: { left: 0, right: 100 },
    start: [],
    inOneStep: false,
    because: [],
    requestId: 'req-1',
    ...change,
  };
}

/** `left` is emptied; it has no weight. */
export const emptying = {
  kind: 'drain',
  weights: { left: 0, right: 100 },
  empty: [{ site: 'left', stop: undefined }],
} as const satisfies Partial<Action>;

export function caseOf(view: View, action: Partial<Action> = {}, atMs = nowMs): Case {
  return { view, diagnosis: diagnose(view, atMs), action: actionOf(action), nowMs: atMs };
}

/** What the rule says, without its code. */
export function said(rule: Rule, view: View, action: Partial<Action> = {}): readonly string[] {
  return rule(caseOf(view, action)).map(({ message }) => message);
}

/** What all rules of a move say. */
export function against(view: View, action: Partial<Action> = {}): readonly Reason[] {
  return checkMove(caseOf(view, action));
}
