/** What somebody has set, in words. */
import type { Standing } from '../../model/standing.ts';
import { age } from '../../model/words.ts';
import { weightsText } from './operation.ts';
import { sanitize } from './sanitize.ts';
import { clockTime } from './time.ts';

/** What it does, without its end. */
export function standingText(standing: Standing): string {
  switch (standing.kind) {
    case 'pause':
      return 'automation paused';
    case 'ack':
      return 'earlier failovers acknowledged';
    case 'unblock':
      return `starts at ${sanitize(standing.site, 40)} unblocked`;
    case 'adopted':
      return `replica ${sanitize(standing.replica, 40)} at ${sanitize(standing.site, 40)} adopted`;
    case 'out':
      return `${sanitize(standing.site, 40)} emptied${standing.isStopped ? ' and stopped' : ''} by hand`;
    case 'scale': {
      const { site, replicas, instead } = standing;
      return `${sanitize(site, 40)} scaled to ${replicas} (configured: ${instead})`;
    }
    case 'slots':
      return `replicas of ${sanitize(standing.site, 40)} stand in slots ${standing.slots.join(', ')}`;
    case 'weights':
      return `traffic prefers ${weightsText(standing.weights)} (configured: ${weightsText(standing.instead)})`;
    case 'shift':
      return `traffic moved by ${sanitize(standing.operationId, 20)} (now ${weightsText(standing.after)})`;
  }
}

/** Who set it and why. */
export function standingWhy({ by, reason }: Standing): string {
  return `${sanitize(by.name, 40)}@${sanitize(by.host, 40)}${reason === undefined ? '' : `: ${sanitize(reason)}`}`;
}

/** `until 03:38:00Z (in 12m)`, `over since 03:38:00Z`, or that it has no end. */
export function standingEnd({ untilMs }: Standing, nowMs: number): string {
  if (untilMs === undefined) return 'until it is taken back';
  if (untilMs <= nowMs) return `over since ${clockTime(untilMs)}`;
  return `until ${clockTime(untilMs)} (in ${age(untilMs - nowMs)})`;
}
