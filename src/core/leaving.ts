/** Replicas that their provider says will be gone soon: the control plane's word, which starts or stops nothing by itself. */
import type { Deployment } from '../model/deployment.ts';
import type { Notice, NoticeKind } from '../model/notice.ts';
import type { Replica } from '../model/replica.ts';
import type { SiteNotices, View } from '../model/view.ts';
import { isWithin } from './elapsed.ts';

/** The longest warning that a cloud gives of what it takes back (EC2: two minutes), in milliseconds. */
const longestWarningMs = 120_000;
/** What was read longer ago is no evidence any more, in milliseconds: three times as long as the slowest pace of a provider. */
const holdsForMs = 3_600_000;
/** What only pauses, moves or restarts is there again afterwards. */
const ends: ReadonlySet<NoticeKind> = new Set(['preemption', 'retirement']);

/** How long before its end a replica counts as leaving, in milliseconds: what runs there may finish in this time. */
export function leaveLeadMs({ drain }: Deployment): number {
  return Math.max(longestWarningMs, drain.waitForStreamsMs);
}

/** The notice by which a replica will be gone within `leadMs`; one without a time may come true at any moment. */
export function leavingNotice(
  notices: SiteNotices | undefined,
  replicaId: string,
  leadMs: number,
  nowMs: number,
): Notice | undefined {
  if (notices === undefined || notices.told.length === 0) return undefined;
  if (notices.asOfMs === undefined || !isWithin(holdsForMs, notices.asOfMs, nowMs)) return undefined;
  return notices.told.find(
    (each) => each.replicaId === replicaId && ends.has(each.kind) && (each.atMs ?? nowMs) - nowMs <= leadMs,
  );
}

/** Of a replica in a view. */
export function leavingNoticeOf(view: View, { id, site }: Replica, nowMs: number): Notice | undefined {
  const notices = view.sites.find((each) => each.site.name === site)?.notices;
  return leavingNotice(notices, id, leaveLeadMs(view.deployment), nowMs);
}
