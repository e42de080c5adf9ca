/** What became of each request of a site that was emptied, for machines; null is "no list", never "nothing ran". */
import type { DrainList } from '../../model/drained.ts';

/** Additive within v1. `why` beside a list: those it has as `running` ended unseen. */
export function drainedJson(list: DrainList) {
  const { site } = list;
  return list.kind === 'unlisted'
    ? { site, counts: null, requests: null, more: null, why: list.why }
    : { site, counts: list.counts, requests: list.streams, more: list.more, why: list.lost ?? null };
}
