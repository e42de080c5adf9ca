/** A drill's faults at a deployment: arming one hits what runs already, too. */
import type { Dispatcher } from 'undici';
import type { ArmedFaultKind, Fault, FaultRequest, FaultSight } from '../model/fault.ts';
import type { LiftReason } from '../ports/traffic-driver.ts';
import type { Attempt } from './attempt.ts';
import { answerWithError, delayed } from './delayed.ts';
import { FaultBook, type Moment } from './fault-book.ts';
import { Holdback } from './holdback.ts';
import type { Plant, Route } from './route.ts';

export type FaultEnd =
  | { readonly kind: 'armed'; readonly fault: Fault }
  | { readonly kind: 'no-site' | 'busy' | 'full' | 'lifted'; readonly message: string };

/** `random` draws for each that runs at the site, by the share. */
export function armFault(route: Route, request: FaultRequest, now: Moment, random: () => number): FaultEnd {
  const { site } = request;
  const isListed = route.pool.entry.sites.some((each) => each.site === site);
  // One that has left the table since it was armed there goes on: a drill is not over because of another table.
  if (!isListed && route.faults?.has(site, now.monoMs) !== true)
    return { kind: 'no-site', message: `${route.deployment} has no site ${site}` };
  route.faults ??= new FaultBook();
  const end = route.faults.arm(request, now);
  if (end.kind !== 'armed') return end;
  hitRunning(route, request, () => random() < end.newShare);
  release(route, now.monoMs);
  return { kind: 'armed', fault: end.fault };
}

/** A black hole takes what runs already, and streams that have begun stall; other faults are for what is sent from now on. */
function hitRunning(route: Route, { site, kind }: FaultRequest, isHit: () => boolean): void {
  const lists = kind === 'blackhole' ? [route.waiting, route.answering] : [route.answering];
  if (kind !== 'blackhole' && kind !== 'stalled-streams') return;
  for (const list of lists)
    for (const attempt of list.filter(({ replica }) => replica.site === site)) {
      if (kind === 'stalled-streams') attempt.stall ??= isHit() ? new Holdback() : undefined;
      else if (!attempt.isLost && isHit()) attempt.isLost = true;
    }
}

/** Also of a deployment that nothing is routed for: there is none in force then. */
export function faultsOf(route: Route | undefined, now: Moment): FaultSight {
  return route?.faults?.sight(now.monoMs) ?? { inForce: [], ended: [] };
}

/** What hung at the sites is free at once. */
export function liftFaults(route: Route, why: LiftReason, now: Moment): void {
  route.faults?.lift(why, now);
  release(route, now.monoMs);
}

/** Many times a second: connections that are not made in time, and what hangs where nothing is broken any more. */
export function sweepFaults(route: Route, monoMs: number): void {
  if (route.faults === undefined) return;
  route.faults.sweep(monoMs);
  release(route, monoMs);
}

/** An answer that was swallowed cannot come: nobody must wait for it beyond the fault. One that stalls goes on. */
function release(route: Route, monoMs: number): void {
  const isOver = (kind: ArmedFaultKind, site: string): boolean => route.faults?.isHit(kind, site, monoMs) !== true;
  for (const list of [route.waiting, route.answering]) {
    for (const attempt of list.filter(({ isLost, replica }) => isLost && isOver('blackhole', replica.site)))
      attempt.release(false);
    for (const attempt of list.filter(
      ({ stall, replica }) => stall !== undefined && isOver('stalled-streams', replica.site),
    ))
      attempt.goOn();
  }
}

/**
 * Sends an attempt on its way, or does to it what a drill has for its site: it is lost, answered with an error, or late. `free`:
 * connections that stand.
 */
export function dispatchDrilled(
  book: FaultBook,
  { attempt, plant, free, isCompletion }: DrilledTerms,
  dispatch: (handler: Dispatcher.DispatchHandler) => void,
): void {
  const { site } = attempt.replica;
  const nowMs = plant.nowMs();
  const hits = (kind: ArmedFaultKind) => book.hits(kind, site, nowMs, () => plant.random());
  // A black hole: nothing is sent, and nobody here is told.
  if (hits('blackhole') !== undefined) return book.take(attempt, free, nowMs);
  if (hits('errors') !== undefined) return answerWithError(attempt);
  if (hits('stalled-streams') !== undefined) attempt.stall = new Holdback();
  const latency = hits('latency');
  const slow = isCompletion ? hits('slow-first-token') : undefined;
  const delayMs = (latency?.delayMs ?? 0) + (slow?.delayMs ?? 0);
  if (delayMs === 0) return dispatch(attempt);
  const kind = latency === undefined ? 'slow-first-token' : 'latency';
  dispatch(delayed(attempt, { kind, delayMs, nowMs: () => plant.nowMs(), hold: (held) => book.hold(held) }));
}

interface DrilledTerms {
  readonly attempt: Attempt;
  readonly plant: Plant;
  readonly free: number;
  readonly isCompletion: boolean;
}
