/** What a person says of an operation: hold, resume, return, abort, extend. Carried out, or refused with the reason. */

import type { Action, Decision } from '../model/decision.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Operation, OperationRequest } from '../model/operation.ts';
import type { Reason } from '../model/reason.ts';
import type { View } from '../model/view.ts';
import { sameWeights } from '../model/weights.ts';
import type { OrderKind } from '../model/wish.ts';
import { weightsText } from '../model/words.ts';
import { asked } from './asked.ts';
import { holdsOff } from './precedence.ts';
import { servingReplicas } from './readiness.ts';
import { targetsOf } from './rules/case.ts';
import { checkMove } from './safety.ts';
import { shiftOf } from './standing.ts';

/** `order` is the request's own kind. */
export function decideOrder(
  view: View,
  request: OperationRequest,
  order: OrderKind,
  diagnosis: Diagnosis,
  nowMs: number,
): Decision {
  const id = request.operationId ?? '';
  const operation = view.open?.id === id ? view.open : view.recent.find((each) => each.id === id);
  const steer = (untilMs?: number): Decision => ({
    kind: 'steer',
    diagnosis,
    steering: { order, operationId: id, untilMs, request, because: [asked(request)] },
  });
  const refuse = (...reasons: readonly Reason[]): Decision => ({ kind: 'stay', diagnosis, reasons });
  if (order === 'extend') {
    const shift = shiftOf(view);
    return shift?.operationId === id ? steer(nowMs + (request.forMs ?? shift.forMs)) : refuse(noExpiry(id, operation));
  }
  if (operation === undefined)
    return refuse(nothing(`${view.deployment.name} has no operation ${id} that is new enough`));
  if (operation.endedAtMs !== undefined) {
    if (order !== 'return') return refuse(nothing(`${id} (${operation.plan.kind}) is over: ${operation.state}`));
    return takeBack(view, request, operation, diagnosis, nowMs);
  }
  const { kind: given } = operation.order ?? {};
  if (given === 'return' || given === 'abort') return refuse(nothing(`${id} was told to ${given} already`));
  // One step that ends by itself, and soon: half of it would be neither the old weights nor the new.
  if (operation.state === 'returning') return refuse(nothing(`${id} is going back to the weights before already`));
  // From the moment it was said: the step that still runs is the last one.
  const isHeld = operation.state === 'held' || given === 'hold';
  // Going on with what goes on is no mistake: whoever led it may be dead, and whoever asks waits for its end.
  if (order === 'hold' && isHeld) return refuse(isSo(`${id} is held already`));
  const against = order === 'return' ? againstReturn(view, operation, nowMs) : [];
  return against.length > 0 ? refuse(...against) : steer();
}

/** An open operation goes back by one step more of its own. */
function againstReturn(view: View, { id, plan, step }: Operation, nowMs: number): readonly Reason[] {
  const stop = plan.steps.findIndex(({ kind }) => kind === 'stop' || kind === 'trim');
  if (stop >= 0 && step >= stop) {
    const message = `${id} has begun to stop ${plan.from ?? 'its source'}: what is stopped cannot take traffic back`;
    return [{ code: 'PointOfNoReturn', message }];
  }
  return unproven(view, plan.before, nowMs);
}

function unproven(view: View, weights: Operation['plan']['before'], nowMs: number): readonly Reason[] {
  return targetsOf(view, { weights })
    .filter((site) => servingReplicas(view, site, nowMs).length === 0)
    .map(({ site }) => ({
      code: 'OriginNotHealthy',
      site: site.name,
      message: `${site.name} has no freshly proven replica: the weights stay as they are`,
    }));
}

/** A move that is over is taken back by an operation of its own, as long as nobody moved anything since. */
function takeBack(
  view: View,
  request: OperationRequest,
  { id, plan }: Operation,
  diagnosis: Diagnosis,
  nowMs: number,
): Decision {
  const refuse = (...reasons: readonly Reason[]): Decision => ({ kind: 'stay', diagnosis, reasons });
  const weighs = plan.steps.some(({ kind }) => kind === 'weigh');
  if (!weighs) return refuse(nothing(`${id} (${plan.kind}) moved no traffic`));
  if (sameWeights(view.inForce, plan.before)) return refuse(isSo(`the weights before ${id} are in force`));
  if (!sameWeights(view.inForce, plan.after) && !(request.yields === true && isLeftByAutomation(view, id))) {
    const message = `the traffic was moved again since ${id}: ${weightsText(view.inForce)}`;
    return refuse({ code: 'WorldMoved', message });
  }
  const { open } = view;
  if (open !== undefined && holdsOff(open))
    return refuse({
      code: 'OperationRunning',
      message: `${open.id} (${open.plan.kind}) was asked for by ${open.by.name} and is ${open.state}`,
    });
  const removed = removedFrom(view, plan.before);
  if (removed.length > 0) return refuse(...removed);
  const action = returnAction(
    view,
    { id, before: plan.before },
    {
      ...{ because: [asked(request)], requestId: request.id },
      ...(request.yields === undefined ? {} : { yields: request.yields }),
    },
  );
  const against = [...checkMove({ view, diagnosis, action, nowMs }), ...unproven(view, plan.before, nowMs)];
  return against.length > 0 ? refuse(...against) : { kind: 'act', diagnosis, action };
}

/** Since it began nobody but automation has moved the traffic, and what is in force is of one of those plans. */
function isLeftByAutomation({ recent, inForce }: View, id: string): boolean {
  const since = recent.slice(0, recent.findIndex((each) => each.id === id) + 1).map(({ plan }) => plan);
  return (
    since.every(({ trigger, yields }) => trigger === 'automatic' || yields === true) &&
    since.some(({ before, after, steps }) =>
      [before, after, ...steps.flatMap((step) => (step.kind === 'weigh' ? [step.weights] : []))].some((each) =>
        sameWeights(each, inForce),
      ),
    )
  );
}

/** Weights from before that a site had which the deployment does not have any more: they can be given back to nobody. */
export function removedFrom(view: View, before: Operation['plan']['before']): readonly Reason[] {
  return Object.keys(before)
    .filter((name) => (before[name] ?? 0) > 0 && !view.sites.some(({ site }) => site.name === name))
    .map((site) => ({
      code: 'SiteRemoved',
      site,
      message: `${view.deployment.name} is not configured at ${site} any more: the weights stay as they are`,
    }));
}

/** Goes back to the weights from before an operation; `removedFrom` says when they cannot all be given back. */
export function returnAction(
  view: View,
  { before }: { readonly id: string; readonly before: Operation['plan']['before'] },
  terms: Pick<Action, 'because' | 'requestId' | 'yields'>,
): Action {
  const lowered = view.sites.find(({ site }) => (before[site.name] ?? 0) < (view.inForce[site.name] ?? 0));
  return {
    ...{ kind: 'return', trigger: 'manual', from: lowered?.site.name, weights: before, start: [], inOneStep: false },
    ...terms,
  };
}

function nothing(message: string): Reason {
  return { code: 'NothingToOrder', message };
}

function isSo(message: string): Reason {
  return { code: 'AlreadyThere', message };
}

function noExpiry(id: string, operation: Operation | undefined): Reason {
  const isComing = operation?.endedAtMs === undefined && operation?.plan.forMs !== undefined;
  return nothing(isComing ? `${id} is under way: its time begins when it is done` : `${id} has no expiry to extend`);
}
