/** Deallocates or deletes one machine, and looks until it is not billed: Azure's acceptance alone says nothing of that. */
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import { ageOf } from '../shared/attempt-record.ts';
import { staleEpoch } from '../shared/change.ts';
import { lookUntil } from '../shared/look-until.ts';
import { refused } from '../shared/told.ts';
import { clearMachine, clearSiblings, followProgress } from './clear.ts';
import type { Accepted } from './client.ts';
import { bootIdOf, epochOf, isChanging, type Machine, standingOf, tags } from './machine.ts';
import { findMachine, listLagMs, type Session } from './session.ts';

const done: Reply<void> = { kind: 'done', value: undefined };

/** Called under the slot's lock. Past the call's deadline the outcome is unknown: it was told to stop and has not yet. */
export async function stopReplica(
  session: Session,
  replica: Replica,
  how: 'stop' | 'delete',
  call: WriteCall,
): Promise<Reply<void>> {
  const found = await findMachine(session, replica, replica.id, call);
  if (found.kind !== 'done') return found;
  const machine = found.value;
  if (machine === undefined) return await stopAbsent(session, replica, call);
  const stale = staleEpoch(epochOf(machine), call);
  if (stale !== undefined) return stale;
  if (bootIdOf(machine) !== replica.bootId)
    return refused('conflict', 'OtherBoot', `${replica.id} was started anew meanwhile`);
  // Of a launch that failed nothing is worth keeping.
  if (how === 'delete' || standingOf(machine).state === 'gone') return await clearMachine(session, machine, call);
  return await keepStopped(session, machine, call);
}

/** Its machine is not there; what was made beside it may be. */
async function stopAbsent(session: Session, { deployment, slot, id }: Replica, call: WriteCall): Promise<Reply<void>> {
  const { attempts, azure, clock } = session;
  const last = attempts.get(deployment, slot);
  if (last?.state === 'made' && last.progress !== undefined && ageOf(last, clock) < listLagMs) {
    const told = await azure.progress(last.progress, last.offer.market, call);
    if (told.kind === 'done' && told.value.state === 'running')
      return refused('transient', 'NotFoundYet', `${id} is being made, and not to be found yet`);
  }
  return await clearSiblings(session, id, last === undefined ? [] : [last.token], call);
}

/** The mark comes first: a machine that is deallocated and bears none was never told to by us. */
async function keepStopped(session: Session, machine: Machine, call: WriteCall): Promise<Reply<void>> {
  if (isDeallocated(machine)) return done;
  const told = await lookUntil(session, call, () => tell(session, machine, call));
  if (told === undefined)
    return refused('transient', 'NotStoppableYet', `${machine.name} is in no state from which it can be stopped yet`);
  if (told.kind !== 'done') return told;
  const end = await followProgress(session, told.value.progress, machine, call);
  if (end?.state === 'failed') return { kind: 'unknown', error: end.error };
  const stopped = await lookUntil(session, call, async () => {
    const after = await session.azure.machine(machine.name, call);
    if (after.kind === 'done') return isDeallocated(after.value) ? done : undefined;
    return after.error.class === 'not-found' ? done : undefined;
  });
  if (stopped !== undefined) return stopped;
  const message = `${machine.name} was told to deallocate and has not yet`;
  return { kind: 'unknown', error: { class: 'unknown', code: 'StillStopping', message } };
}

/** Undefined while Azure changes the machine: a change of ours would end that one, or be refused. */
async function tell(session: Session, { name, vmId }: Machine, call: WriteCall): Promise<Reply<Accepted> | undefined> {
  const { azure } = session;
  const seen = await azure.machine(name, call);
  if (seen.kind !== 'done') return seen;
  const machine = seen.value;
  if (machine.vmId !== vmId) return refused('conflict', 'OtherBoot', `${name} was made anew meanwhile`);
  if (isChanging(machine)) return undefined;
  const stale = staleEpoch(epochOf(machine), call);
  if (stale !== undefined) return stale;
  const mark = { [tags.kept]: 'yes', [tags.epoch]: String(call.epoch) };
  const isMarked = Object.entries(mark).every(([key, value]) => machine.tags[key] === value);
  const tagged = isMarked ? done : await azure.tag(machine, mark, call);
  if (tagged.kind !== 'done') return isPassing(tagged) ? undefined : tagged;
  const told = await azure.deallocate(machine, call);
  return isPassing(told) ? undefined : told;
}

function isPassing(told: Reply<unknown>): boolean {
  return told.kind === 'refused' && told.error.class === 'conflict';
}

function isDeallocated(machine: Machine): boolean {
  const { state, billed } = standingOf(machine);
  return state === 'stopped' && billed === 'no';
}
