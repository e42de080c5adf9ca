/** Two sites, a gateway and a store on virtual time; any number of controllers may run in it, and be killed. */

import type { Config, GatewaySettings } from '../../../src/model/config.ts';
import type { Deployment } from '../../../src/model/deployment.ts';
import type { Event } from '../../../src/model/event.ts';
import type { JournalDraft } from '../../../src/model/journal-entry.ts';
import { limitOn } from '../../../src/model/limits.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { FailoverPolicy } from '../../../src/model/policy.ts';
import type { CompletionProbeSpec } from '../../../src/model/probe-spec.ts';
import type { Site } from '../../../src/model/site.ts';
import type { Store } from '../../../src/ports/store.ts';
import { createMemoryState, type MemoryState, openMemoryStore } from '../../../src/store/memory.ts';
import { createManualClock, type ManualClock } from '../../../src/testkit/manual-clock.ts';
import { createSeededRandom } from '../../../src/testkit/seeded-random.ts';
import { createFakeCloud, type FakeCloud } from './fake-cloud.ts';
import { createFakeProbe, type FakeProbe } from './fake-probe.ts';
import { createFakeSink, type FakeSink } from './fake-sink.ts';
import { createProcess, type Death, type DrilledDeps, type Process } from './process.ts';

export const leaseTtlMs = 1000;
/** What the store keeps free at the end of a lease of that length. */
export const leaseMarginMs = 100;

export interface WorldChange {
  readonly failover?: Partial<FailoverPolicy>;
  readonly deployment?: Partial<Deployment>;
  /** Replicas wanted by site; `left` and `right` with one each unless told. */
  readonly sites?: Readonly<Record<string, number>>;
  /** What is special about a site of the configuration, by name. */
  readonly places?: Readonly<Record<string, Partial<Site>>>;
}

export interface World {
  readonly clock: ManualClock;
  readonly config: Config;
  readonly deployment: Deployment;
  readonly state: MemoryState;
  readonly clouds: ReadonlyMap<string, FakeCloud>;
  readonly left: FakeCloud;
  readonly right: FakeCloud;
  readonly sink: FakeSink;
  readonly probe: FakeProbe;
  /** What was told to the reporter, by all processes. */
  readonly events: Event[];
  /** Appends and changing calls as they happened, by all processes. */
  readonly trace: string[];
  /** Invariants that did not hold: every changing call is checked as it is issued. */
  readonly violations: string[];
  /** A process of its own: its store handle, its ports, its death. */
  boot(death?: Death): Process;
  /** Moves time until the work ends; fails after `limitMs` of virtual time. */
  drive<T>(work: Promise<T>, limitMs?: number): Promise<T>;
  /** Moves time until the condition holds; fails after `limitMs` of virtual time. */
  until(what: string, isMet: () => boolean, limitMs?: number): Promise<void>;
  /** Moves time by this long, in small steps. */
  pass(ms: number): Promise<void>;
  operations(): readonly Operation[];
  /** The journal's bodies in order. */
  journal(): readonly JournalDraft['body'][];
}

const stepMs = 20;

export function createWorld(change: WorldChange = {}): World {
  const clock = createManualClock();
  const wanted = change.sites ?? { left: 1, right: 1 };
  const names = Object.keys(wanted);
  const deployment = deploymentOf(wanted, change);
  const config = configOf(deployment, names, change.places);
  const state = createMemoryState();
  const clouds = new Map(names.map((site) => [site, createFakeCloud(site, clock)]));
  const sink = createFakeSink(clock, names);
  const probe = createFakeProbe(clock, clouds);
  const events: Event[] = [];
  const trace: string[] = [];
  const violations: string[] = [];
  let processes = 0;

  const world: World = {
    ...{ clock, config, deployment, state, clouds, sink, probe, events, trace, violations },
    get left() {
      return cloudIn(clouds, 'left');
    },
    get right() {
      return cloudIn(clouds, 'right');
    },
    boot(death) {
      processes += 1;
      const deps: DrilledDeps = {
        ...{ config, clock, probe, traffic: sink, providers: clouds },
        random: createSeededRandom(processes),
        store: openStore(state, clock, 100 + processes),
        reporter: { report: (event) => events.push(event) },
        actor: { kind: 'controller', name: 'godwit', host: 'here', pid: processes },
      };
      return createProcess(deps, { state, trace, violations, leaseMarginMs }, death);
    },
    async drive(work, limitMs = 120_000) {
      let isEnded = false;
      const ended = work.finally(() => {
        isEnded = true;
      });
      ended.catch(() => undefined);
      await world.until('the end of the work', () => isEnded, limitMs);
      return await ended;
    },
    async until(what, isMet, limitMs = 120_000) {
      const deadlineMonoMs = clock.monoMs() + limitMs;
      for (;;) {
        await settle();
        if (isMet()) return;
        if (clock.monoMs() >= deadlineMonoMs) throw new Error(`not seen within ${limitMs} ms: ${what}`);
        clock.advance(stepMs);
      }
    },
    async pass(ms) {
      for (let left = ms; left > 0; left -= stepMs) {
        await settle();
        clock.advance(Math.min(left, stepMs));
      }
      await settle();
    },
    operations: () => [...state.operations.values()].map(({ operation }) => operation),
    journal: () => state.entries.map(({ text }) => (JSON.parse(text) as JournalDraft).body),
  };
  return world;
}

/** All that can go on without time passing has gone on. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

export function openStore(state: MemoryState, clock: ManualClock, seed: number): Store {
  return openMemoryStore(state, { clock, random: createSeededRandom(seed), bootId: 'boot-1' });
}

function cloudIn(clouds: ReadonlyMap<string, FakeCloud>, site: string): FakeCloud {
  const found = clouds.get(site);
  if (found === undefined) throw new Error(`the world has no site ${site}`);
  return found;
}

export const completion: CompletionProbeSpec = {
  ...{ kind: 'completion', name: 'completion', everyMs: 200, timeoutMs: 400, path: '/v1/completions' },
  ...{ model: 'tiny', prompt: 'ready?', maxTokens: 4, firstTokenLimitMs: 200, contains: undefined },
};

export const noLimits = {
  minReadyRatio: 0,
  headroomRatio: 0,
  removalWindowMs: 0,
  vendorMaxRatio: {},
  freeze: [],
} as const;

function deploymentOf(wanted: Readonly<Record<string, number>>, { failover, deployment }: WorldChange): Deployment {
  const launch = { command: ['serve'], env: {}, startupTimeoutMs: 5000, stopGraceMs: 1000 };
  const [first = ''] = Object.keys(wanted);
  const detector = {
    ...{ evaluateEveryMs: 100, failuresInARow: 2, successesInARow: 2, windowMs: 5000, badRatio: 0.5 },
    ...{ minimumSamples: 8, slowPhi: 8, failAfterMs: 300, staleAfterMs: 3000, quorum: 1 },
    ...{ trafficMinimum: 10, unhealthyWhen: [limitOn('errorRate', '>=', 0.3), limitOn('lateRate', '>=', 0.3)] },
  };
  return {
    ...{ name: 'chat', model: 'tiny', residency: [], probes: [completion], firstTokenLimitMs: 200 },
    placements: Object.entries(wanted).map(([site, replicas]) => ({ site, replicas, standby: 'hot', launch })),
    failover: {
      mode: 'auto',
      detector,
      proof: { completions: 2, maxAgeMs: 10_000 },
      move: {
        stepsPct: [50, 100],
        holdEachMs: 500,
        promoteWhen: [limitOn('errorRate', '<=', 0.1), limitOn('ttft.p95', '<=', 200)],
        deadlineMs: 10_000,
      },
      failback: { mode: 'never', afterMs: 5000 },
      safety: { brakeRatio: 0.5, coolDownMs: 60_000, maxFailoversPerDay: 3, dwellMs: 5000, ...noLimits },
      manual: { defaultExpiryMs: 14_400_000, maxExpiryMs: 259_200_000, warnBeforeMs: 1_200_000, requiresReason: false },
      ...failover,
    },
    drain: { waitForStreamsMs: 5000 },
    match: { model: 'tiny' },
    weights: Object.fromEntries(Object.keys(wanted).map((site) => [site, site === first ? 100 : 0])),
    ...deployment,
  };
}

function configOf(deployment: Deployment, sites: readonly string[], places: WorldChange['places'] = {}): Config {
  const gateway: GatewaySettings = {
    ...{ host: '127.0.0.1', port: 0, adminSocket: 'socket', tableFile: 'table' },
    hold: { maxWaitMs: 1000, maxRequests: 10 },
    retry: { ratio: 0.1 },
    replay: { maxBodyBytes: 1, maxTotalBytes: 1 },
    limits: {
      ...{
        maxBodyBytes: 1,
        maxBufferedBytes: 1,
        maxHeaderBytes: 1,
        maxUrlBytes: 1,
        maxConnections: 1,
        maxConnectionsPerAddress: 1,
      },
      ...{ headersTimeoutMs: 1, requestTimeoutMs: 1, firstByteTimeoutMs: 1, stallTimeoutMs: 1 },
      slowReaderTimeoutMs: 1,
    },
  };
  return {
    ...{ path: 'godwit.yaml', environment: 'test', stateDir: 'state', digest: '0123456789ab', gateway },
    lease: { ttlMs: leaseTtlMs, renewEveryMs: 200 },
    sites: sites.map(
      (name): Site => ({
        ...{ name, provider: 'fake', region: undefined, residency: [], failureDomains: [name], settings: {} },
        ...places[name],
      }),
    ),
    deployments: [deployment],
  };
}
