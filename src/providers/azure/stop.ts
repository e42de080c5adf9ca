/** Deallocates or deletes one machine, and looks until it is not billed: Azure's acceptance alone says nothing of that. */
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import { ageOf } from '../shared/attempt-record.ts';
import { staleEpoch } from '../shared/change.ts';
import { isOver, lookUntil } from '../shared/look-until.ts';
import { refused } from '../shared/told.ts';
import { clearMachine, clearSiblings, stillStopping } from './clear.ts';
import type { Accepted } from './client.ts';
import { followEnd, followOpen, type Place } from './follow.ts';
import { bootIdOf, epochOf, isChanging, type Machine, standingOf, tags } from './machine.ts';
import { findMachine, listLagMs, lookPauseMs, type Session } from './session.ts';

const done: Reply<void> = { kind: 'done', value: undefined };

/** Called under the slot's lock. Past the call's deadline the outcome is unknown: it was told to stop and has not yet. */
export async function stopReplica(
  session: Session,
  replica: Replica,
  how: 'stop' | 'delete',
  call: WriteCall,
): Promise<Reply<void>> {
  const open = await stopUnderWay(session, replica, how, call);
  if (open !== undefined) return open;
  const found = await findMachine(session, replica, replica.id, call);
  if (found.kind !== 'done') return found;
  const machine = found.value;
  if (machine === undefined) return await stopAbsent(session, replica, call);
  const stale = staleEpoch(epochOf(machine), call);
  if (stale !== undefined) return stale;
  if (bootIdOf(machine) !== replica.bootId)
    return refused('conflict', 'OtherBoot', `${replica.id} was started anew meanwhile`);
  // Of a launch that failed nothing is worth keeping.
  if (how === 'delete' || standingOf(machine).state === 'gone')
    return await clearMachine(session, replica, machine, call);
  return await keepStopped(session, replica, machine, call);
}

/** An operation that goes on this long within one call may have lost its machine: that is looked at then, in milliseconds. */
const patienceMs = 30_000;

/**
 * A stop of this boot that an earlier try was answered for: its own address is asked, and the machine, which few looks are
 * granted at, only once that is over. Undefined: nothing of the kind goes on, or for too long to believe it.
 */
async function stopUnderWay(session: Session, replica: Replica, how: 'stop' | 'delete', call: WriteCall) {
  const open = session.underWay.get(replica.deployment, replica.slot);
  if (open?.instance !== replica.bootId || (open.aim === 'stop' && how === 'delete')) return undefined;
  const untilMonoMs = Math.min(call.deadlineAtMonoMs, session.clock.monoMs() + patienceMs);
  const end = await followOpen(session, replica, open.progress, { ...call, deadlineAtMonoMs: untilMonoMs });
  if (end?.state === 'running' && !isOver(session, call)) return undefined;
  if (end?.state === 'running') return stillStopping(replica.id, open.aim === 'stop' ? 'stop' : 'delete');
  return end?.state === 'failed' ? ({ kind: 'unknown', error: end.error } as const) : undefined;
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
async function keepStopped(session: Session, owner: Place, machine: Machine, call: WriteCall): Promise<Reply<void>> {
  let [latest, isFresh] = [machine, true];
  const look = async (): Promise<Reply<Accepted | 'over'> | undefined> => {
    const seen = isFresh ? undefined : await session.azure.machine(machine.name, call);
    if (seen !== undefined && seen.kind !== 'done') return seen;
    [latest, isFresh] = [seen?.value ?? latest, false];
    if (latest.vmId !== machine.vmId)
      return refused('conflict', 'OtherBoot', `${machine.name} was made anew meanwhile`);
    return await tell(session, latest, call);
  };
  const told = await lookUntil(session, call, look, lookPauseMs);
  if (told === undefined && isBeingStopped(latest)) return stillStopping(machine.name, 'stop');
  if (told === undefined)
    return refused('transient', 'NotStoppableYet', `${machine.name} is in no state from which it can be stopped yet`);
  if (told.kind !== 'done') return told;
  if (told.value === 'over') return done;
  const { progress } = told.value;
  const end = await followEnd(session, { aim: 'stop', owner, machine, progress }, call);
  if (end?.state === 'running') return stillStopping(machine.name, 'stop');
  if (end?.state === 'failed') return { kind: 'unknown', error: end.error };
  const after = async (): Promise<Reply<void> | undefined> => {
    const last = await session.azure.machine(machine.name, call);
    if (last.kind === 'done') return isDeallocated(last.value) ? done : undefined;
    return last.error.class === 'not-found' ? done : undefined;
  };
  return (await lookUntil(session, call, after, lookPauseMs)) ?? stillStopping(machine.name, 'stop');
}

/** Undefined while Azure changes the machine: a change of ours would end that one, or be refused. */
async function tell(
  session: Session,
  machine: Machine,
  call: WriteCall,
): Promise<Reply<Accepted | 'over'> | undefined> {
  const { azure } = session;
  if (isChanging(machine)) return undefined;
  if (isDeallocated(machine)) return { kind: 'done', value: 'over' };
  const stale = staleEpoch(epochOf(machine), call);
  if (stale !== undefined) return stale;
  const mark = { [tags.kept]: 'yes', [tags.epoch]: String(call.epoch) };
  const isMarked = Object.entries(mark).every(([key, value]) => machine.tags[key] === value);
  const tagged = isMarked ? done : await azure.tag(machine, mark, call);
  if (tagged.kind !== 'done') return isPassing(tagged) ? undefined : tagged;
  const told = await azure.deallocate(machine, call);
  return isPassing(told) ? undefined : told;
}

/** Told to by one of us, whose answer is not on record here: nothing else changes a machine that bears the mark. */
function isBeingStopped(machine: Machine): boolean {
  return machine.provisioning === 'Deleting' || (isChanging(machine) && machine.tags[tags.kept] === 'yes');
}

function isPassing(told: Reply<unknown>): boolean {
  return told.kind === 'refused' && told.error.class === 'conflict';
}

function isDeallocated(machine: Machine): boolean {
  const { state, billed } = standingOf(machine);
  return state === 'stopped' && billed === 'no';
}
