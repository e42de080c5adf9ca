/** What plans and runs of a rebalancing are tried with: the real solver in this thread, a policy that asks for little, and sites that cost. */
import type { Config } from '../../../../src/model/config.ts';
import type { Placement, Standby } from '../../../../src/model/deployment.ts';
import type { RebalancePolicy } from '../../../../src/model/rebalance-policy.ts';
import type { Site } from '../../../../src/model/site.ts';
import type { Solver } from '../../../../src/ports/solver.ts';
import { loadSolver } from '../../../../src/solver/load.ts';
import { solveWhole } from '../../../../src/solver/solve.ts';

const highs = await loadSolver();

export const solver: Solver = {
  solve: async (program, terms) => solveWhole(highs, program, terms),
  close: async () => {},
};

export const policy: RebalancePolicy = {
  objective: { latencyUsdPerMsHour: 0, moveUsd: 0, paybackMs: 86_400_000 },
  constraints: { vendorMaxRatio: {}, headroomRatio: 0, minimumSites: 1 },
  ...{ maxChange: {}, demandRps: { chat: 15 }, minimumGainUsdPerHour: 0 },
  run: { everyMs: 300_000, jitterMs: 0, idleBelowRatio: 0.3, lockStaleAfterMs: 3_600_000 },
};

/** A site whose replicas serve ten requests a second each, for so many dollars an hour. Hot unless told otherwise. */
export function rated(site: string, usdPerHour: number, replicas: number, standby: Standby = 'hot'): Placement {
  const launch = { command: ['serve'], env: {}, startupTimeoutMs: 5000, stopGraceMs: 100 };
  return { site, replicas, standby, launch, ratedRps: 10, usdPerHour };
}

/** The configuration with accelerators at left that deployments share; a replica there takes so many of them. */
export function withShared(config: Config, capacity: NonNullable<Site['capacity']>, count: number): Config {
  return {
    ...config,
    sites: config.sites.map((site) => (site.name === 'left' ? { ...site, capacity } : site)),
    deployments: config.deployments.map((each) => ({
      ...each,
      placements: each.placements.map((placement) =>
        placement.site === 'left' ? { ...placement, use: { accelerator: 'H100', count } } : placement,
      ),
    })),
  };
}
