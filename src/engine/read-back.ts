/** Reads what a step's condition looks at, past every cache. */
import { isWithin } from '../core/elapsed.ts';
import { listedLateMs } from '../core/listed-late.ts';
import { winnersOf } from '../core/plan/hedge.ts';
import { filled } from '../core/plan/hunt.ts';
import { isAlive, readyReplicas, servingReplicas } from '../core/readiness.ts';
import type { DrainList } from '../model/drained.ts';
import type { Answer, Seen } from '../model/outcome.ts';
import type { Runner, Step } from '../model/plan.ts';
import type { StepSight } from '../model/step-sight.ts';
import type { DeploymentTraffic } from '../model/traffic-stats.ts';
import type { SiteView, View } from '../model/view.ts';
import { span } from '../model/words.ts';
import type { Context } from './context.ts';
import { createReading } from './reading.ts';
import type { StepMemory } from './step-memory.ts';

/** A look for proof waits this long for an answer, in milliseconds; a later one counts in the next. */
const proofPatienceMs = 250;

/** Only what the kind of step needs is read anew; the rest comes from the last look. */
export async function sightOf(ctx: Context, step: Step, memory: StepMemory, signal: AbortSignal): Promise<StepSight> {
  const site = 'site' in step ? step.site : undefined;
  const isAboutRoute = step.kind === 'weigh' || step.kind === 'fence' || step.kind === 'release';
  const isAboutReplicas = step.kind === 'launch' || step.kind === 'stop' || step.kind === 'release';
  const isAboutTraffic = step.kind === 'weigh' || isAboutRequests(step);
  const [route, listed, traffic, hunted] = await Promise.all([
    isAboutRoute ? ctx.observer.readRoute(signal) : notAsked,
    isAboutReplicas ? ctx.observer.readReplicas(step.site, signal) : notAsked,
    isAboutTraffic ? ctx.observer.readTraffic(signal) : notAsked,
    step.kind === 'hunt' ? huntedAt(ctx, step, signal) : undefined,
  ]);
  const proven = await provenAt(ctx, step, hunted?.placed, memory, signal);
  memory.placed = step.kind === 'race' ? winnersOf(step, proven ?? []) : hunted?.placed;
  if (isAboutRoute) await ctx.adopt(route);
  if (step.kind === 'release' && route.kind === 'seen' && (route.value?.weights[step.site] ?? 0) > 0)
    memory.said = 'it stays: it has traffic';
  const newest = ctx.observer.route();
  // As fast as its answers allow, not at the probe's interval; what stands already is found without.
  if (step.kind === 'prove' && memory.intendedAtMs !== undefined)
    await ctx.observer.lookForProof(step.site, proofPatienceMs, signal);
  const view = step.kind === 'prove' ? ctx.view() : undefined;
  const proving = view?.sites.find((each) => each.site.name === site);
  const counted = site === undefined ? undefined : inFlightAt(traffic, site);
  const own = isAboutRequests(step) ? await ownCount(ctx, step.site, signal) : 0;
  // Requests may have come past the gateway. A replica that does not say may be busy, for as long as the drain may take.
  const inFlight = counted === undefined ? undefined : Math.max(counted, own ?? 0);
  if (step.kind === 'drain') memory.beganWith ??= inFlight;
  memory.running = inFlight ?? memory.running;
  const isIdle = inFlight === 0 && own !== undefined;
  memory.idleSinceMs = isIdle ? (memory.idleSinceMs ?? ctx.deps.clock.nowMs()) : undefined;
  const lacking = isLackingNow(ctx, step, proving, memory);
  if (lacking === 'yes') memory.lackingSinceMs ??= ctx.deps.clock.nowMs();
  if (lacking === 'no') memory.lackingSinceMs = undefined;
  return {
    beganAtMs: memory.beganAtMs,
    isAcknowledged: memory.isAcknowledged,
    // Another read beside this one may have taken its time: the loop may have seen the gateway since.
    route: isAboutRoute && isNewer(newest, route) ? newest : route,
    replicas: listed,
    ready: view === undefined || proving === undefined ? [] : readyAt(ctx, view, proving),
    ...(hunted === undefined ? {} : { hunted: { ...hunted, isSpent: memory.isSpent } }),
    ...(proven === undefined ? {} : { proven }),
    absentSinceMs: absentSince(step, listed, memory),
    traffic,
    faults: step.kind === 'undo' ? await ctx.observer.readFaults(signal) : notAsked,
    idleSinceMs: memory.idleSinceMs,
    lackingSinceMs: lacking === 'yes' ? memory.lackingSinceMs : undefined,
    inFlight,
    calmSinceMs: ctx.calmSinceMs(),
  };
}

/** One list may be short: what it lacks has to be lacking in all of them for a while. */
function absentSince(step: Step, listed: StepSight['replicas'], memory: StepMemory): number | undefined {
  if (step.kind !== 'release' || listed.kind === 'unknown') return memory.absentSinceMs;
  const keys = new Set(listed.value.map(({ startKey }) => startKey));
  const isWhole = step.own?.starts.every(({ startKey }) => keys.has(startKey)) ?? true;
  memory.absentSinceMs = isWhole ? undefined : (memory.absentSinceMs ?? listed.asOfMs);
  return memory.absentSinceMs;
}

/** Sites of a race, or of a hedged hunt that has all of it there, where as many are proven as it takes. */
async function provenAt(
  ctx: Context,
  step: Step,
  placed: Readonly<Record<string, readonly number[]>> = {},
  memory: StepMemory,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const runners = runnersOf(step, ctx, placed);
  if (runners === undefined) return undefined;
  const known = runners.filter(({ site }) => ctx.deployment.placements.some((each) => each.site === site));
  if (memory.intendedAtMs !== undefined)
    await Promise.all(known.map(({ site }) => ctx.observer.lookForProof(site, proofPatienceMs, signal)));
  const view = ctx.view();
  return known.flatMap(({ site, replicas }) => {
    const found = view.sites.find((each) => each.site.name === site);
    return found !== undefined && readyAt(ctx, view, found).length >= replicas ? [site] : [];
  });
}

function runnersOf(
  step: Step,
  { deployment }: Context,
  placed: Readonly<Record<string, readonly number[]>>,
): readonly Pick<Runner, 'site' | 'replicas'>[] | undefined {
  if (step.kind === 'race') return step.runners;
  if (step.kind !== 'hunt' || step.hedge === undefined) return undefined;
  return step.candidates.flatMap(({ site, slots }) => {
    const filledSlots = placed[site]?.length ?? 0;
    const before = (deployment.placements.find((each) => each.site === site)?.replicas ?? 0) - slots.length;
    return filledSlots < step.replicas ? [] : [{ site, replicas: before + filledSlots }];
  });
}

/** All candidates, side by side: what a crash left without an answer may be at any of them. */
async function huntedAt(
  ctx: Context,
  { candidates }: Step & { readonly kind: 'hunt' },
  signal: AbortSignal,
): Promise<NonNullable<StepSight['hunted']>> {
  const known = candidates.filter(({ site }) => ctx.deployment.placements.some((each) => each.site === site));
  const lists = await Promise.all(
    known.map(async ({ site }) => ({ site, seen: await ctx.observer.readReplicas(site, signal) })),
  );
  const lives = (site: string, slot: number): boolean =>
    lists.some(
      (each) =>
        each.site === site &&
        each.seen.kind === 'seen' &&
        each.seen.value.some((replica) => replica.slot === slot && isAlive(replica.state)),
    );
  return { placed: filled(known, lives), isWhole: lists.every(({ seen }) => seen.kind === 'seen') };
}

function isNewer(one: StepSight['route'], other: StepSight['route']): boolean {
  return one.kind === 'seen' && other.kind === 'seen' && one.asOfMs > other.asOfMs;
}

const notAsked = {
  kind: 'unknown',
  error: { class: 'unknown', code: 'NotAsked', message: 'this kind of step does not look at it' },
} as const;

/**
 * Nothing is moved to where all will be gone in a moment; with one that stays a failover need not wait for what replaces the
 * others, nor need a start that moves nothing.
 */
function readyAt(ctx: Context, view: View, site: SiteView): readonly string[] {
  const { before = {}, after = {} } = view.open?.plan ?? {};
  const { name } = site.site;
  const nowMs = ctx.deps.clock.nowMs();
  const isStart = view.open !== undefined && (after[name] ?? 0) <= (before[name] ?? 0);
  if (!isStart && readyReplicas(view, site, nowMs).length === 0) return [];
  return servingReplicas(view, site, nowMs).map(({ replica }) => replica.id);
}

/** A race is lost when so few can win any more that it has no end. */
function isLackingNow(ctx: Context, step: Step, proving: SiteView | undefined, memory: StepMemory): Answer {
  if (step.kind === 'prove') return isLacking(step.replicas, proving, memory);
  if (step.kind !== 'race') return 'no';
  const view = ctx.view();
  const answers = step.runners.map(({ site, replicas }) =>
    isLacking(
      replicas,
      view.sites.find((each) => each.site.name === site),
      memory,
    ),
  );
  const { wins = 1 } = step;
  if (answers.filter((each) => each === 'no').length >= wins) return 'no';
  return answers.filter((each) => each !== 'yes').length < wins ? 'yes' : 'unknown';
}

/** A list that was not read, or need not show yet what was launched before the step began, says nothing of what is gone. */
function isLacking(wanted: number, site: SiteView | undefined, { beganAtMs }: StepMemory): Answer {
  if (site === undefined || site.control.kind === 'unknown') return 'unknown';
  if (site.replicas.filter(({ replica }) => isAlive(replica.state)).length >= wanted) return 'no';
  const isOld = site.control.asOfMs < beganAtMs || isWithin(site.listLagMs, beganAtMs, site.control.asOfMs);
  return isOld ? 'unknown' : 'yes';
}

function inFlightAt(traffic: Seen<DeploymentTraffic>, site: string): number | undefined {
  if (traffic.kind === 'unknown') return undefined;
  return traffic.value.sites.find((each) => each.site === site)?.inFlight ?? 0;
}

function isAboutRequests(step: Step): step is Step & { readonly kind: 'drain' | 'cut' } {
  return step.kind === 'drain' || step.kind === 'cut';
}

/** One look at a replica's own metrics, in milliseconds. */
const metricsTimeoutMs = 2000;

/** The model servers' own count where the policy names it, else 0; undefined when one of them cannot be read. */
async function ownCount(ctx: Context, name: string, signal: AbortSignal): Promise<number | undefined> {
  const { probe, clock } = ctx.deps;
  const { idleMetrics = [] } = ctx.deployment.drain;
  if (idleMetrics.length === 0 || probe.inFlight === undefined) return 0;
  const site = ctx.view().sites.find((each) => each.site.name === name);
  if (site === undefined) return 0;
  const count = probe.inFlight.bind(probe);
  const reading = createReading(clock, metricsTimeoutMs);
  const running = site.replicas.filter(({ replica }) => replica.state === 'running');
  const seen = await Promise.all(
    running.map(({ replica }) => reading(signal, (call) => count(idleMetrics, replica, call))),
  );
  let own = 0;
  for (const each of seen) {
    if (each.kind === 'unknown') return undefined;
    own += each.value;
  }
  return own;
}

/** From the gateway's list, which a crash does not shorten; else of those that this process saw: what is gone has ended. */
export function drainedText({ beganWith = 0, running = 0, intendedAtMs }: StepMemory, list: DrainList): string {
  if (list.kind === 'unlisted')
    return `${beganWith} ran, ${Math.max(0, beganWith - running)} finished, ${running} still running`;
  const { counts } = list;
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const left = counts['client-left'] === 0 ? '' : `${counts['client-left']} left by the client, `;
  const failed = counts.failed === 0 ? '' : `${counts.failed} failed, `;
  const moved = counts.moved === 0 ? '' : `${counts.moved} moved elsewhere, `;
  const lateMs = listedLateMs(list, intendedAtMs);
  const late = lateMs === undefined ? '' : ` (listed from ${span(lateMs)} after it began)`;
  return `${all} ran, ${counts.finished} finished, ${left}${failed}${moved}${Math.max(running, counts.running)} still running${late}`;
}
