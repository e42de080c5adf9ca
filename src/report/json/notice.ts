/** What a provider announces, for machines. */
import type { Notice } from '../../model/notice.ts';
import type { SiteNotices } from '../../model/view.ts';
import { iso } from '../text/time.ts';

/** `at` null: at any moment. */
export function noticeJson({ kind, code, message, replicaId, atMs }: Notice) {
  return { kind, code, message, replica: replicaId, at: atMs === undefined ? null : iso(atMs) };
}

/** `asOf` null: never read. `unseen` null: it could be read the last time. */
export function noticesJson({ told, asOfMs, unseen }: SiteNotices) {
  return {
    asOf: asOfMs === undefined ? null : iso(asOfMs),
    unseen: unseen ?? null,
    told: told.map(noticeJson),
  };
}
