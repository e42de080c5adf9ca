import type { Operation } from '../../src/model/operation.ts';
import type { DeploymentTraffic } from '../../src/model/traffic-stats.ts';
export interface Sites {
    readonly url: string;
    /** Addresses of the model servers at one site. */
    servers(site: 'left' | 'right'): Promise<readonly string[]>;
    operations(): Promise<readonly Operation[]>;
    traffic(): Promise<DeploymentTraffic | undefined>;
    close(): Promise<void>;
}
export interface SitesOptions {
    readonly dir: string;
    readonly port: number;
    /** First port of the left site; the right one's are ten above. */
    readonly firstPort: number;
    readonly firstTokenMs: number;
    readonly firstTokenSigma: number;
    readonly firstTokenLimit: string;
    readonly probeTimeout: string;
}
/** Checks every 200 ms, two failures: the same as the peer's `inter 200 fall 2`. */
export declare function openSites({ dir, port, firstPort, firstTokenMs, firstTokenSigma, firstTokenLimit, probeTimeout, }: SitesOptions): Promise<Sites>;
