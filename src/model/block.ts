/** A remembered denial: what a provider refused, how much else that speaks of, and until when none of it is asked for again. */
import type { BlockReach, BlockScope } from './error-verdict.ts';
import type { Offer } from './offer.ts';
import type { ErrorClass } from './provider-error.ts';

/** Where something is asked for, as far as refusals speak of it. */
export interface Place {
  readonly site: string;
  readonly provider: string;
  /** As the site's session names it; undefined: this site's alone. */
  readonly account: string | undefined;
  readonly region: string | undefined;
}

/** Whose request it is: what is wrong with the request itself follows it wherever it goes, until the configuration is another. */
export interface Asker {
  readonly deployment: string;
  /** Digest of the configuration. */
  readonly config: string;
}

export interface Block extends Place, Asker {
  /** What was asked for; undefined: it is about the site as a whole. */
  readonly offer: Offer | undefined;
  readonly scope: BlockScope;
  readonly reach: BlockReach | undefined;
  readonly class: ErrorClass;
  /** The provider's own, raw. */
  readonly code: string;
  readonly message: string;
  /** When it was refused, epoch milliseconds. */
  readonly atMs: number;
  /** Until when nothing of it is asked for, epoch milliseconds. */
  readonly untilMs: number;
  /** Only somebody's change ends it (credentials, the request itself): at `untilMs` it is asked whether that was made. */
  readonly isUntilChanged: boolean;
}

/** More of them are not kept: each stands for minutes, and a hunt meets a few dozen at most. */
export const mostBlocks = 256;

/** There is one of each: a second takes the place of the first. */
export function blockKey({ deployment, site, offer, scope, reach }: Block): string {
  return JSON.stringify([deployment, site, scope, offer ?? null, reach ?? null]);
}

/** What became of one offer while capacity was hunted for. */
export interface Attempt {
  readonly site: string;
  /** Undefined: the site as a whole. */
  readonly offer: Offer | undefined;
  /** `not-asked`: an earlier refusal, or what the provider says beforehand, made it hopeless. */
  readonly state: 'refused' | 'not-asked';
  readonly class: ErrorClass;
  /** The provider's own, raw. */
  readonly code: string;
  readonly message: string;
  /** When it may be tried again, epoch milliseconds; undefined: at once, or nobody knows. */
  readonly untilMs: number | undefined;
  /** As of a block. */
  readonly isUntilChanged: boolean;
}
