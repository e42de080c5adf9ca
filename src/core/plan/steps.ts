/** Steps that several kinds of operation share. */
import type { Placement } from '../../model/deployment.ts';
import type { Gate, Step } from '../../model/plan.ts';
import type { Weights } from '../../model/route.ts';
import type { SiteView, View } from '../../model/view.ts';

/** A launch call may be hunting for a while; the wait for the model is the prove step's. */
export const launchDeadlineMs = 120_000;
/** The gateway answers in milliseconds; this long covers its restart. */
export const writeDeadlineMs = 30_000;

/** Of a provider that does not say, beyond the time a model server takes to stop, in milliseconds: it may have to be asked again. */
const usualSlackMs = 60_000;

/** How long what runs at the site may take to stop, in milliseconds: its own grace, and what its provider takes beside. */
export function stopWithinMs(site: SiteView | undefined): number {
  return (site?.placement.launch.stopGraceMs ?? 0) + (site?.stopSlackMs ?? usualSlackMs);
}

/** Starts slots and waits until `ready` replicas are proven; the model's load time is the placement's start-up limit. */
export function launchSteps(placement: Placement, slots: readonly number[], ready: number): readonly Step[] {
  const { site, launch } = placement;
  return [
    { kind: 'launch', name: `launch ${site}`, site, slots, bestEffort: false, deadlineMs: launchDeadlineMs },
    {
      kind: 'prove',
      name: `prove ${site}`,
      site,
      replicas: ready,
      deadlineMs: launch.startupTimeoutMs + launchDeadlineMs,
    },
  ];
}

/** The weights that a plan starts from, and goes back to. */
export function weightsBefore({ inForce, route, sites }: View): Weights {
  const weights = (route.kind === 'seen' ? route.value?.weights : undefined) ?? inForce;
  return Object.fromEntries(sites.map(({ site }) => [site.name, weights[site.name] ?? 0]));
}

/** `isEmptied`: what runs there will be ended, so nothing new may spill there either. */
export function fenceStep(site: string, isEmptied: boolean): Step {
  const step = { kind: 'fence', name: `fence ${site}`, site, deadlineMs: writeDeadlineMs } as const;
  return isEmptied ? { ...step, isEmptied } : step;
}

/** Its name says where the traffic will be. */
export function weighStep(weights: Weights, gate: Gate | undefined): Step {
  const text = Object.entries(weights)
    .filter(([, weight]) => weight > 0)
    .map(([site, weight]) => `${site} ${weight}%`)
    .join(', ');
  return { kind: 'weigh', name: `weigh ${text}`, weights, gate, deadlineMs: writeDeadlineMs };
}

/**
 * The weights `sharePct` of the way from one vector to the other: integers that sum to 100, by largest remainder, so
 * that no rounding loses or invents a percent.
 */
export function blend(before: Weights, after: Weights, sharePct: number): Weights {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const parts = names.map((name) => {
    const exact = ((before[name] ?? 0) * (100 - sharePct) + (after[name] ?? 0) * sharePct) / 100;
    return { name, whole: Math.floor(exact), remainder: exact - Math.floor(exact) };
  });
  const missing = 100 - parts.reduce((sum, { whole }) => sum + whole, 0);
  const largest = parts.toSorted((a, b) => b.remainder - a.remainder).slice(0, missing);
  const rounded = new Set(largest.map(({ name }) => name));
  return Object.fromEntries(parts.map(({ name, whole }) => [name, rounded.has(name) ? whole + 1 : whole]));
}
