/** Builds views for the core's tests: each row sets only what it is about. */
import fc from 'fast-check';
import type { Condition, Proof } from '../../../src/model/condition.ts';
import type { Deployment, Placement } from '../../../src/model/deployment.ts';
import type { Fault } from '../../../src/model/fault.ts';
import { limitOn } from '../../../src/model/limits.ts';
import type { Notice } from '../../../src/model/notice.ts';
import type { Observation } from '../../../src/model/observation.ts';
import type { Operation, OperationRequest } from '../../../src/model/operation.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { DetectorPolicy, FailoverPolicy } from '../../../src/model/policy.ts';
import type { CompletionProbeSpec, HttpProbeSpec } from '../../../src/model/probe-spec.ts';
import type { ProviderError } from '../../../src/model/provider-error.ts';
import type { Replica } from '../../../src/model/replica.ts';
import type { RouteEntry, Weights } from '../../../src/model/route.ts';
import type { Standing } from '../../../src/model/standing.ts';
import type { SiteTraffic } from '../../../src/model/traffic-stats.ts';
import type { ReplicaView, SiteView, View } from '../../../src/model/view.ts';

/** The moment every view is looked at, epoch milliseconds. */
export const nowMs = 1_000_000_000;

export const lost: ProviderError = { class: 'unknown', code: 'Lost', message: 'no answer' };

export const completion: CompletionProbeSpec = {
  kind: 'completion',
  name: 'completion',
  everyMs: 200,
  timeoutMs: 1000,
  path: '/v1/completions',
  model: 'tiny',
  prompt: 'ready?',
  maxTokens: 4,
  firstTokenLimitMs: 500,
  contains: undefined,
};

export const http: HttpProbeSpec = { kind: 'http', name: 'http', everyMs: 200, timeoutMs: 1000, path: '/health' };

export const detector: DetectorPolicy = {
  evaluateEveryMs: 100,
  failuresInARow: 3,
  successesInARow: 2,
  windowMs: 10_000,
  badRatio: 0.5,
  minimumSamples: 8,
  slowPhi: 8,
  failAfterMs: 1000,
  staleAfterMs: 3000,
  quorum: 1,
  unhealthyWhen: [limitOn('errorRate', '>=', 0.3), limitOn('lateRate', '>=', 0.3)],
  trafficMinimum: 10,
};

export interface PolicyChange {
  readonly mode?: FailoverPolicy['mode'];
  readonly detector?: Partial<DetectorPolicy>;
  readonly failback?: Partial<FailoverPolicy['failback']>;
  readonly safety?: Partial<FailoverPolicy['safety']>;
  readonly move?: Partial<FailoverPolicy['move']>;
}

export function policy(change: PolicyChange = {}): FailoverPolicy {
  return {
    mode: change.mode ?? 'auto',
    detector: { ...detector, ...change.detector },
    proof: { completions: 3, maxAgeMs: 30_000 },
    move: {
      stepsPct: [10, 50, 100],
      holdEachMs: 1000,
      promoteWhen: [limitOn('errorRate', '<=', 0.05), limitOn('ttft.p95', '<=', 500)],
      deadlineMs: 60_000,
      ...change.move,
    },
    failback: { mode: 'never', afterMs: 60_000, ...change.failback },
    safety: {
      ...{ brakeRatio: 0.5, coolDownMs: 1_800_000, maxFailoversPerDay: 3, dwellMs: 600_000 },
      ...{ minReadyRatio: 0, headroomRatio: 0, removalWindowMs: 0, vendorMaxRatio: {}, freeze: [] },
      ...change.safety,
    },
    manual: { defaultExpiryMs: 14_400_000, maxExpiryMs: 259_200_000, warnBeforeMs: 1_200_000, requiresReason: false },
  };
}

/** One answer of the completion probe of `left-0`; `atMs` counts back from now. */
export function answer(agoMs: number, outcome: Observation['outcome'], change: Partial<Observation> = {}): Observation {
  return {
    deployment: 'chat',
    site: 'left',
    replica: 'left-0',
    bootId: 'boot-1',
    probe: 'completion',
    plane: 'data',
    vantage: 'here',
    atMs: nowMs - agoMs,
    outcome,
    ...change,
  };
}

export function replicaOf(change: Partial<Replica> = {}): Replica {
  const site = change.site ?? 'left';
  const slot = change.slot ?? 0;
  return {
    id: `${site}-${slot}`,
    bootId: 'boot-1',
    deployment: 'chat',
    site,
    slot,
    url: 'http://127.0.0.1:9100',
    state: 'running',
    billed: 'yes',
    startedAtMs: nowMs - 600_000,
    startKey: 'key',
    ...change,
  };
}

export function conditionOf(change: Partial<Condition> = {}): Condition {
  const state = change.state ?? 'good';
  return {
    replica: 'left-0',
    probe: 'completion',
    plane: 'data',
    vantage: 'here',
    state,
    sinceMs: nowMs - 5000,
    asOfMs: nowMs - 100,
    failuresInARow: state === 'bad' ? 5 : 0,
    failingSinceMs: state === 'bad' ? nowMs - 5000 : undefined,
    successesInARow: state === 'good' ? 50 : 0,
    reason: state === 'bad' ? 'TimedOut' : undefined,
    detail: undefined,
    ...change,
  };
}

export function proofOf(change: Partial<Proof> = {}): Proof {
  return { replica: 'left-0', bootId: 'boot-1', model: 'tiny', completions: 3, atMs: nowMs - 100, ...change };
}

export interface ReplicaChange extends Partial<Replica> {
  readonly conditions?: readonly Partial<Condition>[];
  /** Null: none. */
  readonly proof?: Partial<Proof> | null;
}

/** A replica that is ready unless told otherwise. */
export function replicaView({ conditions = [{}], proof, ...change }: ReplicaChange = {}): ReplicaView {
  const replica = replicaOf(change);
  return {
    replica,
    conditions: conditions.map((each) => conditionOf({ replica: replica.id, ...each })),
    proof: proof === null ? undefined : proofOf({ replica: replica.id, bootId: replica.bootId, ...proof }),
  };
}

export interface SiteChange {
  readonly listLagMs?: number;
  /** That can be asked for. */
  readonly markets?: SiteView['markets'];
  /** Where its replicas stand, in place of the first slots. */
  readonly slots?: readonly number[];
  readonly listedSinceMs?: number;
  /** Of the list before the last that is older by the lag. */
  readonly listedEarlierMs?: number;
  readonly replicas?: readonly ReplicaView[];
  /** What all its replicas' completion probes say; a shorthand for `replicas`. */
  readonly all?: Partial<Condition>;
  readonly wanted?: number;
  readonly standby?: Placement['standby'];
  readonly residency?: readonly string[];
  readonly domains?: readonly string[];
  readonly unseen?: boolean;
  readonly vendor?: string;
  readonly ratedRps?: number;
  readonly usdPerHour?: number;
  readonly notices?: SiteView['notices'];
}

export function siteView(name: string, change: SiteChange = {}): SiteView {
  const wanted = change.wanted ?? 1;
  const replicas =
    change.replicas ??
    Array.from({ length: wanted }, (_, slot) =>
      replicaView({ site: name, slot, ...(change.all === undefined ? {} : { conditions: [change.all], proof: null }) }),
    );
  return {
    site: {
      name,
      provider: 'local',
      ...(change.vendor === undefined ? {} : { vendor: change.vendor }),
      region: undefined,
      residency: change.residency ?? ['eu'],
      failureDomains: change.domains ?? [name],
      settings: {},
    },
    listLagMs: change.listLagMs ?? 0,
    ...(change.markets === undefined ? {} : { markets: change.markets }),
    placement: {
      site: name,
      replicas: wanted,
      ...(change.slots === undefined ? {} : { slots: change.slots }),
      standby: change.standby ?? 'hot',
      launch: { command: ['serve'], env: {}, startupTimeoutMs: 60_000, stopGraceMs: 5000 },
      ...(change.ratedRps === undefined ? {} : { ratedRps: change.ratedRps }),
      ...(change.usdPerHour === undefined ? {} : { usdPerHour: change.usdPerHour }),
    },
    control:
      change.unseen === true
        ? { kind: 'unknown', message: 'no answer' }
        : {
            ...{ kind: 'seen', asOfMs: nowMs - 100, sinceMs: change.listedSinceMs ?? 0 },
            ...(change.listedEarlierMs === undefined ? {} : { earlierMs: change.listedEarlierMs }),
          },
    replicas,
    ...(change.notices === undefined ? {} : { notices: change.notices }),
  };
}

/** Read just now: one notice for each, that it is taken back at any moment unless told otherwise. */
export function noticesOf(...all: readonly (Partial<Notice> & Pick<Notice, 'replicaId'>)[]): SiteView['notices'] {
  const base = { kind: 'preemption', code: 'marked-for-termination', message: 'is taken back' } as const;
  return { told: all.map((each) => ({ ...base, deployment: 'chat', ...each })), asOfMs: nowMs - 100 };
}

export function trafficOf(site: string, change: Partial<SiteTraffic> = {}): SiteTraffic {
  return {
    site,
    windowMs: 10_000,
    attempts: 100,
    failures: 0,
    late: 0,
    firstTokenP50Ms: 20,
    firstTokenP95Ms: 40,
    attemptsTotal: 1000,
    failuresTotal: 0,
    finishedTotal: 0,
    cutTotal: 0,
    inFlight: 2,
    replicas: [{ replica: `${site}-0`, inFlight: 2, streaming: 1, ejected: false }],
    ...change,
  };
}

export interface ViewChange {
  readonly policy?: PolicyChange;
  readonly sites?: readonly SiteView[];
  readonly weights?: Weights;
  /** The deployment's own: where traffic goes when nothing is wrong. */
  readonly preferred?: Weights;
  readonly residency?: readonly string[];
  /** By site; a site that is not named has quiet, good traffic. Null: statistics cannot be read. */
  readonly traffic?: Readonly<Record<string, Partial<SiteTraffic>>> | null;
  readonly trafficAgoMs?: number;
  /** How long the gateway has counted: an hour. */
  readonly countedForMs?: number;
  readonly noRoute?: 'unseen' | 'empty';
  readonly open?: Operation;
  readonly recent?: readonly Operation[];
  readonly request?: OperationRequest;
  readonly healthySinceMs?: Readonly<Record<string, number>>;
  readonly standing?: readonly Standing[];
  readonly others?: readonly Operation[];
  readonly domains?: View['domains'];
}

export function routeOf(change: Partial<RouteEntry> = {}): RouteEntry {
  return {
    deployment: 'chat',
    epoch: 4,
    routeVersion: 7,
    match: {},
    weights: { left: 100, right: 0 },
    sites: [],
    spill: [],
    firstTokenLimitMs: 500,
    journalHead: 'head',
    ...change,
  };
}

/** Two ready sites, all the traffic at `left`, unless told otherwise. */
export function view(change: ViewChange = {}): View {
  const sites = change.sites ?? [siteView('left'), siteView('right')];
  const weights = change.weights ?? { left: 100, right: 0 };
  const deployment: Deployment = {
    name: 'chat',
    model: 'tiny',
    placements: sites.map(({ placement }) => placement),
    residency: change.residency ?? ['eu'],
    probes: [completion, http],
    firstTokenLimitMs: 500,
    failover: policy(change.policy),
    drain: { waitForStreamsMs: 30_000 },
    match: { model: 'tiny' },
    weights: change.preferred ?? { left: 100, right: 0 },
  };
  const traffic = change.traffic;
  return {
    deployment,
    atMs: nowMs,
    sites,
    route:
      change.noRoute === 'unseen'
        ? { kind: 'unknown', error: lost }
        : { kind: 'seen', value: change.noRoute === 'empty' ? undefined : routeOf({ weights }), asOfMs: nowMs - 50 },
    inForce: change.noRoute === undefined ? weights : deployment.weights,
    traffic:
      traffic === null
        ? { kind: 'unknown', error: lost }
        : {
            kind: 'seen',
            asOfMs: nowMs - (change.trafficAgoMs ?? 50),
            value: {
              deployment: 'chat',
              epoch: 4,
              routeVersion: 7,
              countedForMs: change.countedForMs ?? 3_600_000,
              requests: 1000,
              ok: 1000,
              failed: 0,
              cut: 0,
              gaveUp: 0,
              retried: 0,
              held: 0,
              sites: sites.map(({ site }) => trafficOf(site.name, traffic?.[site.name])),
            },
          },
    open: change.open,
    recent: change.recent ?? [],
    request: change.request,
    healthySinceMs: change.healthySinceMs ?? {},
    standing: change.standing ?? [],
    others: change.others ?? [],
    ...(change.domains === undefined ? {} : { domains: change.domains }),
    configDigest: 'c0ffee',
  };
}

export function planOf(change: Partial<Plan> = {}): Plan {
  return {
    kind: 'failover',
    deployment: 'chat',
    trigger: 'automatic',
    from: 'left',
    before: { left: 100, right: 0 },
    after: { left: 0, right: 100 },
    steps: [],
    because: [],
    routeVersion: 7,
    requestId: undefined,
    ...change,
  };
}

/** `agoMs`: when it was opened and, once ended, ended. */
export function operationOf({
  agoMs = 60_000,
  plan,
  ...change
}: Partial<Omit<Operation, 'plan'>> & { agoMs?: number; plan?: Partial<Plan> } = {}): Operation {
  return {
    id: 'op-1',
    plan: planOf(plan),
    state: 'done',
    by: { kind: 'controller', name: 'godwit', host: 'here', pid: 1 },
    epoch: 4,
    openedAtMs: nowMs - agoMs,
    endedAtMs: nowMs - agoMs,
    step: 0,
    error: undefined,
    ...change,
  };
}

export function requestOf(change: Partial<OperationRequest> = {}): OperationRequest {
  return {
    id: 'req-1',
    deployment: 'chat',
    kind: 'switchover',
    from: undefined,
    to: undefined,
    reason: 'maintenance',
    by: { kind: 'person', name: 'ada', host: 'desk', pid: 2 },
    atMs: nowMs - 100,
    revision: 1,
    answer: undefined,
    ...change,
  };
}

/** Bad by probes and by users' traffic: enough for automation. */
export const dead: SiteChange = { all: { state: 'bad', reason: 'Refused' } };
export const failingTraffic: Partial<SiteTraffic> = { attempts: 100, failures: 80, failuresTotal: 80 };

/** `left` is down beyond doubt, `right` is ready. */
export function failingLeft(change: ViewChange = {}): View {
  return view({ sites: [siteView('left', dead), siteView('right')], traffic: { left: failingTraffic }, ...change });
}

/** Whole percents over these sites that sum to 100. */
export function anyWeights(...names: readonly string[]): fc.Arbitrary<Weights> {
  return fc
    .array(fc.integer({ min: 0, max: 100 }), { minLength: names.length - 1, maxLength: names.length - 1 })
    .map((cuts) => [0, ...cuts.sort((a, b) => a - b), 100])
    .map((edges) => Object.fromEntries(names.map((name, at) => [name, (edges[at + 1] ?? 0) - (edges[at] ?? 0)])));
}

/** What a drill does to a site's traffic. */
export function blackhole(change: Partial<Fault> = {}): Fault {
  return {
    ...{
      deployment: 'chat',
      drill: 'loss',
      run: 'loss-1',
      kind: 'blackhole',
      site: 'left',
      sharePct: 100,
      forMs: 10_000,
    },
    ...{ by: { kind: 'person', name: 'ada', host: 'desk', pid: 7 }, armedAtMs: nowMs, untilMs: nowMs + 10_000 },
    ...change,
  };
}

/** A site whose only replica is taken back at any moment, unless told otherwise. */
export function leavingSite(name: string, change: Partial<Notice> = {}): SiteView {
  return siteView(name, { notices: noticesOf({ replicaId: `${name}-0`, ...change }) });
}
