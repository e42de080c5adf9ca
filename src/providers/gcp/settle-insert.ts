/** What became of a request for a machine: made, being made, refused late, or not known. */
import type { WriteCall } from '../../ports/call.ts';
import { type Attempt, ageOf } from '../shared/attempt-record.ts';
import { lookUntil } from '../shared/look-until.ts';
import type { Owner } from '../shared/slots.ts';
import type { Told } from '../shared/told.ts';
import type { Labels } from './labels.ts';
import { endOf, operationPlace } from './operation.ts';
import { nameOf } from './request.ts';
import { listLagMs, type Session } from './session.ts';
import { type Instance, type Operation, type Place, textOn } from './wire.ts';

export interface Accepted {
  readonly attempt: Attempt;
  readonly operation: Operation;
  readonly labels: Labels;
}

/** Left of a call's time for what is to be done after waiting, in milliseconds, and at most this part of it. */
const [marginMs, marginPart] = [2000, 0.2];

/**
 * Waits until the machine has what it needs, or its operation is over: sold out is said there, seconds or a minute after the
 * request was accepted, and until then the machine itself may not be found (googleapis/nodejs-compute #377, checked
 * 2026-11-27). When the call's time runs out, what was accepted is `starting`, and its end is looked up by whoever comes next.
 */
export async function settleInsert(
  session: Session,
  owner: Owner,
  { attempt, operation, labels }: Accepted,
  call: WriteCall,
): Promise<Told<Instance>> {
  const { attempts, compute } = session;
  const place = placeOfAttempt(owner, attempt);
  const keep = (state: Attempt['state']): void => attempts.put(owner.deployment, owner.slot, { ...attempt, state });
  let latest = operation;
  const end = await lookUntil(session, shortened(session, call), async (): Promise<Told<Instance> | undefined> => {
    const ended = endOf(latest, attempt.offer.market);
    if (ended?.kind === 'refused') return ended;
    const seen = await compute.get(place, call);
    if (seen.kind === 'done' && (ended !== undefined || hasAll(seen.value))) return seen;
    if (ended !== undefined) return seen.kind === 'refused' && seen.error.class === 'not-found' ? seen : undefined;
    const later = await compute.operation(operationPlace(place.zone, latest), call);
    if (later.kind === 'done') latest = later.value;
    return undefined;
  });
  if (end?.kind === 'done') {
    keep('made');
    return end;
  }
  if (end?.kind === 'refused' && endOf(latest)?.kind === 'done') {
    // Made, and gone before it was seen: that is no refusal of the launch.
    keep('made');
    return {
      kind: 'unknown',
      error: { class: 'unknown', code: 'GoneAtOnce', message: `${place.name} was made and is gone` },
    };
  }
  if (end?.kind === 'refused') return await afterFailure(session, { place, owner, end, keep }, call);
  const seen = await compute.get(place, call);
  if (seen.kind === 'done') return seen;
  if (seen.kind === 'unknown' || seen.error.class !== 'not-found') return { kind: 'unknown', error: seen.error };
  return { kind: 'done', value: notSeenYet(place, latest, labels, session.clock.nowMs()) };
}

/** As it will be seen: its number is in the operation, its name and labels are ours. */
function notSeenYet({ zone, name }: Place, { targetId = null }: Operation, labels: Labels, nowMs: number): Instance {
  const creationTimestamp = new Date(nowMs).toISOString();
  return { id: targetId, name, zone: `zones/${zone}`, status: 'PROVISIONING', labels, creationTimestamp };
}

/** "All required resources have been allocated" (compute.proto, `STAGING`): from here on nothing is sold out. */
function hasAll({ status }: Instance): boolean {
  return status !== 'PENDING' && status !== 'PROVISIONING';
}

function shortened({ clock }: Session, call: WriteCall): WriteCall {
  const leftMs = call.deadlineAtMonoMs - clock.monoMs();
  return { ...call, deadlineAtMonoMs: call.deadlineAtMonoMs - Math.min(marginMs, leftMs * marginPart) };
}

/** The name of what an attempt asked for, in its zone. */
export function placeOfAttempt(owner: Owner, { startKey, offer }: Attempt): Place {
  return { zone: offer.zone ?? '', name: nameOf({ ...owner, startKey }) };
}

interface Failure {
  readonly place: Place;
  readonly owner: Owner;
  readonly end: Extract<Told<never>, { kind: 'refused' }>;
  readonly keep: (state: Attempt['state']) => void;
}

/** A launch that failed leaves nothing, which is looked at: the next offer is asked for only when nothing is there. */
async function afterFailure(session: Session, { place, end, keep }: Failure, call: WriteCall): Promise<Told<Instance>> {
  const left = await lookUntil(session, call, async () => {
    const seen = await session.compute.get(place, call);
    return seen.kind === 'refused' && seen.error.class === 'not-found' ? 'nothing' : undefined;
  });
  if (left === undefined) return { kind: 'unknown', error: end.error };
  keep('refused');
  return end;
}

/**
 * The request was refused while another of its name or id is on its way, or has been. What is there under the name is looked
 * for; not found is an answer only when what was asked for is old enough to be found.
 */
export async function whatIsThere(
  session: Session,
  owner: Owner,
  attempt: Attempt,
  told: Extract<Told<never>, { kind: 'refused' }>,
  call: WriteCall,
): Promise<Told<Instance>> {
  const { attempts, clock, compute } = session;
  const seen = await compute.get(placeOfAttempt(owner, attempt), call);
  if (seen.kind === 'done') {
    if (textOn(seen.value, 'startKey') !== owner.startKey) return told;
    attempts.put(owner.deployment, owner.slot, { ...attempt, instance: seen.value.id ?? '' });
    return seen;
  }
  const isAbsent = seen.kind === 'refused' && seen.error.class === 'not-found' && ageOf(attempt, clock) >= listLagMs;
  if (!isAbsent) return { kind: 'unknown', error: told.error };
  attempts.put(owner.deployment, owner.slot, { ...attempt, state: 'refused' });
  return told;
}
