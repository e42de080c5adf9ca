/** Puts together what monitoring is told: for `status -o prometheus`, and for the controller's own endpoint. */
import type { Config } from '../model/config.ts';
import type { Deployment } from '../model/deployment.ts';
import type { DrillMetrics, MetricsView } from '../report/metrics-view.ts';
import { prometheusText } from '../report/prometheus/prometheus-text.ts';
import type { App } from './app.ts';
import type { Watcher } from './sights.ts';
import { statusView } from './status-view.ts';

export interface MetricsTerms {
  readonly version: string;
  readonly config: Config;
  readonly watcher: Watcher;
  /** Of the configuration; those that were asked for. */
  readonly deployments: readonly Deployment[];
  readonly isConfigValid: boolean;
  /** Names of those that this process leads; undefined: it never leads. */
  readonly led: ReadonlySet<string> | undefined;
  readonly drills: () => Promise<readonly DrillMetrics[] | undefined>;
}

/** One look at everything. Never rejects because of what it cannot see: that is told too. */
export async function metricsText(terms: MetricsTerms): Promise<string> {
  const { version, config, isConfigValid } = terms;
  const view: MetricsView = {
    ...{ version, environment: config.environment, configDigest: config.digest, isConfigValid },
    deployments: await Promise.all(terms.deployments.map((deployment) => lookAt(deployment, terms))),
    drills: await terms.drills(),
  };
  return prometheusText(view);
}

async function lookAt(deployment: Deployment, { config, watcher, led }: MetricsTerms) {
  const { name } = deployment;
  const [sights, counts] = await Promise.all([watcher.look(name), watcher.counts(name)]);
  return {
    status: statusView(config, deployment, sights),
    tally: sights.stored.kind === 'seen' ? sights.stored.value.snapshot?.tally : undefined,
    operations: counts.kind === 'seen' ? counts.value : undefined,
    leads: led?.has(name),
  };
}

/** Whether a controller could be started with the file as it is now: the one that runs holds what it read then. */
export async function isStartable(app: App, path: string): Promise<boolean> {
  return await app.config.read(path, { isForUse: true }).then(
    ({ kind }) => kind === 'valid',
    () => false,
  );
}
