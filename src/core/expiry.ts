/** The end of a move that was made for a time: traffic returns when its origin is healthy, else the time is extended. */
import type { Decision } from '../model/decision.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Reason } from '../model/reason.ts';
import type { Standing } from '../model/standing.ts';
import type { View } from '../model/view.ts';
import { sameWeights } from '../model/weights.ts';
import { removedFrom, returnAction } from './orders.ts';
import { readyReplicas } from './readiness.ts';
import { targetsOf } from './rules/case.ts';
import { checkMove } from './safety.ts';
import { longestExtensionMs, shiftOf } from './standing.ts';

type Shift = Extract<Standing, { kind: 'shift' }>;

/** Why automation leaves the weights alone while a person's move stands. */
export function shiftReason({ operationId, by, untilMs }: Shift): Reason {
  const message = `${operationId} by ${by.name}@${by.host} moved the traffic for a time`;
  return { code: 'ManualShiftActive', message, ...(untilMs === undefined ? {} : { untilMs }) };
}

/** Returns, extends, or nothing: it is not time yet. `paused`: why automation is off; then nothing returns by itself either. */
export function expiryOf(
  view: View,
  diagnosis: Diagnosis,
  paused: readonly Reason[],
  nowMs: number,
): Decision | undefined {
  const shift = shiftOf(view);
  if (shift?.untilMs === undefined || nowMs < shift.untilMs || view.open !== undefined) return undefined;
  // Not seen, or moved by somebody else's hand: neither is known to be ours to return.
  if (view.route.kind !== 'seen' || !sameWeights(view.inForce, shift.after)) return undefined;
  const { operationId, before } = shift;
  const over: Reason = { code: 'ShiftExpired', message: `the time of ${operationId} is over`, untilMs: shift.untilMs };
  const action = returnAction(view, { id: operationId, before }, { because: [over], requestId: undefined });
  const against = [
    ...paused,
    ...removedFrom(view, before),
    ...unhealthy(view, before, diagnosis, nowMs),
    ...checkMove({ view, diagnosis, action, nowMs }),
  ];
  if (against.length === 0) return { kind: 'act', diagnosis, action };
  const untilMs = nowMs + Math.min(shift.forMs, longestExtensionMs);
  const steering = { order: 'extend', operationId, untilMs, request: undefined, because: [over, ...against] } as const;
  return { kind: 'steer', diagnosis, steering };
}

function unhealthy(view: View, before: Shift['before'], { sites }: Diagnosis, nowMs: number): readonly Reason[] {
  return targetsOf(view, { weights: before })
    .filter(
      (site) =>
        readyReplicas(view, site, nowMs).length === 0 ||
        sites.find((each) => each.site === site.site.name)?.code !== 'Healthy',
    )
    .map(({ site }) => ({
      code: 'OriginNotHealthy',
      site: site.name,
      message: `${site.name} is not healthy: the traffic stays where it is`,
    }));
}
