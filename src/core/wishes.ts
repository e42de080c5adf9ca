/** Each verb a person may type, as one intended change; or why there is none. Rules come after: this only says what is meant. */

import type { Action } from '../model/decision.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Weights } from '../model/route.ts';
import type { View } from '../model/view.ts';
import { sameWeights } from '../model/weights.ts';
import { weightsText } from '../model/words.ts';
import { isFailing } from './diagnose.ts';
import { weightsBefore } from './plan/steps.ts';
import { leavingReason, readyReplicas, weightOf } from './readiness.ts';
import { targetsOf } from './rules/case.ts';
import { scaleTo } from './scale.ts';
import { moveShare, othersWithWeight } from './share.ts';
import { startBlock } from './start-block.ts';
import { startAt } from './start-wish.ts';
import { bestTarget, moveAll } from './target.ts';
import { type AskedWish, type Asking, base, noSuchSite, refuse, type Wished } from './wish-terms.ts';

/** The wish as one intended change. */
export function wishAction(view: View, wish: AskedWish, diagnosis: Diagnosis, nowMs: number): Wished {
  const asking: Asking = { view, wish, diagnosis, nowMs };
  const stranger = [wish.from, wish.to, ...Object.keys(wish.split ?? {}), ...Object.keys(wish.weights ?? {})].find(
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
    case 'scale':
      return scaleAt(asking);
    case 'shift':
    case 'migrate':
    case 'failover':
    case 'switchover':
      return moveAway(asking);
  }
}

function moveAway(asking: Asking): Wished {
  const { view, wish, diagnosis, nowMs } = asking;
  if (wish.weights !== undefined) return moveTo(asking, { ...onlyAt(view, undefined), ...wish.weights }, undefined);
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
  const kept = keptBy(asking);
  const isKept = kept === undefined || sameWeights(weights, view.deployment.weights);
  if (view.route.kind === 'seen' && sameWeights(weights, view.route.value?.weights ?? {}) && isKept)
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
    ...(kept === undefined ? {} : { kept }),
    ...(wish.kind === 'migrate' && source !== undefined
      ? { empty: [{ site: source, stop: wish.how ?? 'delete' }] }
      : {}),
  };
  return { kind: 'action', action };
}

/** They stand in place of the configuration's, whatever stands there now. */
function keptBy({ view: { deployment }, wish }: Asking): Action['kept'] {
  if (wish.keeps !== true || wish.weights === undefined) return undefined;
  return { instead: deployment.configuredWeights ?? deployment.weights };
}

/** Another number of replicas at one site; the traffic stays as it is. */
function scaleAt({ view, wish, nowMs }: Asking): Wished {
  const { from = '', replicas = 0, markets, how } = wish;
  const scaling = scaleTo(view, { site: from, replicas, markets, how }, nowMs);
  if (scaling.kind === 'refused') return scaling;
  const { scale, start } = scaling;
  const { because, ...action } = base(wish, 'scale');
  const blocked = start.flatMap(({ site }) => startBlock(view, site, nowMs) ?? []);
  return {
    kind: 'action',
    action: {
      ...{ ...action, from: scale.site, weights: weightsBefore(view), inOneStep: true, start, scale },
      because: [...because, ...blocked],
    },
  };
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

function onlyAt(view: View, to: string | undefined): Record<string, number> {
  return Object.fromEntries(view.sites.map(({ site }) => [site.name, site.name === to ? 100 : 0]));
}
