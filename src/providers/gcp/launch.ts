/** Asks for a new machine, offer by offer, until one is had: every request is on record before it is sent. */
import { isSameOffer, type Offer } from '../../model/offer.ts';
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import type { StartRequest } from '../../ports/provider.ts';
import type { Attempt } from '../shared/attempt-record.ts';
import { isOver } from '../shared/look-until.ts';
import type { Owner } from '../shared/slots.ts';
import type { StartupData } from '../shared/startup-data.ts';
import { notSeen, type Refused, type Told } from '../shared/told.ts';
import { goOnAfter, offersAsked, walkOffers } from '../shared/walk.ts';
import { settleLast } from './last-attempt.ts';
import { knownDenials } from './offers.ts';
import {
  type Asked,
  insertRequest,
  type MetadataItem,
  metadataWith,
  offersOf,
  ownLabels,
  requestIdOf,
  roundOf,
} from './request.ts';
import { mark, type Session, seeReplica } from './session.ts';
import { settleInsert, whatIsThere } from './settle-insert.ts';
import type { Instance } from './wire.ts';

export interface LaunchTerms {
  readonly owner: Owner;
  readonly request: StartRequest;
  readonly startup: Exclude<StartupData, Refused>;
}

/** Called under the slot's lock, when nothing of the slot is there, or what is there may still fail. */
export async function launch(
  session: Session,
  { owner, request, startup }: LaunchTerms,
  call: WriteCall,
): Promise<Reply<Replica>> {
  const settled = await settleLast(session, owner, call);
  if ('kind' in settled) return settled;
  const metadata = startup.kind === 'none' ? undefined : await metadataFor(session, startup.text, call);
  if (metadata !== undefined && 'kind' in metadata) return metadata;
  const last = session.attempts.get(owner.deployment, owner.slot);
  const mine = last?.startKey === owner.startKey ? last : undefined;
  // Every request of one key is the same to the letter, under whichever lease it is repeated.
  const epoch = mine?.epoch ?? call.epoch;
  const own = offersAsked(offersOf(session.settings), request);
  const round = roundAfter(owner, own, mine);
  // A request without an answer is repeated, whatever is said of its offer now: what it made may be what fills the quota.
  const isFree = request.offers === undefined && (mine === undefined || mine.state === 'refused');
  return await walkOffers({
    offers: goOnAfter(own, owner.startKey, last),
    denials: [...settled.denials, ...(isFree ? knownDenials(session) : [])],
    tell: request.tell,
    isOver: () => isOver(session, call),
    async ask(offer) {
      const isOpen = mine !== undefined && mine.state !== 'refused' && isSameOffer(mine.offer, offer);
      const told = await ask(
        session,
        owner,
        { offer, epoch, round, metadata, before: isOpen ? mine : undefined },
        call,
      );
      if (told.kind !== 'done') return told;
      await mark(session, told.value, call);
      return { kind: 'done', value: seeReplica(session, told.value) };
    },
  });
}

/** What was refused late is remembered by its request id: once all offers were asked for, the next round has new ids. */
function roundAfter(owner: Owner, own: readonly Offer[], last: Attempt | undefined): number {
  if (last === undefined) return 0;
  const round = roundOf(owner, last.offer, last.token) ?? 0;
  const at = own.findIndex((offer) => isSameOffer(offer, last.offer));
  return last.state === 'refused' && (at === -1 || at === own.length - 1) ? round + 1 : round;
}

/** Templates never change, so that every try of one key has the same. */
async function metadataFor(
  { compute }: Session,
  script: string,
  call: WriteCall,
): Promise<readonly MetadataItem[] | Refused> {
  const told = await compute.template(call);
  return told.kind === 'done' ? metadataWith(script, told.value) : notSeen(told);
}

interface Ask extends Pick<Asked, 'metadata'> {
  readonly offer: Offer;
  readonly epoch: number;
  readonly round: number;
  /** The same request, sent before and without an answer. */
  readonly before: Attempt | undefined;
}

/** Rounds skipped because their requests failed before, in one go. */
const mostSkipped = 3;

async function ask(session: Session, owner: Owner, terms: Ask, call: WriteCall): Promise<Told<Instance>> {
  for (let skipped = 0; ; skipped += 1) {
    const told = await askOnce(session, owner, { ...terms, round: terms.round + skipped }, call);
    if (told !== 'failed before') return told;
    if (skipped >= mostSkipped) return { kind: 'unknown', error: oldAnswer(terms.offer) };
  }
}

function oldAnswer({ machine, zone }: Offer) {
  const message = `${machine} in ${zone} is answered with what failed before`;
  return { class: 'unknown', code: 'OldAnswer', message } as const;
}

/** A request that repeats one without an answer (`before`) is refused for itself: what the first did stays open. */
async function askOnce(
  session: Session,
  owner: Owner,
  { offer, epoch, round, before, metadata }: Ask,
  call: WriteCall,
): Promise<Told<Instance> | 'failed before'> {
  const { attempts, clock, compute, settings } = session;
  const { zone } = offer;
  const labels = ownLabels(owner, epoch);
  if (zone === undefined || labels === undefined) throw new Error(`no request for ${owner.startKey} can be made`);
  const requestId = before?.token ?? requestIdOf(owner, offer, round);
  const keep = (attempt: Attempt): void => attempts.put(owner.deployment, owner.slot, attempt);
  const intent: Attempt = {
    ...{ startKey: owner.startKey, epoch, offer, token: requestId, state: 'intended', atMonoMs: clock.monoMs() },
  };
  keep(intent);
  const told = await compute.insert(
    insertRequest(settings, owner, { offer: { ...offer, zone }, requestId, labels, metadata }),
    call,
  );
  if (told.kind === 'unknown') return told;
  if (told.kind === 'refused') {
    const isTaken = told.error.code === 'alreadyExists' || told.error.code === 'ALREADY_EXISTS';
    const isOpen = isTaken || before !== undefined;
    keep(isOpen ? (before ?? intent) : { ...intent, state: 'refused' });
    return isOpen ? await whatIsThere(session, owner, before ?? intent, told, call) : told;
  }
  const operation = told.value;
  const instance = operation.targetId ?? undefined;
  const accepted: Attempt = {
    ...intent,
    ...(operation.name ? { progress: operation.name } : {}),
    ...(instance === undefined ? {} : { instance }),
  };
  // Over at once, and not for the first time: the answer to an earlier request of the same id.
  const isOld =
    before === undefined && operation.status === 'DONE' && operation.error !== undefined && operation.error !== null;
  if (isOld) return 'failed before';
  keep(accepted);
  return await settleInsert(session, owner, { attempt: accepted, operation, labels }, call);
}
