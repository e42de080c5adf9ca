/** Marks a machine as draining: for whoever looks at it, and for the next holder of the lease. No traffic is Google's to route. */
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import { staleEpoch } from '../shared/change.ts';
import { refused } from '../shared/told.ts';
import { findMachine } from './find.ts';
import { mark, type Session } from './session.ts';
import { bootIdOf, epochOf, standingOf } from './wire.ts';

const done: Reply<void> = { kind: 'done', value: undefined };

/** Called under the slot's lock. The mark goes when the machine is started again; one that has stopped needs none. */
export async function drainReplica(session: Session, replica: Replica, call: WriteCall): Promise<Reply<void>> {
  const found = await findMachine(session, replica, call);
  if (found.kind !== 'done') return { kind: 'refused', error: found.error };
  const instance = found.value;
  if (instance === undefined) return done;
  const stale = staleEpoch(epochOf(instance), call);
  if (stale !== undefined) return stale;
  if (standingOf(instance).state === 'stopped') return done;
  if (bootIdOf(instance) !== replica.bootId)
    return refused('conflict', 'OtherBoot', `${replica.id} was started anew meanwhile`);
  const marked = await mark(session, instance, call, { draining: call.operationId });
  return marked.kind === 'done' ? done : marked;
}
