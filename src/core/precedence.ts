/** Manual before automatic before drill: what a person asks for waits only for what a person asked for. */
import type { Operation } from '../model/operation.ts';

/** Whether nothing else may take its place: a person's own operation; not the one with which a drill gives traffic back. */
export function holdsOff({ plan }: Operation): boolean {
  return plan.trigger === 'manual' && plan.yields !== true;
}
