/** Each verb a person may type, as one intended change; or why there is none. Rules come after: this only says what is meant. */

import type { Action } from '../model/decision.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Actor, OperationKind } from '../model/operation.ts';
import type { Reason } from '../model/reason.ts';
import type { Weights } from '../model/route.ts';
import type { View } from '../model/view.ts';
import { sameWeights } from '../model/weights.ts';
import type { Verb, Wish } from '../model/wish.ts';
import { weightsText } from '../model/words.ts';
import { asked } from './asked.ts';
import { isFailing } from './diagnose.ts';
import { leavingReason, missingSlots, readyReplicas, unlistedReason, weightOf } from './readiness.ts';
import { targetsOf } from './rules/case.ts';
import { moveShare, othersWithWeight } from './share.ts';
import { isOut } from './standing.ts';
import { huntAnywhere } from './start-anywhere.ts';
import { startBlock } from './start-block.ts';
import { bestTarget, moveAll } from './target.ts';

export type Wished =
  | { readonly kind: 'action'; readonly action: Action }
  | { readonly kind: 'refused'; readonly reason: Reason };

/** A wish by somebody, under the request that carries it (`preview` for one that is only looked at). */
export type AskedWish = Omit<Wish, 'kind'> & { readonly kind: Verb; readonly id: string; readonly by: Actor };

interface Asking {
  readonly view: View;
  readonly wish: AskedWish;
  readonly diagnosis: Diagnosis;
  readonly nowMs: number;
}

export function wishAction(view: View, wish: AskedWish, diagnosis: Diagnosis, nowMs: number): Wished {
  const asking: Asking = { view, wish, diagnosis, nowMs };
  const stranger = [wish.from, wish.to, ...Object.keys(wish.split ?? {})].find(
    (name) => name !== undefined && !view.sites.some(({ site }) => site.name === name),
  );
  if (stranger !== undefined) return refuse(noSuchSite(view, stranger));
  switch (wish.kind) {
    case 'start':
      return startAt(asking);
    case 'stop':
      return stopAt(asking);
    case 'drain':
      return drainAt(asking);
    case 'failback':
      return moveTo(asking, view.deployment.weights, undefined);
    case 'shift':
    case 'migrate':
    case 'failover':
    case 'switchover':
      return moveAway(asking);
  }
}

function moveAway(asking: Asking): Wished {
  const { view, wish, diagnosis, nowMs } = asking;
  const from = wish.from ?? worst(view, wish, diagnosis) ?? heaviest(view, wish.to);
  const to = wish.to ?? bestTarget(view, { site: from ?? '' }, diagnosis, nowMs)?.site.name;
  if (from === undefined || (to === undefined && wish.split === undefined))
    return refuse({
      code: 'NoReadyCapacity',
      message: `nowhere to go from ${from ?? 'nowhere'}: no other allowed site could serve`,
    });
  if (wish.split !== undefined) return moveTo(asking, moveShare(view, from, wish.split, wish.sharePct ?? 100), from);
  const target = to ?? from;
  // While the route is not seen all weights read 0: that is no ground to say so, and the driver's rule refuses later.
  const isThere =
    weightOf(view, target) === 100 || wish.from === target || (wish.from !== undefined && weightOf(view, from) === 0);
  if (isThere && view.route.kind === 'seen') {
    return refuse({
      code: 'AlreadyThere',
      site: target,
      message: `${from} has ${weightOf(view, from)} % and ${target} has ${weightOf(view, target)} % already`,
    });
  }
  const isWhole = (wish.kind === 'switchover' || wish.kind === 'migrate') && wish.from === undefined;
  if (isWhole) return moveTo(asking, onlyAt(view, target), from);
  const share = wish.sharePct ?? 100;
  return moveTo(
    asking,
    share < 100 ? moveShare(view, from, { [target]: 1 }, share) : moveAll(view, from, target),
    from,
  );
}

function moveTo(asking: Asking, weights: Weights, from: string | undefined): Wished {
  const { view, wish, diagnosis, nowMs } = asking;
  if (view.route.kind === 'seen' && sameWeights(weights, view.route.value?.weights ?? {}))
    return refuse({ code: 'AlreadyThere', message: `the weights are ${weightsText(weights)} already` });
  const source =
    from ?? view.sites.find(({ site }) => (weights[site.name] ?? 0) < weightOf(view, site.name))?.site.name;
  const asleep = targetsOf(view, { weights }).find(
    (site) =>
      site.placement.standby !== 'hot' &&
      readyReplicas(view, site, nowMs).length === 0 &&
      // What runs there and will be gone in a moment no --wake helps: the rules say so.
      leavingReason(view, site, nowMs).length === 0,
  );
  // Machines cost money and take their time: starting some is said in so many words, but for what is down already.
  if (asleep !== undefined && wish.mayWake !== true && wish.kind !== 'failover') {
    const { standby, site } = asleep.placement;
    const message = `${site} is a ${standby} standby without a ready replica: it must be started first (--wake)`;
    return refuse({ code: 'TargetAsleep', site, message });
  }
  const servesNothing = diagnosis.sites.find(({ site }) => site === source)?.servesNothing === true;
  const action: Action = {
    ...base(wish, wish.kind),
    from: source,
    weights,
    // A person who calls it a failover wants the traffic off now; the gates of the others are for healthy sources.
    inOneStep: wish.kind === 'failover' || servesNothing,
    ...(wish.stepsPct === undefined ? {} : { stepsPct: wish.stepsPct }),
    ...(wish.kind === 'migrate' && source !== undefined
      ? { empty: [{ site: source, stop: wish.how ?? 'delete' }] }
      : {}),
  };
  return { kind: 'action', action };
}

/** What it has goes to those that have weight already, in proportion; without any, to the best site there is. */
function drainAt({ view, wish, diagnosis, nowMs }: Asking): Wished {
  const name = wish.from ?? '';
  const others = othersWithWeight(view, name);
  const best = bestTarget(view, { site: name }, diagnosis, nowMs)?.site.name;
  const targets =
    wish.to !== undefined
      ? { [wish.to]: 1 }
      : Object.keys(others).length > 0
        ? others
        : best === undefined
          ? {}
          : { [best]: 1 };
  const hasWeight = weightOf(view, name) > 0;
  if (hasWeight && Object.keys(targets).length === 0)
    return refuse({ code: 'NoReadyCapacity', site: name, message: `no other site could take what ${name} has` });
  const weights = hasWeight ? moveShare(view, name, targets, 100) : view.inForce;
  const servesNothing = diagnosis.sites.find(({ site }) => site === name)?.servesNothing === true;
  const action: Action = {
    ...base(wish, 'drain'),
    ...{ from: name, weights, inOneStep: servesNothing, empty: [{ site: name, stop: undefined }] },
  };
  return { kind: 'action', action };
}

function stopAt({ view, wish }: Asking): Wished {
  const name = wish.from ?? '';
  const site = view.sites.find((each) => each.site.name === name);
  const isEmpty = site?.control.kind === 'seen' && site.replicas.every(({ replica }) => replica.state === 'gone');
  if (isEmpty) return refuse({ code: 'AlreadyThere', site: name, message: `nothing runs at ${name}` });
  const action: Action = {
    ...base(wish, 'stop'),
    ...{ from: name, weights: view.inForce, inOneStep: true, empty: [{ site: name, stop: wish.how ?? 'delete' }] },
  };
  return { kind: 'action', action };
}

/** Where it can be had. */
function startSomewhere({ view, wish, diagnosis, nowMs }: Asking): Wished {
  const hunting = huntAnywhere(view, wish, diagnosis, nowMs);
  if (hunting.kind === 'refused') return hunting;
  const { hunt, because } = hunting;
  const { because: own, ...action } = base(wish, 'start');
  return {
    kind: 'action',
    action: {
      ...action,
      ...{ from: undefined, weights: view.inForce, inOneStep: true, hunt, because: [...own, ...because] },
    },
  };
}

function startAt(asking: Asking): Wished {
  const { view, wish, nowMs } = asking;
  if (wish.anywhere === true) return startSomewhere(asking);
  const name = wish.from ?? '';
  const site = view.sites.find((each) => each.site.name === name);
  if (site === undefined) return refuse(noSuchSite(view, name));
  if (site.control.kind === 'unknown')
    return refuse({
      code: 'UnknownView',
      site: name,
      message: `what ${name} has cannot be read: ${site.control.message}`,
    });
  const slots = missingSlots(view, site, nowMs);
  const [unlisted] = unlistedReason(view, site, nowMs);
  if (slots.length === 0 && unlisted !== undefined) return refuse(unlisted);
  const { replicas } = site.placement;
  // What was only drained has all its replicas: the start gives it back to automation.
  if (slots.length === 0 && !isOut(view, name))
    return refuse({ code: 'AlreadyThere', site: name, message: `${name} has its ${replicas} replicas` });
  const { because, ...action } = base(wish, 'start');
  return {
    kind: 'action',
    action: {
      ...{ ...action, from: undefined, weights: view.inForce, inOneStep: true, start: [{ site: name, slots }] },
      // A person may ask at once; what is known to be refused is not asked for even so, and is told before.
      because: [...because, ...[startBlock(view, name, nowMs) ?? []].flat()],
    },
  };
}

function base(wish: AskedWish, kind: OperationKind) {
  return {
    kind,
    trigger: 'manual',
    start: [] as Action['start'],
    because: [asked(wish)],
    requestId: wish.id,
    ...(wish.forMs === undefined ? {} : { forMs: wish.forMs }),
    ...(wish.yields === undefined ? {} : { yields: wish.yields }),
    ...(wish.overrides === undefined ? {} : { overrides: wish.overrides }),
  } as const;
}

function refuse(reason: Reason): Wished {
  return { kind: 'refused', reason };
}

function noSuchSite(view: View, name: string): Reason {
  const names = view.sites.map(({ site }) => site.name).join(', ');
  return {
    code: 'NoReadyCapacity',
    site: name,
    message: `${view.deployment.name} has no site ${name}; it has ${names}`,
  };
}

/** What a failover is away from when nobody says: the site that fails, the surest first, then the one with most traffic. */
function worst(view: View, { kind, to }: AskedWish, { sites }: Diagnosis): string | undefined {
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
