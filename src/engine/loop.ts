/** The health-check loop of one deployment: look, decide, act; for as long as the lease is held. */
import { decide } from '../core/decide.ts';
import { type Decision, reasonsOf } from '../model/decision.ts';
import type { Operation } from '../model/operation.ts';
import type { View } from '../model/view.ts';
import { createExpiryNotice } from './announce-expiry.ts';
import { createNoticeTeller } from './announce-notices.ts';
import type { Context } from './context.ts';
import type { Until } from './engine.ts';
import { type Course, execute, preempt, type StopReason } from './execute.ts';
import { mergePins } from './merge-pins.ts';
import { openOperation, reopenOperation } from './operations.ts';
import type { Recollection } from './recollect.ts';
import { steer } from './steer.ts';
import { createTally } from './tally.ts';

/** A look waits this long for its answers, in milliseconds; later ones count in the next. */
const patienceMs = 250;
/** How often the gateway is asked for what people said to it while there was no store, in milliseconds. */
const pinsEveryMs = 2000;

/** The operation under way. Nobody carries out one that is held, or that was only just taken up. */
interface Running {
  readonly course: Course;
  /** Ends its present step. */
  interrupt(): void;
  readonly stop: AbortController;
  ended: Promise<Operation> | undefined;
  hasEnded: boolean;
}

/**
 * Returns when the signal fires or the lease is lost; an operation in progress is left open for the next holder. Rejects
 * when the store fails, here or inside an operation: what cannot be recorded must not go on.
 */
export async function runLoop(ctx: Context, memory: Recollection, until: Until): Promise<void> {
  const over = AbortSignal.any([until.stop, ctx.grip.lost]);
  let last: Decision | undefined;
  let running: Running | undefined;
  const noticeExpiry = createExpiryNotice(ctx);
  const tellNotices = createNoticeTeller(ctx);
  const tally = createTally();
  let pinsDueMonoMs = Number.NEGATIVE_INFINITY;
  try {
    const found = over.aborted ? undefined : await reopenOperation(ctx, over);
    if (found !== undefined) running = underway(found);
    while (!over.aborted && !until.isDone()) {
      const startedMonoMs = ctx.deps.clock.monoMs();
      const { decision, view } = await look(ctx, memory, over);
      if (running?.hasEnded === true) {
        await running.ended;
        // Held, or told something in the moment in which it was: it is still to be carried on, or to stand.
        const { operation } = running.course;
        running = operation.endedAtMs === undefined ? underway(operation) : undefined;
      }
      await tellNotices(view);
      if (isNews(last, decision)) {
        await announce(ctx, decision);
        tally.noteDecision(decision, view);
      }
      noticeExpiry();
      last = decision;
      if (!over.aborted) await ctx.routes.refresh(ctx.view(), over);
      if (decision.kind === 'act' && !over.aborted) {
        if (running !== undefined) await displace(ctx, running);
        const opened = await openOperation(ctx, decision.action);
        if (opened !== undefined) memory.noteOpen(opened);
        running = opened === undefined ? undefined : underway(opened);
      } else if (decision.kind === 'steer' && !over.aborted) {
        await steer(ctx, decision.steering, running);
      } else {
        await memory.answer(decision);
      }
      if (!over.aborted && ctx.deps.clock.monoMs() >= pinsDueMonoMs) {
        await mergePins(ctx, running, over);
        pinsDueMonoMs = ctx.deps.clock.monoMs() + pinsEveryMs;
      }
      // What a person said of an operation that was just taken up comes before its next step.
      if (running !== undefined && !over.aborted) carry(ctx, running);
      await memory.save(decision, view, () => tally.read(ctx.observer.answers()));
      tally.noteTurn(ctx.deps.clock.monoMs() - startedMonoMs);
      await nap(ctx, startedMonoMs, over);
    }
    // Who led for one command only: nobody looks after it, and the record must not show how it was in its midst.
    if (!over.aborted) {
      const { decision, view } = await look(ctx, memory, over);
      if (!over.aborted) await memory.save(decision, view, () => tally.read(ctx.observer.answers()), 'now');
    }
  } finally {
    // Whatever ended the loop: nothing may go on once the caller lets go of the lease.
    if (running !== undefined) await stop(running, 'shutdown');
  }
}

async function look(
  ctx: Context,
  memory: Recollection,
  over: AbortSignal,
): Promise<{ decision: Decision; view: View }> {
  const { evaluateEveryMs } = ctx.deployment.failover.detector;
  await ctx.observer.look(Math.min(evaluateEveryMs, patienceMs), over);
  await memory.refresh();
  // Also what somebody else wrote, and a gateway that came back without what it had.
  await ctx.adopt(ctx.observer.sight().route);
  const view = ctx.view();
  const decision = decide(view, ctx.deps.clock.nowMs());
  memory.keep(decision, view);
  return { decision, view };
}

function underway(operation: Operation): Running {
  const interrupt = new AbortController();
  const course = { operation, interrupt: interrupt.signal };
  return {
    course,
    interrupt: () => interrupt.abort(),
    stop: new AbortController(),
    ended: undefined,
    hasEnded: false,
  };
}

/** Unless somebody does already, or it is held. */
function carry(ctx: Context, running: Running): void {
  if (running.ended !== undefined || running.course.operation.state === 'held') return;
  running.ended = execute(ctx, running.course, running.stop.signal).finally(() => {
    running.hasEnded = true;
  });
  const { id } = running.course.operation;
  // The loop awaits it at its end; until then a failure must not count as unhandled.
  running.ended.catch((thrown: unknown) =>
    ctx.journal.tell({ type: 'warning', message: `${id} stopped: ${String(thrown)}` }),
  );
}

async function stop(running: Running, why: StopReason): Promise<void> {
  running.stop.abort(why);
  await running.ended;
}

/** Something of higher rank takes its place; what nobody carries out must end too. */
async function displace(ctx: Context, running: Running): Promise<void> {
  if (running.ended !== undefined) await stop(running, 'preempted');
  // Nobody carried it out, or it was held or interrupted in the moment in which it was to end.
  const { operation } = running.course;
  if (operation.endedAtMs === undefined) await preempt(ctx, operation);
}

/** A decision is journaled when it says something else than the one before, not each time the loop turns. */
function isNews(last: Decision | undefined, now: Decision): boolean {
  return last === undefined || gist(last) !== gist(now);
}

function gist(decision: Decision): string {
  const reasons = reasonsOf(decision);
  // While an operation runs, only a reason beside it is news.
  if (decision.kind === 'stay' && reasons.every(({ code }) => code === 'OperationRunning') && reasons.length > 0)
    return 'running';
  const { code, site } = decision.diagnosis;
  return [decision.kind, code, site, ...reasons.map((reason) => `${reason.code}/${reason.site ?? ''}`)].join(' ');
}

async function announce(ctx: Context, decision: Decision): Promise<void> {
  await ctx.journal.append({ kind: 'decision', decision });
  ctx.journal.tell({ type: 'decision', decision });
}

async function nap(ctx: Context, startedMonoMs: number, signal: AbortSignal): Promise<void> {
  const { clock } = ctx.deps;
  const { evaluateEveryMs } = ctx.deployment.failover.detector;
  const leftMs = evaluateEveryMs - (clock.monoMs() - startedMonoMs);
  if (leftMs <= 0 || signal.aborted) return;
  await clock.sleep(leftMs, signal).then(
    () => undefined,
    () => undefined,
  );
}
