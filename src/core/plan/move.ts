/**
 * failover, switchover, failback: make the target ready, prove it, move the weights, fence the source, settle.
 * They differ in how fast: in one step when the source serves nothing, gated otherwise.
 */
import type { Action } from '../../model/decision.ts';
import type { Placement } from '../../model/deployment.ts';
import type { Step } from '../../model/plan.ts';
import type { SiteView, View } from '../../model/view.ts';
import { missingSlots, readyReplicas, weightOf } from '../readiness.ts';
import { targetsOf } from '../rules/case.ts';
import { blend, fenceStep, launchSteps, weighStep, weightsBefore, writeDeadlineMs } from './steps.ts';

/** A hot target only needs its next few completions; this long covers a slow probe interval. */
const proveDeadlineMs = 60_000;
/** After a move, this long without anything bad closes the operation; the deadline leaves room for what is not. */
const settleMs = 2000;

export function moveSteps(action: Action, view: View, nowMs: number): readonly Step[] {
  const before = weightsBefore(view);
  const fenced = view.sites.filter(
    ({ site }) => (before[site.name] ?? 0) > 0 && (action.weights[site.name] ?? 0) === 0,
  );
  return [
    { kind: 'stamp', name: 'stamp', deadlineMs: writeDeadlineMs },
    ...targetsOf(view, action).flatMap((target) => readySteps(target, view, nowMs)),
    ...weighSteps(action, view),
    ...fenced.map(({ site: { name } }) => fenceStep(name, action.empty?.some(({ site }) => site === name) === true)),
    ...(action.kind === 'failover' ? fenced.flatMap((source) => replaceStep(source, view, nowMs)) : []),
    { kind: 'settle', name: 'settle', forMs: settleMs, deadlineMs: view.deployment.failover.move.deadlineMs },
  ];
}

/** One proven replica opens the way for a hot site; one that must be started first is proven in full. */
function readySteps(target: SiteView, view: View, nowMs: number): readonly Step[] {
  const { placement } = target;
  const missing = missingSlots(view, target, nowMs);
  const ready = readyReplicas(view, target, nowMs).length;
  if (ready === 0 && missing.length > 0) return launchSteps(placement, missing, placement.replicas);
  return [proveStep(placement, 1)];
}

function proveStep({ site, launch }: Placement, replicas: number): Step {
  return {
    kind: 'prove',
    name: `prove ${site}`,
    site,
    replicas,
    deadlineMs: Math.max(proveDeadlineMs, launch.startupTimeoutMs),
  };
}

function weighSteps(action: Action, view: View): readonly Step[] {
  const { stepsPct: usual, holdEachMs, promoteWhen } = view.deployment.failover.move;
  const stepsPct = action.stepsPct ?? usual;
  const before = Object.fromEntries(view.sites.map(({ site }) => [site.name, weightOf(view, site.name)]));
  // Before the first route, or after a site was taken out, there is no whole vector to go from by degrees.
  const isWhole = Object.values(before).reduce((sum, each) => sum + each, 0) === 100;
  if (action.inOneStep || !isWhole) return [weighStep(action.weights, undefined)];
  const sites = targetsOf(view, action).map(({ site }) => site.name);
  const gate = { sites, holdMs: holdEachMs, promoteWhen };
  const vectors = stepsPct.map((share) => blend(before, action.weights, share));
  // Small shares of a small weight can round to the same vector: such a step would change nothing.
  const distinct = vectors.filter(
    (each, index) => JSON.stringify(each) !== JSON.stringify(vectors[index - 1] ?? before),
  );
  return distinct.map((weights) => weighStep(weights, gate));
}

/** What died at the source is started again where it was; that it cannot be is no failure of the move. */
function replaceStep(source: SiteView, view: View, nowMs: number): readonly Step[] {
  const slots = missingSlots(view, source, nowMs);
  if (slots.length === 0) return [];
  const { name } = source.site;
  return [
    { kind: 'launch', name: `replace ${name}`, site: name, slots, bestEffort: true, deadlineMs: writeDeadlineMs },
  ];
}
