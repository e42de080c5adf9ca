/** Starts a stopped machine: the intent is written on the machine itself, so that whoever comes after a crash finds it. */
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import { lookUntil } from '../shared/look-until.ts';
import type { Owner } from '../shared/slots.ts';
import type { Told } from '../shared/told.ts';
import { endOf, operationPlace } from './operation.ts';
import { mark, type Session, seeReplica } from './session.ts';
import { type Instance, type Operation, placeOf, replicaIdOf, standingOf, startMarkOf, textOn } from './wire.ts';

/** Stopped, and the start that was written on it never came: its last start is still the one from before. */
export function isToBeWoken(instance: Instance): boolean {
  return standingOf(instance).state === 'stopped' && wasWokenFromThis(instance);
}

/** It starts, and its last start is still the one from before. */
export function showsBootBefore(instance: Instance): boolean {
  return standingOf(instance).state !== 'stopped' && wasWokenFromThis(instance);
}

function wasWokenFromThis(instance: Instance): boolean {
  return textOn(instance, 'wokenFrom') === startMarkOf(instance);
}

/**
 * Labels first: a start without its key would be nobody's. A machine that is stopped belongs to its zone, so sold out is the
 * answer here and no other machine is made beside it; it may be said long after the start was accepted, and whoever comes
 * next reads it where it is said. A start carries no request id: it may be sold out now and not later, and an id would be
 * answered with what came of it the first time.
 */
export async function wake(
  session: Session,
  stopped: Instance,
  owner: Owner,
  call: WriteCall,
): Promise<Reply<Replica>> {
  const { compute, underWay } = session;
  const { deployment, slot, startKey } = owner;
  const place = placeOf(stopped);
  const before = startMarkOf(stopped);
  const open = await openStart(session, stopped, owner, call);
  if (open.kind !== 'done') return open;
  const marked = await mark(session, stopped, call, { startKey, wokenFrom: before, draining: '' });
  if (marked.kind !== 'done') return marked;
  const told =
    open.value === undefined ? await tell(session, stopped, call) : { kind: 'done' as const, value: open.value };
  if (told.kind === 'refused') return refusedInPlace(told.error, stopped);
  if (told.kind === 'unknown') return told;
  let operation = told.value;
  if (operation.name)
    underWay.put(deployment, slot, { aim: startKey, instance: lastBootOf(stopped), progress: operation.name });
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
  if (end !== undefined) underWay.forget(deployment, slot);
  const message = `${replicaIdOf(place)} was told to start`;
  return end ?? { kind: 'unknown', error: { class: 'unknown', code: 'NotSeenYet', message } };
}

/** A start that was asked for before and goes on, whoever asked. A failure is told once, and then it is tried again. */
async function openStart(
  { compute, underWay }: Session,
  stopped: Instance,
  { deployment, slot, startKey }: Owner,
  call: WriteCall,
): Promise<Reply<Operation | undefined>> {
  const last = underWay.get(deployment, slot);
  if (last?.instance !== lastBootOf(stopped)) return none;
  const told = await compute.operation({ ...placeOf(stopped), name: last.progress }, call);
  // An operation that nobody remembers is long over.
  if (told.kind === 'refused' && told.error.class === 'not-found') return none;
  if (told.kind !== 'done') return { kind: 'unknown', error: told.error };
  const ended = endOf(told.value);
  if (ended === undefined) return told;
  underWay.forget(deployment, slot);
  return ended.kind === 'refused' && last.aim === startKey ? refusedInPlace(ended.error, stopped) : none;
}

const none: Reply<undefined> = { kind: 'done', value: undefined };

function lastBootOf(stopped: Instance): string {
  return `${stopped.id ?? ''}@${startMarkOf(stopped)}`;
}

async function tell({ compute }: Session, stopped: Instance, call: WriteCall): Promise<Told<Operation>> {
  const place = placeOf(stopped);
  return stopped.status === 'SUSPENDED' ? await compute.resume(place, call) : await compute.start(place, call);
}

function refusedInPlace(error: Extract<Reply<never>, { kind: 'refused' }>['error'], stopped: Instance): Reply<never> {
  const message = `${replicaIdOf(placeOf(stopped))}, stopped in its zone: ${error.message}`;
  return { kind: 'refused', error: { ...error, message } };
}
