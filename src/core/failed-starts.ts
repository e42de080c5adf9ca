/** Where starts failed lately, and from when one may be tried there again: no site is asked without end for what it refuses. */
import type { Operation } from '../model/operation.ts';
import type { Reason } from '../model/reason.ts';
import type { View } from '../model/view.ts';
import { restartAfterMs } from './backoff.ts';
import { isWithin } from './elapsed.ts';
import { unblockedAtMs } from './standing.ts';

/** Why nothing should be started at the site now; undefined when something may be. */
export function startBlock(view: Pick<View, 'recent' | 'standing'>, site: string, nowMs: number): Reason | undefined {
  // What a person cleared by hand is forgotten.
  const sinceMs = unblockedAtMs(view, site);
  const ends = view.recent.flatMap((each) => endOfStart(each, site) ?? []).filter(({ atMs }) => atMs > sinceMs);
  const firstGood = ends.findIndex(({ hasFailed }) => !hasFailed);
  const failures = firstGood < 0 ? ends.length : firstGood;
  const [newest] = ends;
  if (newest === undefined || failures === 0) return undefined;
  const pauseMs = restartAfterMs(failures);
  if (!isWithin(pauseMs, newest.atMs, nowMs)) return undefined;
  const untilMs = newest.atMs + pauseMs;
  return { code: 'CoolDown', site, message: `starts failed ${failures} times in a row at ${site}`, untilMs };
}

/** How the operation's start at the site ended; undefined when it says nothing of the site, as when a person cut it short. */
function endOfStart({ plan, state, step, error, endedAtMs }: Operation, site: string) {
  const steps = plan.steps.filter((each) => each.kind === 'launch' && !each.bestEffort && each.site === site);
  const last = plan.steps[step];
  const isThere = (last?.kind === 'launch' || last?.kind === 'prove') && last.site === site;
  const hasFailed = isThere && state !== 'done' && error?.class !== 'conflict';
  const says = steps.length > 0 && (state === 'done' || hasFailed);
  return says && endedAtMs !== undefined ? { hasFailed, atMs: endedAtMs } : undefined;
}
