/** Asks for a new machine, offer by offer, until one is had: every request is on record before it is sent. */
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
import { clearMachine, clearSiblings } from './clear.ts';
import { lateDenial } from './late.ts';
import { bootIdOf, type Machine, tags } from './machine.ts';
import { refusalOf } from './outcome.ts';
import { listLagMs, type Session, seeReplica } from './session.ts';
import { type Asked, createRequest, goneReplica, machineNameOf, offersOf, siblingNameOf } from './wire.ts';

export interface LaunchTerms {
  readonly owner: Owner;
  readonly request: StartRequest;
  readonly startup: Exclude<StartupData, Refused>;
  /** What was found in the slot already: launches that failed after they were accepted. */
  readonly denials: readonly Denial[];
}

/** Called under the slot's lock, when there is no machine of the slot. */
export async function launch(
  session: Session,
  { owner, request, startup, denials }: LaunchTerms,
  call: WriteCall,
): Promise<Reply<Replica>> {
  const { attempts, settings } = session;
  const past = await settlePast(session, owner, call);
  if (past.kind !== 'free') return past;
  const last = attempts.get(owner.deployment, owner.slot);
  const isOpen = last?.startKey === owner.startKey && last.state === 'intended';
  // What is asked for once more may be coming up just now, and what is beside it with it.
  const names = last === undefined ? [] : [last.token];
  const cleared = isOpen ? undefined : await clearSiblings(session, machineNameOf(owner), names, call);
  if (cleared?.kind === 'refused') return cleared;
  if (cleared?.kind === 'unknown') return refused('transient', cleared.error.code, cleared.error.message);
  // Every request of one key is the same to the letter, under whichever lease it is repeated.
  const epoch = last?.startKey === owner.startKey ? last.epoch : call.epoch;
  return await walkOffers({
    offers: goOnAfter(offersAsked(offersOf(settings), request), owner.startKey, last),
    denials: [...denials, ...past.denials],
    tell: request.tell,
    isOver: () => isOver(session, call),
    async ask(offer) {
      const isAgain = isOpen && last.token === siblingNameOf(owner, offer);
      const told = await ask(session, owner, { offer, epoch, startup, before: isAgain ? last : undefined }, call);
      return told.kind === 'done' ? { kind: 'done', value: await seeReplica(session, told.value, call) } : told;
    },
  });
}

type Past = Reply<Replica> | { readonly kind: 'free'; readonly denials: readonly Denial[] };

const free: Past = { kind: 'free', denials: [] };

/**
 * What became of the last request of this slot, whose machine is not there. Its operation tells: it failed, or it made a
 * machine that has gone since. Nobody takes the slot of a request that may still be carried out.
 */
async function settlePast(session: Session, owner: Owner, call: WriteCall): Promise<Past> {
  const { attempts, azure, clock } = session;
  const last = attempts.get(owner.deployment, owner.slot);
  if (last === undefined || last.state === 'refused') return free;
  const isOurs = last.startKey === owner.startKey;
  const isYoung = ageOf(last, clock) < listLagMs;
  if (last.state === 'intended') return isOurs || !isYoung ? free : unsettled(session, last);
  const told = last.progress === undefined ? undefined : await azure.progress(last.progress, last.offer.market, call);
  if (told?.kind === 'unknown') return notSeen(told);
  if (told?.kind === 'refused' && told.error.class !== 'not-found') return notSeen(told);
  if (told?.kind === 'done' && told.value.state === 'running') return unsettled(session, last);
  if (told?.kind === 'done' && told.value.state === 'failed') {
    attempts.put(owner.deployment, owner.slot, { ...last, state: 'refused' });
    const { verdict, error } = told.value;
    return { kind: 'free', denials: isOurs ? [{ offer: last.offer, verdict, error }] : [] };
  }
  // Whether it ended because somebody deleted it (`canceled`) or was there and has gone: the key asked for that one.
  return isOurs ? { kind: 'done', value: goneReplica(owner, last.instance ?? '') } : free;
}

function unsettled({ clock }: Session, last: Attempt): Reply<never> {
  const waitMs = Math.max(1000, listLagMs - ageOf(last, clock));
  const message = `${last.startKey} asked for ${nameOfOffer(last.offer)}; whether it got it is not known for ${Math.ceil(waitMs / 1000)} s`;
  return refused('transient', 'SlotUnsettled', message, waitMs);
}

interface AskTerms extends Asked {
  /** The same request, sent before and without an answer. */
  readonly before: Attempt | undefined;
}

/**
 * The name is the slot's and the request makes and never changes: however often it is sent, and whoever sends another one,
 * there is one machine. A repeat that is refused is refused for itself: what the first one did stays open.
 */
async function ask(
  session: Session,
  owner: Owner,
  { before, ...asked }: AskTerms,
  call: WriteCall,
): Promise<Told<Machine>> {
  const { attempts, azure, clock, settings } = session;
  const { offer, epoch } = asked;
  const name = machineNameOf(owner);
  const keep = (attempt: Attempt): void => attempts.put(owner.deployment, owner.slot, attempt);
  const intent: Attempt = {
    ...{ startKey: owner.startKey, epoch, offer, token: siblingNameOf(owner, offer) },
    ...{ state: 'intended', atMonoMs: clock.monoMs() },
  };
  keep(intent);
  const told = await azure.create(name, createRequest(settings, owner, asked), offer.market, call);
  if (told.kind === 'unknown') return told;
  if (told.kind === 'refused' && before === undefined) {
    keep({ ...intent, state: 'refused' });
    return told;
  }
  if (told.kind === 'done' && told.value.kind === 'made') {
    const { machine, progress } = told.value;
    const at = progress === undefined ? {} : { progress };
    // Read back where the answer does not say what was made: no identity, or no interface to be reached by yet.
    const known = machine === undefined || machine.nicIds.length === 0 ? await azure.machine(name, call) : undefined;
    const made = known?.kind === 'done' ? known.value : machine;
    keep({ ...intent, state: 'made', ...at, ...(made === undefined ? {} : { instance: bootIdOf(made) }) });
    if (made === undefined) return { kind: 'unknown', error: notNamed(name) };
    return await orFailed(session, owner, made, call);
  }
  return await whatIsThere(session, owner, { told, attempt: before ?? intent }, call);
}

function notNamed(name: string) {
  return { class: 'unknown', code: 'NotSeenYet', message: `${name} was accepted and is not seen yet` } as const;
}

/** Accepted with an answer that says already that it failed: a refusal like any other, and nothing of it stays. */
async function orFailed(session: Session, owner: Owner, machine: Machine, call: WriteCall): Promise<Told<Machine>> {
  if (machine.provisioning !== 'Failed') return { kind: 'done', value: machine };
  const told = await session.azure.machine(machine.name, call);
  const seen = told.kind === 'done' ? told.value : machine;
  const last = session.attempts.get(owner.deployment, owner.slot);
  const denial = await lateDenial(session, seen, last, call);
  if (denial === undefined) return { kind: 'done', value: seen };
  if (last !== undefined) session.attempts.put(owner.deployment, owner.slot, { ...last, state: 'refused' });
  const cleared = await clearMachine(session, owner, seen, call);
  if (cleared.kind !== 'done') return { kind: 'unknown', error: cleared.error };
  return { kind: 'refused', verdict: denial.verdict, error: denial.error };
}

/** There is a machine of that name, or the repeat of a request was refused: the machine itself says whose it is. */
async function whatIsThere(
  session: Session,
  owner: Owner,
  { told, attempt }: { readonly told: Told<unknown>; readonly attempt: Attempt },
  call: WriteCall,
): Promise<Told<Machine>> {
  const { attempts, azure, clock } = session;
  const { deployment, slot, startKey } = owner;
  attempts.put(deployment, slot, attempt);
  const name = machineNameOf(owner);
  const found = await azure.machine(name, call);
  if (found.kind === 'done') {
    const isOurs = found.value.tags[tags.startKey] === startKey;
    if (!isOurs) return taken(found.value);
    attempts.put(deployment, slot, { ...attempt, state: 'made', instance: bootIdOf(found.value) });
    return await orFailed(session, owner, found.value, call);
  }
  const isAbsent = found.kind === 'refused' && found.error.class === 'not-found';
  const isOld = ageOf(attempt, clock) >= listLagMs;
  if (told.kind !== 'refused' || !isAbsent || !isOld)
    return { kind: 'unknown', error: told.kind === 'refused' ? told.error : notNamed(name) };
  attempts.put(deployment, slot, { ...attempt, state: 'refused' });
  return told;
}

function taken(machine: Machine): Told<never> {
  const message = `${machine.name} is there already, started as ${machine.tags[tags.startKey] ?? 'something else'}`;
  const { verdict } = refusalOf([{ code: 'PreconditionFailed', status: 412, message }], undefined);
  return { kind: 'refused', verdict, error: { class: 'conflict', code: 'SlotTaken', message } };
}
