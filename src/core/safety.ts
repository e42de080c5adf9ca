/** The rules that stand between an intention and the world: each allows (nothing) or names its reason with values. */
import type { Action } from '../model/decision.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Operation } from '../model/operation.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { Reason, ReasonCode } from '../model/reason.ts';
import type { Weights } from '../model/route.ts';
import type { SiteView, View } from '../model/view.ts';
import { isWithin } from './elapsed.ts';
import { startBlock } from './failed-starts.ts';
import { hasMoved } from './moved.ts';
import { sameWeights } from './plan/reached.ts';
import { areIndependent, isResident, readyReplicas, unusableReason, weightOf } from './readiness.ts';
import { acknowledgedAtMs } from './standing.ts';

/** Everything a rule may look at. */
export interface Case {
  readonly view: View;
  readonly diagnosis: Diagnosis;
  readonly action: Action;
  readonly nowMs: number;
}

type Rule = (about: Case) => readonly Reason[];

const dayMs = 86_400_000;

/** Rules for a move of traffic, checked when deciding. Automatic moves obey all; a person's only those that have no override. */
export function checkMove(about: Case): readonly Reason[] {
  const rules = about.action.trigger === 'manual' ? manualRules : automaticRules;
  return withoutOverridden(
    rules.flatMap((rule) => rule(about)),
    about.action.overrides,
  );
}

/** Rules that a person may answer for with the deployment's typed name. Where traffic may lie is not among them, nor what is not proven. */
export const overridable: readonly ReasonCode[] = ['LastServingSite'];

function withoutOverridden(reasons: readonly Reason[], overrides: readonly ReasonCode[] = []): readonly Reason[] {
  return reasons.filter(({ code }) => !(overridable.includes(code) && overrides.includes(code)));
}

/** Sites whose weight the action raises. */
export function targetsOf(view: View, action: Pick<Action, 'weights'>): readonly SiteView[] {
  return view.sites.filter((site) => (action.weights[site.site.name] ?? 0) > weightOf(view, site.site.name));
}

const residency: Rule = ({ view, action }) =>
  targetsOf(view, action)
    .filter((site) => !isResident(view, site))
    .map((site) => ({
      code: 'ResidencyBlocked',
      site: site.site.name,
      message: `${site.site.name} lies in ${site.site.residency.join(', ') || 'no stated jurisdiction'}; allowed: ${view.deployment.residency.join(', ')}`,
    }));

const driverReachable: Rule = ({ view }) =>
  view.route.kind === 'seen'
    ? []
    : [{ code: 'DriverUnreachable', message: `the gateway cannot be read: ${view.route.error.message}` }];

/** A target that serves nothing and will be started by the plan is judged by the plan's prove step, not here. */
const readyCapacity: Rule = ({ view, action, nowMs }) =>
  (action.empty !== undefined && targetsOf(view, action).length === 0) ||
  targetsOf(view, action).some((site) => readyReplicas(view, site, nowMs).length > 0 || site.placement.replicas > 0)
    ? []
    : [{ code: 'NoReadyCapacity', message: 'no site with ready replicas, and none that could be started' }];

/** A target that must be started first, where that failed just now. A person may ask at once. */
const startable: Rule = ({ view, action, nowMs }) =>
  targetsOf(view, action)
    .filter((site) => readyReplicas(view, site, nowMs).length === 0)
    .flatMap(({ site }) => startBlock(view, site.name, nowMs) ?? []);

/** What was started there, or stands there, may only not be listed yet (I27): to be waited for, whoever asks. */
const usable: Rule = ({ view, action, nowMs }) =>
  targetsOf(view, action).flatMap((site) => unusableReason(view, site, nowMs));

const brake: Rule = ({ diagnosis }) =>
  diagnosis.code === 'TooManyFailing' ? [{ code: 'TooManyFailing', message: diagnosis.message }] : [];

const enoughEvidence: Rule = ({ view, diagnosis, action, nowMs }) => {
  if (action.kind !== 'failover') return [];
  const source = diagnosis.sites.find(({ site }) => site === action.from);
  if (source === undefined) return [];
  const { detector } = view.deployment.failover;
  if (nowMs - source.asOfMs > detector.staleAfterMs)
    return [{ code: 'EvidenceStale', message: `newest evidence is ${nowMs - source.asOfMs} ms old` }];
  const dueAtMs = source.sinceMs + detector.failAfterMs;
  if (!source.actionable) {
    // The other planes are slower than the probes; what they have not said by then they will not say.
    const untilMs = dueAtMs + detector.staleAfterMs;
    return [{ code: 'OnePlaneOnly', site: source.site, message: source.message, untilMs }];
  }
  if (nowMs < dueAtMs)
    return [
      {
        code: 'NotUnhealthyLongEnough',
        site: source.site,
        message: `bad for ${nowMs - source.sinceMs} of ${detector.failAfterMs} ms`,
        untilMs: dueAtMs,
      },
    ];
  return [];
};

const independence: Rule = ({ view, action }) => {
  const source = view.sites.find(({ site }) => site.name === action.from);
  if (source === undefined || action.kind !== 'failover') return [];
  return targetsOf(view, action)
    .filter((target) => !areIndependent(source, target))
    .map((target) => ({
      code: 'NoIndependentTarget',
      site: target.site.name,
      message: `${target.site.name} shares a failure domain with ${source.site.name}`,
    }));
};

const coolDown: Rule = ({ view, action, nowMs }) => {
  if (action.kind !== 'failover') return [];
  const { coolDownMs, maxFailoversPerDay } = view.deployment.failover.safety;
  const past = movesOf(view).filter(
    ({ plan, openedAtMs }) =>
      plan.trigger === 'automatic' &&
      plan.kind === 'failover' &&
      openedAtMs > acknowledgedAtMs(view) &&
      isWithin(dayMs, openedAtMs, nowMs),
  );
  const [newest] = past;
  const reasons: Reason[] = [];
  if (newest !== undefined && isWithin(coolDownMs, newest.openedAtMs, nowMs)) {
    const untilMs = newest.openedAtMs + coolDownMs;
    reasons.push({
      code: 'CoolDown',
      message: `${newest.id} was ${nowMs - newest.openedAtMs} ms ago, least ${coolDownMs} ms`,
      untilMs,
    });
  }
  // The one whose day must end before the next may begin; a budget is 1 or more.
  const last = past[maxFailoversPerDay - 1];
  if (last !== undefined) {
    reasons.push({
      code: 'FlapBudgetSpent',
      message: `${past.length} automatic failovers in 24 h, at most ${maxFailoversPerDay}`,
      untilMs: last.openedAtMs + dayMs,
    });
  }
  return reasons;
};

/** Whoever moved it: what a person chose is not undone the moment it is done. */
const dwell: Rule = ({ view, action, nowMs }) => {
  if (action.kind !== 'failback') return [];
  const [newest] = movesOf(view);
  if (newest === undefined) return [];
  const endedAtMs = newest.endedAtMs ?? nowMs;
  const { dwellMs } = view.deployment.failover.safety;
  const untilMs = endedAtMs + dwellMs;
  return isWithin(dwellMs, endedAtMs, nowMs)
    ? [{ code: 'DwellTime', message: `${newest.id} ended ${nowMs - endedAtMs} ms ago`, untilMs }]
    : [];
};

/** What is emptied must not be what users are served from. */
const emptied: Rule = ({ view, action, nowMs }) => {
  const sites = (action.empty ?? []).map(({ site }) => site);
  const served = sites.filter((site) => (action.weights[site] ?? 0) > 0);
  if (served.length > 0)
    return served.map((site) => ({
      code: 'SourceNotFenced',
      site,
      message: `${site} has ${action.weights[site] ?? 0} % of the traffic: drain it first`,
    }));
  return action.kind === 'stop' ? sites.flatMap((site) => stopReasons(view, site, nowMs)) : [];
};

const automaticRules: readonly Rule[] = [
  driverReachable,
  residency,
  brake,
  enoughEvidence,
  independence,
  readyCapacity,
  startable,
  usable,
  coolDown,
  dwell,
];
/** What a person may not decide either: nobody to ask, nowhere allowed, nothing there. */
const manualRules: readonly Rule[] = [driverReachable, residency, emptied, readyCapacity, usable];

/** Open or ended, newest first. */
function movesOf({ open, recent }: View): readonly Operation[] {
  return (open === undefined ? recent : [open, ...recent]).filter(hasMoved);
}

/** Checked again before each step of a plan that is being carried out. */
export function checkStep(view: View, plan: Plan, step: Step, nowMs: number): readonly Reason[] {
  const removed = removedSites(view, step);
  return removed.length > 0 ? removed : withoutOverridden(stepReasons(view, plan, step, nowMs), plan.overrides);
}

function stepReasons(view: View, plan: Plan, step: Step, nowMs: number): readonly Reason[] {
  switch (step.kind) {
    case 'weigh':
      return weighReasons(view, plan, step.weights, nowMs);
    // It writes what the plan ends with: that is a move when somebody has changed the weights since.
    case 'fence':
      return isInForce(view, plan.after) ? [] : weighReasons(view, plan, plan.after, nowMs);
    case 'stop':
      return stopReasons(view, step.site, nowMs);
    case 'stamp':
    case 'launch':
    case 'prove':
    case 'drain':
    case 'cut':
    case 'settle':
      return [];
  }
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
  const unproven = raised.filter((site) => readyReplicas(view, site, nowMs).length === 0);
  if (unproven.length > 0)
    return unproven.map(({ site }) => ({
      code: 'TargetNotProven',
      site: site.name,
      message: `${site.name} has no freshly proven replica`,
    }));
  if (served.every((site) => readyReplicas(view, site, nowMs).length === 0)) {
    return [{ code: 'LastServingSite', message: 'no site that would keep weight is ready' }];
  }
  return [];
}

function stopReasons(view: View, name: string, nowMs: number): readonly Reason[] {
  const reasons: Reason[] = [];
  if (view.route.kind === 'unknown') reasons.push({ code: 'DriverUnreachable', message: view.route.error.message });
  if (weightOf(view, name) > 0)
    reasons.push({
      code: 'SourceNotFenced',
      site: name,
      message: `${name} still has ${weightOf(view, name)} % of the traffic`,
    });
  // What lies where the deployment may not go is ready for nobody.
  const others = view.sites.filter((each) => each.site.name !== name && isResident(view, each));
  if (others.every((site) => readyReplicas(view, site, nowMs).length === 0))
    reasons.push({ code: 'LastServingSite', site: name, message: `no other site than ${name} is ready` });
  return reasons;
}
