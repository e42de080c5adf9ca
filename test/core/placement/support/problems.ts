/** Placement problems of a seed, and an independent word on their answers. */
import type {
  Allocation,
  Choice,
  Load,
  Place,
  PlacementLimit,
  PlacementProblem,
  PlacementRule,
  Pool,
} from '../../../../src/model/placement-problem.ts';
import { createSeededRandom } from '../../../../src/testkit/seeded-random.ts';

type Dice = (most: number) => number;

/** Up to `most` replicas at a choice, and weights of whole quarters, so that every answer can be looked at. */
export function smallProblem(seed: number): PlacementProblem {
  const random = createSeededRandom(seed);
  const upTo: Dice = (most) => Math.floor(random.next() * (most + 1));
  const vendors = ['aws', 'azure'];
  const places = Array.from({ length: 2 + upTo(1) }, (_, index): Place => {
    return {
      name: `site-${index}`,
      vendor: vendors[upTo(1)] ?? 'aws',
      residency: [['EU'], ['US'], ['EU', 'US']][upTo(2)] ?? ['EU'],
      failureDomains: [`region-${upTo(1)}`, `site-${index}`].slice(upTo(1)),
    };
  });
  const pools = places.flatMap(({ name }): Pool[] => {
    const usd = () => (1 + upTo(8)) / 2;
    const onDemand: Pool = { name: `${name}/on-demand`, site: name, market: 'on-demand', usdPerHour: usd() };
    const other = upTo(3);
    if (other === 0) return [onDemand, { name: `${name}/spot`, site: name, market: 'spot', usdPerHour: usd() / 2 }];
    if (other === 1) return [onDemand, { name: `${name}/reserved`, site: name, market: 'reserved', usdPerHour: 0 }];
    return [onDemand];
  });
  const names = ['chat', 'embed'].slice(0, 1 + (upTo(4) === 0 && pools.length < 4 ? 1 : 0));
  const choices = names.flatMap((deployment) =>
    pools.map((pool): Choice => {
      return {
        ...{ deployment, pool, units: 1 + upTo(1), ratedRps: 4 + upTo(6) },
        ...{ today: upTo(2), startupHours: upTo(2) / 10 },
      };
    }),
  );
  const loads = names.map((deployment): Load => {
    const trafficUsdPerHour = Object.fromEntries(places.map(({ name }) => [name, upTo(4) / 4]));
    const first = upTo(100);
    const today = upTo(3) === 0 ? undefined : { 'site-0': first, 'site-1': 100 - first };
    return { deployment, demandRps: upTo(14), today, trafficUsdPerHour };
  });
  const some = (chance: number, limit: () => PlacementLimit): PlacementLimit[] => (upTo(99) < chance ? [limit()] : []);
  const limits = [
    ...names.map((deployment): PlacementLimit => ({ kind: 'demand', deployment })),
    ...pools.map((pool): PlacementLimit => ({ kind: 'capacity', pool: pool.name, units: 1 + upTo(3) })),
    ...some(50, () => ({ kind: 'headroom', ratio: upTo(2) / 4 })),
    ...some(20, () => ({ kind: 'block', deployment: 'chat', pool: pools[upTo(pools.length - 1)]?.name ?? '' })),
    ...some(30, () => ({
      kind: 'residency',
      deployment: 'chat',
      allowed: [['EU'], ['US'], ['EU', 'US']][upTo(2)] ?? [],
    })),
    ...some(30, () => ({ kind: 'vendorShare', vendor: 'aws', most: (1 + upTo(3)) / 4 })),
    ...some(30, () => ({ kind: 'minimumSites', sites: 2 })),
    ...some(25, () => ({ kind: 'survive', loss: upTo(1) === 0 ? 'site' : 'failureDomain' })),
    ...some(30, () => ({ kind: 'spotShare', most: upTo(3) / 4 })),
    ...some(20, () => ({ kind: 'spotOnlyFor', deployments: upTo(1) === 0 ? [] : ['embed'] })),
    ...some(30, () => ({ kind: 'budget', usdPerHour: 4 + upTo(20) })),
    ...some(15, () => ({ kind: 'budget', usdPerHour: 1 + upTo(12), deployment: 'chat' })),
    ...some(15, () => ({ kind: 'headroom', ratio: upTo(4) / 4, deployment: 'chat' })),
    ...some(15, () => ({ kind: 'vendorShare', vendor: 'azure', most: (1 + upTo(3)) / 4, deployment: 'chat' })),
    ...some(5, () => ({ kind: 'freeze', deployment: 'chat' })),
    ...some(20, () => ({ kind: 'trafficChange', most: upTo(4) / 4 })),
    ...some(20, () => ({ kind: 'replicaChange', most: upTo(6) })),
    ...some(20, () => ({ kind: 'costChange', usdPerHour: upTo(8) })),
  ];
  const rules = limits.map(
    (limit, index): PlacementRule => ({ name: `${limit.kind} ${index}`, says: '', path: [index], ...limit }),
  );
  const objective = { moveUsd: upTo(4), paybackHours: 24 };
  return { places, choices, loads, rules, paidUsdPerHour: upTo(2), objective };
}

const near = 1e-6;

const isOf = ({ deployment }: Load, rule: { readonly deployment?: string }): boolean =>
  rule.deployment === undefined || rule.deployment === deployment;

/** Rules that the allocation breaks, written anew from what each says. */
export function brokenBy(problem: PlacementProblem, { replicas, weights }: Allocation): readonly string[] {
  const { choices, places, loads, rules } = problem;
  const rows = choices.map((choice, index) => {
    const { pool } = choice;
    const place = places.find(({ name }) => name === pool.site);
    if (place === undefined) throw new Error(`no place for ${pool.name}`);
    return { choice, pool, place, count: replicas[index] ?? Number.NaN };
  });
  type Row = (typeof rows)[number];
  const sum = (of: readonly Row[], by: (row: Row) => number): number => of.reduce((all, row) => all + by(row), 0);
  const rps = (of: readonly Row[]): number => sum(of, ({ count, choice }) => count * choice.ratedRps);
  const usd = (by: (row: Row) => number): number =>
    sum(rows, (row) => by(row) * row.choice.units * row.pool.usdPerHour);
  const breaks = (rule: PlacementRule): boolean => {
    const each = (isBroken: (load: Load, own: readonly Row[], share: Readonly<Record<string, number>>) => boolean) =>
      loads.some((load) =>
        isBroken(
          load,
          rows.filter(({ choice }) => choice.deployment === load.deployment),
          weights[load.deployment] ?? {},
        ),
      );
    const lacks = (load: Load, own: readonly Row[], share: Readonly<Record<string, number>>, factor: number) =>
      places.some(({ name }) => {
        const asked = (load.demandRps * factor * (share[name] ?? 0)) / 100;
        return rps(own.filter(({ place }) => place.name === name)) < asked - near;
      });
    switch (rule.kind) {
      case 'demand':
        return each((load, own, share) => load.deployment === rule.deployment && lacks(load, own, share, 1));
      case 'headroom':
        return each((load, own, share) => isOf(load, rule) && lacks(load, own, share, 1 + rule.ratio));
      case 'capacity':
        return (
          sum(rows, ({ pool, count, choice }) => (pool.name === rule.pool ? count * choice.units : 0)) > rule.units
        );
      case 'block':
        return rows.some(
          ({ choice, pool, count }) =>
            choice.deployment === rule.deployment && pool.name === rule.pool && count > choice.today,
        );
      case 'residency':
        return rows.some(
          ({ choice, place, count }) =>
            count > 0 &&
            choice.deployment === rule.deployment &&
            place.residency.some((jurisdiction) => !rule.allowed.includes(jurisdiction)),
        );
      case 'vendorShare':
        return each((load, _, share) => {
          if (!isOf(load, rule)) return false;
          const own = places.filter(({ vendor }) => vendor === rule.vendor).map(({ name }) => share[name] ?? 0);
          return own.reduce((all, pct) => all + pct, 0) > rule.most * 100 + near;
        });
      case 'minimumSites':
        return each((_, own, share) => {
          const used = places.filter(
            ({ name }) => (share[name] ?? 0) >= 1 && own.some(({ place, count }) => place.name === name && count >= 1),
          );
          return used.length < rule.sites;
        });
      case 'survive':
        return each((load, own) => {
          if (load.demandRps === 0) return false;
          const domainsOf = ({ place }: Row) => (rule.loss === 'site' ? [place.name] : place.failureDomains);
          const domains = new Set(own.flatMap(domainsOf));
          return [...domains].some(
            (domain) => rps(own.filter((row) => !domainsOf(row).includes(domain))) < load.demandRps - near,
          );
        });
      case 'spotShare':
        return each((_, own) => rps(own.filter(({ pool }) => pool.market === 'spot')) > rule.most * rps(own) + near);
      case 'spotOnlyFor':
        return rows.some(
          ({ pool, choice, count }) =>
            count > 0 && pool.market === 'spot' && !rule.deployments.includes(choice.deployment),
        );
      case 'budget':
        if (rule.deployment === undefined)
          return problem.paidUsdPerHour + usd(({ count }) => count) > rule.usdPerHour + near;
        return usd(({ count, choice }) => (choice.deployment === rule.deployment ? count : 0)) > rule.usdPerHour + near;
      case 'freeze':
        return (
          rows.some(({ choice, count }) => choice.deployment === rule.deployment && count !== choice.today) ||
          each(
            (load, _, share) =>
              load.deployment === rule.deployment &&
              places.some(({ name }) => (share[name] ?? 0) !== (load.today?.[name] ?? share[name] ?? 0)),
          )
        );
      case 'trafficChange':
        return each((load, _, share) => {
          const gained = places.map(({ name }) => Math.max(0, (share[name] ?? 0) - (load.today?.[name] ?? 0)));
          return load.today !== undefined && gained.reduce((all, pct) => all + pct, 0) > rule.most * 100 + near;
        });
      case 'replicaChange':
        return sum(rows, ({ count, choice }) => Math.abs(count - choice.today)) > rule.most;
      case 'costChange':
        return usd(({ count, choice }) => count - choice.today) > rule.usdPerHour + near;
    }
  };
  const isServed = loads.every(({ deployment }) => {
    const share = Object.entries(weights[deployment] ?? {});
    const own = rows.filter(({ choice }) => choice.deployment === deployment);
    const runs = (site: string) => own.some(({ place, count }) => place.name === site && count > 0);
    return (
      share.reduce((all, [, pct]) => all + pct, 0) === 100 && share.every(([site, pct]) => pct === 0 || runs(site))
    );
  });
  return [...rules.filter(breaks).map(({ name }) => name), ...(isServed ? [] : ['served'])];
}
