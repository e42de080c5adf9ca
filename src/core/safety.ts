/** The rules that stand between an intention and the world: each allows (nothing) or names its reason with values. */
import type { HuntCandidate, Plan, Step } from '../model/plan.ts';
import type { Reason, ReasonCode } from '../model/reason.ts';
import type { Weights } from '../model/route.ts';
import type { View } from '../model/view.ts';
import { sameWeights } from '../model/weights.ts';
import { isResident, readyReplicas, servingReplicas } from './readiness.ts';
import { frozen } from './rules/calendar.ts';
import { capacityFloor, floorAtStep } from './rules/capacity.ts';
import type { Case, Rule } from './rules/case.ts';
import { costCeiling } from './rules/cost.ts';
import { failureDomainBusy } from './rules/domains.ts';
import { brake, enoughEvidence, independence } from './rules/evidence.ts';
import { calm, coolDown, dwell } from './rules/pace.ts';
import { emptied, removalVelocity, stopReasons, velocityAtStep } from './rules/removal.ts';
import { residencyReasons, scaled, trimReasons } from './rules/scale.ts';
import { driverReachable, notOut, readyCapacity, residency, startable, staying, usable } from './rules/target.ts';
import { vendorShareMax } from './rules/vendors.ts';
import { trimmedReady } from './scale.ts';
import { keptBy } from './slots.ts';

/** Rules for a move of traffic, checked when deciding. Automatic moves obey all; a person's only those that have no override. */
export function checkMove(about: Case): readonly Reason[] {
  const { trigger, kind } = about.action;
  const asked = kind === 'scale' ? scaleRules : manualRules;
  const rules = trigger === 'automatic' ? automaticRules : trigger === 'manual' ? asked : [...asked, ...rebalanceRules];
  return withoutOverridden(
    rules.flatMap((rule) => rule(about)),
    about.action.overrides,
  );
}

/** A start moves nothing: it only costs. */
export function checkStart(about: Case): readonly Reason[] {
  return withoutOverridden(costCeiling(about), about.action.overrides);
}

/** Rules that a person may answer for with the deployment's typed name. Where traffic may lie is not among them, nor what is not proven. */
export const overridable: readonly ReasonCode[] = [
  'LastServingSite',
  'Frozen',
  'CapacityFloor',
  'RemovalVelocity',
  'FailureDomainBusy',
  'VendorShareMax',
  'CostCeiling',
];

function withoutOverridden(reasons: readonly Reason[], overrides: readonly ReasonCode[] = []): readonly Reason[] {
  return reasons.filter(({ code }) => !(overridable.includes(code) && overrides.includes(code)));
}

/** What is wished for rather than needed: the calendar, capacity, one thing at a time, vendors, money. */
const limits: readonly Rule[] = [
  frozen,
  capacityFloor,
  removalVelocity,
  failureDomainBusy,
  vendorShareMax,
  costCeiling,
];

const automaticRules: readonly Rule[] = [
  driverReachable,
  residency,
  brake,
  enoughEvidence,
  independence,
  readyCapacity,
  startable,
  usable,
  staying,
  coolDown,
  dwell,
  ...limits,
];

/** What a person may not decide either: nobody to ask, nowhere allowed, nothing there. The limits they may answer for. */
const manualRules: readonly Rule[] = [driverReachable, residency, emptied, readyCapacity, usable, staying, ...limits];

/** More costs money, fewer takes away: no traffic is moved. */
const scaleRules: readonly Rule[] = [driverReachable, residency, scaled, ...limits];

/** Of what rebalances beside those: nothing of it must be now. */
const rebalanceRules: readonly Rule[] = [brake, startable, notOut, calm];

/** Checked again before each step of a plan that is being carried out. */
export function checkStep(view: View, plan: Plan, step: Step, nowMs: number): readonly Reason[] {
  const removed = removedSites(view, step);
  return removed.length > 0 ? removed : withoutOverridden(stepReasons(view, plan, step, nowMs), plan.overrides);
}

function stepReasons(view: View, plan: Plan, step: Step, nowMs: number): readonly Reason[] {
  switch (step.kind) {
    case 'weigh': {
      const { weights } = step;
      return [...weighReasons(view, plan, weights, nowMs), ...floorAtStep(view, plan, { weights }, nowMs)];
    }
    // It writes what the plan ends with: that is a move when somebody has changed the weights since.
    case 'fence':
      return isInForce(view, plan.after) ? [] : weighReasons(view, plan, plan.after, nowMs);
    case 'stop':
      return [
        ...stopReasons(view, step.site, nowMs),
        ...floorAtStep(view, plan, { emptied: step.site }, nowMs),
        ...velocityAtStep(view, step.site, nowMs),
      ];
    case 'drain':
      return velocityAtStep(view, step.site, nowMs);
    case 'trim':
      return trimStepReasons(view, plan, step, nowMs);
    case 'hunt':
      return outOfBounds(view, step.candidates);
    case 'launch':
      return plan.kind === 'scale' ? residencyReasons(view, step.site) : [];
    case 'stamp':
    case 'undo':
    case 'prove':
    case 'race':
    case 'release':
    case 'cut':
    case 'settle':
      return [];
  }
}

function trimStepReasons(
  view: View,
  plan: Plan,
  step: Step & { readonly kind: 'trim' },
  nowMs: number,
): readonly Reason[] {
  const site = view.sites.find((each) => each.site.name === step.site);
  if (site === undefined) return [];
  const trim = trimmedReady(view, site, keptBy(step), nowMs);
  return [
    ...trimReasons(view, step, nowMs),
    ...floorAtStep(view, plan, { trim }, nowMs),
    ...velocityAtStep(view, step.site, nowMs, trim),
  ];
}

/** A policy that was changed since counts for what is started from then on: with nowhere left that is allowed it ends. */
function outOfBounds(view: View, candidates: readonly HuntCandidate[]): readonly Reason[] {
  const sites = view.sites.filter(({ site }) => candidates.some((each) => each.site === site.name));
  if (sites.some((site) => isResident(view, site))) return [];
  const names = candidates.map(({ site }) => site).join(', ');
  return [{ code: 'ResidencyBlocked', message: `none of ${names} is allowed for ${view.deployment.name}` }];
}

/** A plan may be older than the configuration: what it names may not be there any more. */
function removedSites(view: View, step: Step): readonly Reason[] {
  const named = step.kind === 'weigh' ? Object.keys(step.weights).filter((site) => (step.weights[site] ?? 0) > 0) : [];
  return [...named, ...('site' in step ? [step.site] : [])]
    .filter((name) => !view.sites.some(({ site }) => site.name === name))
    .map((site) => ({
      code: 'SiteRemoved',
      site,
      message: `${view.deployment.name} is not configured at ${site} any more`,
    }));
}

/** Not seeing the table is no table: what is lowered would count as raised. */
function presentWeights({ route, inForce }: View): Weights {
  return route.kind === 'seen' ? (route.value?.weights ?? {}) : inForce;
}

function isInForce(view: View, weights: Weights): boolean {
  return sameWeights(presentWeights(view), weights);
}

function weighReasons(view: View, plan: Plan, weights: Weights, nowMs: number): readonly Reason[] {
  const present = presentWeights(view);
  const raised = view.sites.filter(({ site }) => (weights[site.name] ?? 0) > (present[site.name] ?? 0));
  const blocked = raised.filter((site) => !isResident(view, site));
  if (blocked.length > 0)
    return blocked.map(({ site }) => ({
      code: 'ResidencyBlocked',
      site: site.name,
      message: `${site.name} is not allowed for ${plan.deployment}`,
    }));
  const served = view.sites.filter((site) => (weights[site.site.name] ?? 0) > 0);
  // The way back is always open: what will be gone in a moment serves as long as it is there.
  const proven = sameWeights(weights, plan.before) ? servingReplicas : readyReplicas;
  const unproven = raised.filter((site) => proven(view, site, nowMs).length === 0);
  if (unproven.length > 0)
    return unproven.map(({ site }) => ({
      code: 'TargetNotProven',
      site: site.name,
      message: `${site.name} has no freshly proven replica`,
    }));
  if (served.every((site) => servingReplicas(view, site, nowMs).length === 0)) {
    const names = served.map(({ site }) => site.name).join(', ');
    return [{ code: 'LastServingSite', message: `${names} would keep all the weight, and nothing is ready there` }];
  }
  return [];
}
