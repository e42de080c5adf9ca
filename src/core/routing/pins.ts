/** What a person's pin means for a route table: which pins stand, and the table that a `return` puts in force. */
import type { Pin } from '../../model/pin.ts';
import type { RouteEntry, Weights } from '../../model/route.ts';
import { acceptEntry, type Fence } from './accept-entry.ts';

/** A pin and what the gateway knows of its end. */
export interface TakenPin {
  readonly pin: Pin;
  /** Monotonic milliseconds; infinite for one without an end. */
  readonly untilMonoMs: number;
  readonly isReleased: boolean;
}

/** A release never stands: it is over when it is made. */
export function stands({ pin, untilMonoMs, isReleased }: TakenPin, nowMonoMs: number): boolean {
  return pin.kind !== 'release' && !isReleased && nowMonoMs < untilMonoMs;
}

/** The newest that stands: it names who has to be asked. */
export function standingPin(pins: readonly TakenPin[], nowMonoMs: number): Pin | undefined {
  return pins.findLast((each) => stands(each, nowMonoMs))?.pin;
}

/** The table that goes into force, or why none does. */
export type ReturnVerdict =
  | { readonly kind: 'accepted'; readonly entry: RouteEntry }
  | { readonly kind: 'refused'; readonly message: string };

/** What is in force, and the weights that a person wants back; percent by site. */
export interface ReturnTerms {
  readonly fence: Fence;
  readonly current: RouteEntry;
  readonly weights: Weights;
  /** By site: monotonic milliseconds until which its proof holds. */
  readonly spillUntilMs: ReadonlyMap<string, number>;
  readonly nowMonoMs: number;
}

/**
 * The table in force with other weights, under the next version: a controller that comes back adopts it as newer than its
 * own. It keeps the journal's head, which tells of no later entry, and proofs go on counting down.
 */
export function entryOfReturn({ fence, current, weights, spillUntilMs, nowMonoMs }: ReturnTerms): ReturnVerdict {
  // A person's word is no step of the operation that wrote the table in force.
  const { before: _, ...kept } = current;
  const entry: RouteEntry = {
    ...kept,
    epoch: Math.max(fence.epoch, current.epoch),
    routeVersion: Math.max(fence.routeVersion, current.routeVersion) + 1,
    weights: { ...Object.fromEntries(current.sites.map(({ site }) => [site, 0])), ...weights },
    spill: current.spill.map(({ site }) => ({
      site,
      provenForMs: Math.max(0, (spillUntilMs.get(site) ?? nowMonoMs) - nowMonoMs),
    })),
  };
  const verdict = acceptEntry(fence, entry);
  if (verdict.kind === 'refused') return { kind: 'refused', message: verdict.message };
  if (entry.sites.some(({ site, replicas }) => (entry.weights[site] ?? 0) > 0 && replicas.some(isServing)))
    return { kind: 'accepted', entry };
  return { kind: 'refused', message: 'no site would be left that has both weight and a serving replica' };
}

function isServing({ state }: RouteEntry['sites'][number]['replicas'][number]): boolean {
  return state === 'serving';
}
