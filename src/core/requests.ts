/** Turns what a person asked for into an action, or says why not. A person ranks above automation, not above residency. */
import type { Action, Decision } from '../model/decision.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { OperationRequest } from '../model/operation.ts';
import type { Reason } from '../model/reason.ts';
import type { View } from '../model/view.ts';
import { isFailing } from './diagnose.ts';
import { weightOf } from './readiness.ts';
import { checkMove } from './safety.ts';
import { bestTarget, moveAll } from './target.ts';

/** A request nobody took up for so long is not what its person would want now, in milliseconds. */
const expiresAfterMs = 120_000;

/** Refuses, or acts; never advises: whoever asks has decided. */
export function decideRequest(view: View, request: OperationRequest, diagnosis: Diagnosis, nowMs: number): Decision {
  const refuse = (reason: Reason): Decision => ({ kind: 'stay', diagnosis, reasons: [reason] });
  const { open } = view;
  const ageMs = nowMs - request.atMs;
  if (ageMs > expiresAfterMs)
    return refuse({
      code: 'RequestExpired',
      message: `asked for ${Math.round(ageMs / 1000)} s ago and nobody took it up; ask again`,
    });
  if (open !== undefined && open.plan.trigger === 'manual') {
    return refuse({
      code: 'OperationRunning',
      message: `${open.id} (${open.plan.kind}) was asked for by ${open.by.name} and is ${open.state}`,
    });
  }
  const names = view.sites.map(({ site }) => site.name);
  const from = request.from ?? worst(view, request, diagnosis) ?? heaviest(view, request.to);
  const to = request.to ?? bestTarget(view, { site: from ?? '' }, diagnosis, nowMs)?.site.name;
  for (const name of [request.from, request.to]) {
    if (name !== undefined && !names.includes(name))
      return refuse({
        code: 'NoReadyCapacity',
        site: name,
        message: `${view.deployment.name} has no site ${name}; it has ${names.join(', ')}`,
      });
  }
  if (from === undefined || to === undefined)
    return refuse({
      code: 'NoReadyCapacity',
      message: `nowhere to go from ${from ?? 'nowhere'}: no other allowed site could serve`,
    });
  // While the route is not seen all weights read 0: that is no ground to say so, and the driver's rule refuses below.
  const isThere =
    weightOf(view, to) === 100 || request.from === to || (request.from !== undefined && weightOf(view, from) === 0);
  if (isThere && view.route.kind === 'seen') {
    return refuse({
      code: 'AlreadyThere',
      site: to,
      message: `${from} has ${weightOf(view, from)} % and ${to} has ${weightOf(view, to)} % already`,
    });
  }
  const source = diagnosis.sites.find(({ site }) => site === from);
  const action: Action = {
    kind: request.kind,
    trigger: 'manual',
    from,
    weights: request.kind === 'switchover' && request.from === undefined ? onlyAt(view, to) : moveAll(view, from, to),
    start: [],
    // A person who calls it a failover wants the traffic off now; the gates of a switchover are for healthy sources.
    inOneStep: request.kind === 'failover' || source?.servesNothing === true,
    because: [
      {
        code: 'AskedByPerson',
        message: `${request.by.name}@${request.by.host}: ${request.reason ?? 'no reason given'}`,
      },
    ],
    requestId: request.id,
  };
  const against = checkMove({ view, diagnosis, action, nowMs });
  return against.length > 0 ? { kind: 'stay', diagnosis, reasons: against } : { kind: 'act', diagnosis, action };
}

/** Only what time alone takes away stands against it: it is not refused but looked at again, until it expires. */
export function isWaiting(reasons: readonly Reason[]): boolean {
  return reasons.length > 0 && reasons.every(({ code }) => code === 'LaunchUnlisted');
}

/** What a failover is away from when nobody says: the site that fails, the surest first, then the one with most traffic. */
function worst(view: View, { kind, to }: OperationRequest, { sites }: Diagnosis): string | undefined {
  if (kind !== 'failover') return undefined;
  const [first] = sites
    .filter((each) => isFailing(each) && each.site !== to && weightOf(view, each.site) > 0)
    .sort((a, b) => Number(b.actionable) - Number(a.actionable) || weightOf(view, b.site) - weightOf(view, a.site));
  return first?.site;
}

/** The site most traffic would leave: never the one it is to go to, unless there is no other. */
function heaviest(view: View, to: string | undefined): string | undefined {
  const rank = (name: string): number => (name === to ? -1 : weightOf(view, name));
  const [first] = [...view.sites].sort((a, b) => rank(b.site.name) - rank(a.site.name));
  return first?.site.name;
}

function onlyAt(view: View, to: string): Record<string, number> {
  return Object.fromEntries(view.sites.map(({ site }) => [site.name, site.name === to ? 100 : 0]));
}
