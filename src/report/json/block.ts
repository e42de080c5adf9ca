/** What holds back starts at a site, for machines. */
import type { Reason } from '../../model/reason.ts';
import { iso } from '../text/time.ts';

/** `until` is null when it is not known. */
export function blockJson(block: { readonly deployment: string; readonly site: string; readonly reason: Reason }) {
  const { deployment, site, reason } = block;
  const { code, message, untilMs } = reason;
  return { deployment, site, code, message, until: untilMs === undefined ? null : iso(untilMs) };
}
