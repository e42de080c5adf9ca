/** Placement problems as companies have them: many deployments, clouds, accelerators and markets, with every kind of rule. */
import type {
  Choice,
  Load,
  Place,
  PlacementLimit,
  PlacementProblem,
  Pool,
} from '../../../../src/model/placement-problem.ts';
import { createSeededRandom } from '../../../../src/testkit/seeded-random.ts';

export interface RealisticTerms {
  readonly deployments: number;
  readonly sites: number;
  /**
   * Machines that there are, by what all deployments could use at once if each spread over all its pools: 4 is tight, 20 has
   * reservations that are just enough, 40 is slack.
   */
  readonly room: number;
}

/** Dollars for an hour of one, as clouds list them in 2026; and how a model's rating grows with it. */
const accelerators = [
  { name: 'H100', usd: 3 },
  { name: 'A100', usd: 1.8 },
  { name: 'MI300X', usd: 3.1 },
  { name: 'GB200', usd: 9 },
  { name: 'Trainium2', usd: 1.5 },
  { name: 'L40S', usd: 1 },
] as const;

/** Each deployment names 4 to 12 sites, as people do. */
export function realisticProblem(seed: number, { deployments, sites, room }: RealisticTerms): PlacementProblem {
  const random = createSeededRandom(seed);
  const upTo = (most: number): number => Math.floor(random.next() * (most + 1));
  const between = (least: number, most: number): number => least + random.next() * (most - least);
  const oneOf = <T>(all: readonly T[]): T => all[upTo(all.length - 1)] as T;
  const places = Array.from({ length: sites }, (_, index): Place => {
    const vendor = oneOf(['aws', 'azure', 'google', 'oracle', 'coreweave']);
    const residency = [oneOf(['US', 'EU', 'AP'])];
    return { name: `site-${index}`, vendor, residency, failureDomains: [`region-${upTo(Math.ceil(sites / 2))}`] };
  });
  const had = places.flatMap(({ name }) =>
    [...new Set(Array.from({ length: 1 + upTo(2) }, () => oneOf(accelerators)))].map((accelerator) => ({
      name,
      accelerator,
    })),
  );
  const pools = had.flatMap(({ name, accelerator }) => {
    const usd = accelerator.usd * between(0.85, 1.25);
    const pool = (market: Pool['market'], price: number, share: number) => {
      return {
        pool: { name: `${name}/${accelerator.name}/${market}`, site: name, market, usdPerHour: price },
        ...{ accelerator, share, listUsd: usd },
      };
    };
    const reserved = random.next() < 0.6 ? [pool('reserved', 0, 0.15)] : [];
    return [...reserved, pool('on-demand', usd, 0.5), pool('spot', usd * 0.38, 0.6)];
  });
  const wanted = new Map<string, number>();
  const choices: Choice[] = [];
  const loads: Load[] = [];
  const limits: PlacementLimit[] = [];
  const spotUsers: string[] = [];
  for (let index = 0; index < deployments; index += 1) {
    const deployment = `deployment-${index}`;
    const own = new Set([oneOf(accelerators), oneOf(accelerators), oneOf(accelerators)]);
    const units = oneOf([1, 2, 4, 8]);
    const demandRps = Math.round(Math.exp(3 + random.next() * 3.3));
    const allowed = oneOf([['EU'], ['US', 'EU'], ['US', 'EU', 'AP'], ['US', 'EU', 'AP']]);
    const fitting = pools.filter(({ accelerator }) => own.has(accelerator));
    const sitesOf = (isAllowed: boolean): readonly Place[] =>
      places
        .filter(
          ({ name, residency }) =>
            fitting.some(({ pool }) => pool.site === name) &&
            residency.every((each) => allowed.includes(each)) === isAllowed,
        )
        .toSorted(() => random.next() - 0.5);
    const inside = sitesOf(true).slice(0, 4 + upTo(7));
    // What can be lost, and whom nobody may rest on alone, needs others beside it.
    const isServable =
      new Set(inside.map(({ vendor }) => vendor)).size > 2 &&
      new Set(inside.flatMap((each) => each.failureDomains)).size > 2;
    const listed = new Set([...inside, ...sitesOf(false).slice(0, 1)].map(({ name }) => name));
    const rated = new Map(
      [...own].map(({ name, usd }) => [name, Math.round(between(1, 2.5) * units * (usd / 3) ** 0.8 * 10) / 10]),
    );
    if (random.next() < 0.5) spotUsers.push(deployment);
    const at = fitting.filter(({ pool }) => listed.has(pool.site));
    const first = isServable ? at.find(({ pool }) => pool.site === inside[0]?.name) : undefined;
    for (const { pool, accelerator } of at) {
      const ratedRps = rated.get(accelerator.name) ?? 1;
      const today = pool === first?.pool ? Math.ceil((1.3 * demandRps) / ratedRps) : 0;
      choices.push({ deployment, pool, units, ratedRps, today, startupHours: 0.1 });
      wanted.set(pool.name, (wanted.get(pool.name) ?? 0) + ((demandRps * 1.8) / ratedRps / at.length) * units);
    }
    const usable = first !== undefined;
    const trafficUsdPerHour = Object.fromEntries([...listed].map((site) => [site, between(0.5, 10)]));
    const today = first === undefined ? undefined : { [first.pool.site]: 100 };
    loads.push({ deployment, demandRps: usable ? demandRps : 0, today, trafficUsdPerHour });
    limits.push({ kind: 'demand', deployment }, { kind: 'residency', deployment, allowed });
  }
  limits.push(
    ...pools.map(({ pool, share }): PlacementLimit => {
      const used = choices.reduce(
        (sum, { pool: each, today, units }) => sum + (each.name === pool.name ? today * units : 0),
        0,
      );
      const units = Math.max(used, Math.ceil(((wanted.get(pool.name) ?? 0) * share * room) / 8) * 8 + 8);
      return { kind: 'capacity', pool: pool.name, units };
    }),
    { kind: 'headroom', ratio: 0.25 },
    { kind: 'vendorShare', vendor: 'aws', most: 0.6 },
    { kind: 'vendorShare', vendor: 'google', most: 0.6 },
    { kind: 'survive', loss: 'failureDomain' },
    { kind: 'spotShare', most: 0.4 },
    { kind: 'spotOnlyFor', deployments: spotUsers },
  );
  return {
    places,
    choices: choices.filter(
      ({ deployment }) => (loads.find((load) => load.deployment === deployment)?.demandRps ?? 0) > 0,
    ),
    loads,
    rules: limits.map((limit, index) => ({ name: `${limit.kind} ${index}`, says: '', path: [index], ...limit })),
    paidUsdPerHour: paidFor(limits, pools),
    objective: { moveUsd: 5, paybackHours: 24 },
  };
}

/** Reservations cost three fifths of what is had on demand, whether they are used or not. */
function paidFor(
  limits: readonly PlacementLimit[],
  pools: readonly { readonly pool: Pool; readonly listUsd: number }[],
): number {
  return pools.reduce((sum, { pool, listUsd }) => {
    const limit = limits.find((each) => each.kind === 'capacity' && each.pool === pool.name);
    return sum + (pool.market === 'reserved' && limit?.kind === 'capacity' ? 0.6 * listUsd * limit.units : 0);
  }, 0);
}
