/** `status --site` for machines; null is "not seen", never "nothing runs". */
import type { RunningView } from '../running-view.ts';
import { iso } from '../text/time.ts';

/** Additive within v1. */
export function runningJson({ deployment, site, atMs, running }: RunningView) {
  const isSeen = running.kind === 'seen';
  return {
    kind: 'SiteRequests',
    observedAt: iso(atMs),
    deployment,
    site,
    requests: isSeen
      ? running.value.requests.map(({ id, replica, startedAtMs, streaming, bytes }) => ({
          ...{ id, replica, startedAt: iso(startedAtMs), ageMs: Math.max(0, atMs - startedAtMs), streaming, bytes },
        }))
      : null,
    more: isSeen ? running.value.isCut : null,
    sources: {
      gateway: isSeen
        ? { seen: true, asOf: iso(running.asOfMs), ageMs: atMs - running.asOfMs, stale: false }
        : { seen: false, why: running.why },
    },
  };
}
