/** Stores and gateways that only answer what they were given. */
import type { LeaseRecord } from '../../../src/model/lease.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { RouteEntry } from '../../../src/model/route.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import type { DeploymentTraffic } from '../../../src/model/traffic-stats.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { TrafficDriver } from '../../../src/ports/traffic-driver.ts';
interface Held {
    readonly snapshot?: Snapshot | undefined;
    readonly lease?: LeaseRecord | undefined;
    readonly operations?: readonly Operation[];
}
export declare function fakeStore({ snapshot, lease, operations }: Held): Store;
export declare function fakeTraffic(held: {
    route: RouteEntry | undefined;
    traffic: DeploymentTraffic;
}): TrafficDriver;
export {};
