/** Asks for a new machine, offer by offer, until one is had: every request is on record before it is sent. */
import type { Instance } from '@aws-sdk/client-ec2';
import type { ErrorVerdict } from '../../model/error-verdict.ts';
import type { Reply } from '../../model/outcome.ts';
import type { ProviderError } from '../../model/provider-error.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import { type Attempt, ageOf } from './attempt-record.ts';
import type { Told } from './client.ts';
import { classifyAwsError } from './errors.ts';
import { isOver, listLagMs, notSeen, type Refused, raiseEpoch, refused, type Session, seeReplica } from './session.ts';
import { lateFailureOf, nameOf, type Offer, type Owner, offersOf, runRequest, tagOf, tags, tokenOf } from './wire.ts';

/** A request that was refused, at once or late. */
interface Denial {
  readonly offer: Offer;
  readonly verdict: ErrorVerdict;
  readonly error: ProviderError;
}

/** Called under the slot's lock, when nothing of the slot is there. `slot`: what is left of its machines in the list. */
export async function launch(
  session: Session,
  owner: Owner,
  slot: readonly Instance[],
  call: WriteCall,
): Promise<Reply<Replica>> {
  const last = session.attempts.get(owner.deployment, owner.slot);
  const obstacle = await hiddenObstacle(session, owner, last, call);
  if (obstacle !== undefined) return obstacle;
  const denials = slot.flatMap((each) => lateDenial(session, owner, each) ?? []);
  const order = orderOf(session, owner, last).filter((offer) => !denials.some((denial) => isSame(denial.offer, offer)));
  // Every request of one key is the same to the letter, under whichever lease it is repeated.
  const epoch = last?.startKey === owner.startKey ? last.epoch : call.epoch;
  for (const offer of order) {
    if (denials.some((denial) => isHopeless(denial, offer))) continue;
    if (isOver(session, call)) return { kind: 'refused', error: summary('OutOfTime', 'transient', denials) };
    const before = last?.state !== 'refused' && last?.token === tokenOf(owner, offer) ? last : undefined;
    const told = await ask(session, owner, { offer, epoch, before }, call);
    if (told.kind === 'done') {
      await raiseEpoch(session, told.value, call);
      return { kind: 'done', value: seeReplica(session, told.value) };
    }
    if (told.kind === 'unknown')
      return { kind: 'unknown', error: { ...told.error, message: `${nameOf(offer)}: ${told.error.message}` } };
    denials.push({ offer, verdict: told.verdict, error: told.error });
    if (!goesOn(told.verdict)) break;
  }
  return { kind: 'refused', error: endOf(denials) };
}

/** Only what is about some machines leaves others to ask for. */
function goesOn({ reach, scope }: ErrorVerdict): boolean {
  return reach !== undefined && scope !== 'account';
}

/** Whether a refusal speaks of this offer too. Of two sizes we do not know the larger: each is asked for. */
function isHopeless({ offer: denied, verdict: { reach, scope } }: Denial, offer: Offer): boolean {
  const isThere = scope === 'region' || (denied.zone === offer.zone && denied.subnet === offer.subnet);
  if (reach === undefined || !isThere || (reach.markets === 'asked' && denied.market !== offer.market)) return false;
  switch (reach.machines) {
    case 'all':
      return true;
    case 'family':
      return familyOf(denied) === familyOf(offer);
    case 'type':
    case 'larger':
      return denied.machine === offer.machine;
  }
}

function familyOf({ machine }: Offer): string {
  return machine.split('.')[0] ?? machine;
}

function isSame(one: Offer, other: Offer): boolean {
  return nameOf(one) === nameOf(other) && one.subnet === other.subnet;
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
  const message = `${last.startKey} asked for ${nameOf(last.offer)}; whether it got it is not known for ${Math.ceil(waitMs / 1000)} s`;
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

/** A try that was cut short goes on where it was: with the request that has no answer, or after the one refused last. */
function orderOf({ settings }: Session, { startKey }: Owner, last: Attempt | undefined): readonly Offer[] {
  const offers = offersOf(settings);
  if (last?.startKey !== startKey) return offers;
  const at = offers.findIndex((offer) => isSame(offer, last.offer));
  const after = offers.slice(at + 1);
  if (last.state !== 'refused') return [last.offer, ...after];
  return after.length > 0 ? after : offers;
}

/** A request that repeats one without an answer (`before`) is refused for itself: what the first did stays open. */
async function ask(
  session: Session,
  owner: Owner,
  { offer, epoch, before }: { readonly offer: Offer; readonly epoch: number; readonly before: Attempt | undefined },
  call: WriteCall,
): Promise<Told<Instance>> {
  const { attempts, clock, ec2, settings } = session;
  const token = tokenOf(owner, offer);
  const keep = (attempt: Attempt): void => attempts.put(owner.deployment, owner.slot, attempt);
  const intent: Attempt = {
    ...{ startKey: owner.startKey, epoch, offer, token, state: 'intended', atMonoMs: clock.monoMs() },
  };
  keep(intent);
  const told = await ec2.run(runRequest(settings, owner, offer, epoch), call);
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

/** Quota beats capacity, which beats the rest: what only a person can mend is said first. */
function endOf(denials: readonly Denial[]): ProviderError {
  const last = denials.at(-1);
  if (last === undefined) return summary('NothingToAskFor', 'capacity', denials);
  const worst = goesOn(last.verdict)
    ? (['quota', 'capacity'] as const).flatMap((name) => denials.find(({ error }) => error.class === name) ?? [])[0]
    : last;
  const { error, offer } = worst ?? last;
  const all = summary(error.code, error.class, denials);
  const message = `${all.message} (${nameOf(offer)}: ${error.message.slice(0, 300)})`;
  return { ...all, message, ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }) };
}

/** Every attempt with EC2's own code. */
function summary(code: string, errorClass: ProviderError['class'], denials: readonly Denial[]): ProviderError {
  const attempts = denials.map(({ offer, error }) => `${nameOf(offer)} ${error.code}`);
  return { class: errorClass, code, message: attempts.length === 0 ? 'nothing was asked for' : attempts.join(', ') };
}
