/** What our credentials may do at a site, and whether what replicas are made from is there. */
import type { Answer } from './outcome.ts';

/** What is asked of a permission: to run what exists, or to make something new too. */
export type AccessUse = 'operate' | 'create';

export interface PermissionCheck {
  /** The provider's own name, such as `ec2:RunInstances`. */
  readonly name: string;
  readonly use: AccessUse;
  readonly granted: Answer;
  /** There was nothing to ask it of, which says nothing against it: `granted` is `unknown`. */
  readonly notAsked?: true;
  /** What the provider said, or why it could not be asked. */
  readonly message?: string;
}

/** Something replicas are made from: a template, an image, a subnet. */
export interface PartCheck {
  readonly name: string;
  readonly present: Answer;
  readonly message?: string;
}

export interface QuotaCheck {
  /** The provider's own name of the quota. */
  readonly name: string;
  readonly family: string;
  readonly limit: number;
  readonly used: number;
  /** How much of it one replica takes. */
  readonly perReplica: number;
}

export interface AccessReport {
  /** Who we are to the provider; absent where it does not say. Never a secret. */
  readonly identity?: string;
  readonly permissions: readonly PermissionCheck[];
  /** Granted and not needed, as far as the provider lets that be asked. */
  readonly excess: readonly string[];
  readonly parts: readonly PartCheck[];
  readonly quotas: readonly QuotaCheck[];
  /** The provider's clock less ours, in milliseconds; absent where it does not say the time. */
  readonly clockSkewMs?: number;
}
