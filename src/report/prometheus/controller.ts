/** Families about whoever watches: build, configuration, lease, loop, and what can be seen at all. */
import { turnLimitsMs } from '../../model/tally.ts';
import type { MetricsView } from '../metrics-view.ts';
import type { Source } from '../status-view.ts';
import type { Family } from './exposition.ts';
import { flags, gauge, one } from './family.ts';

export const controllerFamilies: readonly ((view: MetricsView) => Family)[] = [
  ({ version }) => ({
    ...{ name: 'godwit_build_info', type: 'gauge', help: 'The version of the program that tells this.' },
    samples: [{ labels: { version }, value: 1 }],
  }),
  ({ environment, configDigest: digest }) => ({
    ...{ name: 'godwit_config_info', type: 'gauge', help: 'The configuration in force, by the digest of its text.' },
    samples: [{ labels: { environment, digest }, value: 1 }],
  }),
  ({ isConfigValid }) => ({
    ...{ name: 'godwit_config_valid', type: 'gauge' },
    help: 'Whether the configuration file, as it is on disk now, could be started with.',
    samples: [{ labels: {}, value: Number(isConfigValid) }],
  }),
  gauge('godwit_leader', 'Whether the controller that tells this leads the deployment.', ({ leads }) => one(leads)),
  gauge(
    'godwit_controller_live',
    'Whether any controller leads the deployment: its lease was renewed in time.',
    ({ status: { controller } }) => (controller.kind === 'unseen' ? [] : one(controller.kind === 'live')),
  ),
  gauge('godwit_lease_age_seconds', 'Time since the lease was renewed.', ({ status: { controller, atMs } }) =>
    controller.kind === 'unseen' || controller.renewedAtMs === undefined
      ? []
      : one((atMs - controller.renewedAtMs) / 1000),
  ),
  gauge(
    'godwit_source_seen',
    'Whether this source of figures could be read now and is fresh; what only it knows is left out when not.',
    ({ status: { sources } }) => {
      const names = ['controller', 'gateway', 'store'] as const;
      return flags('source', names, (name) => isFresh(sources[name]));
    },
  ),
  ({ deployments }) => ({
    ...{ name: 'godwit_loop_duration_seconds', type: 'histogram' },
    help: 'How long one turn of the health-check loop took (look, decide, act). From zero with each holder of the lease.',
    samples: deployments.flatMap(({ status, tally }) => {
      if (tally === undefined) return [];
      const { count, sumMs, within } = tally.turns;
      const limits = turnLimitsMs.map((limitMs, index) => ({ limit: limitMs / 1000, count: within[index] ?? 0 }));
      return [{ labels: { deployment: status.deployment }, within: limits, sum: sumMs / 1000, count }];
    }),
  }),
  gauge(
    'godwit_loop_last_success_timestamp_seconds',
    'When a controller last looked, decided and recorded it, at most once a second.',
    ({ status: { sources } }) => (sources.controller.kind === 'seen' ? one(sources.controller.asOfMs / 1000) : []),
  ),
];

/** Stale figures are shown to people, who see their age; a rule over a series does not. */
export function isFresh(source: Source): boolean {
  return source.kind === 'seen' && !source.isStale;
}
