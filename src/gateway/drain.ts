/** The end of a drain: what still runs at a site, and ending it when its time is over. */
import type { RunningRequests, SiteCut } from '../model/running.ts';
import type { Attempt } from './attempt.ts';
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

/** Undefined, and nothing is touched, while the site has weight. */
export function cutSite(route: Route, site: string): SiteCut | undefined {
  if ((route.pool.entry.weights[site] ?? 0) > 0) return undefined;
  // First of all: what is moved must not come back by the spill order. Until the next table says otherwise.
  for (const replica of route.pool.replicas.values()) if (replica.site === site) replica.state = 'draining';
  const { waiting, answering } = attemptsAt(route, site);
  const moved = waiting.filter((attempt) => attempt.forward.leaveSite(attempt)).length;
  for (const attempt of answering) attempt.endDrained();
  return { moved, cut: waiting.length - moved + answering.length };
}

function attemptsAt(route: Route, site: string): Record<'waiting' | 'answering', readonly Attempt[]> {
  const isHere = ({ replica }: Attempt): boolean => replica.site === site;
  return { waiting: route.waiting.filter(isHere), answering: route.answering.filter(isHere) };
}
