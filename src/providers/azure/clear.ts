/** Leaves nothing of a machine: the machine itself, and what is billed beside it and stays behind. */
import type { Reply } from '../../model/outcome.ts';
import type { ProviderError } from '../../model/provider-error.ts';
import type { WriteCall } from '../../ports/call.ts';
import { lookUntil } from '../shared/look-until.ts';
import { followEnd, keepOpen, type Place } from './follow.ts';
import type { Machine } from './machine.ts';
import { lookPauseMs, type Session } from './session.ts';
import type { Sibling } from './siblings.ts';

const done: Reply<void> = { kind: 'done', value: undefined };

/** Done when Azure knows neither the machine nor anything that was made beside it. */
export async function clearMachine(
  session: Session,
  owner: Place,
  machine: Machine,
  call: WriteCall,
): Promise<Reply<void>> {
  const { azure } = session;
  let told = await azure.remove(machine.name, call);
  if (told.kind === 'unknown' || (told.kind === 'refused' && !isPassing(told.error))) return told;
  const ending = { aim: 'delete', owner, machine } as const;
  const end =
    told.kind === 'done' ? await followEnd(session, { ...ending, progress: told.value.progress }, call) : undefined;
  if (end?.state === 'failed') return { kind: 'unknown', error: end.error };
  const look = async (): Promise<Reply<void> | undefined> => {
    const after = await azure.machine(machine.name, call);
    if (after.kind !== 'done') return after.error.class === 'not-found' ? done : undefined;
    if (after.value.vmId !== machine.vmId) return done;
    // Refused while another change went on, which may be over now.
    if (told.kind === 'done' || after.value.provisioning === 'Deleting') return undefined;
    told = await azure.remove(machine.name, call);
    if (told.kind === 'done') keepOpen(session, { ...ending, progress: told.value.progress });
    return undefined;
  };
  const gone = end?.state === 'running' ? undefined : await lookUntil(session, call, look, lookPauseMs);
  if (gone === undefined) return stillStopping(machine.name, 'delete');
  return await clearSiblings(session, machine.name, machine.diskName === undefined ? [] : [machine.diskName], call);
}

/** Told to, and not over: a stop of our own that is under way is nothing that was refused. */
export function stillStopping(name: string, how: 'stop' | 'delete'): Reply<never> {
  return notEnded('StillStopping', `${name} was told to ${how === 'stop' ? 'deallocate' : 'end'} and has not yet`);
}

function isPassing({ class: name }: ProviderError): boolean {
  return name === 'conflict' || name === 'not-found';
}

/**
 * Deletes what stayed behind of a machine that is not there: Azure deletes it with the machine as it was told to, but not
 * when the launch failed. `names`: what is known to have been made, for lists lag. Whatever is found before the machine is
 * seen not to be there is nobody's; a machine that has come meanwhile keeps what is its own.
 */
export async function clearSiblings(
  session: Session,
  name: string,
  names: readonly string[],
  call: WriteCall,
): Promise<Reply<void>> {
  const { azure } = session;
  let left: readonly Sibling[] = [];
  const end = await lookUntil(session, call, async (): Promise<Reply<void> | undefined> => {
    const told = await azure.siblings(`${name}-`, names, call);
    if (told.kind !== 'done') return told.kind === 'unknown' ? undefined : told;
    left = told.value;
    if (left.length === 0) return done;
    const machine = await azure.machine(name, call);
    if (machine.kind === 'done') return done;
    if (machine.error.class !== 'not-found') return undefined;
    for (const each of left) {
      const removed = await azure.removeSibling(each, call);
      // Held by another one that goes first, or going already: the next look tells.
      if (removed.kind === 'refused' && removed.error.class === 'auth') return removed;
    }
    return undefined;
  });
  const what = left.map(({ kind, name: each }) => `${kind} ${each}`).join(', ');
  return end ?? notEnded('StillClearing', `${what === '' ? `what was beside ${name}` : what} is not gone yet`);
}

function notEnded(code: string, message: string): Reply<never> {
  return { kind: 'unknown', error: { class: 'unknown', code, message } };
}
