/** What rebalancing needs of the outside world: the engine, and the solver in its thread. */
import type { App } from '../cli/app.ts';
import type { Clock } from '../ports/clock.ts';

/** `solverUrl`: of the worker's file. */
export function rebalanceCalls(clock: Clock, solverUrl: URL): Pick<App, 'planRebalance'> {
  return {
    async planRebalance(config, terms, signal) {
      const { withEngine } = await import('./engine.ts');
      const { planRebalance } = await import('../engine/rebalance/plan-rebalance.ts');
      const { createSolver } = await import('../solver/index.ts');
      const silent = { report: () => undefined };
      const solver = createSolver(solverUrl);
      try {
        return await withEngine(config, { clock, reporter: silent, actor: 'person', mode: 'read' }, (deps) =>
          planRebalance(deps, { ...terms, solver }, signal),
        );
      } finally {
        await solver.close();
      }
    },
  };
}
