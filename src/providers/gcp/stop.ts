/** Stops or deletes one machine, and looks until it is not billed: an accepted request alone says nothing of that. */
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import { lookUntil } from '../shared/look-until.ts';
import { refused, type Told } from '../shared/told.ts';
import { findMachine } from './find.ts';
import { awaitEnd, endOf, operationPlace } from './operation.ts';
import { mark, type Session } from './session.ts';
import {
  bootIdOf,
  type Instance,
  type Operation,
  type Place,
  placeOf,
  placeOfId,
  replicaIdOf,
  standingOf,
} from './wire.ts';

type How = 'stop' | 'delete';

const done: Reply<void> = { kind: 'done', value: undefined };

/** Called under the slot's lock. Past the call's deadline the outcome is unknown: it was told to stop and has not yet. */
export async function stopReplica(session: Session, replica: Replica, how: How, call: WriteCall): Promise<Reply<void>> {
  const place = placeOfId(replica.id);
  const found = await findMachine(session, replica, call);
  if (found.kind !== 'done') return { kind: 'refused', error: found.error };
  const instance = found.value;
  if (instance === undefined || isEnded(instance, how)) return await untilListed(session, replica, how, call);
  // What is stopped serves nobody, whichever boot it was.
  if (standingOf(instance).state !== 'stopped' && bootIdOf(instance) !== replica.bootId)
    return refused('conflict', 'OtherBoot', `${replica.id} was started anew meanwhile`);
  const marked = await mark(session, instance, call);
  if (marked.kind !== 'done') return marked;
  if (how === 'delete') forget(session, replica, instance);
  const told = await tell(session, instance, how, call);
  if (told.kind === 'refused' && how === 'delete' && told.error.class === 'not-found')
    return await untilListed(session, replica, how, call);
  if (told.kind !== 'done') return told;
  const end = await untilEnded(session, place, { operation: told.value, how }, call);
  if (end?.kind === 'refused') return end;
  return end === undefined
    ? { kind: 'unknown', error: stillThere(replica, how) }
    : await untilListed(session, replica, how, call);
}

/** The key that made it asks for what was made, and that is gone: never for another one. */
function forget({ attempts }: Session, { deployment, slot }: Replica, { id }: Instance): void {
  const last = attempts.get(deployment, slot);
  if (last === undefined || last.state === 'refused' || last.instance !== id) return;
  // Deleted while it is made, its launch fails: that is no refusal of the launch.
  const { progress: _, ...kept } = last;
  attempts.put(deployment, slot, { ...kept, state: 'made' });
}

/**
 * Local SSDs must be given up in so many words, and a model server's hold nothing that it cannot fetch again
 * (compute.proto, `StopInstanceRequest`, checked 2026-11-27). Suspending is no choice: a suspended machine is billed for its
 * memory (`rpc Suspend`). A machine that is still being made is not ready to be stopped, only to be deleted: then it is waited
 * for (googleapis/google-cloud-java #9312, checked 2026-11-27).
 */
async function tell(session: Session, instance: Instance, how: How, call: WriteCall): Promise<Told<Operation>> {
  const { compute } = session;
  const place = placeOf(instance);
  if (how === 'delete') {
    const kept = await tieDisks(session, instance, call);
    return kept ?? (await compute.remove(place, call));
  }
  const hasLocalSsd = instance.disks?.some(({ type }) => type === 'SCRATCH') === true;
  const told = await lookUntil(session, call, async () => {
    const reply = await compute.stop({ ...place, ...(hasLocalSsd ? { discardLocalSsd: true } : {}) }, call);
    return reply.kind === 'refused' && reply.error.code === 'resourceNotReady' ? undefined : reply;
  });
  if (told !== undefined) return told;
  return {
    kind: 'unknown',
    error: { class: 'unknown', code: 'NotStoppableYet', message: `${place.name} is still being made` },
  };
}

/**
 * The boot disk was made with the machine and is billed until it goes with it, which a template may forget to say. Other
 * disks that stay were there before, and are somebody's.
 */
async function tieDisks(
  session: Session,
  { disks = [], ...instance }: Instance,
  call: WriteCall,
): Promise<Exclude<Told<Operation>, { kind: 'done' }> | undefined> {
  const place = placeOf(instance);
  for (const { boot, autoDelete, deviceName } of disks) {
    if (boot !== true || autoDelete !== false || !deviceName) continue;
    const told = await session.compute.tieDisk({ ...place, deviceName }, call);
    if (told.kind !== 'done') return told;
    const end = await awaitEnd(session, place.zone, told.value, call);
    if (end?.kind === 'done') continue;
    return (
      end ?? { kind: 'unknown', error: { class: 'unknown', code: 'StillTying', message: `the disk of ${place.name}` } }
    );
  }
  return undefined;
}

function stillThere({ id }: Replica, how: How) {
  const message = `${id} was told to ${how === 'stop' ? 'stop' : 'go'} and has not ended yet`;
  return { class: 'unknown', code: 'StillStopping', message } as const;
}

/** Not billed for certain, and kept as asked. */
function isEnded(instance: Instance, how: How): boolean {
  return how === 'stop' && standingOf(instance).billed === 'no';
}

/** Done when the machine itself says so; refused when the operation failed. */
async function untilEnded(
  session: Session,
  place: Place,
  { operation, how }: { readonly operation: Operation; readonly how: How },
  call: WriteCall,
): Promise<Reply<void> | undefined> {
  const { compute } = session;
  let latest = operation;
  return await lookUntil(session, call, async () => {
    const end = endOf(latest);
    if (end?.kind === 'refused') return { kind: 'refused', error: end.error } as const;
    const seen = await compute.get(place, call);
    if (seen.kind === 'refused' && seen.error.class === 'not-found') return done;
    if (seen.kind === 'done' && isEnded(seen.value, how)) return done;
    const later = await compute.operation(operationPlace(place.zone, latest), call);
    if (later.kind === 'done') latest = later.value;
    return undefined;
  });
}

/** Done, and the list says so too: whoever reads it next must not find it running. */
async function untilListed(session: Session, replica: Replica, how: How, call: WriteCall): Promise<Reply<void>> {
  const end = await lookUntil(session, call, async () => {
    const told = await session.look(replica.deployment, call);
    const listed =
      told.kind === 'done' ? told.value.find((each) => replicaIdOf(placeOf(each)) === replica.id) : undefined;
    const isSeen = told.kind === 'done' && (listed === undefined || isEnded(listed, how));
    return isSeen ? done : undefined;
  });
  return (
    end ?? {
      kind: 'unknown',
      error: { class: 'unknown', code: 'StillListed', message: `${replica.id} is still listed` },
    }
  );
}
