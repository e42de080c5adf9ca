/** Whose a machine is, and which of several in one slot counts. */
import type { Replica } from '../../model/replica.ts';

/** What a launch belongs to. */
export interface Owner {
  readonly site: string;
  readonly deployment: string;
  readonly slot: number;
  readonly startKey: string;
}

/** One for each slot: what is there, else what was there last. Ended machines stay listed for a while. */
export function onePerSlot(replicas: readonly Replica[]): readonly Replica[] {
  const bySlot = Map.groupBy(replicas, ({ slot }) => slot);
  return [...bySlot.values()].flatMap((all) => {
    const present = all.filter(({ state }) => state !== 'gone');
    const newest = all.toSorted((a, b) => b.startedAtMs - a.startedAtMs).slice(0, 1);
    return present.length > 0 ? present : newest;
  });
}
