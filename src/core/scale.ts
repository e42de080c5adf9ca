/** Another number of replicas at a site: what is to be started for it, and what is beyond it. */
import type { Action } from '../model/decision.ts';
import type { Placement } from '../model/deployment.ts';
import type { MarketCounts } from '../model/offer.ts';
import type { Reason } from '../model/reason.ts';
import type { ReplicaView, SiteView, View } from '../model/view.ts';
import { unlistedSlots } from './launched.ts';
import { fillMarkets } from './markets.ts';
import { isStopped } from './plan/reached.ts';
import { isAlive, missingSlots, readyReplicas, servingReplicas, unlistedReason, weightOf } from './readiness.ts';
import { hasSlot, isSameSet, resized, type SlotSet } from './slots.ts';

/** What a person asks for. */
export interface ScaleWish {
  readonly site: string;
  /** 0: none. */
  readonly replicas: number;
  /** How many of them in each market; they sum to `replicas`. Undefined: in whichever the site offers first. */
  readonly markets?: MarketCounts | undefined;
  /** Undefined: as the standby has it. */
  readonly how?: 'stop' | 'delete' | undefined;
}

/** What a scale action begins with, or why there is nothing to do or nothing can be done. */
export type Scaling =
  | { readonly kind: 'scale'; readonly scale: NonNullable<Action['scale']>; readonly start: Action['start'] }
  | { readonly kind: 'refused'; readonly reason: Reason };

/** Read against what runs there now. */
export function scaleTo(view: View, wish: ScaleWish, nowMs: number): Scaling {
  const { site: name, replicas } = wish;
  const site = view.sites.find((each) => each.site.name === name);
  if (site === undefined) {
    const names = view.sites.map((each) => each.site.name).join(', ');
    const message = `${view.deployment.name} has no site ${name}; it has ${names}`;
    return refuse({ code: 'NoReadyCapacity', site: name, message });
  }
  if (site.control.kind === 'unknown')
    return refuse({
      ...{ code: 'UnknownView', site: name },
      message: `what ${name} has cannot be read: ${site.control.message}`,
    });
  const set = resized(site.placement, replicas);
  const meant = sized(site, set);
  // What was launched a moment ago and need not be listed yet is neither missing nor known not to be beyond.
  const [unlisted] = [...unlistedReason(view, meant, nowMs), ...unlistedBeyond(view, meant, nowMs)];
  if (unlisted !== undefined) return refuse(unlisted);
  if (wish.markets === undefined) {
    const slots = missingAt(view, site, set, nowMs);
    return scaling(view, site, { wish, set, start: slots.length === 0 ? [] : [{ site: name, slots }] });
  }
  const filling = fillMarkets(view, site, wish.markets, nowMs);
  if (filling.kind === 'refused') return filling;
  return scaling(view, site, { wish, set: filling.set, start: filling.fill.map((each) => ({ site: name, ...each })) });
}

interface Sizing {
  readonly wish: ScaleWish;
  readonly set: SlotSet;
  readonly start: Action['start'];
}

function scaling(view: View, site: SiteView, { wish, set, start }: Sizing): Scaling {
  const scale = scaleOf(view, site, set, wish.how);
  if (start.length > 0 || beyond(site, scale).length > 0 || !isRecorded(site, scale))
    return { kind: 'scale', scale, start };
  const { name } = site.site;
  return refuse({ code: 'AlreadyThere', site: name, message: `${name} has ${countText(set.replicas)} already` });
}

/** What stands in place of the configuration's number is that already, or nothing is to stand there and nothing does. */
function isRecorded({ placement }: SiteView, scale: NonNullable<Action['scale']>): boolean {
  const { replicas, isTakenBack } = scale;
  if (replicas === placement.replicas && !isSameSet(placement, scale)) return false;
  if (placement.configured === undefined) return isTakenBack;
  return !isTakenBack && replicas === heldReplicas(placement);
}

/** What a site is to hold also without traffic: a standby that is not hot holds nothing by itself. */
function heldReplicas({ replicas, standby }: Placement): number {
  return standby === 'hot' ? replicas : 0;
}

function scaleOf(view: View, site: SiteView, set: SlotSet, how: ScaleWish['how']): NonNullable<Action['scale']> {
  const { placement } = site;
  const { replicas, slots } = set;
  const configured = placement.configured ?? placement;
  // Of a standby both are as configured: none while it waits, its number while it is in use.
  const isTakenBack = replicas === configured.replicas || (configured.standby !== 'hot' && replicas === 0);
  const before = weightOf(view, site.site.name) > 0 ? placement.replicas : heldReplicas(placement);
  return {
    ...{ site: site.site.name, replicas, before, instead: configured.replicas, isTakenBack },
    ...(slots === undefined ? {} : { slots }),
    how: how ?? (configured.standby === 'warm' ? 'stop' : 'delete'),
  };
}

/** Slots of the set that hold no live replica. */
export function missingAt(view: View, site: SiteView, set: SlotSet, nowMs: number): readonly number[] {
  return missingSlots(view, sized(site, set), nowMs);
}

/** The site as it would be with so many. */
function sized(site: SiteView, { replicas, slots }: SlotSet): SiteView {
  const { slots: _, ...placement } = site.placement;
  return { ...site, placement: { ...placement, replicas, ...(slots === undefined ? {} : { slots }) } };
}

/** What is in other slots than these, and not stopped yet. */
export function beyond(
  site: SiteView,
  { how, ...set }: SlotSet & { readonly how: 'stop' | 'delete' },
): readonly ReplicaView[] {
  return site.replicas.filter(({ replica }) => !hasSlot(set, replica.slot) && !isStopped(how, replica));
}

/** Launched a moment ago in a slot beyond the number, and not listed: it must be before it can be stopped. */
function unlistedBeyond(view: View, site: SiteView, nowMs: number): readonly Reason[] {
  const { placement, replicas } = site;
  const listed = new Set(replicas.filter(({ replica }) => isAlive(replica.state)).map(({ replica }) => replica.slot));
  const all = view.sites.find((each) => each.site.name === site.site.name) ?? site;
  const late = [...unlistedSlots(view, all, nowMs)].filter(([slot]) => !hasSlot(placement, slot) && !listed.has(slot));
  if (late.length === 0) return [];
  const { name } = site.site;
  const untilMs = Math.max(...late.map(([, atMs]) => atMs));
  const message = `${name} may hold ${countText(late.length)} beyond ${placement.replicas} that it need not list yet`;
  return [{ code: 'LaunchUnlisted', site: name, message, untilMs }];
}

/** `1 replica`, `3 replicas`. */
export function countText(replicas: number): string {
  return `${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`;
}

/** Of what is ready at a site: how much a trim takes, and how much stays. */
export interface Trim {
  readonly site: string;
  readonly taken: number;
  readonly kept: number;
}

/** Down to those in the slots of the set. */
export function trimmedReady(view: View, site: SiteView, set: SlotSet, nowMs: number): Trim {
  const kept = readyReplicas(view, site, nowMs).filter(({ replica }) => hasSlot(set, replica.slot)).length;
  // What leaves in a moment serves as long as it is there: it is taken too.
  const taken = servingReplicas(view, site, nowMs).filter(({ replica }) => !hasSlot(set, replica.slot)).length;
  return { site: site.site.name, taken, kept };
}

function refuse(reason: Reason): Scaling {
  return { kind: 'refused', reason };
}
