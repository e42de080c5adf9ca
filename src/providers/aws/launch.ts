/** Asks for a new machine, offer by offer, until one is had: every request is on record before it is sent. */
import type { Instance } from '@aws-sdk/client-ec2';
import type { Denial } from '../../model/denial.ts';
import { nameOfOffer } from '../../model/offer.ts';
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import type { StartRequest } from '../../ports/provider.ts';
import { type Attempt, ageOf } from '../shared/attempt-record.ts';
import { isOver } from '../shared/look-until.ts';
import type { Owner } from '../shared/slots.ts';
import type { StartupData } from '../shared/startup-data.ts';
import { notSeen, type Refused, refused, type Told } from '../shared/told.ts';
import { goOnAfter, offersAsked, walkOffers } from '../shared/walk.ts';
import { classifyAwsError } from './errors.ts';
import { knownDenials } from './offers.ts';
import { type Asked, offersOf, runRequest, tokenOf } from './request.ts';
import { listLagMs, raiseEpoch, type Session, seeReplica } from './session.ts';
import { lateFailureOf, tagOf, tags } from './wire.ts';

export interface LaunchTerms {
  readonly owner: Owner;
  readonly request: StartRequest;
  readonly startup: Exclude<StartupData, Refused>;
  /** What is left of the slot's machines in the list. */
  readonly slot: readonly Instance[];
}

/** Called under the slot's lock, when nothing of the slot is there. */
export async function launch(
  session: Session,
  { owner, request, startup, slot }: LaunchTerms,
  call: WriteCall,
): Promise<Reply<Replica>> {
  const last = session.attempts.get(owner.deployment, owner.slot);
  const obstacle = await hiddenObstacle(session, owner, last, call);
  if (obstacle !== undefined) return obstacle;
  const late = slot.flatMap((each) => lateDenial(session, owner, each) ?? []);
  // A request without an answer is repeated, whatever is said of its offer now: what it made may be what fills the quota.
  const isOpen = last?.startKey === owner.startKey && last.state !== 'refused';
  // Who names offers has weighed what is known against them.
  const denials = request.offers === undefined && !isOpen ? [...late, ...knownDenials(session)] : late;
  // Every request of one key is the same to the letter, under whichever lease it is repeated.
  const epoch = last?.startKey === owner.startKey ? last.epoch : call.epoch;
  return await walkOffers({
    offers: goOnAfter(offersAsked(offersOf(session.settings), request), owner.startKey, last),
    denials,
    tell: request.tell,
    isOver: () => isOver(session, call),
    async ask(offer) {
      const before = last?.state !== 'refused' && last?.token === tokenOf(owner, offer) ? last : undefined;
      const told = await ask(session, owner, { offer, epoch, startup, before }, call);
      if (told.kind !== 'done') return told;
      await raiseEpoch(session, told.value, call);
      return { kind: 'done', value: seeReplica(session, told.value) };
    },
  });
}

/**
 * The last request of this slot, when the list may not show yet what it made. Of another key: the slot is its, until it is
 * certain that nothing came of it. Of the same key: it is sent again, which EC2 answers with the machine of the first time.
 */
async function hiddenObstacle(
  session: Session,
  owner: Owner,
  last: Attempt | undefined,
  call: WriteCall,
): Promise<Reply<never> | undefined> {
  if (last === undefined || last.state === 'refused') return undefined;
  const isHidden = ageOf(last, session.clock) < listLagMs;
  if (last.startKey === owner.startKey && (isHidden || last.state === 'intended')) return undefined;
  const told = await session.ec2.describe({ filters: { 'client-token': last.token } }, call);
  if (told.kind !== 'done') return notSeen(told);
  const [found] = told.value;
  const isThere = found !== undefined && found.State?.Name !== 'terminated' && lateFailureOf(found) === undefined;
  const id = isThere ? found.InstanceId : last.instance;
  if (isThere || (found === undefined && isHidden && id !== undefined))
    return refused('conflict', 'SlotTaken', `${id} is there already, started as ${last.startKey}`);
  if (found === undefined && isHidden) return unsettled(session, last);
  const isOurs = last.startKey === owner.startKey && (found === undefined || lateFailureOf(found) === undefined);
  return isOurs ? refused('conflict', 'InstanceGone', `the machine made for ${last.startKey} is gone`) : undefined;
}

function unsettled(session: Session, last: Attempt): Refused {
  const waitMs = listLagMs - ageOf(last, session.clock);
  const message = `${last.startKey} asked for ${nameOfOffer(last.offer)}; whether it got it is not known for ${Math.ceil(waitMs / 1000)} s`;
  return refused('transient', 'SlotUnsettled', message, waitMs);
}

/** A machine of this key whose launch was accepted and failed after: refused like one that fails at once. */
function lateDenial({ settings }: Session, owner: Owner, instance: Instance): Denial | undefined {
  const failure = lateFailureOf(instance);
  if (failure === undefined || tagOf(instance, tags.startKey) !== owner.startKey) return undefined;
  const offer = offersOf(settings).find((each) => tokenOf(owner, each) === instance.ClientToken);
  return offer && { offer, ...lateVerdict(failure) };
}

function lateVerdict({ code, message }: NonNullable<ReturnType<typeof lateFailureOf>>): Omit<Denial, 'offer'> {
  const verdict = classifyAwsError({ code, message, status: undefined });
  return { verdict, error: { class: verdict.class, code, message: message ?? '' } };
}

/** A request that repeats one without an answer (`before`) is refused for itself: what the first did stays open. */
async function ask(
  session: Session,
  owner: Owner,
  { before, ...asked }: Asked & { readonly before: Attempt | undefined },
  call: WriteCall,
): Promise<Told<Instance>> {
  const { attempts, clock, ec2, settings } = session;
  const { offer, epoch } = asked;
  const token = tokenOf(owner, offer);
  const keep = (attempt: Attempt): void => attempts.put(owner.deployment, owner.slot, attempt);
  const intent: Attempt = {
    ...{ startKey: owner.startKey, epoch, offer, token, state: 'intended', atMonoMs: clock.monoMs() },
  };
  keep(intent);
  const told = await ec2.run(runRequest(settings, owner, asked), call);
  const instance = told.kind === 'done' ? told.value.InstanceId : undefined;
  if (instance !== undefined) keep({ ...intent, state: 'made', instance });
  if (told.kind !== 'refused') return told;
  const isTokenKnown = told.error.code.startsWith('Idempotent');
  if (!isTokenKnown && before === undefined) keep({ ...intent, state: 'refused' });
  if (!isTokenKnown && before === undefined) return told;
  keep(before ?? intent);
  return await whatTokenMade(session, owner, before ?? intent, told, call);
}

/**
 * The token was used before. By the same request, then it gives the same machine; with other parameters
 * (`IdempotentParameterMismatch`: somebody changed the site's settings between two tries), or by a machine that has ended
 * (`IdempotentInstanceTerminated`), it is looked for, and no second one is made. Not found is an answer only when what was
 * asked for is old enough to be found.
 */
async function whatTokenMade(
  { attempts, clock, ec2 }: Session,
  { deployment, slot, startKey }: Owner,
  attempt: Attempt,
  told: Extract<Told<Instance>, { kind: 'refused' }>,
  call: WriteCall,
): Promise<Told<Instance>> {
  const isTokenKnown = told.error.code.startsWith('Idempotent');
  const found = await ec2.describe({ filters: { 'client-token': attempt.token } }, call);
  const made = found.kind === 'done' ? found.value.find((each) => tagOf(each, tags.startKey) === startKey) : undefined;
  if (made !== undefined) {
    const failure = lateFailureOf(made);
    return failure === undefined ? { kind: 'done', value: made } : { kind: 'refused', ...lateVerdict(failure) };
  }
  if (isTokenKnown) return told;
  if (found.kind !== 'done' || ageOf(attempt, clock) < listLagMs) return { kind: 'unknown', error: told.error };
  attempts.put(deployment, slot, { ...attempt, state: 'refused' });
  return told;
}
