/** A replica that carries our tag and that nothing on record accounts for. */

import type { Actor } from './operation.ts';
import type { Reason } from './reason.ts';
import type { Replica } from './replica.ts';

/** No operation on record started it, or its slot is not among those that are placed there. */
export type OrphanWhy = 'operation-unknown' | 'beyond-placement';

export interface Orphan {
  readonly replica: Replica;
  readonly why: OrphanWhy;
  /** In the gateway's table, of a site with weight: users may be served from it. Undefined: the gateway is not seen. */
  readonly isServing: boolean | undefined;
}

export interface OrphanReport {
  readonly orphans: readonly Orphan[];
  /** Lists that could not be read: there may be more. */
  readonly unseen: readonly { readonly deployment: string; readonly site: string; readonly why: string }[];
}

/** What became of the deletion of one. */
export type OrphanEnd =
  /** Read back: it is gone, and costs nothing. */
  | { readonly kind: 'deleted'; readonly replica: Replica }
  | { readonly kind: 'refused'; readonly reasons: readonly Reason[] }
  /** The provider said no, and it stays as it was. */
  | { readonly kind: 'failed'; readonly why: string }
  /** Nobody can say whether it is still there, or billed. */
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'lease-held'; readonly holder: Actor };
