/** Emptying a site: what runs there, what becomes of each, and ending it when its time is over. */
import type { DrainAccount } from '../model/drained.ts';
import type { RunningRequests, SiteCut } from '../model/running.ts';
import type { Attempt } from './attempt.ts';
import { type Begin, DrainLedger } from './drain-ledger.ts';
import type { Route } from './route.ts';

/** Requests listed in one answer. */
const maxListed = 1000;

/** `wallAheadMs`: what the wall clock is ahead of the monotonic one. */
export function runningAt(route: Route, site: string, wallAheadMs: number): RunningRequests {
  const { waiting, answering } = attemptsAt(route, site);
  const all = [...waiting, ...answering].sort((one, other) => one.startedMs - other.startedMs);
  return {
    requests: all.slice(0, maxListed).map((attempt) => ({
      id: String(attempt.id),
      site,
      replica: attempt.replica.id,
      startedAtMs: Math.round(attempt.startedMs + wallAheadMs),
      streaming: attempt.list === route.answering,
      bytes: attempt.bytes,
    })),
    isCut: all.length > maxListed,
  };
}

/** Sites whose last drain is remembered, each deployment's; the oldest is forgotten first. */
const maxLedgers = 64;

/** Writes down what runs there now; a drain that the same operation began before goes on. */
export function beginDrain(route: Route, site: string, operation: string, now: Begin): void {
  const { drains } = route;
  if (drains.get(site)?.operation === operation) return;
  const ledger = new DrainLedger({ operation, site }, now);
  const { waiting, answering } = attemptsAt(route, site);
  for (const attempt of [...waiting, ...answering]) ledger.add(attempt);
  drains.delete(site);
  drains.set(site, ledger);
  for (const oldest of [...drains.keys()].slice(0, Math.max(0, drains.size - maxLedgers))) drains.delete(oldest);
}

/** Undefined where this operation's drain is not on record: another came since, or the gateway was started anew. */
export function drainedAt(route: Route, site: string, operation: string): DrainAccount | undefined {
  const ledger = route.drains.get(site);
  return ledger?.operation === operation ? ledger.account() : undefined;
}

/** Undefined, and nothing is touched, while the site has weight. */
export function cutSite(route: Route, site: string): SiteCut | undefined {
  if ((route.pool.entry.weights[site] ?? 0) > 0) return undefined;
  // First of all: what is moved must not come back by the spill order. Until the next table says otherwise.
  for (const replica of route.pool.replicas.values()) if (replica.site === site) replica.state = 'draining';
  const { waiting, answering } = attemptsAt(route, site);
  const ledger = route.drains.get(site);
  // What came by the spill order after the drain began ends here too.
  if (ledger !== undefined) for (const attempt of [...waiting, ...answering]) ledger.add(attempt);
  const moved = waiting.filter((attempt) => attempt.forward.leaveSite(attempt)).length;
  for (const attempt of answering) attempt.endDrained();
  return { moved, cut: waiting.length - moved + answering.length };
}

function attemptsAt(route: Route, site: string): Record<'waiting' | 'answering', readonly Attempt[]> {
  const isHere = ({ replica }: Attempt): boolean => replica.site === site;
  return { waiting: route.waiting.filter(isHere), answering: route.answering.filter(isHere) };
}
