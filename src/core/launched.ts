/** Launches that a site's list need not show yet: what was started a moment ago must not be started again (I27). */
import type { Operation } from '../model/operation.ts';
import type { SiteView, View } from '../model/view.ts';
import { isWithin } from './elapsed.ts';
import { absentAfterMs } from './listing.ts';
import { huntPart } from './plan/hunt.ts';
import { slotsOf } from './slots.ts';

/** By slot: until when (epoch milliseconds) its launch may be unlisted. */
export function unlistedSlots(
  { open, recent, asked = {} }: Pick<View, 'open' | 'recent' | 'asked'>,
  site: SiteView,
  nowMs: number,
): ReadonlyMap<number, number> {
  const slots = new Map<number, number>();
  const { control, listLagMs, placement } = site;
  // One list is no absence: what a process has not seen since it began to look may have been left out of what it saw.
  if (control.kind === 'seen' && isWithin(listLagMs, control.sinceMs, control.asOfMs))
    for (const slot of slotsOf(placement)) slots.set(slot, control.sinceMs + listLagMs);
  // Only a list that was made after the launch had to be in it tells of it; one read just before does not.
  const listedAtMs = control.kind === 'seen' ? control.asOfMs : Number.NEGATIVE_INFINITY;
  for (const operation of open === undefined ? recent : [open, ...recent]) {
    // The time of its step is not over yet: it may launch now.
    const endedAtMs = operation.endedAtMs ?? Math.min(nowMs, heldAtMs(operation) ?? nowMs);
    const isAlone = isOnlyOne(site, endedAtMs);
    const isOld = control.kind === 'seen' && !isWithin(listLagMs + 1, endedAtMs, listedAtMs);
    if (isOld && !isAlone) continue;
    const untilMs = isAlone ? listedAtMs + absentAfterMs(listLagMs) : endedAtMs + listLagMs;
    for (const slot of launchedSlots(operation, site.site.name, asked[operation.id]))
      slots.set(slot, Math.max(slots.get(slot) ?? 0, untilMs));
  }
  return slots;
}

/** Only one list was seen since then, or those that were are too close to count for two; where a list shows all at once, one is enough. */
function isOnlyOne({ control, listLagMs }: SiteView, atMs: number): boolean {
  if (control.kind === 'unknown' || listLagMs === 0) return false;
  return atMs <= control.asOfMs && (control.earlierMs ?? control.sinceMs) < atMs;
}

/**
 * From when on nothing of it is launched, epoch milliseconds: the step that ran when it was told to hold, the one before it is
 * held at or that one, had its own time left.
 */
function heldAtMs({ state, order, plan, step }: Operation): number | undefined {
  if (state !== 'held' || order === undefined) return undefined;
  return order.atMs + Math.max(0, ...plan.steps.slice(Math.max(0, step - 1), step + 1).map((each) => each.deadlineMs));
}

/** Slots that the operation has launched at the site, or may have: while it goes on nobody knows which step it is at. */
function launchedSlots(
  { plan, step, state, endedAtMs }: Operation,
  site: string,
  asked: readonly string[] | undefined,
): readonly number[] {
  const begun = endedAtMs === undefined && state !== 'held' ? plan.steps : plan.steps.slice(0, step + 1);
  return begun.flatMap((each) => {
    if (each.kind === 'hunt') {
      const slots = each.candidates.find((candidate) => candidate.site === site)?.slots ?? [];
      // A candidate that was not asked, or that surely refused, has nothing of it.
      return asked === undefined ? slots : slots.filter((slot) => asked.includes(huntPart(site, slot)));
    }
    return each.kind === 'launch' && each.site === site ? each.slots : [];
  });
}
