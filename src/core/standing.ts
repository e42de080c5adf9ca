/** What somebody has set, as it counts at a moment. */
import type { Reason } from '../model/reason.ts';
import { isInForce, type Standing } from '../model/standing.ts';
import type { View } from '../model/view.ts';

/** An origin that is not healthy is looked at again after this long at most, in milliseconds. */
export const longestExtensionMs = 3_600_000;

/** Why automation is off; empty when it is not. */
export function pausedReason({ standing }: View, nowMs: number): readonly Reason[] {
  const pause = standing.find((each) => each.kind === 'pause');
  if (pause === undefined || !isInForce(pause, nowMs)) return [];
  const message = `paused by ${pause.by.name}@${pause.by.host}: ${pause.reason ?? 'no reason given'}`;
  return [{ code: 'Paused', message, ...(pause.untilMs === undefined ? {} : { untilMs: pause.untilMs }) }];
}

/** Traffic that was moved for a time and has not returned. */
export function shiftOf({ standing }: View): Extract<Standing, { kind: 'shift' }> | undefined {
  return standing.find((each) => each.kind === 'shift');
}

/** A person emptied the site: it is theirs to use again. */
export function isOut({ standing }: View, site: string): boolean {
  return standing.some((each) => each.kind === 'out' && each.site === site);
}

/** Failovers from before this moment hold nothing back; epoch milliseconds, 0 without any acknowledgement. */
export function acknowledgedAtMs({ standing }: View): number {
  return standing.find(({ kind }) => kind === 'ack')?.atMs ?? 0;
}

/** Refusals at the site from before this moment hold nothing back; epoch milliseconds, 0 when none were cleared. */
export function unblockedAtMs({ standing }: Pick<View, 'standing'>, site: string): number {
  return standing.find((each) => each.kind === 'unblock' && each.site === site)?.atMs ?? 0;
}
