/** Marks a machine as draining, by its tags: EC2 routes nothing itself. */
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import { drainBoot } from '../shared/drain.ts';
import { findMachine } from './find.ts';
import type { Session } from './session.ts';
import { bootIdOf, epochOf, standingOf, tagOf, tags } from './wire.ts';

/** Called under the slot's lock. A mark that this lease has made already is not made again. */
export async function drainReplica(session: Session, replica: Replica, call: WriteCall): Promise<Reply<void>> {
  const mark = { [tags.draining]: call.operationId, [tags.epoch]: String(call.epoch) };
  return await drainBoot(replica, call, {
    ...{ epochOf, bootIdOf },
    find: () => findMachine(session, replica, call),
    hasStopped: (instance) => standingOf(instance).billed === 'no',
    async mark(instance) {
      const isMarked = tagOf(instance, tags.draining) && epochOf(instance) === call.epoch;
      return isMarked ? { kind: 'done', value: undefined } : await session.ec2.tag(replica.id, mark, call);
    },
  });
}
