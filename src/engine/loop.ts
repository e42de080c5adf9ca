/** The health-check loop of one deployment: look, decide, act; for as long as the lease is held. */
import { decide } from '../core/decide.ts';
import type { Decision } from '../model/decision.ts';
import type { Operation } from '../model/operation.ts';
import type { View } from '../model/view.ts';
import type { Context } from './context.ts';
import type { Until } from './engine.ts';
import { execute, type StopReason } from './execute.ts';
import { openOperation, reopenOperation } from './operations.ts';
import type { Recollection } from './recollect.ts';

/** A look waits this long for its answers, in milliseconds; later ones count in the next. */
const patienceMs = 250;

interface Running {
  readonly operation: Operation;
  readonly stop: AbortController;
  readonly ended: Promise<Operation>;
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
  try {
    const found = over.aborted ? undefined : await reopenOperation(ctx, over);
    if (found !== undefined) running = carry(ctx, found);
    while (!over.aborted && !until.isDone()) {
      const startedMonoMs = ctx.deps.clock.monoMs();
      const { decision, view } = await look(ctx, memory, over);
      if (running?.hasEnded === true) {
        await running.ended;
        running = undefined;
      }
      if (isNews(last, decision)) await announce(ctx, decision);
      last = decision;
      if (!over.aborted) await ctx.routes.refresh(ctx.view(), over);
      if (decision.kind === 'act' && !over.aborted) {
        if (running !== undefined) await stop(running, 'preempted');
        const opened = await openOperation(ctx, decision.action);
        running = opened === undefined ? undefined : carry(ctx, opened);
      } else {
        await memory.answer(decision);
      }
      await memory.save(decision, view);
      await nap(ctx, startedMonoMs, over);
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

function carry(ctx: Context, operation: Operation): Running {
  const stop = new AbortController();
  const running: Running = {
    operation,
    stop,
    hasEnded: false,
    ended: execute(ctx, operation, stop.signal).finally(() => {
      running.hasEnded = true;
    }),
  };
  // The loop awaits it at its end; until then a failure must not count as unhandled.
  running.ended.catch((thrown: unknown) =>
    ctx.journal.tell({ type: 'warning', message: `${operation.id} stopped: ${String(thrown)}` }),
  );
  return running;
}

async function stop(running: Running, why: StopReason): Promise<void> {
  running.stop.abort(why);
  await running.ended;
}

/** A decision is journaled when it says something else than the one before, not each time the loop turns. */
function isNews(last: Decision | undefined, now: Decision): boolean {
  return last === undefined || gist(last) !== gist(now);
}

function gist(decision: Decision): string {
  const reasons = decision.kind === 'act' ? decision.action.because : decision.reasons;
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
