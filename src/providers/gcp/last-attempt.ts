/** The last request of a slot, whose machine the list may not show yet, or never will: settled before another is sent. */
import type { Denial } from '../../model/denial.ts';
import { nameOfOffer } from '../../model/offer.ts';
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import { type Attempt, ageOf } from '../shared/attempt-record.ts';
import type { Owner } from '../shared/slots.ts';
import { notSeen, refused } from '../shared/told.ts';
import { endOf } from './operation.ts';
import { ownLabels } from './request.ts';
import { listLagMs, mark, type Session, seeReplica } from './session.ts';
import { placeOfAttempt, settleInsert } from './settle-insert.ts';
import { type Operation, replicaIdOf, textOn } from './wire.ts';

/** Nothing stands against asking; late refusals of this key are among the denials. */
interface Clear {
  readonly denials: readonly Denial[];
}

const clear: Clear = { denials: [] };

/**
 * Of the same key: what it made, what it is making, or what it was refused late. Of another key: the slot is its, until it is
 * certain that nothing came of it.
 */
export async function settleLast(session: Session, owner: Owner, call: WriteCall): Promise<Reply<Replica> | Clear> {
  const { attempts, compute } = session;
  const last = attempts.get(owner.deployment, owner.slot);
  if (last === undefined || last.state === 'refused') return clear;
  const place = placeOfAttempt(owner, last);
  const isMine = last.startKey === owner.startKey;
  const going =
    last.progress === undefined ? undefined : await compute.operation({ zone: place.zone, name: last.progress }, call);
  // An operation that nobody remembers is long over.
  if (going !== undefined && going.kind !== 'done' && going.error.class !== 'not-found') return notSeen(going);
  const operation = going?.kind === 'done' ? going.value : undefined;
  const isFailed = operation !== undefined && endOf(operation)?.kind === 'refused';
  if (isMine && operation !== undefined && (last.state === 'intended' || isFailed))
    return await goOn(session, owner, { last, operation }, call);
  // Asked for after the operation: what was made in between is there.
  const seen = await compute.get(place, call);
  if (seen.kind === 'done') {
    const isOurs = isMine && textOn(seen.value, 'startKey') === owner.startKey;
    if (!isOurs)
      return refused('conflict', 'SlotTaken', `${replicaIdOf(place)} is there already, started as ${last.startKey}`);
    await mark(session, seen.value, call);
    return { kind: 'done', value: seeReplica(session, seen.value) };
  }
  if (seen.error.class !== 'not-found') return notSeen(seen);
  if (isMine) return last.state === 'made' ? { kind: 'done', value: goneReplica(owner, last) } : clear;
  return othersEnd(session, { last, operation, id: replicaIdOf(place) });
}

/** A launch that was accepted: waited for again, whoever asked for it first. */
async function goOn(
  session: Session,
  owner: Owner,
  { last, operation }: { readonly last: Attempt; readonly operation: Operation },
  call: WriteCall,
): Promise<Reply<Replica> | Clear> {
  const labels = ownLabels(owner, last.epoch) ?? {};
  const told = await settleInsert(session, owner, { attempt: last, operation, labels }, call);
  if (told.kind === 'unknown') return told;
  if (told.kind === 'refused') return { denials: [{ offer: last.offer, verdict: told.verdict, error: told.error }] };
  await mark(session, told.value, call);
  return { kind: 'done', value: seeReplica(session, told.value) };
}

/** Of another key, and its machine is not there: being made, perhaps on its way, or nothing. One that was seen is gone. */
function othersEnd(
  { clock }: Session,
  { last, operation, id }: { readonly last: Attempt; readonly operation: Operation | undefined; readonly id: string },
): Reply<never> | Clear {
  if (last.state === 'made') return clear;
  if (operation !== undefined && endOf(operation) === undefined)
    return refused('conflict', 'SlotTaken', `${id} is being made already, started as ${last.startKey}`);
  const waitMs = listLagMs - ageOf(last, clock);
  if (operation !== undefined || waitMs <= 0) return clear;
  const message = `${last.startKey} asked for ${nameOfOffer(last.offer)}; whether it got it is not known for ${Math.ceil(waitMs / 1000)} s`;
  return refused('transient', 'SlotUnsettled', message, waitMs);
}

/** The same key asks for the same machine: one that is gone is not made anew under it. */
function goneReplica(owner: Owner, last: Attempt): Replica {
  const { site, deployment, slot, startKey } = owner;
  return {
    ...{ id: replicaIdOf(placeOfAttempt(owner, last)), bootId: last.instance ?? '', deployment, site, slot, startKey },
    ...{ url: undefined, state: 'gone', billed: 'no', startedAtMs: 0 },
  };
}
