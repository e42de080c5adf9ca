/** Rules of where traffic may go: reachable, allowed, and able to serve. */
import { isResident, leavingReason, readyReplicas, unusableReason } from '../readiness.ts';
import { isOut } from '../standing.ts';
import { startBlock } from '../start-block.ts';
import { isTakenBack, type Rule, targetsOf } from './case.ts';

/** Where traffic may lie. No override exists (I19). */
export const residency: Rule = ({ view, action }) =>
  targetsOf(view, action)
    .filter((site) => !isResident(view, site))
    .map((site) => ({
      code: 'ResidencyBlocked',
      site: site.site.name,
      message: `${site.site.name} lies in ${site.site.residency.join(', ') || 'no stated jurisdiction'}; allowed: ${view.deployment.residency.join(', ')}`,
    }));

/** Nothing is moved on a guess of what is in force. */
export const driverReachable: Rule = ({ view }) =>
  view.route.kind === 'seen'
    ? []
    : [{ code: 'DriverUnreachable', message: `the gateway cannot be read: ${view.route.error.message}` }];

/** A target that serves nothing and will be started by the plan is judged by the plan's prove step, not here. */
export const readyCapacity: Rule = ({ view, action, nowMs }) => {
  const targets = targetsOf(view, action);
  if (targets.length === 0 && (action.empty !== undefined || action.kept !== undefined)) return [];
  if (targets.some((site) => readyReplicas(view, site, nowMs).length > 0 || site.placement.replicas > 0)) return [];
  const names = targets.map(({ site }) => site.name).join(', ') || 'any site';
  return [{ code: 'NoReadyCapacity', message: `no replica is ready at ${names}, and none could be started there` }];
};

/** A target that must be started first, where that failed just now. A person may ask at once. */
export const startable: Rule = ({ view, action, nowMs }) => {
  const targets = targetsOf(view, action).filter((site) => readyReplicas(view, site, nowMs).length === 0);
  const scaled = action.kind === 'scale' ? action.start.map(({ site }) => site) : [];
  return [...targets.map(({ site }) => site.name), ...scaled].flatMap((name) => startBlock(view, name, nowMs) ?? []);
};

/** What a person emptied is theirs to bring back, also when that was after somebody planned around it. */
export const notOut: Rule = ({ view, action }) => {
  const gaining = [...targetsOf(view, action).map(({ site }) => site.name), ...action.start.map(({ site }) => site)];
  const out = [...new Set(gaining)].filter((name) => isOut(view, name));
  return out.map((site) => ({ code: 'SiteOut', site, message: `${site} was emptied by a person` }));
};

/** What was started there, or stands there, may only not be listed yet (I27): to be waited for, whoever asks. */
export const usable: Rule = ({ view, action, nowMs }) =>
  targetsOf(view, action).flatMap((site) => unusableReason(view, site, nowMs));

/** What will be gone in a moment is no target, whoever asks. The way back is always open: it serves as long as it is there. */
export const staying: Rule = (about) => {
  const { view, action, nowMs } = about;
  return isTakenBack(about) ? [] : targetsOf(view, action).flatMap((site) => leavingReason(view, site, nowMs));
};
