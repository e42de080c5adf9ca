/** How families are put together from the deployments of a view. */
import type { DeploymentMetrics, MetricsView } from '../metrics-view.ts';
import type { Family, Labels, Sample } from './exposition.ts';

type Plain = Extract<Family, { readonly type: 'gauge' | 'counter' }>;

/** What one deployment has to say; its name is added in front as the label `deployment`. */
export type Tell = (metrics: DeploymentMetrics) => readonly Sample[];

/** A value that goes up and down. */
export function gauge(name: string, help: string, tell: Tell): (view: MetricsView) => Plain {
  return (view) => ({ name, help, type: 'gauge', samples: ofEach(view, tell) });
}

/** A value that only grows, until whoever counts begins anew. */
export function counter(name: string, help: string, tell: Tell): (view: MetricsView) => Plain {
  return (view) => ({ name, help, type: 'counter', samples: ofEach(view, tell) });
}

/** Of all deployments, each series under its deployment's name. */
function ofEach({ deployments }: MetricsView, tell: Tell): readonly Sample[] {
  return deployments.flatMap((metrics) =>
    tell(metrics).map(({ labels, value }) => ({
      labels: { deployment: metrics.status.deployment, ...labels },
      value,
    })),
  );
}

/** One series; none for what is not known. */
export function one(value: number | boolean | undefined, labels: Labels = {}): readonly Sample[] {
  return value === undefined ? [] : [{ labels, value: Number(value) }];
}

/** One series for each word, 1 where it holds: a sum over them counts, and none comes or goes. */
export function flags<T extends string>(
  label: string,
  words: readonly T[],
  holds: (word: T) => boolean,
  labels: Labels = {},
): readonly Sample[] {
  return words.map((word) => ({ labels: { ...labels, [label]: word }, value: Number(holds(word)) }));
}
