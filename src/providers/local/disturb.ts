/** Breaks a replica's processes on purpose, and makes them whole again: for drills. */
import type { Reply } from '../../model/outcome.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { Disturbance, ReplicaBoot } from '../../ports/provider.ts';
import { findFamily, isSameProcess, type ProcessIdentity } from './identity.ts';
import { identityOf, refused, type Session, settle } from './session.ts';
import { killProcess, signalFamily } from './stop.ts';

const pollMs = 20;
/** After a signal the kernel needs a moment; a process that waits for a disk hears nothing until it has it. */
const heedWithinMs = 5000;

/**
 * Under no lock: a stop that waits for what hangs holds the slot's, and the undo must not wait for it. Nobody else is hit: each
 * process is looked at right before it is signalled.
 */
export async function disturbReplica(
  session: Session,
  { id, bootId }: ReplicaBoot,
  how: Disturbance,
  call: ReadCall,
): Promise<Reply<void>> {
  const found = session.shelf.get(id);
  const record = found?.bootToken === bootId ? settle(session, found) : undefined;
  const wanted = record === undefined ? undefined : identityOf(record);
  if (how === 'hang' && (wanted === undefined || isSameProcess(session.table, wanted) === 'no'))
    return refused('conflict', 'NotRunning', `${id} does not run, or was started anew meanwhile`);
  // A boot that is over has nothing left to end, nor to go on.
  if (wanted === undefined) return { kind: 'done', value: undefined };
  if (how !== 'kill') return await halt(session, wanted, how, call);
  const error = await killProcess(session, wanted, call);
  return error === undefined ? { kind: 'done', value: undefined } : { kind: 'unknown', error };
}

/** Signals until all of them are seen as they were told to be: one that was just being started is told at the next look. */
async function halt(
  { clock, table }: Session,
  wanted: ProcessIdentity,
  how: 'hang' | 'resume',
  call: ReadCall,
): Promise<Reply<void>> {
  if (isSameProcess(table, wanted) === 'unknown')
    return unknown('IdentityUnknown', `process ${wanted.pid} may not be looked at`);
  const untilMonoMs = Math.min(call.deadlineAtMonoMs, clock.monoMs() + heedWithinMs);
  const never = new AbortController().signal;
  const notSeen = `process group ${wanted.pid} was told to ${how}, and is not seen to`;
  for (;;) {
    // Said even if it does not hang: one that is about to is seen to only later.
    const error = signalFamily(table, wanted, findFamily(table, wanted, []), how === 'hang' ? 'SIGSTOP' : 'SIGCONT');
    if (error !== undefined) return { kind: 'unknown', error };
    const family = findFamily(table, wanted, []);
    if (family.length === 0 && how === 'hang') return unknown('Ended', `process group ${wanted.pid} ended meanwhile`);
    if (family.every(({ isHung }) => isHung === (how === 'hang'))) return { kind: 'done', value: undefined };
    if (clock.monoMs() >= untilMonoMs) return unknown('NotHeeded', notSeen);
    await clock.sleep(pollMs, never);
    // Before it is told again: whoever gave it up may have undone it since.
    if (call.signal.aborted) return unknown('NotHeeded', notSeen);
  }
}

function unknown(code: string, message: string): Reply<never> {
  return { kind: 'unknown', error: { class: 'unknown', code, message } };
}
