/** What somebody has set for a time, or until it is taken back: shown in `status` with its countdown. */
import type { Actor } from './operation.ts';
import type { Weights } from './route.ts';

interface StandingBase {
  readonly deployment: string;
  readonly by: Actor;
  /** Since when, epoch milliseconds. */
  readonly atMs: number;
  readonly reason: string | undefined;
  /** Until when, epoch milliseconds; undefined: until it is taken back or overtaken. */
  readonly untilMs: number | undefined;
}

/**
 * `pause`: automation is off · `ack`: what failed over before `atMs` holds nothing back any more · `unblock`: what was
 * refused at the site before `atMs` holds nothing back any more · `out`: a person emptied the site, and automation neither
 * starts anything there nor sends traffic there · `adopted`: a replica that no operation started is ours all the same ·
 * `shift`: traffic was moved for a time, and returns · `scale`: so many replicas at the site, 0 for none, in place of the
 * configuration's · `weights`: where traffic goes when nothing is wrong, in place of the configuration's. These two count as
 * long as the configuration still says what they stand `instead` of · `slots`: where the replicas of a site stand, in place of
 * the first ones; it counts as long as there are to be as many.
 */
export type Standing = StandingBase &
  (
    | { readonly kind: 'pause' | 'ack' }
    | { readonly kind: 'unblock'; readonly site: string }
    | { readonly kind: 'adopted'; readonly site: string; readonly replica: string }
    | { readonly kind: 'out'; readonly site: string; readonly isStopped: boolean }
    | { readonly kind: 'scale'; readonly site: string; readonly replicas: number; readonly instead: number }
    | { readonly kind: 'slots'; readonly site: string; readonly slots: readonly number[] }
    | { readonly kind: 'weights'; readonly weights: Weights; readonly instead: Weights }
    | {
        readonly kind: 'shift';
        readonly operationId: string;
        /** What the traffic returns to, and what it was given. */
        readonly before: Weights;
        readonly after: Weights;
        /** How long it was given first: it is extended by as much while its origin is not healthy. Milliseconds. */
        readonly forMs: number;
      }
  );

/** Not over yet; one without an end stands until it is taken back. */
export function isInForce({ untilMs }: Standing, nowMs: number): boolean {
  return untilMs === undefined || nowMs < untilMs;
}

/** There is one of each key in a deployment: a second takes the place of the first. */
export function standingKey(standing: {
  readonly kind: Standing['kind'];
  readonly site?: string;
  readonly replica?: string;
}): string {
  if (standing.replica !== undefined) return `${standing.kind}/${standing.replica}`;
  return standing.site === undefined ? standing.kind : `${standing.kind}/${standing.site}`;
}
