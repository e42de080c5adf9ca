/** Looks for the machine of a replica by its id, long enough to tell one that is gone from one too new to be found. */
import type { Instance } from '@aws-sdk/client-ec2';
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import { ageOf } from '../shared/attempt-record.ts';
import { lookUntil } from '../shared/look-until.ts';
import { notSeen, refused } from '../shared/told.ts';
import { listLagMs, type Session } from './session.ts';

/** An id that is not found may be hidden for a moment: it must stay so for this long, in milliseconds. */
const leastAbsenceMs = 2000;

/** Done with undefined: it is not there, and not because it is too new to be found. */
export async function findMachine(
  session: Session,
  { id, deployment, slot }: Replica,
  call: WriteCall,
): Promise<Exclude<Reply<Instance | undefined>, { kind: 'unknown' }>> {
  const { clock, ec2, attempts } = session;
  const last = attempts.get(deployment, slot);
  const sinceMonoMs = clock.monoMs();
  const found = await lookUntil(session, call, async () => {
    const told = await ec2.describe({ ids: [id] }, call);
    if (told.kind === 'done') return { kind: 'done', value: told.value[0] } as const;
    if (told.error.class !== 'not-found') return notSeen(told);
    const isYoung = last !== undefined && last.state !== 'refused' && ageOf(last, clock) < listLagMs;
    const isAbsent = !isYoung && clock.monoMs() - sinceMonoMs >= leastAbsenceMs;
    return isAbsent ? ({ kind: 'done', value: undefined } as const) : undefined;
  });
  return found ?? refused('transient', 'NotFoundYet', `${id} is not found, and may be too new to be`);
}
