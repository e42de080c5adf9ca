/** Families about what is served: the service, its sites, the weights, users' requests, and what probes answer. */
import { noticeKinds } from '../../model/notice.ts';
import type { MetricsView } from '../metrics-view.ts';
import { type SiteRow, serviceStates, siteStates } from '../status-view.ts';
import { isFresh } from './controller.ts';
import type { Family, Sample } from './exposition.ts';
import { counter, flags, gauge, one, type Tell } from './family.ts';

export const servingFamilies: readonly ((view: MetricsView) => Family)[] = [
  gauge('godwit_service_state', 'What users get: 1 for the state that holds.', ({ status: { service } }) =>
    flags('state', serviceStates, (state) => state === service.state),
  ),
  gauge(
    'godwit_site_state',
    'How a site is: 1 for the state that holds; unknown without a fresh view of a controller.',
    ({ status: { sites, sources } }) =>
      sites.flatMap(({ name, state: seen }) => {
        const holds = isFresh(sources.controller) ? seen : 'unknown';
        return flags('state', siteStates, (state) => state === holds, { site: name });
      }),
  ),
  gauge(
    'godwit_site_ready_replicas',
    'Replicas that are proven ready now.',
    ofSites(({ ready }, isSeen) => (isSeen ? ready : undefined)),
  ),
  gauge(
    'godwit_site_wanted_replicas',
    'Replicas that the configuration wants while the site is in use.',
    ofSites(({ replicas }) => replicas),
  ),
  gauge(
    'godwit_site_requests_in_flight',
    'Requests that run at the site now, as the gateway counts them.',
    ofSites(({ inFlight }) => inFlight),
  ),
  gauge('godwit_evidence_age_seconds', 'Age of the newest evidence about a site.', ({ status: { sites, atMs } }) =>
    sites.flatMap(({ name, evidenceAtMs }) =>
      one(evidenceAtMs === undefined ? undefined : (atMs - evidenceAtMs) / 1000, { site: name }),
    ),
  ),
  gauge(
    'godwit_site_notices',
    'What the provider will do to replicas there, by kind; left out while that is not known, and where it announces nothing.',
    ({ status: { sites, sources } }) =>
      sites.flatMap(({ name: site, notices }) => {
        const isSeen = isFresh(sources.controller) && notices?.asOfMs !== undefined && notices.unseen === undefined;
        return noticeKinds.flatMap((kind) =>
          one(isSeen ? notices.told.filter((each) => each.kind === kind).length : undefined, { site, kind }),
        );
      }),
  ),
  gauge(
    'godwit_doctor_findings',
    'What the controller found when it last looked at a site as godwit doctor does; left out where it did not look yet.',
    ({ status: { sites } }) =>
      sites.flatMap(({ name: site, examined }) =>
        (['bad', 'unknown'] as const).flatMap((severity) => {
          const count = examined?.findings.filter(({ outcome }) => outcome === severity).length;
          return one(count, { site, severity });
        }),
      ),
  ),
  gauge('godwit_doctor_age_seconds', 'Age of that look.', ({ status: { sites, atMs } }) =>
    sites.flatMap(({ name: site, examined }) =>
      one(examined === undefined ? undefined : Math.max(0, atMs - examined.atMs) / 1000, { site }),
    ),
  ),
  gauge(
    'godwit_route_weight_ratio',
    'Share of new requests that a site is to get (wanted) and of the attempts in the window that it got (real).',
    ({ status: { sites } }) =>
      sites.flatMap(({ name: site, wantPct, realRatio }) => [
        ...one(wantPct === undefined ? undefined : wantPct / 100, { site, kind: 'wanted' }),
        ...one(realRatio, { site, kind: 'real' }),
      ]),
  ),
  counter(
    'godwit_gateway_requests_total',
    'Requests of users by how they ended: answered, answered with an error, cut after the first byte. From zero with each gateway.',
    ({ status: { traffic } }) => {
      if (traffic === undefined) return [];
      const { ok, failed, cut } = traffic.totals;
      return Object.entries({ ok, failed, cut }).flatMap(([outcome, count]) => one(count, { outcome }));
    },
  ),
  counter(
    'godwit_gateway_retried_requests_total',
    'Requests of users that were tried more than once. From zero with each gateway.',
    ({ status: { traffic } }) => one(traffic?.totals.retried),
  ),
  gauge(
    'godwit_gateway_held_requests',
    'Requests of users that wait at the gateway because nothing is ready.',
    ({ status: { traffic } }) => one(traffic?.held),
  ),
  counter(
    'godwit_probe_total',
    'Answers of health checks. From zero with each holder of the lease.',
    ({ tally }): readonly Sample[] =>
      (tally?.probes ?? []).map(({ count, ...labels }) => ({ labels: labelsOf(labels), value: count })),
  ),
];

function labelsOf({ site, probe, outcome }: { site: string; probe: string; outcome: string }) {
  return { site, probe, outcome };
}

function ofSites(tell: (row: SiteRow, isSeen: boolean) => number | undefined): Tell {
  return ({ status: { sites, sources } }) =>
    sites.flatMap((row) => one(tell(row, isFresh(sources.controller)), { site: row.name }));
}
