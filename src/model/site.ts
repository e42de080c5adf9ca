import type { SiteCapacity } from './rebalance-policy.ts';

/** A place that can run replicas: a provider plus a region (or cluster, or host) and the account used there. */
export interface Site {
  readonly name: string;
  /** The provider plugin's kind, such as `local`. */
  readonly provider: string;
  /** Whose machines they are; absent: the provider's kind says it. */
  readonly vendor?: string;
  readonly region: string | undefined;
  /** All jurisdictions the site lies in. Every one of them must be allowed by a deployment that names a residency. */
  readonly residency: readonly string[];
  /** Sites that share one of these fail together. Never empty: a site without any is its own domain. */
  readonly failureDomains: readonly string[];
  /** Accelerators that deployments share, for rebalancing; absent: not stated. */
  readonly capacity?: readonly SiteCapacity[];
  /** What a GiB that leaves the site costs, for rebalancing; absent: not stated. */
  readonly egressUsdPerGiB?: number;
  /** The provider's own settings, validated by its config schema. */
  readonly settings: unknown;
}
