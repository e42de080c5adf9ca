/** Marks a machine as draining, on clouds that route nothing themselves: for whoever looks at it, and for the next holder of the lease. */
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import { staleEpoch } from './change.ts';
import { refused } from './told.ts';

/** How a cloud's machines are read and written on. */
export interface Marking<M> {
  /** Done with undefined: it is not there, for certain. */
  find(): Promise<Exclude<Reply<M | undefined>, { kind: 'unknown' }>>;
  epochOf(machine: M): number;
  bootIdOf(machine: M): string;
  /** It has stopped, or ended: then it needs no mark. */
  hasStopped(machine: M): boolean;
  mark(machine: M): Promise<Reply<unknown>>;
}

const done: Reply<void> = { kind: 'done', value: undefined };

/** Called under the slot's lock. The mark goes when the machine is started again; one that has stopped needs none. */
export async function drainBoot<M>(replica: Replica, call: WriteCall, marking: Marking<M>): Promise<Reply<void>> {
  const found = await marking.find();
  if (found.kind !== 'done') return { kind: 'refused', error: found.error };
  const machine = found.value;
  if (machine === undefined) return done;
  const stale = staleEpoch(marking.epochOf(machine), call);
  if (stale !== undefined) return stale;
  if (marking.hasStopped(machine)) return done;
  if (marking.bootIdOf(machine) !== replica.bootId)
    return refused('conflict', 'OtherBoot', `${replica.id} was started anew meanwhile`);
  const marked = await marking.mark(machine);
  return marked.kind === 'done' ? done : marked;
}
