/** When a step looks again, and when it tries again. */
import type { Reply } from '../model/outcome.ts';
import type { Step } from '../model/plan.ts';
import type { StepSight } from '../model/step-sight.ts';
import type { Context } from './context.ts';

/** How often a step that waits looks again, in milliseconds. */
export const pollMs = 100;
/** The same where the model servers' own metrics are read, in milliseconds. */
const metricsEveryMs = 1000;

/**
 * Whether all is calm is judged at each turn of the loop, and a step that lets time pass looks again when it could be over;
 * never later, whatever the wall clock says, than all of its time.
 */
export function lookAgainMs({ deps, deployment }: Context, step: Step, { calmSinceMs, beganAtMs }: StepSight): number {
  // A model server that is finishing its streams has better to do than to render its metrics ten times a second.
  if (step.kind === 'drain' && deployment.drain.idleMetrics !== undefined) return metricsEveryMs;
  if (step.kind !== 'settle') return pollMs;
  if (calmSinceMs === undefined) return deployment.failover.detector.evaluateEveryMs;
  const leftMs = Math.max(calmSinceMs, beganAtMs) + step.forMs - deps.clock.nowMs();
  return Math.max(pollMs, Math.min(leftMs, step.forMs));
}

const firstRetryMs = 500;
const longestRetryMs = 10_000;

/** Ever longer after refusals that may pass, never shorter than the provider asked for. */
export function retryPauseMs(ctx: Context, reply: Reply<void>, rounds: number): number {
  const fullMs = Math.min(longestRetryMs, firstRetryMs * 2 ** rounds);
  const jitteredMs = fullMs / 2 + (fullMs / 2) * ctx.deps.random.next();
  return Math.max(jitteredMs, reply.kind === 'done' ? 0 : (reply.error.retryAfterMs ?? 0));
}

/** Cut short by the signal, which the step's loops then see. */
export async function pause(ctx: Context, signal: AbortSignal, ms: number): Promise<void> {
  await ctx.deps.clock.sleep(ms, signal).then(
    () => undefined,
    () => undefined,
  );
}
