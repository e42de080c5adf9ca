/** Looks at everything `status` shows, each part on its own: what cannot be seen says why and stops nothing else. */

import { atItsStep } from '../engine/step-now.ts';
import { messageOf } from '../errors.ts';
import type { Config } from '../model/config.ts';
import type { Fault } from '../model/fault.ts';
import type { LeaseRecord } from '../model/lease.ts';
import type { Operation } from '../model/operation.ts';
import type { Seen } from '../model/outcome.ts';
import type { Pin } from '../model/pin.ts';
import type { RouteEntry } from '../model/route.ts';
import type { RunningRequests } from '../model/running.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Standing } from '../model/standing.ts';
import type { OperationCount } from '../model/tally.ts';
import type { DeploymentTraffic } from '../model/traffic-stats.ts';
import type { ReadCall } from '../ports/call.ts';
import type { Store } from '../ports/store.ts';
import type { TrafficDriver } from '../ports/traffic-driver.ts';
import type { App } from './app.ts';
import { type LeftRun, leftRun } from './drill-runs.ts';

/** What was read of one deployment. */
export interface Sights {
  readonly atMs: number;
  readonly stored: Look<Stored>;
  readonly route: Look<RouteEntry | undefined>;
  readonly traffic: Look<DeploymentTraffic>;
  /** What people said to the gateway itself; empty for a driver that keeps no such words. */
  readonly pins: Look<readonly Pin[]>;
  /** What drills do to the traffic now. */
  readonly faults: Look<readonly Fault[]>;
  /** A drill whose process is gone, and that nobody undid; absent: it was not looked for. */
  readonly left?: Look<LeftRun | undefined>;
}

export type Look<T> =
  | { readonly kind: 'seen'; readonly value: T; readonly asOfMs: number }
  | { readonly kind: 'unseen'; readonly why: string };

export interface Stored {
  readonly snapshot: Snapshot | undefined;
  readonly lease: LeaseRecord | undefined;
  readonly open: Operation | undefined;
  /** Ended ones, newest first. */
  readonly recent: readonly Operation[];
  /** What was set for a time or until it is taken back. */
  readonly standing: readonly Standing[];
}

export interface Watcher {
  look(deployment: string): Promise<Sights>;
  /** How many operations ended how. */
  counts(deployment: string): Promise<Look<readonly OperationCount[]>>;
  /** What runs at a site now, as the gateway itself says. */
  running(deployment: string, site: string): Promise<Look<RunningRequests>>;
  close(): Promise<void>;
}

/** A read that takes longer is "cannot be seen", in milliseconds: a screen at night must come. */
const patienceMs = 2000;
const maxOperations = 20;

/** What a watcher asks of the outside world. */
type Opening = Pick<App, 'clock' | 'openStore' | 'connectTraffic'> & Partial<Pick<App, 'drillRecords'>>;

/** Opens what can be opened, and tries again with each look. */
export function createWatcher(app: Opening, config: Config, signal: AbortSignal): Watcher {
  const store = reopening(() => app.openStore(config));
  const driver = reopening(() => app.connectTraffic(config));
  const call = (): ReadCall => ({
    signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    deadlineAtMonoMs: app.clock.monoMs() + patienceMs,
  });
  return {
    async look(deployment) {
      const [stored, route, traffic, pins, faults, left] = await Promise.all([
        attempt(app, async () => dated(app, await readStored(await store.open(), deployment))),
        attempt(app, async () => fromSeen(await (await driver.open()).read(deployment, call()))),
        attempt(app, async () => fromSeen(await (await driver.open()).traffic(deployment, call()))),
        attempt(app, async () => standingPins(await driver.open(), deployment, call())),
        attempt(app, async () => faultsInForce(await driver.open(), deployment, call())),
        attempt(app, async () => dated(app, await leftOf(app, config, deployment))),
      ]);
      if (stored.kind === 'unseen') await store.drop();
      if (route.kind === 'unseen') await driver.drop();
      return { atMs: app.clock.nowMs(), stored, route, traffic, pins, faults, left };
    },
    counts: (deployment) =>
      attempt(app, async () => dated(app, await (await store.open()).operations.counts(deployment))),
    async running(deployment, site) {
      const running = await attempt(app, async () => runningAt(await driver.open(), deployment, site, call()));
      if (running.kind === 'unseen') await driver.drop();
      return running;
    },
    async close() {
      await Promise.all([store.drop(), driver.drop()]);
    },
  };
}

async function leftOf(app: Opening, config: Config, deployment: string): Promise<LeftRun | undefined> {
  if (app.drillRecords === undefined) return undefined;
  return await leftRun(await app.drillRecords(config), deployment, app.clock.nowMs());
}

interface Reopening<T> {
  open(): Promise<T>;
  drop(): Promise<void>;
}

/** Opens once and keeps it until dropped. What is dropped while it still opens is closed when it has: nobody waits for it. */
function reopening<T extends Store | TrafficDriver>(connect: () => Promise<T>): Reopening<T> {
  let opening: Promise<T> | undefined;
  let opened: T | undefined;
  const start = (): Promise<T> => {
    const mine = connect().then(async (value) => {
      if (opening === mine) opened = value;
      else await closeStore(value);
      return value;
    });
    return mine;
  };
  return {
    open() {
      opening ??= start();
      return opening;
    },
    async drop() {
      const last = opened;
      opening = undefined;
      opened = undefined;
      if (last !== undefined) await closeStore(last);
    },
  };
}

async function closeStore(opened: Store | TrafficDriver): Promise<void> {
  if ('close' in opened) await opened.close();
}

async function readStored(store: Store, deployment: string): Promise<Stored> {
  const [snapshot, lease, operations, standing] = await Promise.all([
    store.snapshots.get(deployment),
    store.lease.read(deployment),
    store.operations.list({ deployment, limit: maxOperations }),
    store.standing.list(deployment),
  ]);
  const open = operations.find(({ endedAtMs }) => endedAtMs === undefined);
  return {
    snapshot,
    lease,
    open: open === undefined ? undefined : await atItsStep(store, open),
    recent: operations.filter(({ endedAtMs }) => endedAtMs !== undefined),
    standing,
  };
}

function dated<T>(app: Opening, value: T): Look<T> {
  return { kind: 'seen', value, asOfMs: app.clock.nowMs() };
}

/** Those that hold the weights now; what is over is the record's business. */
async function standingPins(driver: TrafficDriver, deployment: string, call: ReadCall): Promise<Look<readonly Pin[]>> {
  if (driver.pins === undefined) return { kind: 'seen', value: [], asOfMs: 0 };
  const seen = fromSeen(await driver.pins(deployment, call));
  if (seen.kind === 'unseen') return seen;
  const { pins, standing } = seen.value;
  return { ...seen, value: pins.filter(({ number }) => standing.includes(number)) };
}

async function faultsInForce(
  driver: TrafficDriver,
  deployment: string,
  call: ReadCall,
): Promise<Look<readonly Fault[]>> {
  if (driver.faults === undefined) return { kind: 'seen', value: [], asOfMs: 0 };
  const seen = fromSeen(await driver.faults(deployment, call));
  return seen.kind === 'unseen' ? seen : { ...seen, value: seen.value.inForce };
}

async function runningAt(
  driver: TrafficDriver,
  deployment: string,
  site: string,
  call: ReadCall,
): Promise<Look<RunningRequests>> {
  if (driver.running === undefined) return { kind: 'unseen', why: 'what moves the traffic here cannot say what runs' };
  return fromSeen(await driver.running(deployment, site, call));
}

function fromSeen<T>(seen: Seen<T>): Look<T> {
  return seen.kind === 'seen' ? seen : { kind: 'unseen', why: seen.error.message };
}

/** A port that does not answer in time counts as one that cannot be seen; `patienceMs` again as a second line of defence. */
async function attempt<T>(app: Opening, read: () => Promise<Look<T>>): Promise<Look<T>> {
  const over = new AbortController();
  const late = app.clock.sleep(patienceMs * 2, over.signal).then(
    (): Look<T> => ({ kind: 'unseen', why: `no answer in ${(patienceMs * 2) / 1000}s` }),
    (): Look<T> => ({ kind: 'unseen', why: 'not asked any more' }),
  );
  const answer = read().catch((error: unknown): Look<T> => ({ kind: 'unseen', why: messageOf(error) }));
  try {
    return await Promise.race([answer, late]);
  } finally {
    over.abort();
  }
}
