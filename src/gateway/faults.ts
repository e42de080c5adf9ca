/** A drill's faults at a deployment: arming one hits what runs already, too. */
import type { Fault, FaultRequest, FaultSight } from '../model/fault.ts';
import type { LiftReason } from '../ports/traffic-driver.ts';
import { FaultBook, type Moment } from './fault-book.ts';
import type { Route } from './route.ts';

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
  for (const list of [route.waiting, route.answering])
    for (const attempt of list.filter(({ replica }) => replica.site === site))
      if (!attempt.isLost && random() < end.newShare) attempt.isLost = true;
  release(route, now.monoMs);
  return { kind: 'armed', fault: end.fault };
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

/** An answer that was swallowed cannot come: nobody must wait for it beyond the fault. */
function release(route: Route, monoMs: number): void {
  for (const list of [route.waiting, route.answering])
    for (const attempt of list.filter(
      ({ isLost, replica }) => isLost && route.faults?.isBroken(replica.site, monoMs) !== true,
    ))
      attempt.release(false);
}
