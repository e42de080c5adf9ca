/** What became of a pause, or of its end, for people. */

import { age } from '../../model/words.ts';
import type { PauseRow } from '../json/pause.ts';
import { sanitize } from './sanitize.ts';
import type { Style } from './style.ts';
import { clockTime, day } from './time.ts';
import { wrap } from './width.ts';

/** In order, a line or two per deployment. */
export function pauseText(rows: readonly PauseRow[], nowMs: number, style: Style): string {
  return rows
    .flatMap((row) => {
      const note = row.note === undefined ? '' : `; ${sanitize(row.note)}`;
      return wrap(`${sanitize(row.deployment, 40)}: ${said(row, nowMs)}${note}`, style.width, 6);
    })
    .join('\n');
}

function said({ outcome, untilMs, before, why = '' }: PauseRow, nowMs: number): string {
  const end = untilMs === undefined ? '' : ` until ${moment(untilMs, nowMs)}`;
  switch (outcome) {
    case 'paused':
      return `automation is off${end}`;
    case 'replaced':
      return `automation is off${end}; it was ${before === undefined ? 'without an end' : `until ${moment(before, nowMs)}`}`;
    case 'unchanged':
      return `nothing to do: automation is off${end} already`;
    case 'unpaused':
      return 'automation is on again';
    case 'not-paused':
      return 'nothing to do: it is not paused';
    case 'pinned':
      return `the gateway lets nobody move the weights${end}; recorded once the store is back (${sanitize(why)})`;
    case 'failed':
      return `FAILED, not changed: ${sanitize(why)}`;
    case 'still-pinned':
      return `FAILED: automation is on again, but ${sanitize(why)}`;
    case 'still-paused':
      return `FAILED: the gateway keeps nothing any more, but automation stays off${end}: ${sanitize(why)}`;
    case 'unknown':
      return `NOT KNOWN: ${sanitize(why)}`;
  }
}

function moment(atMs: number, nowMs: number): string {
  const date = day(atMs) === day(nowMs) ? '' : `${day(atMs)} `;
  return `${date}${clockTime(atMs)} (${atMs > nowMs ? `in ${age(atMs - nowMs)}` : 'over'})`;
}
