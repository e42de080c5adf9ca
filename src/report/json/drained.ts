/** What became of each request of a site that was emptied, for machines; null is "no list", never "nothing ran". */
import type { DrainList } from '../../model/drained.ts';
import { iso } from '../text/time.ts';

/**
 * Additive within v1. `since`: the list was begun later than the drain, and what ended before is not in it. `why` beside a
 * list: those it has as `running` ended unseen.
 */
export function drainedJson(list: DrainList) {
  const { site } = list;
  if (list.kind === 'unlisted') return { site, counts: null, requests: null, more: null, since: null, why: list.why };
  const { counts, streams: requests, more, sinceMs, lost } = list;
  return { site, counts, requests, more, since: sinceMs === undefined ? null : iso(sinceMs), why: lost ?? null };
}
