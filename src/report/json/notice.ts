/** What a provider announces, for machines. */
import type { Notice } from '../../model/notice.ts';
import { iso } from '../text/time.ts';

/** `at` null: at any moment. */
export function noticeJson({ kind, code, message, replicaId, atMs }: Notice) {
  return { kind, code, message, replica: replicaId, at: atMs === undefined ? null : iso(atMs) };
}
