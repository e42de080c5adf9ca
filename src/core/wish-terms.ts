/** What every verb's reading shares: the wish with who asked, and the parts of an action that are the same for all. */
import type { Action } from '../model/decision.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Actor, OperationKind } from '../model/operation.ts';
import type { Reason } from '../model/reason.ts';
import type { View } from '../model/view.ts';
import type { Verb, Wish } from '../model/wish.ts';
import { asked } from './asked.ts';

/** What is meant, or why there is nothing to do. */
export type Wished =
  | { readonly kind: 'action'; readonly action: Action }
  | { readonly kind: 'refused'; readonly reason: Reason };

/** A wish by somebody, under the request that carries it (`preview` for one that is only looked at). */
export type AskedWish = Omit<Wish, 'kind'> & { readonly kind: Verb; readonly id: string; readonly by: Actor };

/** Everything a verb may look at. */
export interface Asking {
  readonly view: View;
  readonly wish: AskedWish;
  readonly diagnosis: Diagnosis;
  readonly nowMs: number;
}

/** What the wish says beside its verb. */
export function base(wish: AskedWish, kind: OperationKind) {
  return {
    kind,
    trigger: wish.trigger ?? 'manual',
    start: [] as Action['start'],
    because: [asked(wish)],
    requestId: wish.id,
    ...(wish.forMs === undefined ? {} : { forMs: wish.forMs }),
    ...(wish.yields === undefined ? {} : { yields: wish.yields }),
    // Nobody answers for what rebalances.
    ...(wish.overrides === undefined || wish.trigger === 'rebalance' ? {} : { overrides: wish.overrides }),
  } as const;
}

/** Says why. */
export function refuse(reason: Reason): Wished {
  return { kind: 'refused', reason };
}

/** Of a name that the deployment has no site of. */
export function noSuchSite(view: View, name: string): Reason {
  const names = view.sites.map(({ site }) => site.name).join(', ');
  return {
    code: 'NoReadyCapacity',
    site: name,
    message: `${view.deployment.name} has no site ${name}; it has ${names}`,
  };
}
