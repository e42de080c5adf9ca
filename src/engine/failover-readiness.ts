/** Whether automation could fail over now, were the active site to fail: the rules of a real failover, asked beforehand. */
import { diagnose } from '../core/diagnose.ts';
import { readyReplicas, weightOf } from '../core/readiness.ts';
import { frozenReasons } from '../core/rules/calendar.ts';
import { checkMove } from '../core/safety.ts';
import { pausedReason } from '../core/standing.ts';
import { bestTarget, moveAll } from '../core/target.ts';
import type { Action } from '../model/decision.ts';
import type { Reason, ReasonCode } from '../model/reason.ts';
import type { View } from '../model/view.ts';

export interface FailoverReadiness {
  /** The site traffic would leave: the one with the most weight. */
  readonly from: string | undefined;
  /** The site it would go to. */
  readonly to: string | undefined;
  /** It could take the traffic at once; otherwise a failover would start or prove it first. */
  readonly isTargetReady: boolean;
  /** What stands in the way; computed, so that empty really means nothing does. */
  readonly reasons: readonly Reason[];
}

/** The site is not failing yet, so what its evidence lacks is no obstacle here. */
const aboutEvidence: ReadonlySet<ReasonCode> = new Set(['EvidenceStale', 'NotUnhealthyLongEnough', 'OnePlaneOnly']);

/** Pure: same view and time give the same answer. */
export function failoverReadiness(view: View, nowMs: number): FailoverReadiness {
  const diagnosis = diagnose(view, nowMs);
  const from = heaviest(view);
  const target = from === undefined ? undefined : bestTarget(view, { site: from }, diagnosis, nowMs);
  const reasons: Reason[] = [...standing(view, nowMs)];
  if (from === undefined || target === undefined) {
    const message =
      from === undefined ? 'no site has weight' : `no allowed site beside ${from} is ready or could start`;
    return { from, to: undefined, isTargetReady: false, reasons: [...reasons, { code: 'NoReadyCapacity', message }] };
  }
  const to = target.site.name;
  const action: Action = {
    kind: 'failover',
    trigger: 'automatic',
    from,
    weights: moveAll(view, from, to),
    start: [],
    inOneStep: true,
    because: [],
    requestId: undefined,
  };
  // Asked for the day it serves nothing: what only holds back a move away from a site that still does is no obstacle.
  const sites = diagnosis.sites.map((each) => (each.site === from ? { ...each, servesNothing: true } : each));
  const against = checkMove({ view, diagnosis: { ...diagnosis, sites }, action, nowMs });
  reasons.push(...against.filter(({ code }) => !aboutEvidence.has(code) && code !== 'Frozen'));
  return { from, to, isTargetReady: readyReplicas(view, target, nowMs).length > 0, reasons };
}

/** What a decision would say before it looks at any rule. */
function standing(view: View, nowMs: number): readonly Reason[] {
  const { mode } = view.deployment.failover;
  const { open } = view;
  const reasons: Reason[] = [...pausedReason(view, nowMs), ...frozenReasons(view, true, nowMs)];
  if (mode === 'off') reasons.push({ code: 'ModeOff', message: 'failover.mode is off' });
  if (mode === 'advise') reasons.push({ code: 'AdviseMode', message: 'failover.mode is advise: a person decides' });
  if (open !== undefined && open.plan.kind !== 'start' && !['verifying', 'held'].includes(open.state))
    reasons.push({ code: 'OperationRunning', message: `${open.id} (${open.plan.kind}) is ${open.state}` });
  return reasons;
}

function heaviest(view: View): string | undefined {
  const [first] = [...view.sites].sort((a, b) => weightOf(view, b.site.name) - weightOf(view, a.site.name));
  return first !== undefined && weightOf(view, first.site.name) > 0 ? first.site.name : undefined;
}
