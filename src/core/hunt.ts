/** The hunt for capacity at one place: which offers may be asked for now, and what each refusal teaches. */
import { type Asker, type Attempt, type Block, blockKey, type Place } from '../model/block.ts';
import { type Denial, isHopeless } from '../model/denial.ts';
import { isSameOffer, type Offer, type OfferSight } from '../model/offer.ts';
import { isWithin } from './elapsed.ts';

/** What only a change ends is asked again this long after, in milliseconds: nobody tells us when the change was made. */
export const lookAgainMs = 600_000;
/** What a provider says beforehand against an offer, or that there is no room for it, is asked anew after this long, in milliseconds. */
export const sightAgainMs = 60_000;

/** One place to start something at, as known now. */
export interface Hunt {
  readonly place: Place;
  readonly asker: Asker;
  readonly blocks: readonly Block[];
  readonly nowMs: number;
}

/** What may be asked for, in the site's own order, and why the others are not. Every offer is in one of both. */
export interface Outlook {
  readonly ask: readonly Offer[];
  readonly doomed: readonly Attempt[];
}

/** Not over yet; one that a wrong clock dated holds nothing back. */
export function isBlocking({ atMs, untilMs }: Block, nowMs: number): boolean {
  return isWithin(untilMs - atMs, atMs, nowMs);
}

/** Whether a block, in force or not, speaks of this offer there. */
export function covers(block: Block, { place, asker }: Pick<Hunt, 'place' | 'asker'>, offer: Offer): boolean {
  if (coversAll(block, { place, asker })) return true;
  const { scope, reach, offer: denied } = block;
  if (denied === undefined || scope === 'site' || scope === 'spec' || !isThere(block, place)) return false;
  // A refused request is about itself, whatever else it may be about.
  if (isSameOffer(denied, offer) && reach !== undefined) return true;
  return isHopeless({ offer: denied, verdict: { ...unread, scope, reach } }, offer);
}

/** Whether it speaks of whatever could be asked for there. */
export function coversAll(block: Block, { place, asker }: Pick<Hunt, 'place' | 'asker'>): boolean {
  const { scope, reach } = block;
  const isOurs = block.deployment === asker.deployment && block.config === asker.config;
  if (scope === 'site') return isOurs && block.site === place.site;
  if (scope === 'spec') return isOurs && block.provider === place.provider;
  const isWide = scope === 'account' || scope === 'region';
  return isWide && reach?.machines === 'all' && reach.markets === 'all' && isThere(block, place);
}

/** Whether it speaks of anything that could be asked for there, wherever it was met. */
export function holdsAt(block: Block, at: Pick<Hunt, 'place' | 'asker'>): boolean {
  const isNarrow = block.scope === 'site' || block.scope === 'spec';
  return isNarrow ? coversAll(block, at) : isThere(block, at.place);
}

/** What `isHopeless` does not look at. */
const unread = { class: 'unknown', retry: 'never', retryAfterMs: undefined, expiryMs: undefined, because: '' } as const;

/** The same account, and for all but what is said of the account the same region: zones of one name lie in one region. */
function isThere(block: Block, place: Place): boolean {
  if (block.site === place.site) return true;
  if (block.account === undefined || block.account !== place.account || block.provider !== place.provider) return false;
  return block.scope === 'account' || (block.region !== undefined && block.region === place.region);
}

/** Never proposes what a block or the provider's own word makes hopeless. */
export function outlookAt(sights: readonly OfferSight[], hunt: Hunt): Outlook {
  const judged = sights.map((sight) => ({ offer: sight.offer, against: againstOffer(sight, hunt) }));
  return {
    ask: judged.flatMap(({ offer, against }) => (against === undefined ? [offer] : [])),
    doomed: judged.flatMap(({ against }) => against ?? []),
  };
}

function againstOffer({ offer, room, denied }: OfferSight, hunt: Hunt): Attempt | undefined {
  const { place, nowMs } = hunt;
  const covering = inForce(hunt).filter((block) => covers(block, hunt, offer));
  const longest = longestOf(covering);
  if (longest !== undefined) return attemptOf(longest, { site: place.site, offer });
  const about = { site: place.site, offer, state: 'not-asked', isUntilChanged: false } as const;
  if (denied !== undefined) {
    const { class: name, code, message, retryAfterMs } = denied;
    return { ...about, class: name, code, message, untilMs: nowMs + Math.max(sightAgainMs, retryAfterMs ?? 0) };
  }
  if (room === undefined || room > 0) return undefined;
  const message = 'no more replicas of it may be started, as the provider counts';
  return { ...about, class: 'quota', code: 'NoRoom', message, untilMs: nowMs + sightAgainMs };
}

/** What stands in the way of everything at the place, the longest; undefined: something may be asked for, as far as is known. */
export function blockOfAll(hunt: Hunt): Block | undefined {
  return longestOf(inForce(hunt).filter((block) => coversAll(block, hunt)));
}

function inForce({ blocks, nowMs }: Hunt): readonly Block[] {
  return blocks.filter((block) => isBlocking(block, nowMs));
}

function longestOf(blocks: readonly Block[]): Block | undefined {
  return blocks.reduce<Block | undefined>(
    (longest, each) => (longest === undefined || each.untilMs > longest.untilMs ? each : longest),
    undefined,
  );
}

/** As it is told of an offer that is not asked for because of it. */
export function attemptOf(block: Block, about: Pick<Attempt, 'site' | 'offer'>): Attempt {
  const { class: name, code, message, untilMs, isUntilChanged } = block;
  return { ...about, state: 'not-asked', class: name, code, message, untilMs, isUntilChanged };
}

/** What to remember of a refusal; undefined where it says nothing of the next request. */
export function blockOf({ offer, verdict, error }: Denial, { place, asker, nowMs }: Hunt): Block | undefined {
  const { scope, reach, expiryMs, retryAfterMs } = verdict;
  if (scope === 'none' || scope === 'object') return undefined;
  const forMs = Math.max(expiryMs ?? lookAgainMs, error.retryAfterMs ?? retryAfterMs ?? 0);
  return {
    ...{ ...place, ...asker, offer: scope === 'site' ? undefined : offer, scope, reach },
    ...{ class: error.class, code: error.code, message: error.message },
    ...{ atMs: nowMs, untilMs: nowMs + forMs, isUntilChanged: expiryMs === undefined },
  };
}

/** As it is told of an offer that was asked for. */
export function refusedAttempt(denial: Denial, hunt: Hunt): Attempt {
  const block = blockOf(denial, hunt);
  const { class: name, code, message, retryAfterMs } = denial.error;
  return {
    ...{ site: hunt.place.site, offer: denial.offer, state: 'refused', class: name, code, message },
    untilMs: block?.untilMs ?? (retryAfterMs === undefined ? undefined : hunt.nowMs + retryAfterMs),
    isUntilChanged: block?.isUntilChanged ?? false,
  };
}

/** Those of `fresh` that say more than what is known: not what a known one covers for as long, nor the same twice. */
export function newBlocks(fresh: readonly Block[], known: readonly Block[], nowMs: number): readonly Block[] {
  const kept: Block[] = [];
  for (const block of fresh) {
    const all = [...known.filter((each) => isBlocking(each, nowMs)), ...kept];
    if (!all.some((each) => each.untilMs >= block.untilMs && says(each, block))) kept.push(block);
  }
  return kept;
}

/** Whether one block already says all that the other does. */
function says(one: Block, other: Block): boolean {
  if (blockKey(one) === blockKey(other)) return true;
  // Of another deployment these two say nothing, and what others may be asked they keep to themselves.
  if (one.scope === 'site' || one.scope === 'spec') return false;
  const about = { place: other, asker: other };
  if (coversAll(one, about)) return other.scope !== 'spec' && (other.scope !== 'account' || one.scope === 'account');
  // Only of the very same width: what a wider one says beside this offer would be lost.
  const isNarrow = other.scope === 'offer' || other.scope === 'zone';
  return isNarrow && other.offer !== undefined && !isWider(other, one) && covers(one, about, other.offer);
}

function isWider(one: Block, other: Block): boolean {
  const scopes: readonly Block['scope'][] = ['offer', 'zone', 'region', 'account'];
  const machines: readonly string[] = ['type', 'larger', 'family', 'all'];
  return (
    scopes.indexOf(one.scope) > scopes.indexOf(other.scope) ||
    machines.indexOf(one.reach?.machines ?? '') > machines.indexOf(other.reach?.machines ?? '') ||
    (one.reach?.markets === 'all' && other.reach?.markets !== 'all')
  );
}

/** Nothing is left to ask for at the place: remembered until the first of its offers may be asked for again. */
export function exhausted(doomed: readonly Attempt[], { place, asker, nowMs }: Hunt): Block | undefined {
  const [first] = doomed.toSorted((a, b) => (a.untilMs ?? nowMs) - (b.untilMs ?? nowMs));
  const worst = worstOf(doomed);
  if (first?.untilMs === undefined || worst === undefined || first.untilMs <= nowMs) return undefined;
  return {
    ...{ ...place, ...asker, offer: undefined, scope: 'site', reach: undefined },
    ...{ class: worst.class, code: worst.code, message: worst.message },
    ...{ atMs: nowMs, untilMs: first.untilMs, isUntilChanged: doomed.every(({ isUntilChanged }) => isUntilChanged) },
  };
}

/** What only a person can mend is said first. */
export function worstOf(attempts: readonly Attempt[]): Attempt | undefined {
  const order: readonly Attempt['class'][] = ['auth', 'invalid', 'quota', 'capacity'];
  // Where something was only sold out, that is what a person can wait for.
  const isMixed = attempts.some(({ class: name }) => name === 'capacity' || name === 'quota');
  const ranked = isMixed ? (['quota', 'capacity'] as const) : order;
  return ranked.flatMap((name) => attempts.find((each) => each.class === name) ?? [])[0] ?? attempts[0];
}

/** Blocks that a start which was granted there proves wrong. `had`: what it was granted; undefined: not known. */
export function disproved(hunt: Hunt, had: Offer | undefined): readonly Block[] {
  return inForce(hunt).filter((block) => coversAll(block, hunt) || (had !== undefined && covers(block, hunt, had)));
}

/** What a start that was granted has got: offers are asked for in order, and none that a refusal before spoke of. */
export function offerHad(asked: readonly Offer[], denials: readonly Omit<Denial, 'error'>[]): Offer | undefined {
  return asked.find(
    (offer) => !denials.some((denial) => isSameOffer(denial.offer, offer) || isHopeless(denial, offer)),
  );
}

/** The first moment at which one of them may be tried again, epoch milliseconds; undefined when nobody knows of one. */
export function nextTryAtMs(attempts: readonly Attempt[]): number | undefined {
  const untils = attempts.flatMap(({ untilMs }) => untilMs ?? []);
  return untils.length === 0 ? undefined : Math.min(...untils);
}
