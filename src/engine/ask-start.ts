/** Asks a site for one replica: for no offer that is known to be hopeless, and what it is refused is remembered for everybody. */
import {
  attemptOf,
  blockOf,
  blockOfAll,
  disproved,
  exhausted,
  type Hunt,
  newBlocks,
  type Outlook,
  offerHad,
  outlookAt,
  refusedAttempt,
} from '../core/hunt.ts';
import { attemptsText, nothingLeft } from '../core/hunt-words.ts';
import { assert } from '../errors.ts';
import type { Attempt, Block } from '../model/block.ts';
import type { Denial } from '../model/denial.ts';
import type { Market } from '../model/error-verdict.ts';
import { nameOfOffer, type Offer, type OfferSight } from '../model/offer.ts';
import type { Reply, Seen } from '../model/outcome.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { Replica } from '../model/replica.ts';
import type { Provider } from '../ports/provider.ts';
import { attemptWrite, type WriteTerms } from './attempt.ts';
import { callWithin } from './call-within.ts';
import type { Context, StepRef } from './context.ts';
import { passingClasses } from './effect-terms.ts';

/** One start's limit, in milliseconds: clouds answer a launch in seconds or not at all. */
const startTimeoutMs = 30_000;
/** What a site could start is asked for so long, in milliseconds; then it goes by its own order. */
const offersTimeoutMs = 3000;
/** More attempts than this of one start are not written down. */
const mostAttempts = 64;

/** One replica to be started. */
export interface StartAsk {
  readonly site: string;
  readonly slot: number;
  /** In that one alone; absent: whichever has one. */
  readonly market?: Market;
  /** Its name in the journal, within the step. */
  readonly part: string;
  readonly terms: WriteTerms;
  /** Replicas that are still wanted there. */
  readonly replicas: number;
  /** Parts of the step with a try that had no certain end: this one is added when it has none, and goes once it has. */
  readonly unsettled: Map<string, number>;
  /** What is known to be hopeless was told of this part already: it is not written down again. Absent: each time. */
  readonly toldDoomed?: Map<string, string>;
  /** What an expired token refuses is asked again by the same step: it is only kept here, for when the step gives up. Absent: not so. */
  readonly held?: Block[];
}

export interface StartEnd {
  readonly reply: Reply<void>;
  /** What was asked for, and what was not. */
  readonly attempts: readonly Attempt[];
  /** Nothing was called: every offer was known to be hopeless. */
  readonly isDoomed: boolean;
}

/** Its intent is in the journal before the call, its answer after it; what was doomed has an entry too, and no call. */
export async function askStart(ctx: Context, at: StepRef, ask: StartAsk): Promise<StartEnd> {
  const { site, slot, part, terms } = ask;
  const placement = ctx.deployment.placements.find((each) => each.site === site);
  const provider = ctx.deps.providers.get(site);
  assert(placement !== undefined && provider !== undefined, `nothing can be launched at ${site}`);
  const hunt = await huntAt(ctx, provider, site);
  const outlook = await lookOut(ctx, provider, ask, hunt);
  // What has no certain outcome yet is asked again, for nothing new: the provider finds what an earlier try made.
  if (outlook.ask?.length === 0 && !ask.unsettled.has(part)) return await doom(ctx, at, ask, { hunt, outlook });
  await ctx.note(at, part, 'intended', undefined);
  const { name: deployment, model } = ctx.deployment;
  const denials = new Map<string, Denial>();
  const request = {
    ...{ deployment, model, slot, launch: placement.launch },
    ...(outlook.ask === undefined ? {} : { offers: outlook.ask }),
    tell: (denial: Denial) => void denials.set(nameOfOffer(denial.offer), denial),
  };
  const reply = await attemptWrite(ctx.deps, ctx.grip, { ...terms, tryTimeoutMs: startTimeoutMs }, (call) =>
    provider.start(request, call),
  );
  const { clock } = ctx.deps;
  if (reply.kind === 'unknown') ask.unsettled.set(part, clock.monoMs());
  else if (isSettling(reply, clock.monoMs() - (ask.unsettled.get(part) ?? 0) >= provider.listLagMs))
    ask.unsettled.delete(part);
  const told = [...denials.values()];
  const now: Hunt = { ...hunt, nowMs: ctx.deps.clock.nowMs() };
  const attempts = [...told.map((denial) => refusedAttempt(denial, now)), ...outlook.doomed].slice(0, mostAttempts);
  const state = reply.kind === 'done' ? 'reached' : reply.kind;
  const error = reply.kind === 'done' ? undefined : reply.error;
  await ctx.note(at, part, state, error, attempts.length === 0 ? {} : { attempts });
  await learn(ctx, ask, { hunt: now, outlook, denials: told, reply });
  return { reply: reply.kind === 'done' ? done : reply, attempts, isDoomed: false };
}

/**
 * Says what became of an earlier try too. A refusal does once the provider must know of what that made: it may arrive late.
 * What may pass, and want of time or of the lease, says nothing of it.
 */
function isSettling(reply: Reply<Replica>, isListed: boolean): boolean {
  if (reply.kind === 'done') return true;
  return isListed && !passingClasses.has(reply.error.class) && reply.error.class !== 'conflict';
}

const done: Reply<void> = { kind: 'done', value: undefined };

async function huntAt(ctx: Context, provider: Provider, name: string): Promise<Hunt> {
  const { config, clock, store } = ctx.deps;
  const site = config.sites.find((each) => each.name === name);
  assert(site !== undefined, `the configuration has no site ${name}`);
  const nowMs = clock.nowMs();
  // Without an account and without offers nothing of what others met can be told apart from what it could start.
  const isKnown = provider.offers !== undefined || provider.account !== undefined;
  return {
    place: { site: name, provider: site.provider, account: provider.account, region: site.region },
    asker: { deployment: ctx.deployment.name, config: config.digest },
    blocks: isKnown ? await store.blocks.list(nowMs) : [],
    nowMs,
  };
}

/** `ask` undefined: the site never said what it could start, and goes by its own order. `sights` undefined: it does not now. */
type AskOutlook = Pick<Outlook, 'doomed'> & {
  readonly ask: Outlook['ask'] | undefined;
  readonly sights: readonly OfferSight[] | undefined;
};

async function lookOut(ctx: Context, provider: Provider, ask: StartAsk, hunt: Hunt): Promise<AskOutlook> {
  const { site, market } = ask;
  const all = blockOfAll(hunt);
  if (all !== undefined) return { ask: [], doomed: [attemptOf(all, { site, offer: undefined })], sights: undefined };
  const seen = await readOffers(ctx, provider, ask);
  const { name: deployment } = ctx.deployment;
  const known = lastSights.get(provider);
  if (seen?.kind === 'seen') {
    lastSights.set(provider, { ...known, [deployment]: seen.value.map(({ offer }) => ({ offer })) });
    const sights = seen.value.filter(isIn(market));
    return { ...outlookAt(sights, hunt), sights };
  }
  const before = (known?.[deployment] ?? []).filter(isIn(market));
  // What is refused stays refused, whether the offers can be seen or not; what is left of them is asked for.
  if (before.length > 0) return { ...outlookAt(before, hunt), sights: undefined };
  // In its own order a site may give what is of another market.
  return { ask: market === undefined ? undefined : [], doomed: [], sights: undefined };
}

function isIn(market: Market | undefined): (sight: { readonly offer: Offer }) => boolean {
  return ({ offer }) => market === undefined || offer.market === market;
}

/**
 * By session and deployment: what the site offered when that was seen last. Neither what it denied nor how much room there
 * was: that may have changed since.
 */
const lastSights = new WeakMap<Provider, Readonly<Record<string, readonly OfferSight[]>>>();

/** No answer in time is no answer: never that there is nothing. */
async function readOffers(
  { deps, deployment }: Context,
  provider: Provider,
  { replicas, terms }: StartAsk,
): Promise<Seen<readonly OfferSight[]> | undefined> {
  if (provider.offers === undefined) return undefined;
  const offers = provider.offers.bind(provider);
  const need = { deployment: deployment.name, replicas };
  const end = await callWithin(deps.clock, offersTimeoutMs, terms.signal, (call) => offers(need, call));
  return end.kind === 'answered' ? end.value : undefined;
}

interface Known {
  readonly hunt: Hunt;
  readonly outlook: AskOutlook;
}

async function doom(
  ctx: Context,
  at: StepRef,
  { site, market, part, toldDoomed }: StartAsk,
  { hunt, outlook }: Known,
): Promise<StartEnd> {
  const { doomed } = outlook;
  const isUnseen = market !== undefined && outlook.sights === undefined && doomed.length === 0;
  const error = isUnseen ? unseenOffers(site, market) : nothingLeft([site], doomed, { market, nowMs: hunt.nowMs });
  // Of one market alone it says nothing of the others.
  const block = outlook.sights === undefined || market !== undefined ? undefined : exhausted(doomed, hunt);
  if (block !== undefined) await ctx.deps.store.blocks.put(newBlocks([block], hunt.blocks, hunt.nowMs), hunt.nowMs);
  const gist = attemptsText(doomed);
  if (toldDoomed?.get(part) !== gist)
    await ctx.note(at, part, 'refused', error, { attempts: doomed.slice(0, mostAttempts) });
  toldDoomed?.set(part, gist);
  return { reply: { kind: 'refused', error }, attempts: doomed, isDoomed: true };
}

function unseenOffers(site: string, market: Market): ProviderError {
  const message = `what ${site} offers cannot be read, so nothing of it can be asked for in the market ${market} alone`;
  return { class: 'transient', code: 'OffersNotSeen', message };
}

interface Learned extends Known {
  readonly denials: readonly Denial[];
  readonly reply: Reply<Replica>;
}

/** What was refused is remembered; what was granted clears what it proves wrong. */
async function learn(ctx: Context, ask: StartAsk, { hunt, outlook, denials, reply }: Learned): Promise<void> {
  const { blocks: store } = ctx.deps.store;
  const { nowMs } = hunt;
  const fresh = denials.flatMap((denial) => blockOf(denial, hunt) ?? []);
  const lasting = ask.held === undefined ? fresh : fresh.filter((block) => block.class !== 'auth');
  ask.held?.push(...fresh.filter((block) => !lasting.includes(block)));
  const blocks = [...hunt.blocks, ...lasting];
  const left =
    outlook.sights === undefined || ask.market !== undefined
      ? undefined
      : outlookAt(outlook.sights, { ...hunt, blocks });
  const isSpent = reply.kind === 'refused' && left?.ask.length === 0;
  const spent = isSpent ? (exhausted(left.doomed, hunt) ?? []) : [];
  const news = newBlocks([...lasting, ...[spent].flat()], hunt.blocks, nowMs);
  if (news.length > 0) await store.put(news, nowMs);
  if (reply.kind !== 'done') return;
  const wrong = disproved(
    hunt,
    offerHad(
      outlook.ask ?? [],
      denials.map(({ offer, verdict }) => ({ offer, verdict })),
    ),
  );
  if (wrong.length > 0) await store.clear(wrong);
}
