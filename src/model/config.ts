/** The whole configuration, validated, with every default filled in and every path absolute. */
import type { Deployment } from './deployment.ts';
import type { Drill } from './drill.ts';
import type { Listen } from './listen.ts';
import type { RebalancePolicy } from './rebalance-policy.ts';
import type { Site } from './site.ts';

/** How the embedded gateway listens and what it allows. Sizes in bytes, times in milliseconds. */
export interface GatewaySettings extends Listen {
  /** Unix socket of the admin API. */
  readonly adminSocket: string;
  /** Where the last accepted route table is kept. */
  readonly tableFile: string;
  readonly hold: {
    /** Longest time a request waits while nothing is ready. */
    readonly maxWaitMs: number;
    readonly maxRequests: number;
  };
  readonly retry: {
    /** Tokens a request earns towards retries: 0.1 means one retry in ten requests. */
    readonly ratio: number;
  };
  readonly replay: {
    /** A body above this is passed on but never sent twice. */
    readonly maxBodyBytes: number;
    readonly maxTotalBytes: number;
  };
  readonly limits: {
    readonly maxBodyBytes: number;
    /** Request bodies in memory, of all connections together. */
    readonly maxBufferedBytes: number;
    readonly maxHeaderBytes: number;
    readonly maxUrlBytes: number;
    readonly maxConnections: number;
    readonly maxConnectionsPerAddress: number;
    readonly headersTimeoutMs: number;
    /** From the first byte of a request to its last. */
    readonly requestTimeoutMs: number;
    /** Longest wait for an upstream's first body byte, whatever the statistics say. */
    readonly firstByteTimeoutMs: number;
    /** Longest silence inside an answer. */
    readonly stallTimeoutMs: number;
    /** A client that takes nothing for this long is cut. */
    readonly slowReaderTimeoutMs: number;
  };
}

export interface Config {
  /** The file it came from; `-` for standard input. */
  readonly path: string;
  readonly environment: string;
  /** Every change needs a reason; absent: it does not. */
  readonly isProtected?: boolean;
  readonly stateDir: string;
  readonly lease: { readonly ttlMs: number; readonly renewEveryMs: number };
  readonly sites: readonly Site[];
  readonly deployments: readonly Deployment[];
  /** Absent: none. */
  readonly drills?: readonly Drill[];
  readonly gateway: GatewaySettings;
  /** Absent: nothing is rebalanced. */
  readonly rebalance?: RebalancePolicy;
  /** How often the controller looks at every site as `godwit doctor` does; absent: never. */
  readonly doctor?: { readonly everyMs: number };
  /** Where the controller serves its metrics; absent: nowhere. */
  readonly metrics?: Listen;
  /** First 12 hex digits of the SHA-256 of the file's text: names the config in records. */
  readonly digest: string;
}
