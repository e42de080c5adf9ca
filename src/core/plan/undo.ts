/** A person's move ends a drill: what the drill does to the traffic is undone before anything else. */
import type { Action } from '../../model/decision.ts';
import type { Step } from '../../model/plan.ts';
import type { View } from '../../model/view.ts';
import { writeDeadlineMs } from './steps.ts';

/** Automation is not told of a drill: to it the fault is a failure like any other. */
export function undoSteps({ trigger }: Action, { faults = [] }: View): readonly Step[] {
  const [first] = faults;
  if (trigger !== 'manual' || first === undefined) return [];
  return [{ kind: 'undo', name: `undo ${first.run}`, run: first.run, deadlineMs: writeDeadlineMs }];
}
