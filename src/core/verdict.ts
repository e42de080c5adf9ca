/** What the world says of an operation, step by step, and in one word. */

import type { Operation } from '../model/operation.ts';
import type { Answer, Seen } from '../model/outcome.ts';
import type { Step } from '../model/plan.ts';
import type { Replica } from '../model/replica.ts';
import type { RouteEntry, Weights } from '../model/route.ts';
import type { DeploymentTraffic } from '../model/traffic-stats.ts';
import type { StepCheck, Verdict } from '../model/verification.ts';
import { sameWeights } from '../model/weights.ts';
import { weightsText } from '../model/words.ts';
import { isStopped } from './plan/reached.ts';
import { isAlive } from './readiness.ts';
import { hasSlot, keptBy } from './slots.ts';

/** What one site's list says. */
export interface ListSeen {
  readonly seen: Seen<readonly Replica[]>;
  /** A list made so long after a start may still lack it, in milliseconds. */
  readonly listLagMs: number;
}

/** Read anew, past every cache. */
export interface WorldSeen {
  readonly route: Seen<RouteEntry | undefined>;
  readonly traffic: Seen<DeploymentTraffic>;
  /** By site; of every site the plan names. */
  readonly replicas: ReadonlyMap<string, ListSeen>;
}

/** Steps whose effect stays visible; a stamp, a proof and a calm time pass. Of several weights only the last. */
export function checkSteps(operation: Operation, world: WorldSeen): readonly StepCheck[] {
  const { plan } = operation;
  const last = plan.steps.findLast(({ kind }) => kind === 'weigh');
  return plan.steps.flatMap((step): readonly StepCheck[] => {
    const check = step.kind === 'weigh' && step !== last ? undefined : checkOf(step, operation, world);
    return check === undefined ? [] : [{ step: step.name, ...check }];
  });
}

/**
 * The weights decide, and what was to be started or stopped: as planned when every visible step holds, as before when none
 * does and the weights before are in force.
 */
export function verdictOf(operation: Operation, world: WorldSeen): Verdict {
  const { plan } = operation;
  const route = weightsSeen(world.route, plan.after);
  const before = weightsSeen(world.route, plan.before);
  const lasting = plan.steps.filter(({ kind }) => lastingKinds.has(kind));
  const answers = lasting.map((step) => checkOf(step, operation, world)?.holds ?? 'unknown');
  // What nobody started is released too: it says nothing of whether all is as it was before.
  const releases = plan.steps
    .filter(({ kind }) => kind === 'release')
    .map((step) => checkOf(step, operation, world)?.holds ?? 'yes');
  if ([route, before, ...answers, ...releases].includes('unknown')) return 'not-seen';
  if (route === 'yes' && [...answers, ...releases].every((each) => each === 'yes')) return 'as-planned';
  if (before === 'yes' && answers.every((each) => each === 'no') && !isLeft(operation, world)) return 'as-before';
  return 'something-else';
}

/** What they bring about can be seen long after. */
const lastingKinds: ReadonlySet<Step['kind']> = new Set(['launch', 'hunt', 'stop', 'trim']);

/** Of what it started something runs, or is perhaps paid for: fewer than were wanted are not none. */
function isLeft({ id }: Operation, { replicas }: WorldSeen): boolean {
  return [...replicas.values()].some(
    ({ seen }) =>
      seen.kind === 'seen' &&
      seen.value.some(({ startKey, billed }) => startKey.startsWith(`${id}/`) && billed !== 'no'),
  );
}

type Check = Omit<StepCheck, 'step'>;

function checkOf(step: Step, operation: Operation, { route, traffic, replicas }: WorldSeen): Check | undefined {
  switch (step.kind) {
    case 'weigh':
      return { holds: weightsSeen(route, step.weights), seen: routeText(route) };
    case 'fence':
      return { holds: ofSeen(route, (entry) => (entry?.weights[step.site] ?? 0) === 0), seen: routeText(route) };
    case 'drain':
    case 'cut':
      return ofTraffic(traffic, step.site);
    case 'launch':
      return ofReplicas(replicas.get(step.site), operation, (all) => launched(step.slots, all));
    case 'hunt':
      return ofHunt(step, replicas);
    case 'stop':
      return ofReplicas(replicas.get(step.site), operation, (all) => ({
        holds: all.every((each) => isStopped(step.how, each)) ? 'yes' : 'no',
        isByAbsence: all.length === 0,
      }));
    case 'trim':
      return ofReplicas(replicas.get(step.site), operation, (all) => trimmed(step, all));
    case 'release':
      return ofRelease(operation, replicas);
    case 'stamp':
    case 'undo':
    case 'prove':
    case 'race':
    case 'settle':
      return undefined;
  }
}

/** Who won is in the journal; that no more of it runs than was wanted can be seen. Of another operation's hunt nothing can. */
function ofRelease({ id, plan }: Operation, replicas: WorldSeen['replicas']): Check | undefined {
  const index = plan.steps.findIndex(({ kind }) => kind === 'hunt');
  const hunt = plan.steps[index];
  if (hunt?.kind !== 'hunt') return undefined;
  const lists = hunt.candidates.map(({ site }) => replicas.get(site)?.seen);
  const own = lists
    .flatMap((seen) => (seen?.kind === 'seen' ? seen.value : []))
    .filter(({ startKey, billed }) => startKey.startsWith(`${id}/${index}/`) && billed !== 'no');
  const seen = `${own.length} of ${hunt.replicas} that it started run or are perhaps billed`;
  if (own.length > hunt.replicas)
    return { holds: own.some(({ billed }) => billed === 'unknown') ? 'unknown' : 'no', seen };
  return { holds: lists.every((list) => list?.kind === 'seen') ? 'yes' : 'unknown', seen };
}

function ofHunt(
  { candidates, replicas: wanted }: Step & { readonly kind: 'hunt' },
  replicas: WorldSeen['replicas'],
): Check {
  const lists = candidates.map(({ site, slots }) => ({ slots, seen: replicas.get(site)?.seen }));
  const alive = lists.reduce((sum, { slots, seen }) => {
    if (seen?.kind !== 'seen') return sum;
    const living = seen.value.filter(({ state }) => isAlive(state));
    return sum + slots.filter((slot) => living.some((each) => each.slot === slot)).length;
  }, 0);
  const isWhole = lists.every(({ seen }) => seen?.kind === 'seen');
  return { holds: alive >= wanted ? 'yes' : isWhole ? 'no' : 'unknown', seen: `${alive} of ${wanted} replicas run` };
}

function weightsSeen(route: WorldSeen['route'], weights: Weights): Answer {
  return ofSeen(route, (entry) => entry !== undefined && sameWeights(entry.weights, weights));
}

function ofSeen<T>(seen: Seen<T>, holds: (value: T) => boolean): Answer {
  if (seen.kind === 'unknown') return 'unknown';
  return holds(seen.value) ? 'yes' : 'no';
}

function routeText(route: WorldSeen['route']): string {
  if (route.kind === 'unknown') return `the gateway cannot be read: ${route.error.message}`;
  if (route.value === undefined) return 'the gateway has no weights';
  return `weights ${weightsText(route.value.weights)}`;
}

function ofTraffic(traffic: WorldSeen['traffic'], site: string): Check {
  if (traffic.kind === 'unknown')
    return { holds: 'unknown', seen: `the gateway cannot be read: ${traffic.error.message}` };
  const running = traffic.value.sites.find((each) => each.site === site)?.inFlight ?? 0;
  return { holds: running === 0 ? 'yes' : 'no', seen: `${running} requests run at ${site}` };
}

interface Listing {
  readonly holds: 'yes' | 'no';
  /** It follows from what the list lacks, and not from what it has. */
  readonly isByAbsence: boolean;
}

function launched(slots: readonly number[], all: readonly Replica[]): Listing {
  const holds = slots.every((slot) => all.some((each) => each.slot === slot && isAlive(each.state)));
  const isListed = slots.every((slot) => all.some((each) => each.slot === slot));
  return { holds: holds ? 'yes' : 'no', isByAbsence: !holds && !isListed };
}

function trimmed(step: Step & { readonly kind: 'trim' }, all: readonly Replica[]): Listing {
  const beyond = all.filter(({ slot }) => !hasSlot(keptBy(step), slot));
  return { holds: beyond.every((each) => isStopped(step.how, each)) ? 'yes' : 'no', isByAbsence: beyond.length === 0 };
}

/** A list that may lag says nothing by what it lacks until its lag is over since the operation's last write. */
function ofReplicas(
  list: ListSeen | undefined,
  { endedAtMs }: Operation,
  look: (all: readonly Replica[]) => Listing,
): Check {
  if (list === undefined) return { holds: 'unknown', seen: 'the site is not configured any more' };
  const { seen, listLagMs } = list;
  if (seen.kind === 'unknown') return { holds: 'unknown', seen: `the list cannot be read: ${seen.error.message}` };
  const alive = seen.value.filter(({ state }) => isAlive(state)).length;
  const unknown = seen.value.filter(({ billed }) => billed === 'unknown').length;
  const text = `${alive} alive${unknown > 0 ? `, ${unknown} perhaps billed` : ''}`;
  const { holds, isByAbsence } = look(seen.value);
  const isEarly = listLagMs > 0 && (endedAtMs === undefined || seen.asOfMs - endedAtMs <= listLagMs);
  if (isByAbsence && isEarly) return { holds: 'unknown', seen: `${text}, in a list that may lag` };
  if (holds === 'yes') return { holds, seen: text };
  return { holds: unknown > 0 ? 'unknown' : 'no', seen: text };
}
