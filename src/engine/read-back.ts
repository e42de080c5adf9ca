/** Reads what a step's condition looks at, past every cache. */
import { isAlive } from '../core/readiness.ts';
import type { Seen } from '../model/outcome.ts';
import type { Step } from '../model/plan.ts';
import type { Replica } from '../model/replica.ts';
import type { StepSight } from '../model/step-sight.ts';
import type { DeploymentTraffic } from '../model/traffic-stats.ts';
import type { Context } from './context.ts';

/** What a step remembers of itself while it runs in this process. */
export interface StepMemory {
  readonly beganAtMs: number;
  readonly beganAtMonoMs: number;
  isStamped: boolean;
  /** Since when the drained site counted no running request, epoch milliseconds. */
  idleSinceMs: number | undefined;
  /** Since when fewer replicas live than are to be proven, epoch milliseconds. */
  lackingSinceMs: number | undefined;
}

/** Only what the kind of step needs is read anew; the rest comes from the last look. */
export async function sightOf(ctx: Context, step: Step, memory: StepMemory, signal: AbortSignal): Promise<StepSight> {
  const view = ctx.view();
  const site = 'site' in step ? step.site : undefined;
  const isAboutRoute = step.kind === 'weigh' || step.kind === 'fence';
  const [route, replicas, traffic] = await Promise.all([
    isAboutRoute ? ctx.observer.readRoute(signal) : view.route,
    step.kind === 'launch' || step.kind === 'stop'
      ? ctx.observer.readReplicas(step.site, signal)
      : replicasIn(ctx, site),
    step.kind === 'weigh' || step.kind === 'drain' ? ctx.observer.readTraffic(signal) : view.traffic,
  ]);
  if (isAboutRoute) await ctx.adopt(route);
  if (step.kind === 'prove') ctx.observer.hurry(step.site);
  const isIdle = site !== undefined && inFlightAt(traffic, site) === 0;
  memory.idleSinceMs = isIdle ? (memory.idleSinceMs ?? ctx.deps.clock.nowMs()) : undefined;
  const isLacking = step.kind === 'prove' && replicas.kind === 'seen' && countAlive(replicas.value) < step.replicas;
  memory.lackingSinceMs = isLacking ? (memory.lackingSinceMs ?? ctx.deps.clock.nowMs()) : undefined;
  return {
    beganAtMs: memory.beganAtMs,
    isStamped: memory.isStamped,
    route,
    replicas,
    ready: ctx.diagnosis().sites.find((each) => each.site === site)?.ready ?? [],
    traffic,
    idleSinceMs: memory.idleSinceMs,
    lackingSinceMs: memory.lackingSinceMs,
    calmSinceMs: ctx.calmSinceMs(),
  };
}

function replicasIn(ctx: Context, site: string | undefined): Seen<readonly Replica[]> {
  const seen = ctx.view().sites.find((each) => each.site.name === site);
  const value = seen?.replicas.map(({ replica }) => replica) ?? [];
  return { kind: 'seen', value, asOfMs: ctx.deps.clock.nowMs() };
}

function countAlive(replicas: readonly Replica[]): number {
  return replicas.filter(({ state }) => isAlive(state)).length;
}

function inFlightAt(traffic: Seen<DeploymentTraffic>, site: string): number | undefined {
  if (traffic.kind === 'unknown') return undefined;
  return traffic.value.sites.find((each) => each.site === site)?.inFlight ?? 0;
}
