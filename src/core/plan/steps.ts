/** Steps that several kinds of operation share. */
import type { Placement } from '../../model/deployment.ts';
import type { Gate, Step } from '../../model/plan.ts';
import type { Weights } from '../../model/route.ts';

/** A launch call may be hunting for a while; the wait for the model is the prove step's. */
const launchDeadlineMs = 120_000;
/** The gateway answers in milliseconds; this long covers its restart. */
export const writeDeadlineMs = 30_000;

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
  const exact = names.map((name) => ((before[name] ?? 0) * (100 - sharePct) + (after[name] ?? 0) * sharePct) / 100);
  const floors = exact.map(Math.floor);
  let missing = 100 - floors.reduce((sum, each) => sum + each, 0);
  const byRemainder = names.map((_, index) => index).sort((a, b) => remainder(exact, b) - remainder(exact, a) || a - b);
  for (const index of byRemainder) {
    if (missing <= 0) break;
    floors[index] = (floors[index] ?? 0) + 1;
    missing -= 1;
  }
  return Object.fromEntries(names.map((name, index) => [name, floors[index] ?? 0]));
}

function remainder(exact: readonly number[], index: number): number {
  const value = exact[index] ?? 0;
  return value - Math.floor(value);
}
