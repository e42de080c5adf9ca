/** Chooses one action. Pure: same view and time give the same decision. */

import type { Action, Decision } from '../model/decision.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Operation } from '../model/operation.ts';
import type { Reason } from '../model/reason.ts';
import type { SiteView, View } from '../model/view.ts';
import { sameWeights } from '../model/weights.ts';
import { age, span } from '../model/words.ts';
import { diagnose, isFailing } from './diagnose.ts';
import { expiryOf, shiftReason } from './expiry.ts';
import { isScaledToNone } from './in-force.ts';
import { emptySlots, isAlive, missingSlots, readyReplicas, unlistedReason, weightOf } from './readiness.ts';
import { decideRequest, isWaiting } from './requests.ts';
import { checkMove } from './safety.ts';
import { isOut, pausedReason, shiftOf } from './standing.ts';
import { startBlock } from './start-block.ts';
import { bestTarget, moveAll } from './target.ts';

/**
 * In this order: what a person asked for, an automatic failover, replicas that are missing, the way back to the
 * preferred weights, nothing. A start never comes before a failover that is only waiting for its time: new replicas at
 * a dead site would hide that it is dead.
 */
export function decide(view: View, nowMs: number): Decision {
  const diagnosis = diagnose(view, nowMs);
  if (view.request !== undefined) {
    const answer = decideRequest(view, view.request, diagnosis, nowMs);
    if (view.request.trigger === 'rebalance' && answer.kind === 'act') {
      // It comes after everything else: what is about to be done is done first, and it is looked at again then.
      const first = decideUnasked(view, diagnosis, nowMs);
      return first.kind === 'act' || first.kind === 'steer' ? first : answer;
    }
    // Who only waits for a list holds nobody up: what users are served from has failed meanwhile.
    if (answer.kind !== 'stay' || !isWaiting(answer.reasons)) return answer;
    const unasked = decideUnasked(view, diagnosis, nowMs);
    return unasked.kind === 'act' && unasked.action.kind === 'failover' ? unasked : answer;
  }
  return decideUnasked(view, diagnosis, nowMs);
}

function decideUnasked(view: View, diagnosis: Diagnosis, nowMs: number): Decision {
  const { open } = view;
  const { mode } = view.deployment.failover;
  const paused = pausedReason(view, nowMs);
  const expired = expiryOf(view, diagnosis, paused, nowMs);
  if (expired !== undefined) return expired;
  if (mode === 'off') return stay(diagnosis, [{ code: 'ModeOff', message: 'failover.mode is off' }]);
  if (paused.length > 0) return stay(diagnosis, paused);
  const running: Reason[] =
    open === undefined
      ? []
      : [{ code: 'OperationRunning', message: `${open.id} (${open.plan.kind}) is ${open.state}` }];
  if (open !== undefined && !isOnlyWaiting(open)) return stay(diagnosis, running);
  const failover = failoverOf(view, diagnosis, nowMs);
  if (failover?.kind === 'act' || failover?.kind === 'advise') return failover;
  if (open !== undefined) return stay(diagnosis, [...running, ...(failover?.reasons ?? [])]);
  const isAboutToMove =
    failover?.reasons.every(({ code, untilMs }) => waitingCodes.has(code) && nowMs < (untilMs ?? 0)) ?? false;
  // Refused for a reason that stays (a cool-down, nowhere to go): then bringing the site itself back is what is left.
  const canMove = view.deployment.failover.mode === 'auto' && failover === undefined;
  const start = isAboutToMove
    ? undefined
    : startOf(view, diagnosis, { canMove, insteadOf: failover?.reasons ?? [] }, nowMs);
  return start ?? failover ?? failbackOf(view, diagnosis, nowMs) ?? stay(diagnosis, startBlocks(view, nowMs));
}

/** What is decided when nobody asked. */
type Unasked = Exclude<Decision, { kind: 'steer' }>;

/** Reasons that time alone takes away: a failover is about to be decided. */
const waitingCodes: ReadonlySet<string> = new Set(['NotUnhealthyLongEnough', 'OnePlaneOnly']);

/**
 * A start only waits for a model to load, a settling move has done its work, whoever held one may have gone to bed, and a
 * number or a cheaper split can be had later: none of them may delay a failover.
 */
function isOnlyWaiting({ plan, state }: Operation): boolean {
  return (
    plan.kind === 'start' ||
    plan.kind === 'scale' ||
    plan.trigger === 'rebalance' ||
    state === 'verifying' ||
    state === 'held'
  );
}

function failoverOf(view: View, diagnosis: Diagnosis, nowMs: number): Unasked | undefined {
  const source = diagnosis.sites
    .filter((site) => isFailing(site) && weightOf(view, site.site) > 0)
    .sort((a, b) => Number(b.actionable) - Number(a.actionable))[0];
  if (source === undefined) return undefined;
  const target = bestTarget(view, source, diagnosis, nowMs);
  if (target === undefined) {
    const braked =
      diagnosis.code === 'TooManyFailing' ? [{ code: 'TooManyFailing', message: diagnosis.message } as const] : [];
    return stay(diagnosis, [
      ...braked,
      {
        code: 'NoReadyCapacity',
        message: `nowhere to go from ${source.site}: no allowed site is ready or could be started`,
      },
    ]);
  }
  const action: Action = {
    kind: 'failover',
    trigger: 'automatic',
    from: source.site,
    weights: moveAll(view, source.site, target.site.name),
    start: [],
    inOneStep: source.servesNothing,
    because: [{ code: 'SiteFailing', site: source.site, message: `${source.code}: ${source.message}` }],
    requestId: undefined,
  };
  return settle(view, diagnosis, action, nowMs);
}

/** Acts, advises, or says what stands in the way. */
function settle(view: View, diagnosis: Diagnosis, action: Action, nowMs: number): Unasked {
  const against = checkMove({ view, diagnosis, action, nowMs });
  if (against.length > 0) return stay(diagnosis, against);
  if (view.deployment.failover.mode === 'auto') return { kind: 'act', diagnosis, action };
  return {
    kind: 'advise',
    diagnosis,
    action,
    reasons: [{ code: 'AdviseMode', message: 'failover.mode is advise: a person decides' }],
  };
}

interface StartTerms {
  /** A failover may come yet. */
  readonly canMove: boolean;
  /** Why there is none. */
  readonly insteadOf: readonly Reason[];
}

/** Hot placements always hold their replicas, others while they have weight. Nothing is moved, so `advise` starts them too. */
function startOf(view: View, diagnosis: Diagnosis, terms: StartTerms, nowMs: number): Decision | undefined {
  const start = lackingSites(view)
    .filter((each) => !(terms.canMove && isLeftForFailover(view, each, nowMs)))
    .filter((each) => startBlock(view, each.site.name, nowMs) === undefined)
    .map((each) => ({ site: each.site.name, slots: missingSlots(view, each, nowMs) }))
    .filter(({ slots }) => slots.length > 0);
  if (start.length === 0) return undefined;
  const because = start.map(
    ({ site, slots }): Reason => ({
      code: 'ReplicasMissing',
      site,
      message: `${site} lacks ${slots.length} ${slots.length === 1 ? 'replica' : 'replicas'}`,
    }),
  );
  const weights = (view.route.kind === 'seen' ? view.route.value?.weights : undefined) ?? view.inForce;
  const action: Action = {
    kind: 'start',
    trigger: 'automatic',
    from: undefined,
    weights,
    start,
    inOneStep: true,
    because: [...because, ...terms.insteadOf],
    requestId: undefined,
  };
  return { kind: 'act', diagnosis, action };
}

/** Sites in use, and seen to lack replicas. */
function lackingSites(view: View): readonly SiteView[] {
  return view.sites.filter(
    (each) =>
      (each.placement.standby === 'hot' || weightOf(view, each.site.name) > 0) &&
      (!isOut(view, each.site.name) || weightOf(view, each.site.name) > 0) &&
      each.control.kind === 'seen' &&
      emptySlots(each).length > 0,
  );
}

function startBlocks(view: View, nowMs: number): readonly Reason[] {
  return lackingSites(view).flatMap(
    (each) => startBlock(view, each.site.name, nowMs) ?? unlistedReason(view, each, nowMs),
  );
}

/** A site with weight that has lost everything while another is ready: the traffic moves first. */
function isLeftForFailover(view: View, site: SiteView, nowMs: number): boolean {
  const { name } = site.site;
  const isLost =
    weightOf(view, name) > 0 &&
    site.replicas.length > 0 &&
    site.replicas.every(({ replica }) => !isAlive(replica.state));
  return isLost && view.sites.some((other) => other !== site && readyReplicas(view, other, nowMs).length > 0);
}

function failbackOf(view: View, diagnosis: Diagnosis, nowMs: number): Decision | undefined {
  const { failback } = view.deployment.failover;
  const wanted = view.deployment.weights;
  if (failback.mode !== 'auto' || view.route.kind !== 'seen' || view.route.value === undefined) return undefined;
  const shift = shiftOf(view);
  // One whose time is over, and whose weights somebody else has changed since, holds nothing back.
  const isOvertaken = (shift?.untilMs ?? nowMs + 1) <= nowMs && !sameWeights(view.inForce, shift?.after ?? {});
  if (shift !== undefined && !isOvertaken) return stay(diagnosis, [shiftReason(shift)]);
  const raised = view.sites.filter(({ site }) => (wanted[site.name] ?? 0) > weightOf(view, site.name));
  const away = raised.flatMap(({ site: { name }, placement }): Reason[] => {
    const how = isOut(view, name) ? 'emptied by a person' : isScaledToNone(placement) ? 'scaled to none' : undefined;
    return how === undefined ? [] : [{ code: 'SiteOut', site: name, message: `${name} was ${how}` }];
  });
  if (away.length > 0) return stay(diagnosis, away);
  const lowered = view.sites.find(({ site }) => (wanted[site.name] ?? 0) < weightOf(view, site.name));
  if (raised.length === 0 || lowered === undefined) return undefined;
  const waiting = raised.flatMap(({ site }): Reason[] => {
    const sinceMs = view.healthySinceMs[site.name];
    if (sinceMs === undefined)
      return [{ code: 'OriginNotHealthy', site: site.name, message: `${site.name} is not healthy yet` }];
    const untilMs = sinceMs + failback.afterMs;
    return nowMs < untilMs
      ? [
          {
            code: 'OriginNotHealthy',
            site: site.name,
            message: `${site.name} healthy for ${age(nowMs - sinceMs)} of ${span(failback.afterMs)}`,
            untilMs,
          },
        ]
      : [];
  });
  if (waiting.length > 0) return stay(diagnosis, waiting);
  const names = raised.map(({ site }) => site.name).join(', ');
  const because: Reason = { code: 'PreferredSiteHealthy', message: `${names} healthy for ${span(failback.afterMs)}` };
  const action: Action = {
    kind: 'failback',
    trigger: 'automatic',
    from: lowered.site.name,
    weights: wanted,
    start: [],
    inOneStep: false,
    because: [because],
    requestId: undefined,
  };
  return settle(view, diagnosis, action, nowMs);
}

function stay(diagnosis: Diagnosis, reasons: readonly Reason[]): Decision & { readonly kind: 'stay' } {
  return { kind: 'stay', diagnosis, reasons };
}
