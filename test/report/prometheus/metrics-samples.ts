/** A whole view for monitoring, as the tests of it start from. */
import type { DeploymentMetrics, MetricsView } from '../../../src/report/metrics-view.ts';
import type { SiteRow, StatusView } from '../../../src/report/status-view.ts';
import { nowMs, operation, plan } from '../../cli/support/models.ts';

const holder = { kind: 'controller', name: 'godwit', host: 'node-1', pid: 4711 } as const;

const announced = {
  ...({ kind: 'preemption', code: 'free text of the provider', message: 'free text about the machine' } as const),
  ...{ replicaId: 'left-0', deployment: 'chat' },
};

export function siteRow(name: string, over: Partial<SiteRow> = {}): SiteRow {
  return {
    ...{ name, wantPct: 0, realRatio: 0, state: 'healthy', sinceMs: undefined, evidenceAtMs: nowMs - 1500 },
    ...{
      ready: 2,
      replicas: 2,
      standby: 'hot',
      firstTokenP95Ms: undefined,
      inFlight: 0,
      reasons: [],
      replicaDomains: [],
    },
    ...over,
  };
}

export function statusOf(over: Partial<StatusView> = {}): StatusView {
  return {
    environment: 'production',
    deployment: 'chat',
    atMs: nowMs,
    mode: 'auto',
    service: { state: 'degraded', why: 'free text about the service' },
    traffic: {
      ...{ attemptsPerSecond: 120, errorRatio: 0.002, firstTokenP95Ms: 1310, held: 3 },
      totals: { requests: 5000, ok: 4990, failed: 8, cut: 2, retried: 12 },
    },
    sites: [
      siteRow('left', {
        ...{ wantPct: 100, realRatio: 0.75, state: 'failing', ready: 0, inFlight: 4 },
        reasons: [{ code: 'SiteDead', message: 'free text about the site' }],
        notices: { told: [announced], asOfMs: nowMs - 9000 },
      }),
      siteRow('right', { realRatio: 0.25 }),
    ],
    open: operation({ id: 'op-open', state: 'shifting', endedAtMs: undefined, plan: plan({ kind: 'switchover' }) }),
    last: operation({ id: 'op-last' }),
    failoverReady: { value: 'yes', to: 'right', isTargetReady: true, reasons: [] },
    controller: { kind: 'live', holder, renewedAtMs: nowMs - 2500 },
    owner: 'free text about the owner',
    runbook: undefined,
    temporary: [],
    sources: {
      controller: { kind: 'seen', asOfMs: nowMs - 500, isStale: false },
      gateway: { kind: 'seen', asOfMs: nowMs, isStale: false },
      store: { kind: 'seen', asOfMs: nowMs, isStale: false },
    },
    next: ['godwit op watch op-open'],
    ...over,
  };
}

export function metricsOf(status: Partial<StatusView> = {}, over: Partial<DeploymentMetrics> = {}): DeploymentMetrics {
  return {
    status: statusOf(status),
    tally: {
      decisions: [{ decision: 'act', reason: 'SiteFailing', trigger: 'automatic', count: 2 }],
      probes: [{ site: 'left', probe: 'completion', outcome: 'bad', count: 7 }],
      turns: { count: 9, sumMs: 1250, within: [1, 2, 3, 4, 5, 6, 7, 8, 9, 9] },
    },
    operations: [{ kind: 'failover', trigger: 'automatic', outcome: 'done', count: 2 }],
    leads: true,
    ...over,
  };
}

export function metricsView(...deployments: readonly DeploymentMetrics[]): MetricsView {
  return {
    ...{ version: '1.2.3', environment: 'production', configDigest: '3fa1c0ffee12', isConfigValid: true },
    deployments,
    drills: [
      {
        ...{ drill: 'site-loss', deployment: 'chat', verdict: 'failed', passedAtMs: nowMs - 86_400_000 },
        ...{ recoveryMs: 129_000, objectiveMs: 120_000 },
      },
    ],
  };
}
