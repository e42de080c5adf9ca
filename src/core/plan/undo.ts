/** A person's move ends a drill: what the drill does to the traffic is undone before anything else. */
import type { Action } from '../../model/decision.ts';
import type { Step } from '../../model/plan.ts';
import type { View } from '../../model/view.ts';
import { writeDeadlineMs } from './steps.ts';

/** What cannot be named is undone too. */
const anyRun = 'any drill';

/** Automation is not told of a drill: to it the fault is a failure like any other. Where none was seen there may be one. */
export function undoSteps({ trigger, yields }: Action, { faults = [], mayBeDrilled }: View): readonly Step[] {
  const [first] = faults;
  // What a drill asks for itself ends none.
  if (trigger !== 'manual' || yields === true || (first === undefined && mayBeDrilled !== true)) return [];
  const run = first?.run ?? anyRun;
  return [{ kind: 'undo', name: `undo ${run}`, run, deadlineMs: writeDeadlineMs }];
}
