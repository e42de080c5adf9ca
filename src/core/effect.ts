/** What a plan would bring at each site: traffic, replicas, load and cost; from the same view it was made from. */
import type { CostForecast, DrainForecast, SiteForecast } from '../model/forecast.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { SiteView, View } from '../model/view.ts';
import { pairOf } from './plan/hedge.ts';
import { sharesOf } from './plan/hunt.ts';
import { isAlive, readyReplicas } from './readiness.ts';
import { hasSlot, keptBy } from './slots.ts';

/** In the order of the placements. */
export function siteForecasts(view: View, plan: Plan, nowMs: number): readonly SiteForecast[] {
  const totalRps = requestsPerSecond(view);
  return view.sites.map((site): SiteForecast => {
    const { name } = site.site;
    const ready = readyReplicas(view, site, nowMs).length;
    const starts = slotsStarted(view, plan, name);
    const ends = endOf(plan, name);
    const thenPct = plan.after[name] ?? 0;
    const { ratedRps } = site.placement;
    const trim = plan.steps.find((step) => step.kind === 'trim' && step.site === name);
    const takes = trim?.kind === 'trim' ? trim.takes : 0;
    const serving = ends === 'stopped' ? 0 : ready + starts - takes;
    return {
      site: name,
      nowPct: plan.before[name] ?? 0,
      thenPct,
      ready,
      wanted: plan.scale?.site === name ? plan.scale.replicas : site.placement.replicas,
      starts,
      ...(trim === undefined ? {} : { trims: trimmedReplicas(site, plan) }),
      ends,
      thenRps: totalRps === undefined ? undefined : (totalRps * thenPct) / 100,
      thenCapacityRps: ratedRps === undefined ? undefined : serving * ratedRps,
    };
  });
}

/** Undefined when a replica runs, or would be started, at a site without a price. Of a hedged start the dearer site stays, at worst. */
export function costForecast(view: View, plan: Plan): CostForecast | undefined {
  let [now, then, spared] = [0, 0, 0];
  const hunt = plan.steps.find((step) => step.kind === 'hunt' && step.hedge !== undefined);
  const pair = hunt?.kind === 'hunt' ? pairOf(view, hunt) : [];
  const priceOf = (name: string): number =>
    view.sites.find(({ site }) => site.name === name)?.placement.usdPerHour ?? 0;
  if (hunt?.kind === 'hunt' && pair.length > 1) spared = hunt.replicas * Math.min(...pair.map(priceOf));
  for (const site of view.sites) {
    const running = billedReplicas(site);
    const left = running - trimmedReplicas(site, plan);
    const after = endOf(plan, site.site.name) === 'stopped' ? 0 : left + slotsStarted(view, plan, site.site.name);
    const { usdPerHour } = site.placement;
    if (usdPerHour === undefined && running + after > 0) return undefined;
    now += running * (usdPerHour ?? 0);
    then += after * (usdPerHour ?? 0);
  }
  return { nowUsdPerHour: now, thenUsdPerHour: then - spared, ...(spared === 0 ? {} : { peakUsdPerHour: then }) };
}

/** One for each site that is emptied. */
export function drainForecasts(view: View, plan: Plan): readonly DrainForecast[] {
  return plan.steps.flatMap((step): readonly DrainForecast[] => {
    if (step.kind !== 'drain') return [];
    const { site, deadlineMs } = step;
    const stopGraceMs = view.sites.find((each) => each.site.name === site)?.placement.launch.stopGraceMs ?? 0;
    return [{ site, budgetMs: deadlineMs, stopGraceMs, isStopped: endOf(plan, site) === 'stopped' }];
  });
}

/** Of all sites together, over the gateway's window; undefined while its statistics are not seen. */
function requestsPerSecond({ traffic }: View): number | undefined {
  if (traffic.kind === 'unknown') return undefined;
  return traffic.value.sites.reduce(
    (sum, { attempts, windowMs }) => sum + (windowMs > 0 ? (attempts * 1000) / windowMs : 0),
    0,
  );
}

/** A replica that may be paid for is counted as one that is. */
function billedReplicas(site: SiteView): number {
  return site.replicas.filter(({ replica }) => isAlive(replica.state) && replica.billed !== 'no').length;
}

/** What a trim stops: of those that run, and are perhaps paid for. */
function trimmedReplicas(site: SiteView, { steps }: Plan): number {
  const trim = steps.find((step) => step.kind === 'trim' && step.site === site.site.name);
  if (trim?.kind !== 'trim') return 0;
  return billedReplicas({
    ...site,
    replicas: site.replicas.filter(({ replica }) => !hasSlot(keptBy(trim), replica.slot)),
  });
}

/** Of a hedged hunt at both sites. */
function slotsStarted(view: View, { steps }: Plan, name: string): number {
  const launches = steps.flatMap((step) => {
    if (step.kind === 'hunt' && step.hedge !== undefined)
      return [pairOf(view, step).includes(name) ? step.replicas : 0];
    if (step.kind === 'hunt') return [sharesOf(step).get(name) ?? 0];
    return step.kind === 'launch' && step.site === name ? [step.slots.length] : [];
  });
  return launches.reduce((sum, count) => sum + count, 0);
}

function endOf({ steps }: Plan, name: string): SiteForecast['ends'] {
  const has = (kind: Step['kind']): boolean =>
    steps.some((step) => step.kind === kind && 'site' in step && step.site === name);
  if (has('stop')) return 'stopped';
  return has('drain') ? 'drained' : 'nothing';
}
