/** Turns what a person asked for into an action, or says why not. A person ranks above automation, not above residency. */
import type { Action, Decision } from '../model/decision.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { OperationRequest } from '../model/operation.ts';
import type { Reason } from '../model/reason.ts';
import type { View } from '../model/view.ts';
import { isOrder } from '../model/wish.ts';
import { driftOf } from './basis.ts';
import { decideOrder } from './orders.ts';
import { holdsOff } from './precedence.ts';
import { checkMove, checkStart } from './safety.ts';
import { pausedReason } from './standing.ts';
import { wishAction } from './wishes.ts';

/** A request nobody took up for so long is not what its person would want now, in milliseconds. */
const expiresAfterMs = 120_000;

/** Refuses, steers or acts; never advises: whoever asks has decided. */
export function decideRequest(view: View, request: OperationRequest, diagnosis: Diagnosis, nowMs: number): Decision {
  const refuse = (...reasons: readonly Reason[]): Decision => ({ kind: 'stay', diagnosis, reasons });
  const { open } = view;
  const ageMs = nowMs - request.atMs;
  if (ageMs > expiresAfterMs)
    return refuse({
      code: 'RequestExpired',
      message: `asked for ${Math.round(ageMs / 1000)} s ago and nobody took it up; ask again`,
    });
  if (isOrder(request.kind)) return decideOrder(view, request, request.kind, diagnosis, nowMs);
  const isLast = request.trigger === 'rebalance';
  if (open !== undefined && (isLast || holdsOff(open))) {
    return refuse({
      code: 'OperationRunning',
      message: `${open.id} (${open.plan.kind}) was asked for by ${open.by.name} and is ${open.state}`,
    });
  }
  const before = isLast ? againstRebalance(view, nowMs) : [];
  if (before.length > 0) return refuse(...before);
  const wished = wishAction(view, { ...request, kind: request.kind }, diagnosis, nowMs);
  if (wished.kind === 'refused') return refuse(wished.reason);
  const { action } = wished;
  const against = againstAction(view, action, diagnosis, nowMs);
  if (against.length > 0) return refuse(...against);
  const moved = request.expect === undefined ? [] : driftOf(request.expect, view, action, nowMs);
  return moved.length > 0 ? refuse(...moved) : { kind: 'act', diagnosis, action };
}

/** Automation that is off, and a drill, which nothing else may disturb. */
function againstRebalance(view: View, nowMs: number): readonly Reason[] {
  const { faults: [fault] = [], mayBeDrilled } = view;
  const paused = pausedReason(view, nowMs);
  if (fault === undefined && mayBeDrilled !== true) return paused;
  const message =
    fault === undefined ? `whether a drill of ${view.deployment.name} is held cannot be seen` : `${fault.run} is held`;
  return [...paused, { code: 'DrillRunning', message }];
}

/** What the safety rules say against it. */
export function againstAction(view: View, action: Action, diagnosis: Diagnosis, nowMs: number): readonly Reason[] {
  const about = { view, diagnosis, action, nowMs };
  return action.kind === 'start' ? checkStart(about) : checkMove(about);
}

/** Only what time alone takes away stands against it: it is not refused but looked at again, until it expires. */
export function isWaiting(reasons: readonly Reason[]): boolean {
  return reasons.length > 0 && reasons.every(({ code }) => code === 'LaunchUnlisted');
}
