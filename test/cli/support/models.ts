/** Small whole values of the model, each overridable: a test sets only what it is about. */
import type { Config } from '../../../src/model/config.ts';
import type { Deployment, Placement } from '../../../src/model/deployment.ts';
import type { DiagnosisCode, SiteDiagnosis } from '../../../src/model/diagnosis.ts';
import { limitOn } from '../../../src/model/limits.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { RouteEntry, Weights } from '../../../src/model/route.ts';
import type { Site } from '../../../src/model/site.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import type { DeploymentTraffic, SiteTraffic } from '../../../src/model/traffic-stats.ts';
import type { SiteView, View } from '../../../src/model/view.ts';

/** 2026-11-23 03:21:07 UTC. */
export const nowMs = Date.UTC(2026, 10, 23, 3, 21, 7);

export function site(name: string): Site {
  return { name, provider: 'local', region: undefined, residency: [], failureDomains: [name], settings: {} };
}

export function placement(name: string, over: Partial<Placement> = {}): Placement {
  const launch = { command: ['serve'], env: {}, startupTimeoutMs: 10_000, stopGraceMs: 1000 };
  return { site: name, replicas: 2, standby: 'hot', launch, ...over };
}

export function deployment(over: Partial<Deployment> = {}): Deployment {
  return {
    name: 'chat',
    model: 'tiny',
    placements: [placement('site-a'), placement('site-b'), placement('site-c', { standby: 'cold' })],
    residency: [],
    probes: [],
    firstTokenLimitMs: 1000,
    failover: {
      mode: 'auto',
      detector: {
        evaluateEveryMs: 200,
        failuresInARow: 2,
        successesInARow: 2,
        windowMs: 10_000,
        badRatio: 0.5,
        minimumSamples: 5,
        slowPhi: 8,
        failAfterMs: 1000,
        staleAfterMs: 5000,
        quorum: 1,
        unhealthyWhen: [limitOn('errorRate', '>=', 0.5), limitOn('lateRate', '>=', 0.5)],
        trafficMinimum: 5,
      },
      proof: { completions: 2, maxAgeMs: 60_000 },
      move: {
        stepsPct: [100],
        holdEachMs: 0,
        promoteWhen: [limitOn('errorRate', '<=', 0.05), limitOn('ttft.p95', '<=', 1000)],
        deadlineMs: 60_000,
      },
      failback: { mode: 'auto', afterMs: 30_000 },
      safety: {
        brakeRatio: 0.5,
        coolDownMs: 600_000,
        maxFailoversPerDay: 4,
        dwellMs: 60_000,
        ...{ minReadyRatio: 0, headroomRatio: 0, removalWindowMs: 0, vendorMaxRatio: {}, freeze: [] },
      },
      manual: { defaultExpiryMs: 14_400_000, maxExpiryMs: 259_200_000, warnBeforeMs: 1_200_000, requiresReason: false },
    },
    drain: { waitForStreamsMs: 10_000 },
    match: { model: 'tiny' },
    weights: { 'site-a': 100, 'site-b': 0, 'site-c': 0 },
    ...over,
  };
}

export function config(over: Partial<Config> = {}): Config {
  return {
    path: '/etc/godwit/godwit.yaml',
    environment: 'test',
    stateDir: '/var/lib/godwit',
    lease: { ttlMs: 10_000, renewEveryMs: 2000 },
    sites: ['site-a', 'site-b', 'site-c'].map(site),
    deployments: [deployment()],
    gateway: {
      host: '127.0.0.1',
      port: 8080,
      adminSocket: '/var/lib/godwit/gateway.sock',
      tableFile: '/var/lib/godwit/routes.json',
      hold: { maxWaitMs: 10_000, maxRequests: 100 },
      retry: { ratio: 0.1 },
      replay: { maxBodyBytes: 1_048_576, maxTotalBytes: 67_108_864 },
      limits: {
        maxBodyBytes: 1_048_576,
        maxBufferedBytes: 268_435_456,
        maxHeaderBytes: 16_384,
        maxUrlBytes: 8192,
        maxConnections: 1000,
        maxConnectionsPerAddress: 1000,
        headersTimeoutMs: 10_000,
        requestTimeoutMs: 60_000,
        firstByteTimeoutMs: 10_000,
        stallTimeoutMs: 10_000,
        slowReaderTimeoutMs: 10_000,
      },
    },
    digest: '3fa1c0ffee12',
    ...over,
  };
}

export function plan(over: Partial<Plan> = {}): Plan {
  return {
    kind: 'failover',
    deployment: 'chat',
    trigger: 'automatic',
    from: 'site-a',
    before: { 'site-a': 100, 'site-b': 0 },
    after: { 'site-a': 0, 'site-b': 100 },
    steps: [
      { kind: 'stamp', name: 'stamp', deadlineMs: 1000 },
      { kind: 'fence', site: 'site-a', name: 'fence', deadlineMs: 1000 },
    ],
    because: [{ code: 'SiteFailing', message: 'SiteDead: no replica answers for 4 s' }],
    routeVersion: 7,
    requestId: undefined,
    ...over,
  };
}

export function operation(over: Partial<Operation> = {}): Operation {
  return {
    id: 'op-7f3k',
    plan: plan(),
    state: 'done',
    by: { kind: 'controller', name: 'godwit', host: 'node-1', pid: 4711 },
    epoch: 3,
    openedAtMs: nowMs - 750_000,
    endedAtMs: nowMs - 720_000,
    step: 2,
    error: undefined,
    ...over,
  };
}

export function siteDiagnosis(
  name: string,
  code: DiagnosisCode = 'Healthy',
  over: Partial<SiteDiagnosis> = {},
): SiteDiagnosis {
  const isHealthy = code === 'Healthy';
  return {
    site: name,
    code,
    actionable: !isHealthy,
    servesNothing: !isHealthy,
    planes: ['data'],
    vantages: ['self'],
    sinceMs: nowMs - 840_000,
    asOfMs: nowMs - 2000,
    message: isHealthy ? 'all replicas answer' : `${code} for 14 minutes`,
    ready: isHealthy ? [`${name}-0`, `${name}-1`] : [],
    ...over,
  };
}

export function siteTraffic(name: string, over: Partial<SiteTraffic> = {}): SiteTraffic {
  return {
    site: name,
    windowMs: 10_000,
    attempts: 0,
    failures: 0,
    late: 0,
    firstTokenP50Ms: undefined,
    firstTokenP95Ms: undefined,
    attemptsTotal: 0,
    failuresTotal: 0,
    finishedTotal: 0,
    cutTotal: 0,
    inFlight: 0,
    replicas: [],
    ...over,
  };
}

export function traffic(sites: readonly SiteTraffic[], over: Partial<DeploymentTraffic> = {}): DeploymentTraffic {
  return {
    deployment: 'chat',
    epoch: 3,
    routeVersion: 8,
    requests: 5000,
    ok: 5000,
    failed: 0,
    cut: 0,
    gaveUp: 0,
    retried: 0,
    held: 0,
    sites,
    ...over,
  };
}

export function route(weights: Weights): RouteEntry {
  return {
    deployment: 'chat',
    epoch: 3,
    routeVersion: 8,
    match: { model: 'tiny' },
    weights,
    sites: [],
    spill: [],
    firstTokenLimitMs: 1000,
    journalHead: '0'.repeat(64),
  };
}

/** A view without probes' conditions: enough for what `status` asks of it. */
export function view(weights: Weights, over: Partial<View> = {}): View {
  const sites: SiteView[] = deployment().placements.map((each) => ({
    site: site(each.site),
    placement: each,
    control: { kind: 'seen', asOfMs: nowMs - 2000, sinceMs: nowMs - 60_000 },
    listLagMs: 0,
    replicas: [],
  }));
  return {
    deployment: deployment(),
    atMs: nowMs - 2000,
    sites,
    route: { kind: 'seen', value: route(weights), asOfMs: nowMs - 2000 },
    traffic: { kind: 'seen', value: traffic([]), asOfMs: nowMs - 2000 },
    open: undefined,
    recent: [],
    request: undefined,
    inForce: weights,
    healthySinceMs: {},
    standing: [],
    others: [],
    configDigest: '0123456789ab',
    ...over,
  };
}

export function snapshot(diagnoses: readonly SiteDiagnosis[], over: Partial<Snapshot> = {}): Snapshot {
  return {
    deployment: 'chat',
    atMs: nowMs - 2000,
    view: view({ 'site-a': 100, 'site-b': 0, 'site-c': 0 }),
    decision: {
      kind: 'stay',
      diagnosis: { code: 'Healthy', actionable: false, site: undefined, message: 'all well', sites: diagnoses },
      reasons: [],
    },
    ...over,
  };
}
