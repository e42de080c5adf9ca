/** Marks a machine as draining, by its labels: no traffic is Google's to route. */
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import { drainBoot } from '../shared/drain.ts';
import { findMachine } from './find.ts';
import { mark, type Session } from './session.ts';
import { bootIdOf, epochOf, standingOf } from './wire.ts';

/** Called under the slot's lock. */
export async function drainReplica(session: Session, replica: Replica, call: WriteCall): Promise<Reply<void>> {
  return await drainBoot(replica, call, {
    ...{ epochOf, bootIdOf },
    find: () => findMachine(session, replica, call),
    hasStopped: (instance) => standingOf(instance).state === 'stopped',
    mark: (instance) => mark(session, instance, call, { draining: call.operationId }),
  });
}
