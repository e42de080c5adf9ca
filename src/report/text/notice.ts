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

/** All of a site in a few words, the soonest first: `preemption at any moment: left-1 +2`. Empty without any. */
export function noticesNote(notices: readonly Notice[], nowMs: number): string {
  const [first] = bySoonest(notices);
  if (first === undefined) return '';
  const { kind, replicaId, atMs } = first;
  const when = atMs === undefined ? 'at any moment' : atMs <= nowMs ? 'now' : `in ${age(atMs - nowMs)}`;
  return `${kind} ${when}: ${sanitize(replicaId, 40)}${notices.length > 1 ? ` +${notices.length - 1}` : ''}`;
}

/** For one screen: `left: retirement in 1h20m, at 03:38:00Z (left-1, instance-retirement)`. */
export function noticeLine(site: string, { kind, replicaId, code, atMs }: Notice, nowMs: number): string {
  return `${sanitize(site, 20)}: ${kind} ${whenWords(atMs, nowMs)} (${sanitize(replicaId, 40)}, ${sanitize(code, 60)})`;
}

/** What may come at any moment before what has a time. */
export function bySoonest<T extends Notice>(notices: readonly T[]): readonly T[] {
  return notices.toSorted((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
}

/** The countdown first: what follows may be cut off. */
function whenWords(atMs: number | undefined, nowMs: number): string {
  if (atMs === undefined) return 'at any moment';
  const at = day(atMs) === day(nowMs) ? clockTime(atMs) : `${day(atMs)} ${clockTime(atMs)}`;
  return atMs <= nowMs ? `since ${at}` : `in ${age(atMs - nowMs)}, at ${at}`;
}
