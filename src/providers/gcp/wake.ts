/** Starts a stopped machine: the intent is written on the machine itself, so that whoever comes after a crash finds it. */
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import { lookUntil } from '../shared/look-until.ts';
import { endOf, operationPlace } from './operation.ts';
import { mark, type Session, seeReplica } from './session.ts';
import { type Instance, placeOf, replicaIdOf, standingOf, startMarkOf, textOn } from './wire.ts';

/** Stopped, and the start that was written on it never came: its last start is still the one from before. */
export function isToBeWoken(instance: Instance): boolean {
  return standingOf(instance).state === 'stopped' && textOn(instance, 'wokenFrom') === startMarkOf(instance);
}

/**
 * Labels first: a start without its key would be nobody's. A machine that is stopped belongs to its zone, so sold out is the
 * answer here and no other machine is made beside it. A start carries no request id: it may be sold out now and not later,
 * and an id would be answered with what came of it the first time.
 */
export async function wake(
  session: Session,
  stopped: Instance,
  startKey: string,
  call: WriteCall,
): Promise<Reply<Replica>> {
  const { compute } = session;
  const place = placeOf(stopped);
  const before = startMarkOf(stopped);
  const marked = await mark(session, stopped, call, { startKey, wokenFrom: before, draining: '' });
  if (marked.kind !== 'done') return marked;
  const told = stopped.status === 'SUSPENDED' ? await compute.resume(place, call) : await compute.start(place, call);
  if (told.kind === 'refused') return refusedInPlace(told.error, stopped);
  if (told.kind === 'unknown') return told;
  let operation = told.value;
  const end = await lookUntil(session, call, async (): Promise<Reply<Replica> | undefined> => {
    const ended = endOf(operation);
    if (ended?.kind === 'refused') return refusedInPlace(ended.error, stopped);
    // Which boot it is tells its last start, once it is the new one.
    const seen = await compute.get(place, call);
    if (seen.kind === 'done' && standingOf(seen.value).state !== 'stopped' && startMarkOf(seen.value) !== before)
      return { kind: 'done', value: seeReplica(session, seen.value) };
    const later = await compute.operation(operationPlace(place.zone, operation), call);
    if (later.kind === 'done') operation = later.value;
    return undefined;
  });
  const message = `${replicaIdOf(place)} was told to start`;
  return end ?? { kind: 'unknown', error: { class: 'unknown', code: 'NotSeenYet', message } };
}

function refusedInPlace(error: Extract<Reply<never>, { kind: 'refused' }>['error'], stopped: Instance): Reply<never> {
  const message = `${replicaIdOf(placeOf(stopped))}, stopped in its zone: ${error.message}`;
  return { kind: 'refused', error: { ...error, message } };
}
