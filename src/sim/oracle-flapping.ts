/** I11: no failover soon after another one, and not too many in a day. */
import type { Ghost } from './ghost.ts';
import type { SimOptions } from './options.ts';

/**
 * By the policy in force; what came before a person's acknowledgement does not count. A wall clock that jumps between two
 * lives of the controller shifts what it remembers.
 */
export function checkFlapping(
  { coolDownMs, maxFailoversPerDay, every }: SimOptions,
  ghost: Ghost,
  id: string,
  acknowledgedAtMs: number,
): void {
  if (every.wallJump > 0) return;
  const openedAtMs = (each: string): number => ghost.operations.get(each)?.openedAtMs ?? Number.NEGATIVE_INFINITY;
  const past = [...ghost.moves].map(openedAtMs).filter((atMs) => atMs > acknowledgedAtMs);
  const sinceMs = openedAtMs(id) - Math.max(Number.NEGATIVE_INFINITY, ...past);
  if (sinceMs < coolDownMs) ghost.violate('I11', `${id} comes ${sinceMs} ms after another failover`);
  if (past.length >= maxFailoversPerDay) ghost.violate('I11', `${id} is failover ${past.length + 1} of the day`);
}
