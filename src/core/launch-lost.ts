/** Launches that were granted and came to nothing: clouds accept one and fail it later. */
import type { Seen } from '../model/outcome.ts';
import type { Replica } from '../model/replica.ts';
import { isWithin } from './elapsed.ts';
import { isAlive } from './readiness.ts';

/** A start that a cloud granted: which slot, and the key it was asked by. */
export interface Launched {
  readonly slot: number;
  readonly startKey: string;
  /** When the start was granted, epoch milliseconds. */
  readonly atMs: number;
}

/**
 * Whether what a granted start made is lost: listed as gone, or not listed as alive by a list that had to show it. `gone`:
 * boots that were listed as gone before, which tell nothing new.
 */
export function isLaunchLost(
  { slot, startKey, atMs }: Launched,
  listed: Extract<Seen<readonly Replica[]>, { kind: 'seen' }>,
  { listLagMs, gone }: { readonly listLagMs: number; readonly gone: ReadonlySet<string> },
): boolean {
  const own = listed.value.filter((each) => each.slot === slot);
  if (own.some(({ state }) => isAlive(state))) return false;
  const hasEnded = own.some((each) => each.state === 'gone' && each.startKey === startKey && !gone.has(each.bootId));
  return hasEnded || !isWithin(listLagMs, atMs, listed.asOfMs);
}
