/** The ports as one life of a process has them: over links that fail, each call a point at which it may die. */
import type { EngineDeps } from '../engine/engine.ts';
import type { Seen } from '../model/outcome.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Provider } from '../ports/provider.ts';
import type { Store } from '../ports/store.ts';
import type { TrafficDriver } from '../ports/traffic-driver.ts';
import type { Cloud } from './cloud.ts';
import type { Gateway } from './gateway.ts';
import type { Ghost } from './ghost.ts';
import type { Incarnation } from './incarnation.ts';
import type { Link } from './link.ts';

export interface Reach {
  readonly life: Incarnation;
  readonly ghost: Ghost;
  readonly clock: Clock;
}

/** Sleeps end with the process. */
export function clockOf({ life, clock }: Reach): Clock {
  return { ...clock, sleep: (ms, signal) => life.whileAlive(clock.sleep(ms, signal)) };
}

export function trafficOf(reach: Reach, gateway: Gateway, link: Link): TrafficDriver {
  const { life, ghost } = reach;
  return {
    atomicUnit: 'vector',
    stamp(_, call) {
      ghost.checkIssue('stamp', call);
      return life.point('stamp', () => link.call(() => gateway.stamp(call.epoch)));
    },
    write(entry, call) {
      ghost.checkIssue(`write ${entry.routeVersion}`, call);
      return life.point('write', () => link.call(() => gateway.write(entry)));
    },
    read: (deployment) =>
      life.point('read', () =>
        link.call(() => {
          if (!gateway.isUp) return unseen(gatewayAbsent);
          const { entry } = gateway;
          return seen(entry?.deployment === deployment ? entry : undefined, reach.clock);
        }),
      ),
    traffic: (deployment) =>
      life.point('traffic', () => link.call(() => asSeen(gateway.traffic(deployment), reach.clock))),
  };
}

export function providerOf(reach: Reach, cloud: Cloud, link: Link): Provider {
  const { life, ghost } = reach;
  return {
    list: () => life.point('list', () => link.call(() => asSeen(cloud.list(), reach.clock))),
    start(request, call) {
      ghost.checkIssue(`start ${call.idempotencyKey}`, call);
      return life.point('start', () => link.call(() => cloud.start(request, call)));
    },
    stop(replica, how, call) {
      ghost.checkIssue(`stop ${replica.id}`, call);
      return life.point('stop', () => link.call(() => cloud.stop(replica, how, call)));
    },
    close: async () => undefined,
  };
}

/** The disk is the process's own: no link. Leases that are granted are noted for the oracles. */
export function storeOf({ life, ghost }: Reach, store: Store, isDiskBroken: () => boolean): Store {
  const { lease, journal, operations, snapshots } = store;
  const point = life.point.bind(life);
  const broken = <T>(work: () => Promise<T>): Promise<T> =>
    isDiskBroken() ? Promise.reject(new Error('ENOSPC: no space left on device')) : work();
  return {
    lease: {
      acquire: (...given) =>
        point('acquire', () =>
          broken(async () => {
            const reply = await lease.acquire(...given);
            if (reply.kind === 'held') ghost.grant(reply.lease.epoch, reply.lease.usableUntilMonoMs);
            return reply;
          }),
        ),
      renew: (given) =>
        point('renew', () =>
          broken(async () => {
            const reply = await lease.renew(given);
            if (reply.kind === 'held') ghost.grant(reply.lease.epoch, reply.lease.usableUntilMonoMs);
            return reply;
          }),
        ),
      release: (given) => point('release', () => broken(() => lease.release(given))),
      read: (given) => point('lease', () => lease.read(given)),
    },
    journal: {
      append: (drafts) => point('append', () => broken(() => journal.append(drafts))),
      head: () => point('head', () => journal.head()),
      read: (query) => point('journal', () => journal.read(query)),
    },
    operations: {
      get: (id) => point('operation', () => operations.get(id)),
      list: (query) => point('operations', () => operations.list(query)),
      revision: (given) => point('revision', () => operations.revision(given)),
      request: (request) => point('request', () => broken(() => operations.request(request))),
      nextRequest: (given) => point('next-request', () => operations.nextRequest(given)),
      getRequest: (id) => point('get-request', () => operations.getRequest(id)),
      answer: (id, answer) => point('answer', () => broken(() => operations.answer(id, answer))),
    },
    snapshots: {
      put: (snapshot) => point('snapshot', () => broken(() => snapshots.put(snapshot))),
      get: (given) => point('get-snapshot', () => snapshots.get(given)),
    },
    close: () => store.close(),
  };
}

/** All of them together, as the engine takes them. */
export type Ports = Pick<EngineDeps, 'clock' | 'store' | 'traffic' | 'providers' | 'probe'>;

const gatewayAbsent: ProviderError = { class: 'transient', code: 'GatewayAbsent', message: 'no gateway answers' };

function asSeen<T extends object>(value: T | ProviderError, clock: Clock): Seen<T> {
  return 'class' in value ? unseen(value) : seen(value, clock);
}

function seen<T>(value: T, clock: Clock): Seen<T> {
  return { kind: 'seen', value, asOfMs: clock.nowMs() };
}

function unseen<T>(error: ProviderError): Seen<T> {
  return { kind: 'unknown', error };
}
