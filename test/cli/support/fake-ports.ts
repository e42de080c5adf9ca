/** Stores and gateways that only answer what they were given. */
import type { JournalEntry } from '../../../src/model/journal-entry.ts';
import type { LeaseRecord } from '../../../src/model/lease.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { RouteEntry } from '../../../src/model/route.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import type { Standing } from '../../../src/model/standing.ts';
import type { OperationCount } from '../../../src/model/tally.ts';
import type { DeploymentTraffic } from '../../../src/model/traffic-stats.ts';
import type { Store } from '../../../src/ports/store.ts';
import type { TrafficDriver } from '../../../src/ports/traffic-driver.ts';
import { nowMs } from './models.ts';

interface Held {
  readonly snapshot?: Snapshot | undefined;
  readonly lease?: LeaseRecord | undefined;
  readonly operations?: readonly Operation[];
  readonly counts?: readonly OperationCount[];
  readonly entries?: readonly JournalEntry[];
  readonly standing?: readonly Standing[];
}

const never = async (): Promise<never> => {
  throw new Error('status must not write');
};

export function fakeStore({ snapshot, lease, operations = [], counts = [], entries = [], standing = [] }: Held): Store {
  return {
    lease: { acquire: never, renew: never, release: never, read: async () => lease },
    journal: { append: never, head: never, read: async () => entries },
    operations: {
      get: never,
      list: async () => operations,
      counts: async () => counts,
      revision: never,
      request: never,
      nextRequest: never,
      getRequest: never,
      answer: never,
    },
    standing: { list: async () => standing, put: never },
    blocks: { list: async () => [], put: never, clear: never },
    snapshots: { put: never, get: async () => snapshot },
    close: async () => undefined,
  };
}

export function fakeTraffic(held: { route: RouteEntry | undefined; traffic: DeploymentTraffic }): TrafficDriver {
  return {
    atomicUnit: 'vector',
    stamp: never,
    read: async () => ({ kind: 'seen', value: held.route, asOfMs: nowMs }),
    write: never,
    traffic: async () => ({ kind: 'seen', value: held.traffic, asOfMs: nowMs }),
  };
}
