/** Reads what a step's condition looks at, past every cache. */
import { isWithin } from '../core/elapsed.ts';
import { listedLateMs } from '../core/listed-late.ts';
import { winnersOf } from '../core/plan/hedge.ts';
import { filled } from '../core/plan/hunt.ts';
import { isAlive, readyReplicas, servingReplicas } from '../core/readiness.ts';
import { hasSlot } from '../core/slots.ts';
import type { DrainList } from '../model/drained.ts';
import type { Answer, Seen } from '../model/outcome.ts';
import type { Runner, Step } from '../model/plan.ts';
import type { Replica } from '../model/replica.ts';
import type { StepSight } from '../model/step-sight.ts';
import type { DeploymentTraffic } from '../model/traffic-stats.ts';
import type { SiteView, View } from '../model/view.ts';
import { span } from '../model/words.ts';
import type { Context } from './context.ts';
import { ownCount } from './own-count.ts';
import type { StepMemory } from './step-memory.ts';

/** A look for proof waits this long for an answer, in milliseconds; a later one counts in the next. */
const proofPatienceMs = 250;

/** Their condition is that of their site's list. */
const listedKinds: ReadonlySet<Step['kind']> = new Set(['launch', 'stop', 'trim', 'release']);

/** Only what the kind of step needs is read anew; the rest comes from the last look. */
export async function sightOf(ctx: Context, step: Step, memory: StepMemory, signal: AbortSignal): Promise<StepSight> {
  const site = 'site' in step ? step.site : undefined;
  const isAboutRoute = step.kind === 'weigh' || step.kind === 'fence' || step.kind === 'release';
  const isAboutReplicas = listedKinds.has(step.kind) && site !== undefined;
  const isAboutTraffic = step.kind === 'weigh' || isAboutRequests(step);
  const [route, listed, traffic, hunted] = await Promise.all([
    isAboutRoute ? ctx.observer.readRoute(signal) : notAsked,
    isAboutReplicas ? ctx.observer.readReplicas(site, signal) : notAsked,
    isAboutTraffic ? ctx.observer.readTraffic(signal) : notAsked,
    step.kind === 'hunt' ? huntedAt(ctx, step, signal) : undefined,
  ]);
  const proven = await provenAt(ctx, step, hunted?.placed, memory, signal);
  memory.placed = step.kind === 'race' ? winnersOf(step, proven ?? []) : hunted?.placed;
  if (isAboutRoute) await ctx.adopt(route);
  if (step.kind === 'release' && route.kind === 'seen' && (route.value?.weights[step.site] ?? 0) > 0)
    memory.said = 'it stays: it has traffic';
  const newest = ctx.observer.route();
  const late = ctx.routes.late();
  // As fast as its answers allow, not at the probe's interval; what stands already is found without.
  if (step.kind === 'prove' && memory.intendedAtMs !== undefined)
    await ctx.observer.lookForProof(step.site, proofPatienceMs, signal);
  const view = step.kind === 'prove' ? ctx.view() : undefined;
  const proving = view?.sites.find((each) => each.site.name === site);
  const counted = site === undefined ? undefined : inFlightAt(traffic, site);
  const own = isAboutRequests(step) ? await ownCount(ctx, runningAt(ctx, step.site), signal) : 0;
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
    ...(isAboutRoute && late.length > 0 ? { late } : {}),
    replicas: step.kind === 'trim' ? withMissing(ctx, step.site, listed) : listed,
    ready: view === undefined || proving === undefined ? [] : readyAt(ctx, view, meant(step, proving)),
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

/** What a list lacks is as it was seen last until lists have lacked it for long enough: one that is short ends no trim. */
function withMissing(ctx: Context, name: string, listed: StepSight['replicas']): StepSight['replicas'] {
  if (listed.kind === 'unknown') return listed;
  const known = ctx.view().sites.find(({ site }) => site.name === name)?.replicas ?? [];
  const missing = known.map(({ replica }) => replica).filter(({ id }) => listed.value.every((each) => each.id !== id));
  return missing.length === 0 ? listed : { ...listed, value: [...listed.value, ...missing] };
}

/** Of a site only the slots that the step is to prove. */
function meant(step: Step, site: SiteView): SiteView {
  if (step.kind !== 'prove' || step.below === undefined) return site;
  const set = { replicas: step.below, slots: step.slots };
  return { ...site, replicas: site.replicas.filter(({ replica }) => hasSlot(set, replica.slot)) };
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
  const runners = runnersOf(step, ctx.view(), placed);
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
  { deployment }: View,
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
  if (step.kind === 'prove') return isLacking(step.replicas, proving && meant(step, proving), memory);
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

function runningAt(ctx: Context, name: string): readonly Replica[] {
  return (ctx.view().sites.find((each) => each.site.name === name)?.replicas ?? []).map(({ replica }) => replica);
}

function isAboutRequests(step: Step): step is Step & { readonly kind: 'drain' | 'cut' } {
  return step.kind === 'drain' || step.kind === 'cut';
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
