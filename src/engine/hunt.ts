/** Starts replicas at whichever candidate has them: one round over the sites at each call, nothing asked twice that is not settled. */
import { restartAfterMs } from '../core/backoff.ts';
import { nextTryAtMs } from '../core/hunt.ts';
import { nothingLeft } from '../core/hunt-words.ts';
import { filled, huntPart, placedText } from '../core/plan/hunt.ts';
import { isResident } from '../core/readiness.ts';
import type { Attempt } from '../model/block.ts';
import type { Reply } from '../model/outcome.ts';
import type { HuntCandidate, StepEffect } from '../model/plan.ts';
import type { ErrorClass, ProviderError } from '../model/provider-error.ts';
import { span } from '../model/words.ts';
import { askStart } from './ask-start.ts';
import type { WriteTerms } from './attempt.ts';
import type { Context, StepRef } from './context.ts';
import { type EffectTerms, type HuntMemory, passingClasses } from './effect-terms.ts';
import { askSideBySide, wholeSites } from './hedge.ts';
import { forgetLost } from './hunt-lost.ts';

type HuntStep = StepEffect & { readonly kind: 'hunt' };
type HuntTerms = WriteTerms & Pick<EffectTerms, 'unsettled' | 'hunt' | 'wait' | 'settleForLess'>;

/** A site that refused is not even looked at again before this, in milliseconds: a person may have cleared a block meanwhile. */
const longestRestMs = 60_000;
/** Between two rounds at least, in milliseconds. */
const leastWaitMs = 1000;
/** Of the wait, so that those who wait for the same do not come together, 0–1; and at most so much, in milliseconds. */
const jitterRatio = 0.1;
const longestJitterMs = 10_000;

/** Refused with every attempt once no candidate is left to ask; where it waits, `terms.wait` says that this is not the end. */
export async function hunt(ctx: Context, at: StepRef, step: HuntStep, terms: HuntTerms): Promise<Reply<void>> {
  const { hunt: memory } = terms;
  await forgetLost(ctx, step, terms);
  if (step.hedge !== undefined) return await hedged(ctx, at, step, terms);
  if (memory.granted.size >= step.replicas) return notListed(memory);
  const candidates = allowed(ctx, step);
  // What may have been made comes first: until that is known nobody can say what is still wanted.
  const open = candidates.flatMap(({ site, slots }) =>
    slots.map((slot) => ({ site, slot, part: huntPart(site, slot) })),
  );
  for (const each of open.filter(({ part }) => terms.unsettled.has(part))) {
    const reply = await ask(ctx, at, { ...each, replicas: step.replicas - memory.granted.size, terms });
    if (terms.unsettled.has(each.part)) return inDoubt(reply, terms);
  }
  return (await askInTurn(ctx, at, candidates, { step, terms })) ?? endOfRound(ctx, at, step, terms);
}

/** Until so many are granted; undefined: nobody has what is still wanted. */
async function askInTurn(
  ctx: Context,
  at: StepRef,
  candidates: readonly HuntCandidate[],
  { step, terms }: { readonly step: HuntStep; readonly terms: HuntTerms },
): Promise<Reply<void> | undefined> {
  const { granted } = terms.hunt;
  const lacking = (): number => step.replicas - granted.size;
  for (const candidate of candidates) {
    const reply = await askCandidate(ctx, at, { candidate, terms, lacking });
    if (reply !== undefined) return reply;
    if (lacking() <= 0) return notListed(terms.hunt);
  }
  return undefined;
}

/**
 * Two sites at once. A second that nobody has is waited for only as long as a refusal may pass; with none that has all of it
 * the rest is made up elsewhere, as without a hedge.
 */
async function hedged(ctx: Context, at: StepRef, step: HuntStep, terms: HuntTerms): Promise<Reply<void>> {
  const { hunt: memory, unsettled } = terms;
  const { replicas, hedge = 0 } = step;
  const candidates = allowed(ctx, step);
  const uncertain = await askSideBySide(ctx, {
    ...{ candidates, replicas, hunt: memory, unsettled },
    async ask(candidate) {
      const own = candidate.slots.map((slot) => huntPart(candidate.site, slot));
      const lacking = (): number => replicas - own.filter((part) => memory.granted.has(part)).length;
      return await askCandidate(ctx, at, { candidate, terms, lacking });
    },
  });
  if (uncertain !== undefined) return uncertain;
  const whole = wholeSites({ candidates, replicas, hunt: memory });
  if (whole >= hedge) return notListed(memory);
  if (whole === 0) {
    const reply = await askInTurn(ctx, at, candidates, { step, terms });
    if (reply?.kind === 'refused') terms.settleForLess();
    return reply ?? endOfRound(ctx, at, step, terms);
  }
  const isPassing = [...memory.resting.values()].some((each) => each.isPassing);
  if (step.waits || isPassing) return endOfRound(ctx, at, step, terms);
  terms.settleForLess();
  return notListed(memory);
}

/** Nothing more is asked for, and a grant is not yet a replica: what no list shows in the end is looked for elsewhere. */
function notListed({ granted }: HuntMemory): Reply<void> {
  const message = `started and not listed yet: ${[...granted.keys()].join(', ')}`;
  return { kind: 'refused', error: { class: 'transient', code: 'NotListedYet', message } };
}

/** Still configured, and still where the deployment may be: no start is worth more than that (I19). */
function allowed(ctx: Context, { candidates }: HuntStep): readonly HuntCandidate[] {
  const view = ctx.view();
  return candidates.filter((candidate) =>
    view.sites.some((site) => site.site.name === candidate.site && isResident(view, site)),
  );
}

interface CandidateAsk {
  readonly candidate: HuntCandidate;
  readonly terms: HuntTerms;
  /** How many more are wanted of it. */
  readonly lacking: () => number;
}

/** Slot by slot until it refuses one; a reply only when that ends the round. */
async function askCandidate(
  ctx: Context,
  at: StepRef,
  { candidate: { site, slots }, terms, lacking }: CandidateAsk,
): Promise<Reply<void> | undefined> {
  const { attempts, granted, lost, resting } = terms.hunt;
  // What has no certain end yet comes first: it may fill what is lacking.
  const open = slots.filter((slot) => terms.unsettled.has(huntPart(site, slot)));
  for (const slot of new Set([...open, ...slots])) {
    const part = huntPart(site, slot);
    if (lacking() <= 0 && !open.includes(slot)) return undefined;
    if (granted.has(part)) continue;
    if ((lost.get(part) ?? 0) > 1) {
      if (!attempts.has(site)) attempts.set(site, [wholeSite(site, gone, undefined)]);
      continue;
    }
    const isResting = (resting.get(site)?.untilMonoMs ?? 0) > ctx.deps.clock.monoMs();
    if (isResting && !terms.unsettled.has(part)) return undefined;
    if (terms.signal.aborted) return { kind: 'refused', error: cutShort };
    const reply = await ask(ctx, at, { site, slot, part, replicas: Math.max(1, lacking()), terms });
    if (reply.kind === 'unknown' || terms.unsettled.has(part)) return inDoubt(reply, terms);
    if (reply.kind === 'refused') return undefined;
  }
  return undefined;
}

/** A refusal that says nothing of the try before it is not the end of the hunt: it is asked again until it does. */
function inDoubt(reply: Reply<void>, { wait }: HuntTerms): Reply<void> {
  if (reply.kind !== 'refused' || passingClasses.has(reply.error.class)) return reply;
  wait(leastWaitMs);
  return { ...reply, kind: 'unknown' };
}

const cutShort: ProviderError = { class: 'transient', code: 'NoTime', message: 'no time left to issue the call' };

const gone: ProviderError = {
  class: 'unknown',
  code: 'ReplicaGone',
  message: 'what was started is gone; its log says why',
};

const passing: ReadonlySet<ErrorClass> = new Set(['throttled', 'transient']);

interface PartAsk {
  readonly site: string;
  readonly slot: number;
  readonly part: string;
  /** Still wanted of the site. */
  readonly replicas: number;
  readonly terms: HuntTerms;
}

async function ask(ctx: Context, at: StepRef, { site, slot, part, replicas, terms }: PartAsk): Promise<Reply<void>> {
  const { hunt: memory, unsettled } = terms;
  const { clock } = ctx.deps;
  const own = { ...terms, idempotencyKey: `${terms.idempotencyKey}/${part}` };
  const { reply, attempts, isDoomed } = await askStart(ctx, at, {
    ...{ site, slot, part, terms: own, replicas, unsettled, toldDoomed: memory.toldDoomed },
  });
  if (reply.kind === 'done') {
    memory.granted.set(part, clock.nowMs());
    memory.attempts.delete(site);
    memory.resting.delete(site);
  }
  if (reply.kind !== 'refused') return reply;
  const failures = (memory.resting.get(site)?.failures ?? 0) + (isDoomed ? 0 : 1);
  const nowMs = clock.nowMs();
  // Where refusals are remembered the next look finds out by itself whether they still stand, and calls nothing if they do.
  const isKnown = isDoomed || attempts.some(({ state }) => state === 'refused');
  const backOffMs = Math.max(restartAfterMs(Math.max(1, failures)), reply.error.retryAfterMs ?? 0);
  const restMs = isKnown ? Math.min(longestRestMs, Math.max(0, (nextTryAtMs(attempts) ?? nowMs) - nowMs)) : backOffMs;
  const untilMonoMs = clock.monoMs() + Math.max(restMs, isDoomed ? 0 : leastWaitMs);
  // Credentials that no block speaks of may be renewed any moment: that is held for as a throttle is (I26).
  const isPassing = !isDoomed && (isKnown ? passing.has(reply.error.class) : passingClasses.has(reply.error.class));
  memory.resting.set(site, { failures, untilMonoMs, isPassing });
  // What was really asked for tells more than that it is not asked for again.
  if (!isDoomed || !memory.attempts.has(site))
    memory.attempts.set(site, isKnown ? attempts : [wholeSite(site, reply.error, nowMs + backOffMs)]);
  return reply;
}

/** Of a site that does not say what it could start, or whose machine died. */
function wholeSite(site: string, { class: name, code, message }: ProviderError, untilMs: number | undefined): Attempt {
  return { site, offer: undefined, state: 'refused', class: name, code, message, untilMs, isUntilChanged: false };
}

/** Nobody has what is still wanted: the end, unless it waits or only the calls were too many. */
function endOfRound(ctx: Context, at: StepRef, step: HuntStep, { hunt: memory, wait }: HuntTerms): Reply<void> {
  const { clock, random } = ctx.deps;
  const attempts = [...memory.attempts.values()].flat();
  const nowMs = clock.nowMs();
  const sites = step.candidates.map(({ site }) => site);
  const left = nothingLeft(sites, attempts, { nowMs });
  const had = memory.granted.size;
  const placed = filled(step.candidates, (site, slot) => memory.granted.has(huntPart(site, slot)));
  const begun = had === 0 ? '' : `${had} of ${step.replicas} replicas were started (${placedText(placed)}); `;
  const error = { ...left, message: `${begun}${left.message}` };
  const isPassing = [...memory.resting.values()].some((each) => each.isPassing);
  if (!step.waits && !isPassing) return { kind: 'refused', error };
  const rests = [...memory.resting.values()].map(({ untilMonoMs }) => untilMonoMs - clock.monoMs());
  const leastMs = Math.max(leastWaitMs, Math.min(...rests, longestRestMs));
  const waitMs = leastMs + random.next() * Math.min(longestJitterMs, leastMs * jitterRatio);
  wait(waitMs);
  tell(ctx, at, memory, error, nextTryAtMs(attempts) ?? nowMs + waitMs);
  return { kind: 'refused', error };
}

/** A line for whoever watches, when the next try that may help is another than the one told last. */
function tell(ctx: Context, at: StepRef, memory: HuntMemory, { message }: ProviderError, nextAtMs: number): void {
  if (memory.toldNextAtMs === nextAtMs) return;
  memory.toldNextAtMs = nextAtMs;
  const { operation, index, step } = at;
  const waitMs = Math.max(0, nextAtMs - ctx.deps.clock.nowMs());
  ctx.journal.tell({
    ...{ type: 'step', operationId: operation.id, index, count: operation.plan.steps.length, step: step.name },
    ...{ state: 'intended', detail: `waits for capacity, next try in ${span(waitMs)}: ${message}` },
  });
}
