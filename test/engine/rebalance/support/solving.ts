/** What plans and runs of a rebalancing are tried with: the real solver in this thread, and a policy that asks for little. */
import type { RebalancePolicy } from '../../../../src/model/rebalance-policy.ts';
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
