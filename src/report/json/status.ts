/** `status` for machines: base units, ratios 0–1, ISO times; null is "not seen", never zero. */
import { type Examination, unstartable } from '../../model/doctor.ts';
import type { Reason } from '../../model/reason.ts';
import type { Source, StatusView } from '../status-view.ts';
import { iso } from '../text/time.ts';
import { findingJson } from './doctor.ts';
import { noticesJson } from './notice.ts';
import { operationJson } from './operation.ts';

/** Additive within v1. */
export function statusJson(view: StatusView) {
  return {
    kind: 'Status',
    observedAt: iso(view.atMs),
    environment: view.environment,
    deployment: view.deployment,
    mode: view.mode,
    service: view.service,
    traffic: view.traffic ?? null,
    sites: view.sites.map((site) => ({
      name: site.name,
      wantedRatio: site.wantPct === undefined ? null : site.wantPct / 100,
      realRatio: site.realRatio ?? null,
      state: site.state,
      since: site.sinceMs === undefined ? null : iso(site.sinceMs),
      readyReplicas: site.ready ?? null,
      wantedReplicas: site.replicas,
      standby: site.standby,
      firstTokenP95Ms: site.firstTokenP95Ms ?? null,
      inFlight: site.inFlight ?? null,
      replicaDomains: site.replicaDomains,
      notices: site.notices === undefined ? null : noticesJson(site.notices),
      doctor: site.examined === undefined ? null : examinedJson(site.examined, view.atMs),
      reasons: site.reasons.map((reason) => ({
        ...reason,
        ...(site.sinceMs === undefined ? {} : { since: iso(site.sinceMs) }),
      })),
    })),
    failoverReady: {
      value: view.failoverReady.value === 'unknown' ? null : view.failoverReady.value === 'yes',
      to: view.failoverReady.to ?? null,
      targetReady: view.failoverReady.isTargetReady,
      reasons: view.failoverReady.reasons.map(reasonJson),
    },
    operation: view.open === undefined ? null : operationJson(view.open),
    lastOperation: view.last === undefined ? null : operationJson(view.last),
    temporary:
      view.temporary?.map(({ untilMs, reason, ...each }) => ({
        ...each,
        reason: reason ?? null,
        until: untilMs === undefined ? null : iso(untilMs),
      })) ?? null,
    owner: view.owner ?? null,
    runbook: view.runbook ?? null,
    controller: view.controller,
    sources: {
      controller: sourceJson(view.sources.controller, view.atMs),
      gateway: sourceJson(view.sources.gateway, view.atMs),
      store: sourceJson(view.sources.store, view.atMs),
    },
    next: view.next,
  };
}

/** `cannotStart`: what was found then speaks against starting anything there. */
function examinedJson(examined: Examination, atMs: number) {
  return {
    ...{ asOf: iso(examined.atMs), ageMs: Math.max(0, atMs - examined.atMs) },
    ...{ cannotStart: unstartable(examined) !== undefined, findings: examined.findings.map(findingJson) },
  };
}

function reasonJson({ untilMs, ...reason }: Reason) {
  return { ...reason, ...(untilMs === undefined ? {} : { until: iso(untilMs) }) };
}

function sourceJson(source: Source, atMs: number) {
  return source.kind === 'seen'
    ? { seen: true, asOf: iso(source.asOfMs), ageMs: atMs - source.asOfMs, stale: source.isStale }
    : { seen: false, why: source.why };
}
