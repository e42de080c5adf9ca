/** Brings one step to its condition. Intent is stored before the effect, so a crash is never silent. */

import { type GateVerdict, type GateWatch, judgeGate } from '../core/gate.ts';
import { ofFirstTry } from '../core/moved.ts';
import { wonText } from '../core/plan/hedge.ts';
import { placedText } from '../core/plan/hunt.ts';
import { isHopeless, isReached } from '../core/plan/reached.ts';
import type { StepState } from '../model/journal-entry.ts';
import type { Reply } from '../model/outcome.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { StepSight } from '../model/step-sight.ts';
import { span } from '../model/words.ts';
import type { Context, StepRef, StepTold } from './context.ts';
import { emptiedTold } from './drain-list.ts';
import { type EffectTerms, effectTerms, mayPass } from './effect-terms.ts';
import { applyEffect, toStop } from './effects.ts';
import { isTakenBack, takeBackLost } from './launch.ts';
import { isLost } from './lease-grip.ts';
import { lostLaunch, lostProof } from './lost-replica.ts';
import { sightOf } from './read-back.ts';
import { endOf, type StepEnd } from './step-end.ts';
import type { StepMemory } from './step-memory.ts';
import { objection, staleness } from './step-objection.ts';
import { lookAgainMs, pause, pollMs, retryPauseMs } from './step-pace.ts';

/** Asks the world first (also after a crash: not the record), then intends, acts, and reads back until reached. */
export async function runStep(ctx: Context, at: StepRef, signal: AbortSignal): Promise<StepEnd> {
  const { step } = at;
  const { clock } = ctx.deps;
  const hasBegun = at.past.length > 0;
  const against = objection(ctx, at, hasBegun);
  if (against !== undefined) return await close(ctx, at, 'refused', against);
  const memory: StepMemory = {
    beganAtMs: clock.nowMs(),
    beganAtMonoMs: clock.monoMs(),
    intendedAtMs: at.past[0]?.atMs,
    isAcknowledged: false,
    said: undefined,
    beganWith: undefined,
    running: undefined,
    idleSinceMs: undefined,
    lackingSinceMs: undefined,
    placed: undefined,
    isSpent: false,
  };
  const sight = await sightOf(ctx, step, memory, signal);
  if (isReached(step, sight, clock.nowMs()) === 'yes') return await watch(ctx, at, memory, signal);
  if (isOver(ctx, signal)) return overEnd(ctx, signal);
  const stale = staleness(ctx, at, sight, hasBegun);
  // Looking took its time: what was proven when the step began may be dead.
  const late = stale ?? objection(ctx, at, hasBegun);
  if (late !== undefined) return await close(ctx, at, 'refused', late);
  await intend(ctx, at, memory);
  // So did writing that down, on a disk that stalls: a proof may be too old by now.
  const later = isOver(ctx, signal) ? undefined : objection(ctx, at, hasBegun);
  if (later !== undefined) return await close(ctx, at, 'refused', later);
  return await actUntilReached(ctx, at, memory, signal);
}

/** Once for each step, before its first effect: a step that was found reached has none as long as it stays so. */
async function intend(ctx: Context, at: StepRef, memory: StepMemory): Promise<void> {
  if (memory.intendedAtMs !== undefined) return;
  const nowMs = ctx.deps.clock.nowMs();
  await ctx.note(at, undefined, 'intended', undefined);
  memory.intendedAtMs = nowMs;
  memory.intendedAtMonoMs = ctx.deps.clock.monoMs();
}

/**
 * `done` and `unknown` alike are settled by looking. After an unknown the same keys ask for the same effect again, which
 * adopts what the first try made; so they do after a refusal that may pass, ever more slowly. Any other refusal ends the step.
 */
async function actUntilReached(
  ctx: Context,
  at: StepRef,
  memory: StepMemory,
  signal: AbortSignal,
  hasActed = false,
): Promise<StepEnd> {
  const { clock } = ctx.deps;
  const deadlineAtMonoMs = deadlineOf(at, memory);
  let waitMs: number | undefined;
  const terms = effectTerms(
    { ...at, beganAtMonoMs: memory.beganAtMonoMs },
    {
      deadlineAtMonoMs,
      signal,
      tell(detail) {
        memory.said = detail;
      },
      settleForLess() {
        memory.isSpent = true;
      },
      wait(forMs) {
        waitMs = forMs;
      },
    },
  );
  let reply: Reply<void> | undefined;
  let telling: Reply<void> | undefined;
  let sight: StepSight | undefined;
  let retryAtMonoMs = 0;
  // A drain only asks for a list: neither what came of it nor that it is asked for again says how the drain ends.
  const isOfList = at.step.kind === 'drain';
  for (let rounds = 0; ; ) {
    if (isOver(ctx, signal)) return overEnd(ctx, signal);
    const hasMore = toStop(at.step, sight?.replicas, terms.stopped).length > 0 || isTakenBack(at.step, terms.launch);
    const isDone = reply?.kind === 'done' && !hasMore;
    if (!isDone && clock.monoMs() >= retryAtMonoMs) {
      const against =
        rounds === 0 && !hasActed ? undefined : (staleness(ctx, at, sight, true) ?? objection(ctx, at, true));
      if (against !== undefined && !isOfList) return await close(ctx, at, 'refused', against);
      waitMs = undefined;
      memory.isSpent = false;
      reply = await applyEffect(ctx, at, terms);
      if (isOver(ctx, signal)) return overEnd(ctx, signal);
      // A refusal, such as for want of time, says nothing of a try before it that was lost.
      if (!isOfList && (reply.kind !== 'refused' || telling?.kind !== 'unknown')) telling = reply;
      if (reply.kind === 'refused' && waitMs === undefined && !mayPass(reply.error)) {
        const isFirst = rounds === 0 && !hasActed && at.past.length === 0;
        return await close(ctx, at, 'refused', isFirst ? ofFirstTry(reply.error) : reply.error);
      }
      if (reply.kind === 'done' && (at.step.kind === 'stamp' || at.step.kind === 'cut')) memory.isAcknowledged = true;
      retryAtMonoMs = clock.monoMs() + (waitMs ?? retryPauseMs(ctx, reply, rounds));
      rounds += 1;
    }
    // Past its time a hunt takes what it has.
    if (clock.monoMs() >= deadlineAtMonoMs) memory.isSpent = true;
    sight = await sightOf(ctx, at.step, memory, signal);
    if (isReached(at.step, sight, clock.nowMs()) === 'yes') return await watch(ctx, at, memory, signal);
    takeBackLost(ctx, at, sight.replicas, terms);
    if (isHopeless(at.step, sight, clock.nowMs())) return await close(ctx, at, 'failed', lostProof(at));
    if (clock.monoMs() >= deadlineAtMonoMs) {
      // One look that got no answer takes back no drain; nobody who never saw the gateway calls it reached.
      if (at.step.kind === 'drain' && at.step.cutsLater === true && memory.running !== undefined)
        return await close(ctx, at, 'reached', undefined, await emptiedTold(ctx, at, memory, signal));
      // Whoever comes next need not find out again.
      if (terms.held.length > 0) await ctx.deps.store.blocks.put(terms.held, clock.nowMs());
      return await close(ctx, at, ...lateEnd(at, telling, terms));
    }
    // Whoever only waits for a cloud to sell again need not look ten times a second whether it has.
    // With one that may be proven any moment it does.
    const hasRunner =
      at.step.kind === 'hunt' && at.step.hedge !== undefined && Object.keys(memory.placed ?? {}).length > 0;
    const idleMs = waitMs === undefined || hasRunner ? 0 : Math.min(retryAtMonoMs, deadlineAtMonoMs) - clock.monoMs();
    await pause(ctx, signal, Math.max(idleMs, lookAgainMs(ctx, at.step, sight)));
  }
}

/**
 * Monotonic milliseconds. Of a hunt that waits for hours a crash must not make days, and a look before it that got no answer
 * must not leave it without any: its time runs from its intent.
 */
function deadlineOf({ step }: StepRef, memory: StepMemory): number {
  const { intendedAtMs, intendedAtMonoMs, beganAtMs, beganAtMonoMs } = memory;
  if (step.kind !== 'hunt' || intendedAtMs === undefined) return beganAtMonoMs + step.deadlineMs;
  if (intendedAtMonoMs !== undefined) return intendedAtMonoMs + step.deadlineMs;
  return beganAtMonoMs + Math.max(0, step.deadlineMs - Math.max(0, beganAtMs - intendedAtMs));
}

function lateEnd(at: StepRef, reply: Reply<void> | undefined, { launch }: EffectTerms): [StepState, ProviderError] {
  if (reply !== undefined && reply.kind !== 'done') return [reply.kind, reply.error];
  if (launch.lost.size > 0) return ['failed', lostLaunch(at, [...launch.lost])];
  const message = `${at.step.name} was not reached within ${span(at.step.deadlineMs)}`;
  return ['failed', { class: 'unknown', code: 'DeadlinePassed', message }];
}

/**
 * A gated step counts as reached only when its gate held for the whole time. Weights that a gateway lost on the way are
 * set again; those that somebody else set instead are left.
 */
async function watch(ctx: Context, at: StepRef, memory: StepMemory, signal: AbortSignal): Promise<StepEnd> {
  if (at.step.kind === 'drain') await sightOf(ctx, at.step, memory, signal);
  if (at.step.kind === 'drain' || at.step.kind === 'cut')
    return await close(ctx, at, 'reached', undefined, await emptiedTold(ctx, at, memory, signal));
  if (at.step.kind !== 'weigh' || at.step.gate === undefined)
    return await close(ctx, at, 'reached', undefined, reachedTold(at, memory));
  const { clock } = ctx.deps;
  const deadlineAtMonoMs = clock.monoMs() + at.step.gate.holdMs + at.step.deadlineMs;
  let watched: GateWatch | undefined;
  for (;;) {
    if (isOver(ctx, signal)) return overEnd(ctx, signal);
    const sight = await sightOf(ctx, at.step, memory, signal);
    const holds = isReached(at.step, sight, clock.nowMs());
    if (holds === 'no') return await again(ctx, at, memory, sight, signal);
    const { traffic } = sight;
    // By the statistics' own time: the other reads of this look may have taken longer.
    if (traffic.kind === 'seen') watched ??= { began: traffic.value, sinceMs: traffic.asOfMs };
    const verdict =
      watched === undefined || traffic.kind === 'unknown'
        ? waiting
        : judgeGate(at.step.gate, watched, traffic, traffic.asOfMs);
    // Good statistics while the table is not seen may be those of other weights.
    if (verdict.kind === 'pass' && holds === 'yes') return await close(ctx, at, 'reached', undefined);
    if (verdict.kind === 'fail')
      return await close(ctx, at, 'failed', { class: 'unknown', code: 'GateFailed', message: verdict.message });
    if (clock.monoMs() >= deadlineAtMonoMs) return await close(ctx, at, 'failed', gateUnseen);
    await pause(ctx, signal, pollMs);
  }
}

async function again(
  ctx: Context,
  at: StepRef,
  memory: StepMemory,
  sight: StepSight,
  signal: AbortSignal,
): Promise<StepEnd> {
  const stale = staleness(ctx, at, sight, true);
  if (stale !== undefined) return await close(ctx, at, 'refused', stale);
  await intend(ctx, at, memory);
  return await actUntilReached(ctx, at, memory, signal, true);
}

const waiting: GateVerdict = { kind: 'wait' };
const gateUnseen: ProviderError = {
  class: 'unknown',
  code: 'GateUnseen',
  message: 'the gateway’s statistics could not be read, so nobody knows whether the step is good',
};

function isOver(ctx: Context, signal: AbortSignal): boolean {
  return signal.aborted || isLost(ctx.grip);
}

function overEnd(ctx: Context, signal: AbortSignal): StepEnd {
  const isPreempted = signal.aborted && signal.reason === 'preempted' && !isLost(ctx.grip);
  return { kind: isPreempted ? 'preempted' : 'left' };
}

function reachedTold({ step }: StepRef, { said, placed }: StepMemory): StepTold {
  if (placed === undefined) return { detail: said };
  return { detail: step.kind === 'race' ? wonText(step, placed) : placedText(placed), placed };
}

/** How it ends is for the holder of the lease to say: who slept through its end looks at what is no longer true. */
async function close(
  ctx: Context,
  at: StepRef,
  state: StepState,
  error: ProviderError | undefined,
  told?: StepTold,
): Promise<StepEnd> {
  if (isLost(ctx.grip)) return { kind: 'left' };
  await ctx.note(at, undefined, state, error, told);
  if (error === undefined) return { kind: 'reached' };
  return endOf(at.step, state, error);
}
