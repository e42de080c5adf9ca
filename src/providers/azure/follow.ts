/** Follows what ends a machine, over more calls than one: Azure takes minutes for it, and a call may have seconds. */
import type { ErrorClass } from '../../model/provider-error.ts';
import type { WriteCall } from '../../ports/call.ts';
import { isOver } from '../shared/look-until.ts';
import type { Owner } from '../shared/slots.ts';
import { bootIdOf, type Machine } from './machine.ts';
import type { Progress } from './progress.ts';
import type { Session } from './session.ts';

/** Whose slot it is in. */
export type Place = Pick<Owner, 'deployment' | 'slot'>;

/** `progress`: where it tells how it goes on. */
export interface Ending {
  readonly aim: 'stop' | 'delete';
  readonly owner: Place;
  readonly machine: Machine;
  readonly progress: string | undefined;
}

/** Between two looks at an operation that does not say how long, in milliseconds: soon at first, then slower. */
const [firstPauseMs, longestPauseMs] = [500, 5000];

/** Refusals of a look that say nothing of its address: asked too often, or never sent. */
const passes: ReadonlySet<ErrorClass> = new Set(['throttled', 'transient']);

/** Follows a stop or a deletion of one machine that was accepted, and keeps where on record for who comes after this call. */
export async function followEnd(session: Session, end: Ending, call: WriteCall): Promise<Progress | undefined> {
  keepOpen(session, end);
  return await followOpen(session, end.owner, end.progress, call);
}

/** Nothing is kept of one that was over with its answer. */
export function keepOpen({ underWay }: Session, { aim, owner: { deployment, slot }, machine, progress }: Ending): void {
  if (progress !== undefined) underWay.put(deployment, slot, { aim, instance: bootIdOf(machine), progress });
}

/** Follows one that is on record, until it is over. */
export async function followOpen(
  session: Session,
  { deployment, slot }: Place,
  progress: string | undefined,
  call: WriteCall,
): Promise<Progress | undefined> {
  const end = await followProgress(session, progress, call);
  if (end?.state !== 'running') session.underWay.forget(deployment, slot);
  return end;
}

/**
 * How an operation goes on in the end, asked as slowly as it asks for; `running` when the call is over before. Undefined
 * where its address tells nothing.
 */
async function followProgress(
  { azure, clock }: Session,
  address: string | undefined,
  call: WriteCall,
): Promise<Progress | undefined> {
  if (address === undefined) return undefined;
  for (let pauseMs = firstPauseMs; !isOver({ clock }, call); pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const told = await azure.progress(address, undefined, call);
    if (told.kind === 'done' && told.value.state !== 'running') return told.value;
    if (told.kind === 'refused' && !passes.has(told.error.class)) return undefined;
    const askedMs = told.kind === 'done' ? told.value : told.error;
    const waitMs = Math.max(pauseMs, 'retryAfterMs' in askedMs ? (askedMs.retryAfterMs ?? 0) : 0);
    const leftMs = call.deadlineAtMonoMs - clock.monoMs();
    await clock.sleep(Math.max(1, Math.min(waitMs, leftMs)), call.signal).catch(() => undefined);
  }
  return { state: 'running' };
}
