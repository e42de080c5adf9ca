/** Machines that deployments share at a site, and those that one placement has for itself. */
import type { Placement } from '../../model/deployment.ts';
import type { Pool } from '../../model/placement-problem.ts';
import type { SiteCapacity } from '../../model/rebalance-policy.ts';
import type { Site } from '../../model/site.ts';

/** What deployments share, by the line that says so. */
export interface SharedPool {
  readonly pool: Pool;
  readonly accelerator: string;
  readonly units: number;
  readonly paidUsdPerHour: number;
  readonly path: readonly (string | number)[];
}

/** In the order in which each site lists them. Those without a price, which nobody uses, are left out. */
export function poolsOf(sites: readonly Site[]): readonly SharedPool[] {
  return sites.flatMap(({ name, capacity = [] }) =>
    capacity.flatMap((line, index): readonly SharedPool[] => {
      const { accelerator, market, count, usdPerHour } = line;
      if (usdPerHour === undefined) return [];
      const isPaid = market === 'reserved';
      return [
        {
          pool: { name: poolName(name, line), site: name, market, usdPerHour: isPaid ? 0 : usdPerHour },
          ...{ accelerator, units: count, paidUsdPerHour: isPaid ? count * usdPerHour : 0 },
          path: ['sites', name, 'capacity', index, 'count'],
        },
      ];
    }),
  );
}

/** Such as `oslo/H100/spot`. */
export function poolName(site: string, { accelerator, market }: SiteCapacity): string {
  return `${site}/${accelerator}/${market}`;
}

/** Of a placement that counts alone: one unit is one replica. */
export function ownPool(deployment: string, { site, usdPerHour = 0 }: Placement): Pool {
  return { name: `${site}/${deployment}`, site, market: 'on-demand', usdPerHour, isOwn: true };
}
