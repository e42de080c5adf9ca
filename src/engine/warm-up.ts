/** Looks until it is known what stands: right after a start no probe has answered yet, and nothing may be judged. */
import type { Context } from './context.ts';

/** Between looks, in milliseconds. */
const pollMs = 50;

/** What it takes to look. */
type Looking = Pick<Context, 'deps' | 'deployment' | 'observer' | 'view'>;

/** Ends when every replica is proven or called bad, after the time a few completions may take, or when the signal fires. */
export async function warmUp(ctx: Looking, over: AbortSignal): Promise<void> {
  const { clock } = ctx.deps;
  const { probes, failover } = ctx.deployment;
  const slowestMs = Math.max(0, ...probes.map(({ timeoutMs }) => timeoutMs));
  const deadlineMonoMs = clock.monoMs() + slowestMs * (failover.proof.completions + 1);
  const names = ctx.deployment.placements.map(({ site }) => site);
  while (!over.aborted && clock.monoMs() < deadlineMonoMs) {
    await ctx.observer.look(slowestMs, over, names);
    const sites = ctx.view().sites;
    const isKnown = sites.every(
      (site) =>
        site.control.kind === 'seen' &&
        site.replicas.every(({ replica, conditions, proof }) => {
          if (replica.state !== 'running') return true;
          const isJudged = conditions.some(({ state }) => state === 'bad' || state === 'starting');
          return isJudged || (proof?.completions ?? 0) >= failover.proof.completions;
        }),
    );
    if (isKnown) return;
    await clock.sleep(pollMs, over).then(
      () => undefined,
      () => undefined,
    );
  }
}
