/** Leaves nothing of a machine: the machine itself, and what is billed beside it and stays behind. */
import type { Reply } from '../../model/outcome.ts';
import type { ProviderError } from '../../model/provider-error.ts';
import type { WriteCall } from '../../ports/call.ts';
import { isOver, lookUntil } from '../shared/look-until.ts';
import type { Machine } from './machine.ts';
import type { Progress } from './progress.ts';
import type { Session } from './session.ts';
import type { Sibling } from './siblings.ts';

const done: Reply<void> = { kind: 'done', value: undefined };

/** Between two looks at an operation that does not say how long, in milliseconds: soon at first, then slower. */
const [firstPauseMs, longestPauseMs] = [500, 5000];

/** Waits for the end of an operation, as slowly as it asks for; undefined when it tells nothing, or not in time. */
export async function followProgress(
  { azure, clock }: Session,
  address: string | undefined,
  { market }: Pick<Machine, 'market'>,
  call: WriteCall,
): Promise<Exclude<Progress, { state: 'running' }> | undefined> {
  if (address === undefined) return undefined;
  for (let pauseMs = firstPauseMs; !isOver({ clock }, call); pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const told = await azure.progress(address, market, call);
    if (told.kind === 'done' && told.value.state !== 'running') return told.value;
    if (told.kind === 'refused' && told.error.class !== 'throttled') return undefined;
    const askedMs = told.kind === 'done' ? told.value : told.error;
    const waitMs = Math.max(pauseMs, 'retryAfterMs' in askedMs ? (askedMs.retryAfterMs ?? 0) : 0);
    const leftMs = call.deadlineAtMonoMs - clock.monoMs();
    await clock.sleep(Math.max(1, Math.min(waitMs, leftMs)), call.signal).catch(() => undefined);
  }
  return undefined;
}

/** Done when Azure knows neither the machine nor anything that was made beside it. */
export async function clearMachine(session: Session, machine: Machine, call: WriteCall): Promise<Reply<void>> {
  const { azure } = session;
  let told = await azure.remove(machine.name, call);
  if (told.kind === 'unknown' || (told.kind === 'refused' && !isPassing(told.error))) return told;
  const end = await followProgress(session, told.kind === 'done' ? told.value.progress : undefined, machine, call);
  if (end?.state === 'failed') return { kind: 'unknown', error: end.error };
  const gone = await lookUntil(session, call, async () => {
    const after = await azure.machine(machine.name, call);
    if (after.kind !== 'done') return after.error.class === 'not-found' ? done : undefined;
    if (after.value.vmId !== machine.vmId) return done;
    // Refused while another change went on, which may be over now.
    if (told.kind !== 'done' && after.value.provisioning !== 'Deleting') told = await azure.remove(machine.name, call);
    return undefined;
  });
  if (gone === undefined) return notEnded('StillStopping', `${machine.name} was told to end and has not yet`);
  return await clearSiblings(session, machine.name, machine.diskName === undefined ? [] : [machine.diskName], call);
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
