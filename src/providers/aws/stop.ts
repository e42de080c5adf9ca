/** Stops or terminates one machine, and looks until it is not billed: EC2's acknowledgement alone says nothing of that. */
import type { Instance } from '@aws-sdk/client-ec2';
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import { staleEpoch } from '../shared/change.ts';
import { lookUntil } from '../shared/look-until.ts';
import { refused } from '../shared/told.ts';
import { findMachine } from './find.ts';
import { raiseEpoch, type Session } from './session.ts';
import { bootIdOf, epochOf, standingOf } from './wire.ts';

const done: Reply<void> = { kind: 'done', value: undefined };

/** Called under the slot's lock. Past the call's deadline the outcome is unknown: it was told to stop and has not yet. */
export async function stopReplica(
  session: Session,
  replica: Replica,
  how: 'stop' | 'delete',
  call: WriteCall,
): Promise<Reply<void>> {
  const { ec2 } = session;
  const before = await findMachine(session, replica, call);
  if (before.kind !== 'done') return { kind: 'refused', error: before.error };
  const instance = before.value;
  if (instance === undefined || isEnded(instance, how)) return done;
  const stale = staleEpoch(epochOf(instance), call);
  if (stale !== undefined) return stale;
  if (bootIdOf(instance) !== replica.bootId)
    return refused('conflict', 'OtherBoot', `${replica.id} was started anew meanwhile`);
  const failure = await raiseEpoch(session, instance, call);
  if (failure !== undefined) return failure;
  const told = await tell(session, replica, how, call);
  if (told.kind !== 'done') return told;
  const end = await lookUntil(session, call, async () => {
    const after = await ec2.describe({ ids: [replica.id] }, call);
    return after.kind === 'done' && after.value.some((each) => isEnded(each, how)) ? done : undefined;
  });
  return end ?? { kind: 'unknown', error: stillThere(replica, how) };
}

/** A machine that still boots cannot be stopped, only terminated: then it is waited for (API_StopInstances, checked 2026-11-26). */
async function tell(session: Session, { id }: Replica, how: 'stop' | 'delete', call: WriteCall): Promise<Reply<void>> {
  const { ec2 } = session;
  if (how === 'delete') return await ec2.terminate(id, call);
  const told = await lookUntil(session, call, async () => {
    const reply = await ec2.stop(id, call);
    return reply.kind === 'refused' && reply.error.code === 'IncorrectInstanceState' ? undefined : reply;
  });
  return told ?? refused('transient', 'NotStoppableYet', `${id} is in no state from which it can be stopped yet`);
}

function stillThere({ id }: Replica, how: 'stop' | 'delete') {
  const message = `${id} was told to ${how === 'stop' ? 'stop' : 'terminate'} and has not ended yet`;
  return { class: 'unknown', code: 'StillStopping', message } as const;
}

/** Not billed for certain, and kept or not as asked. What was to be kept and is gone is not there to stop. */
function isEnded(instance: Instance, how: 'stop' | 'delete'): boolean {
  const { state, billed } = standingOf(instance);
  return billed === 'no' && (how === 'stop' || state === 'gone');
}
