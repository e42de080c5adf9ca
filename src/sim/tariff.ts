/** What a simulated world's capacity costs, and how much of it is wanted: another one each time somebody looks. */
import type { Config } from '../model/config.ts';
import type { RebalancePolicy, SiteCapacity } from '../model/rebalance-policy.ts';
import type { Random } from '../ports/random.ts';
import type { SimOptions } from './options.ts';
import { oneOf } from './strikes.ts';

/** Few values of each, so that many worlds ask the solver the same. */
export interface Tariff {
  /** Dollars an hour of one replica, by the order of the sites. */
  readonly usdPerHour: readonly number[];
  /** Requests a second that are to be served at least; the users of a world ask for 100. */
  readonly demandRps: number;
  readonly headroomRatio: number;
  readonly minimumSites: number;
  readonly survive: 'site' | undefined;
  /** Started and stopped in one run; undefined: as many as it takes. */
  readonly mostReplicas: number | undefined;
  readonly minimumGainUsdPerHour: number;
  /** Of what one costs on demand, in the spot market; undefined: nobody can be asked for one market. */
  readonly spotRatio: number | undefined;
}

/** One replica serves so much; as many as are written at a site serve all that users of a world ask for. */
const ratedRps = 60;
const accelerator = 'H100';
/** A scheduler's run counts once in so long, in milliseconds. */
export const slotMs = 5000;

/** What capacity costs and what is wanted of it, anew for each world. */
export function drawTariff({ sites, hasShelves }: Markets, random: Random): Tariff {
  const among = <T>(...choices: readonly [T, ...T[]]): T => oneOf(choices, random.next()) ?? choices[0];
  return {
    usdPerHour: Array.from({ length: sites }, () => among(1, 2, 4)),
    demandRps: among(0, 0, 60, 150),
    headroomRatio: among(0, 0, 0.2),
    minimumSites: among(1, 1, 2),
    survive: among('site', 'site', undefined),
    mostReplicas: among(undefined, undefined, 2),
    minimumGainUsdPerHour: among(0, 0, 1),
    spotRatio: hasShelves ? among(0.3, 0.6, 1.5) : undefined,
  };
}

type Markets = Pick<SimOptions, 'sites' | 'hasShelves'>;

/** All sites cost the same: as a world is written first. */
export function evenTariff({ sites, hasShelves }: Markets): Tariff {
  return {
    usdPerHour: Array.from({ length: sites }, () => 1),
    ...{ demandRps: 0, headroomRatio: 0, minimumSites: 1, survive: 'site', mostReplicas: undefined },
    ...{ minimumGainUsdPerHour: 0, spotRatio: hasShelves ? 1 : undefined },
  };
}

/** `everySite`: the names of all that there are, whatever somebody took out of the configuration. */
export function withTariff(config: Config, everySite: readonly string[], tariff: Tariff): Config {
  const { sites, deployments } = config;
  return {
    ...config,
    sites: sites.map((site) => {
      const usdPerHour = tariff.usdPerHour[everySite.indexOf(site.name)] ?? 1;
      return { ...site, capacity: capacityOf(roomOf(config), usdPerHour, tariff.spotRatio) };
    }),
    deployments: deployments.map((deployment) => ({
      ...deployment,
      placements: deployment.placements.map((each) => ({ ...each, ratedRps, use: { accelerator, count: 1 } })),
    })),
    rebalance: policyOf(config, tariff),
  };
}

function capacityOf(count: number, usdPerHour: number, spotRatio: number | undefined): readonly SiteCapacity[] {
  const onDemand = { accelerator, market: 'on-demand', count, usdPerHour } as const;
  if (spotRatio === undefined) return [onDemand];
  return [onDemand, { ...onDemand, market: 'spot', usdPerHour: usdPerHour * spotRatio }];
}

/** One more than is written. */
function roomOf({ deployments }: Config): number {
  return 1 + Math.max(...deployments.flatMap(({ placements }) => placements.map(({ replicas }) => replicas)));
}

function policyOf({ deployments }: Config, tariff: Tariff): RebalancePolicy {
  const { demandRps, headroomRatio, minimumSites, survive, mostReplicas, minimumGainUsdPerHour } = tariff;
  return {
    objective: { latencyUsdPerMsHour: 0, moveUsd: 0.5, paybackMs: 3_600_000 },
    constraints: { vendorMaxRatio: {}, headroomRatio, minimumSites, ...(survive === undefined ? {} : { survive }) },
    maxChange: mostReplicas === undefined ? {} : { replicas: mostReplicas },
    demandRps: Object.fromEntries(deployments.map(({ name }) => [name, demandRps])),
    minimumGainUsdPerHour,
    run: { everyMs: slotMs, jitterMs: 0, idleBelowRatio: 0.3, lockStaleAfterMs: 3_600_000 },
  };
}
