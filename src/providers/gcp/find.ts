/** Looks for the machine of a replica by its name, long enough to tell one that is gone from one that is still to come. */
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import { type Attempt, ageOf } from '../shared/attempt-record.ts';
import { lookUntil } from '../shared/look-until.ts';
import { notSeen, refused } from '../shared/told.ts';
import { endOf } from './operation.ts';
import { nameOf } from './request.ts';
import { listLagMs, type Session } from './session.ts';
import { type Instance, type Place, placeOfId } from './wire.ts';

/** A name that is not found, and is on no record here, must stay so for this long, in milliseconds. */
const leastAbsenceMs = 2000;

/** Done with undefined: it is not there, and not because it is still to come. */
export async function findMachine(
  session: Session,
  replica: Replica,
  call: WriteCall,
): Promise<Exclude<Reply<Instance | undefined>, { kind: 'unknown' }>> {
  const { clock, compute } = session;
  const place = placeOfId(replica.id);
  const sinceMonoMs = clock.monoMs();
  const last = lastOf(session, replica, place);
  const found = await lookUntil(session, call, async () => {
    const isToCome = last !== undefined && (await mayStillCome(session, place.zone, last, call));
    const told = await compute.get(place, call);
    if (told.kind === 'done') return { kind: 'done', value: told.value } as const;
    if (told.error.class !== 'not-found') return notSeen(told);
    const isAbsent = last === undefined ? clock.monoMs() - sinceMonoMs >= leastAbsenceMs : !isToCome;
    return isAbsent ? ({ kind: 'done', value: undefined } as const) : undefined;
  });
  return found ?? refused('transient', 'NotFoundYet', `${replica.id} is not found, and may be too new to be`);
}

/** What was asked for under this name, if it was from here. */
function lastOf(
  { attempts, site }: Session,
  { deployment, slot }: Replica,
  { name, zone }: Place,
): Attempt | undefined {
  const last = attempts.get(deployment, slot);
  if (last === undefined || last.state === 'refused' || last.offer.zone !== zone) return undefined;
  return nameOf({ site, deployment, slot, startKey: last.startKey }) === name ? last : undefined;
}

/** A launch whose end is not known. Asked for before the machine, so that one made in between is not missed. */
async function mayStillCome(session: Session, zone: string, last: Attempt, call: WriteCall): Promise<boolean> {
  if (last.state === 'made') return false;
  if (last.progress === undefined) return ageOf(last, session.clock) < listLagMs;
  const told = await session.compute.operation({ zone, name: last.progress }, call);
  if (told.kind === 'done') return endOf(told.value) === undefined;
  return told.error.class !== 'not-found';
}
