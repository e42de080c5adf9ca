/** Programs as placing model deployments on cloud sites makes them: replicas in pools of machines that all deployments share. */
import type { Column, Program, Row } from '../../../src/model/program.ts';
import { createSeededRandom } from '../../../src/testkit/seeded-random.ts';

export interface PlacementTerms {
  readonly deployments: number;
  readonly sites: number;
  readonly seed: number;
  /** What the pools hold, as a multiple of what is wanted of them when everybody spreads: 2 is tight, 4 is slack. */
  readonly room: number;
}

interface Pool {
  readonly site: number;
  readonly machine: number;
  readonly isSpot: boolean;
  /** Of the wanted units: how much of them this market holds. */
  readonly share: number;
  readonly usdPerHour: number;
  wanted: number;
}

interface Site {
  readonly vendor: string;
  readonly region: string;
  readonly failureDomain: number;
  readonly egressUsd: number;
  readonly machines: readonly number[];
}

interface Deployment {
  readonly demand: number;
  /** Accelerators of one replica. */
  readonly size: number;
  readonly isSpread: boolean;
  /** At how many sites at least. */
  readonly leastSites: number;
  /** Of the replicas, 0–1. */
  readonly spotShare: number;
  /** By the place of the pool: what a replica there can serve. */
  readonly rated: ReadonlyMap<number, number>;
  /** Dollars per hour for all of its traffic at this site, by the place of the site. */
  readonly traffic: ReadonlyMap<number, number>;
}

const machineUsd = [3, 1.8, 3.1, 9, 1.5, 1];
const vendors = ['aws', 'azure', 'google', 'oracle', 'coreweave'];
const mostOfVendor: Readonly<Record<string, number>> = { aws: 0.6, google: 0.6 };
const regions = ['US', 'EU', 'AP'];
const headroom = 1.25;
const free = Number.POSITIVE_INFINITY;

/** The same terms give the same program; one block for each deployment that has anywhere to go. */
export function placementProgram(terms: PlacementTerms): Program {
  const chance = createChance(terms.seed);
  const sites = Array.from({ length: terms.sites }, () => createSite(chance, terms.sites));
  const pools = sites.flatMap((site, index) => createPools(chance, site, index));
  const deployments = Array.from({ length: terms.deployments }, () => createDeployment(chance, sites, pools));
  const program = createDraft();
  const used = pools.map((): [number, number][] => []);
  for (const [block, deployment] of deployments.filter(({ rated }) => rated.size > 0).entries())
    addDeployment(program, { block, deployment, sites, pools, terms, used });
  for (const [pool, of] of used.entries())
    if (of.length > 0) program.addRow({ least: -free, most: units(pools[pool], terms.room), terms: of });
  const { columns, rows } = program;
  return { columns, rows };
}

type Chance = ReturnType<typeof createChance>;

function createChance(seed: number) {
  const random = createSeededRandom(seed);
  const between = (least: number, most: number): number => least + Math.floor(random.next() * (most - least + 1));
  return {
    share: random.next,
    between,
    pick: <T>(from: readonly T[]): T => from[between(0, from.length - 1)] as T,
    shuffle: <T>(from: readonly T[]): T[] =>
      from
        .map((each) => ({ each, at: random.next() }))
        .sort((one, other) => one.at - other.at)
        .map(({ each }) => each),
  };
}

function createSite(chance: Chance, sites: number): Site {
  return {
    vendor: chance.pick(vendors),
    region: chance.pick(regions),
    failureDomain: chance.between(0, Math.ceil(sites / 2)),
    egressUsd: 0.005 * chance.share(),
    machines: [...new Set(Array.from({ length: chance.between(1, 3) }, () => chance.between(0, 5)))],
  };
}

function createPools(chance: Chance, { machines }: Site, site: number): Pool[] {
  return machines.flatMap((machine) => {
    const usd = (machineUsd[machine] ?? 0) * (0.85 + 0.4 * chance.share());
    const pool = { site, machine, wanted: 0 };
    return [
      ...(chance.share() < 0.4 ? [] : [{ ...pool, isSpot: false, share: 0.15, usdPerHour: 0 }]),
      { ...pool, isSpot: false, share: 0.5, usdPerHour: usd },
      { ...pool, isSpot: true, share: 0.6, usdPerHour: 0.38 * usd },
    ];
  });
}

function createDeployment(chance: Chance, sites: readonly Site[], pools: readonly Pool[]): Deployment {
  const machines = new Set([0, 1, 2].map(() => chance.between(0, 5)));
  const size = chance.pick([1, 2, 4, 8]);
  const demand = Math.round(Math.exp(2 + chance.share() * 4.2));
  const residency = chance.pick([['EU'], ['EU'], ['US', 'EU'], regions, regions]);
  const ratedOf = new Map(
    [...machines].map((machine) => [
      machine,
      Math.round((3 + chance.share() * 5) * size * (machineUsd[machine] ?? 0) ** 0.8 * 10) / 10,
    ]),
  );
  const eligible = sites
    .map((site, index) => ({ site, index }))
    .filter(({ site }) => residency.includes(site.region) && site.machines.some((each) => machines.has(each)));
  const chosen = new Set(
    chance
      .shuffle(eligible)
      .slice(0, chance.between(4, 12))
      .map(({ index }) => index),
  );
  const spotShare = chance.share() < 0.4 ? 0.4 : 0;
  const open = [...pools.entries()].filter(([, { site, machine }]) => chosen.has(site) && machines.has(machine));
  const places = new Set(open.map(([, { site, machine }]) => `${site} ${machine}`)).size;
  for (const [, pool] of open)
    pool.wanted += ((demand * headroom * 1.5) / places / (ratedOf.get(pool.machine) ?? 1)) * size;
  const usable = open.filter(([, { isSpot }]) => spotShare > 0 || !isSpot);
  return {
    demand,
    size,
    isSpread: chance.share() < 0.7,
    leastSites: chance.between(1, 2),
    spotShare,
    rated: new Map(usable.map(([at, { machine }]) => [at, ratedOf.get(machine) ?? 1])),
    traffic: new Map(
      [...chosen].map((site) => [site, demand * ((sites[site]?.egressUsd ?? 0) + 0.0001 * (5 + 100 * chance.share()))]),
    ),
  };
}

function units(pool: Pool | undefined, room: number): number {
  return pool === undefined ? 0 : Math.ceil((pool.wanted * pool.share * room) / 8) * 8 + 8;
}

interface Draft extends Program {
  addColumn(column: Column): number;
  addRow(row: Row): void;
}

function createDraft(): Draft {
  const columns: Column[] = [];
  const rows: Row[] = [];
  return { columns, rows, addColumn: (column) => columns.push(column) - 1, addRow: (row) => void rows.push(row) };
}

interface Placing {
  readonly block: number;
  readonly deployment: Deployment;
  readonly sites: readonly Site[];
  readonly pools: readonly Pool[];
  readonly terms: PlacementTerms;
  /** By the place of the pool: the columns that take of it. */
  readonly used: readonly [number, number][][];
}

function addDeployment(draft: Draft, { block, deployment, sites, pools, terms, used }: Placing): void {
  const { demand, size, rated, traffic, spotShare, isSpread, leastSites } = deployment;
  const replicas = [...rated].map(([at, rate]) => {
    const pool = pools[at];
    const most = Math.floor(units(pool, terms.room) / size);
    const column = draft.addColumn({ cost: (pool?.usdPerHour ?? 0) * size, least: 0, most, isWhole: true, block });
    used[at]?.push([column, size]);
    return { column, rate, site: pool?.site ?? 0, isSpot: pool?.isSpot ?? false };
  });
  type Replicas = typeof replicas;
  /** Together they serve so much; then the same in whole replicas of each rate, which relaxed columns do not know by themselves. */
  const cover = (by: Replicas, least: number): void => {
    draft.addRow({ least, most: free, terms: by.map(({ column, rate }) => [column, rate]) });
    for (const unit of new Set(by.map(({ rate }) => rate)))
      draft.addRow({
        least: Math.ceil(least / unit - 1e-9),
        most: free,
        terms: by.map(({ column, rate }) => [column, Math.ceil(rate / unit - 1e-9)]),
      });
  };
  const bySite = Map.groupBy(replicas, ({ site }) => site);
  const weights = [...bySite].map(([site, at]) => {
    const weight = draft.addColumn({
      cost: (traffic.get(site) ?? 0) / 100,
      least: 0,
      most: 100,
      isWhole: false,
      block,
    });
    const serves = at.map(({ column, rate }) => [column, -rate] as const);
    draft.addRow({ least: -free, most: 0, terms: [[weight, (demand * headroom) / 100], ...serves] });
    return { weight, site, at };
  });
  cover(replicas, demand * headroom);
  draft.addRow({ least: 100, most: 100, terms: weights.map(({ weight }) => [weight, 1]) });
  for (const [vendor, share] of Object.entries(mostOfVendor)) {
    const own = weights.filter(({ site }) => sites[site]?.vendor === vendor);
    if (own.length === 0 || own.length === weights.length) continue;
    draft.addRow({ least: -free, most: 100 * share, terms: own.map(({ weight }) => [weight, 1]) });
  }
  if (leastSites > 1 && bySite.size >= leastSites) {
    const used = weights.map(({ at }): [number, number] => {
      const isUsed = draft.addColumn({ cost: 0, least: 0, most: 1, isWhole: false, block });
      draft.addRow({ least: -free, most: 0, terms: [[isUsed, 1], ...at.map(({ column }) => [column, -1] as const)] });
      return [isUsed, 1];
    });
    draft.addRow({ least: leastSites, most: free, terms: used });
  }
  const domains = Map.groupBy(replicas, ({ site }) => sites[site]?.failureDomain);
  if (isSpread && domains.size > 1)
    for (const lost of domains.values())
      cover(
        replicas.filter((each) => !lost.includes(each)),
        demand,
      );
  if (spotShare > 0)
    draft.addRow({
      least: -free,
      most: 0,
      terms: replicas.map(({ column, rate, isSpot }) => [column, (isSpot ? 1 - spotShare : -spotShare) * rate]),
    });
}
