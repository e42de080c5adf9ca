/** What would be done for a wish, before anything is. */
import type { Action } from './decision.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Alternative, Forecast } from './forecast.ts';
import type { Plan } from './plan.ts';
import type { PlanBasis } from './plan-basis.ts';
import type { Reason } from './reason.ts';
import type { View } from './view.ts';
import type { Wish } from './wish.ts';

/** A plan with what it was made from and what it would bring. */
export interface Planned {
  readonly action: Action;
  readonly plan: Plan;
  readonly basis: PlanBasis;
  readonly forecast: Forecast;
}

export interface Preview {
  readonly wish: Wish;
  readonly view: View;
  readonly diagnosis: Diagnosis;
  /** Undefined when it is not even known what is meant; `against` says why. */
  readonly planned: Planned | undefined;
  /** Why it would be refused now; empty: it would be done. */
  readonly against: readonly Reason[];
  /** Only time stands against it: it would be waited for, not refused. */
  readonly isWaiting: boolean;
  /** What works instead, when it would be refused. */
  readonly instead: readonly Alternative[];
  /** By whom the evidence was gathered: the controller a moment ago, or this process just now. */
  readonly seenBy: 'controller' | 'this-process';
}
