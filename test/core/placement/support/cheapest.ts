/** The cheapest allocation of a small problem: every choice is looked at. */
import { trafficStabilityUsd } from '../../../../src/core/placement/formulate.ts';
import type { Allocation, Load, PlacementProblem } from '../../../../src/model/placement-problem.ts';
import type { Weights } from '../../../../src/model/route.ts';
import { brokenBy } from './problems.ts';

/** What is to be as little as can be: dollars per hour, with the small price of moved traffic. */
export function totalOf(problem: PlacementProblem, { replicas, weights }: Allocation): number {
  const capacity = problem.choices.reduce(
    (sum, _, index) => sum + capacityUsd(problem, index, replicas[index] ?? 0),
    0,
  );
  return capacity + problem.loads.reduce((sum, load) => sum + trafficUsd(load, weights[load.deployment] ?? {}), 0);
}

function capacityUsd({ choices, objective }: PlacementProblem, index: number, count: number): number {
  const choice = choices[index];
  if (choice === undefined) return Number.NaN;
  const usd = choice.pool.usdPerHour;
  const started = Math.max(0, count - choice.today);
  return (
    count * choice.units * usd +
    (started * (objective.moveUsd + choice.units * usd * choice.startupHours)) / objective.paybackHours
  );
}

function trafficUsd({ trafficUsdPerHour, today }: Load, weights: Weights): number {
  return Object.entries(weights).reduce((sum, [site, pct]) => {
    const gained = today === undefined ? 0 : Math.max(0, pct - (today[site] ?? 0));
    return sum + (pct / 100) * (trafficUsdPerHour[site] ?? 0) + gained * trafficStabilityUsd;
  }, 0);
}

/** Undefined: none keeps to the rules. `most`: replicas at a choice whose pool no rule limits. */
export function cheapestByHand(problem: PlacementProblem, { most: unlimited } = { most: 0 }): Allocation | undefined {
  const { choices, loads, rules } = problem;
  const aboutWeights = new Set(['demand', 'headroom', 'vendorShare', 'minimumSites', 'trafficChange', 'freeze']);
  const others = { ...problem, rules: rules.filter(({ kind }) => !aboutWeights.has(kind)) };
  const replicas = choices.map(() => 0);
  let best: Allocation | undefined;
  let least = Number.POSITIVE_INFINITY;
  const visit = (index: number, cost: number): void => {
    if (cost >= least) return;
    const choice = choices[index];
    if (choice !== undefined) {
      const room = rules.find((rule) => rule.kind === 'capacity' && rule.pool === choice.pool.name);
      const most = room?.kind === 'capacity' ? Math.floor(room.units / choice.units) : unlimited;
      for (let count = 0; count <= most; count += 1) {
        replicas[index] = count;
        visit(index + 1, cost + capacityUsd(problem, index, count));
      }
      return;
    }
    const isFrozen = (deployment: string) =>
      rules.some((rule) => rule.kind === 'freeze' && rule.deployment === deployment);
    if (choices.some(({ deployment, today }, at) => isFrozen(deployment) && replicas[at] !== today)) return;
    if (brokenBy(others, { replicas, weights: {} }).some((name) => name !== 'served')) return;
    const found = loads.map((load) => weightsByHand(problem, load, replicas));
    const total = cost + found.reduce((sum, each) => sum + (each?.cost ?? Number.POSITIVE_INFINITY), 0);
    if (total >= least) return;
    least = total;
    const weights = Object.fromEntries(loads.map(({ deployment }, at) => [deployment, found[at]?.weights ?? {}]));
    best = { replicas: [...replicas], weights };
  };
  visit(0, 0);
  return best;
}

function weightsByHand(problem: PlacementProblem, load: Load, replicas: readonly number[]) {
  const { choices, places, rules } = problem;
  const demanded = rules.filter((rule) => rule.kind === 'demand' && rule.deployment === load.deployment).length > 0;
  const isOwn = (rule: { readonly deployment?: string }) => (rule.deployment ?? load.deployment) === load.deployment;
  const asked = rules.flatMap((rule) => (rule.kind === 'headroom' && isOwn(rule) ? [1 + rule.ratio] : []));
  const needed = load.demandRps * Math.max(demanded ? 1 : 0, ...asked);
  const sites = places.map(({ name, vendor }) => {
    const own = choices.flatMap((choice, index) => {
      const isHere = choice.pool.site === name;
      return isHere && choice.deployment === load.deployment ? [(replicas[index] ?? 0) * choice.ratedRps] : [];
    });
    const rps = own.reduce((sum, each) => sum + each, 0);
    return {
      name,
      vendor,
      most: rps === 0 ? 0 : needed === 0 ? 100 : Math.min(100, Math.floor((100 * rps) / needed + 1e-9)),
    };
  });
  let best: { readonly weights: Weights; readonly cost: number } | undefined;
  const keeps = (weights: Weights): boolean =>
    rules.every((rule) => {
      const used = Object.values(weights).filter((pct) => pct > 0).length;
      const moved = Object.entries(weights).reduce(
        (sum, [site, pct]) => sum + Math.max(0, pct - (load.today?.[site] ?? 0)),
        0,
      );
      if (rule.kind === 'minimumSites') return used >= rule.sites;
      if (rule.kind === 'trafficChange') return load.today === undefined || moved <= rule.most * 100;
      if (rule.kind === 'freeze') return rule.deployment !== load.deployment || load.today === undefined || moved === 0;
      if (rule.kind !== 'vendorShare' || !isOwn(rule)) return true;
      const own = sites.filter(({ vendor }) => vendor === rule.vendor);
      return own.reduce((sum, { name }) => sum + (weights[name] ?? 0), 0) <= rule.most * 100;
    });
  const visit = (index: number, left: number, weights: Weights): void => {
    const site = sites[index];
    if (site === undefined) {
      if (left > 0 || !keeps(weights)) return;
      const cost = trafficUsd(load, weights);
      if (best === undefined || cost < best.cost) best = { weights, cost };
      return;
    }
    const isLast = index === sites.length - 1;
    for (let pct = isLast ? left : 0; pct <= Math.min(left, site.most); pct += 1)
      visit(index + 1, left - pct, { ...weights, [site.name]: pct });
  };
  visit(0, 100, {});
  return best;
}
