/** Why a deployment is not to be rebalanced now: what is not seen, what is wrong, what somebody else is doing. */
import type { SiteDiagnosis } from '../../model/diagnosis.ts';
import type { Reason } from '../../model/reason.ts';
import type { SiteView, View } from '../../model/view.ts';
import { diagnose } from '../diagnose.ts';
import { shiftReason } from '../expiry.ts';
import { emptySlots, weightOf } from '../readiness.ts';
import { isOut, pausedReason, shiftOf } from '../standing.ts';
import { startBlock } from '../start-block.ts';

/** Empty: nothing. Everything else comes before rebalancing. */
export function unsettledReasons(view: View, nowMs: number): readonly Reason[] {
  const shift = shiftOf(view);
  return [
    ...unseen(view),
    ...busy(view),
    ...pausedReason(view, nowMs),
    ...(shift === undefined ? [] : [shiftReason(shift)]),
    ...diagnose(view, nowMs).sites.flatMap((site) => failing(view, site)),
    ...view.sites.flatMap((site) => lacking(view, site, nowMs)),
  ];
}

function unseen({ sites, route }: View): readonly Reason[] {
  const lists = sites.flatMap(({ site: { name }, control }): Reason[] =>
    control.kind === 'seen'
      ? []
      : [{ code: 'UnknownView', site: name, message: `what ${name} has cannot be read: ${control.message}` }],
  );
  if (route.kind === 'seen') return lists;
  return [...lists, { code: 'DriverUnreachable', message: `the weights cannot be read: ${route.error.message}` }];
}

function busy({ deployment, open, request, route, faults = [], mayBeDrilled }: View): readonly Reason[] {
  const reasons: Reason[] = [];
  if (open !== undefined)
    reasons.push({ code: 'OperationRunning', message: `${open.id} (${open.plan.kind}) is ${open.state}` });
  if (request !== undefined)
    reasons.push({ code: 'OperationRunning', message: `${request.by.name} has asked for ${request.kind}` });
  const [fault] = faults;
  if (fault !== undefined) reasons.push({ code: 'DrillRunning', message: `${fault.run} is under way` });
  // Whoever cannot read the weights cannot read this either, and has said so.
  else if (mayBeDrilled === true && route.kind === 'seen')
    reasons.push({ code: 'DrillRunning', message: `a drill of ${deployment.name} may be under way` });
  return reasons;
}

/** A standby that waits without replicas is as it should be. */
function failing(view: View, { site, code, message }: SiteDiagnosis): readonly Reason[] {
  if (code === 'Healthy' || (code === 'SiteEmpty' && weightOf(view, site) === 0)) return [];
  return [{ code: 'SiteFailing', site, message: `${site}: ${code}, ${message}` }];
}

/** What will be started there in a moment is not planned around; what nobody can start, or nobody wants, is. */
function lacking(view: View, site: SiteView, nowMs: number): readonly Reason[] {
  const { name } = site.site;
  const isWanted = (site.placement.standby === 'hot' && !isOut(view, name)) || weightOf(view, name) > 0;
  const lacks = emptySlots(site).length;
  if (!isWanted || lacks === 0 || startBlock(view, name, nowMs) !== undefined) return [];
  return [
    {
      code: 'ReplicasMissing',
      site: name,
      message: `${name} lacks ${lacks} of its ${site.placement.replicas} replicas`,
    },
  ];
}
