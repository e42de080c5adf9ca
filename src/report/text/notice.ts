/** What a provider will do to a replica, in words. */
import type { Notice } from '../../model/notice.ts';
import { age } from '../../model/words.ts';
import { sanitize } from './sanitize.ts';
import { clockTime, day } from './time.ts';

/** `preemption of left-1 at any moment`, `retirement of left-1 in 1h20m, at 03:38:00Z`: short enough for a column. */
export function noticeWords({ kind, replicaId, atMs }: Notice, nowMs: number): string {
  return `${kind} of ${sanitize(replicaId, 40)} ${whenWords(atMs, nowMs)}`;
}

/** With the provider's own words, which nobody could guess. */
export function noticeText(notice: Notice, nowMs: number): string {
  const said = notice.message === notice.code ? '' : `: ${sanitize(notice.message)}`;
  return `${noticeWords(notice, nowMs)} (${sanitize(notice.code, 60)}${said})`;
}

/** The countdown first: what follows may be cut off. */
function whenWords(atMs: number | undefined, nowMs: number): string {
  if (atMs === undefined) return 'at any moment';
  const at = day(atMs) === day(nowMs) ? clockTime(atMs) : `${day(atMs)} ${clockTime(atMs)}`;
  return atMs <= nowMs ? `since ${at}` : `in ${age(atMs - nowMs)}, at ${at}`;
}
