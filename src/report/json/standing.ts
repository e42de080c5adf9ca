/** What somebody has set, for machines. */
import type { Standing } from '../../model/standing.ts';
import { iso } from '../text/time.ts';

/** Times in ISO 8601; `until` is null for what has no end. */
export function standingJson({ atMs, untilMs, reason, ...standing }: Standing) {
  return {
    ...standing,
    at: iso(atMs),
    until: untilMs === undefined ? null : iso(untilMs),
    reason: reason ?? null,
  };
}
