/** What an entry that calls a step reached claims, held against what its writer was told since the step began. */

import { hasSlot, keptBy, type SlotSet, slotsOf } from '../core/slots.ts';
import type { FaultSight } from '../model/fault.ts';
import type { Reply, Seen } from '../model/outcome.ts';
import type { Step } from '../model/plan.ts';
import type { Replica } from '../model/replica.ts';
import type { RouteEntry } from '../model/route.ts';
import type { DeploymentTraffic } from '../model/traffic-stats.ts';
import { sameWeights } from '../model/weights.ts';
import type { Cloud } from './cloud.ts';
import type { Ghost } from './ghost.ts';
import type { Incarnation } from './incarnation.ts';
import type { SimOptions } from './options.ts';

interface Claim {
  readonly ghost: Ghost;
  readonly clouds: ReadonlyMap<string, Cloud>;
  readonly life: Incarnation;
  readonly step: Step;
  /** The operation. */
  readonly id: string;
  readonly options: SimOptions;
  /** Since then the entry was on its way to the disk, in milliseconds. */
  readonly lateByMs: number;
}

/** Undefined: nothing speaks against it; else the invariant and why. */
export function defectOfClaim(claim: Claim): readonly [invariant: string, message: string] | undefined {
  const { step, ghost, options, lateByMs } = claim;
  switch (step.kind) {
    case 'stamp':
      return answers<Reply<void>>(claim, 'stamp').some(({ kind }) => kind === 'done')
        ? undefined
        : ['I2', 'the gateway did not say so'];
    case 'undo':
      return holds(answers<Seen<FaultSight>>(claim, 'faults'), ({ inForce }) => inForce.length === 0)
        ? undefined
        : ['I13', 'no read of the gateway shows that the drill is undone'];
    case 'launch':
      return step.bestEffort ||
        holds(replicasAt(claim, step.site), (all) => step.slots.every((slot) => lives(all, slot)))
        ? undefined
        : ['I18', `no list of ${step.site} shows ${step.slots.join()}`];
    case 'hunt':
      return huntDefect(claim, step);
    case 'race':
      return step.runners.some(
        ({ site }) => hasStartedAt(claim, site) && ghost.wasProvableWithin(site, options.proofMaxAgeMs + lateByMs),
      )
        ? undefined
        : ['I8', `none of ${step.runners.map(({ site }) => site).join()} is proven`];
    case 'release':
      return releaseDefect(claim, step);
    case 'prove':
      if (step.isHunted === true && !hasLeftAt(claim, step.site)) return undefined;
      return ghost.wasProvableWithin(step.site, options.proofMaxAgeMs + lateByMs)
        ? undefined
        : ['I8', `${step.site} is not proven`];
    case 'weigh':
      return holds(routeOf(claim), ({ weights }) => sameWeights(weights, step.weights))
        ? gateDefect(claim)
        : ['I18', 'no read of the gateway shows the weights'];
    case 'fence':
      return holds(routeOf(claim), ({ weights }) => (weights[step.site] ?? 0) === 0)
        ? undefined
        : ['I20', `no read of the gateway shows ${step.site} without weight`];
    case 'drain':
      return isIdle(claim, step.site) || (step.cutsLater === true && ghost.nowMs - ghost.stepSinceMs >= step.deadlineMs)
        ? undefined
        : ['I21', `nobody saw ${step.site} without requests, after ${ghost.nowMs - ghost.stepSinceMs} ms`];
    case 'cut':
      return isIdle(claim, step.site) ||
        answers<Reply<unknown>>(claim, `cut/${step.site}`).some(({ kind }) => kind === 'done')
        ? undefined
        : ['I21', `${step.site} was not seen without requests, and the gateway did not say that it cut them`];
    case 'stop':
      return stopDefect(claim, step.site, { replicas: 0 });
    case 'trim':
      return stopDefect(claim, step.site, keptBy(step));
    case 'settle':
      return ghost.nowMs - ghost.stepSinceMs >= step.forMs - 1
        ? undefined
        : ['I24', `settled after ${ghost.nowMs - ghost.stepSinceMs} ms`];
  }
}

/** What is in other slots than those that stay. */
function stopDefect(claim: Claim, site: string, stay: SlotSet): readonly [string, string] | undefined {
  const isGone = holds(replicasAt(claim, site), (all) =>
    all.every(({ slot, state, billed }) => hasSlot(stay, slot) || (state !== 'running' && billed === 'no')),
  );
  const which = stay.replicas === 0 ? site : `${site} but for slots ${slotsOf(stay).join()}`;
  return isGone ? undefined : ['I16', `${which} was not seen stopped and unbilled`];
}

/** So many of the candidates' slots were on a list of their site. */
function huntDefect(
  claim: Claim,
  { candidates, replicas }: Step & { readonly kind: 'hunt' },
): readonly [string, string] | undefined {
  const filled = candidates.flatMap(({ site, slots }) =>
    slots.filter((slot) => holds(replicasAt(claim, site), (all) => lives(all, slot))),
  );
  return filled.length >= replicas ? undefined : ['I18', `lists show ${filled.length} of ${replicas} that were hunted`];
}

/** What this operation's hunt made there, if the site has not won: seen stopped and unbilled, or the site with traffic. */
function releaseDefect(
  claim: Claim,
  { site, of }: Step & { readonly kind: 'release' },
): readonly [string, string] | undefined {
  const own = `${of ?? claim.id}/`;
  if (claim.ghost.stays(of ?? claim.id, site)) return undefined;
  const hasTraffic = holds(routeOf(claim), ({ weights }) => (weights[site] ?? 0) > 0);
  const isEmpty = holds(replicasAt(claim, site), (all) =>
    all.every(({ state, billed, startKey }) => !startKey.startsWith(own) || (state !== 'running' && billed === 'no')),
  );
  const hasStarted = claim.ghost.cloudEvents.some(
    (each) => each.operationId === (of ?? claim.id) && each.site === site,
  );
  return !hasStarted || hasTraffic || isEmpty
    ? undefined
    : ['I16', `what ${own} started at ${site} was not seen stopped and unbilled`];
}

/** Of a hunt: where nothing of what it started is left there is nothing to be proven. */
function hasLeftAt({ clouds, id }: Claim, site: string): boolean {
  const alive = clouds.get(site)?.alive() ?? [];
  return alive.some(({ replica }) => replica.startKey.startsWith(`${id}/`));
}

/** Of a hunt: where it started nothing nobody can have won. */
function hasStartedAt({ ghost, id }: Claim, site: string): boolean {
  return ghost.cloudEvents.some((each) => each.verb === 'start' && each.operationId === id && each.site === site);
}

/** A gate is watched for as long as it says, with statistics that somebody read at its end. */
function gateDefect(claim: Claim): readonly [string, string] | undefined {
  const { step, ghost, life } = claim;
  if (step.kind !== 'weigh' || step.gate === undefined) return undefined;
  const forMs = ghost.nowMs - ghost.stepSinceMs;
  const read = life.told.get('traffic')?.at(-1);
  if (forMs < step.gate.holdMs - 50) return ['I8', `${step.name} was watched for ${forMs} ms`];
  return read === undefined || read.atMs - ghost.stepSinceMs < step.gate.holdMs - 50
    ? ['I8', `${step.name} was not watched to its end`]
    : undefined;
}

function isIdle(claim: Claim, site: string): boolean {
  return holds(trafficOf(claim), ({ sites }) => sites.every((each) => each.site !== site || each.inFlight === 0));
}

function answers<T>({ ghost, life }: Claim, call: string): readonly T[] {
  const told = life.told.get(call) ?? [];
  return told.filter(({ atMs }) => atMs >= ghost.stepSinceMs).map(({ value }) => value as T);
}

function holds<T>(answers: readonly Seen<T | undefined>[], is: (value: T) => boolean): boolean {
  return answers.some((seen) => seen.kind === 'seen' && seen.value !== undefined && is(seen.value));
}

function routeOf(claim: Claim): readonly Seen<RouteEntry | undefined>[] {
  return answers(claim, 'read');
}

function trafficOf(claim: Claim): readonly Seen<DeploymentTraffic>[] {
  return answers(claim, 'traffic');
}

function replicasAt(claim: Claim, site: string): readonly Seen<readonly Replica[]>[] {
  return answers(claim, `list/${site}`);
}

function lives(replicas: readonly Replica[], slot: number): boolean {
  return replicas.some((each) => each.slot === slot && (each.state === 'running' || each.state === 'starting'));
}
