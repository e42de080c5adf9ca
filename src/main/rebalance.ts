/** What rebalancing needs of the outside world: the engine, the solver in its thread, and whoever is told of a run. */
import type { App } from '../cli/app.ts';
import type { Clock } from '../ports/clock.ts';
import type { Solver } from '../ports/solver.ts';

type Calls = Pick<App, 'planRebalance' | 'rebalance' | 'createPinger'>;

/** `solverUrl`: of the worker's file. */
export function rebalanceCalls(clock: Clock, solverUrl: URL): Calls {
  const silent = { report: () => undefined };
  return {
    async planRebalance(config, terms, signal) {
      const { withEngine } = await import('./engine.ts');
      const { planRebalance } = await import('../engine/rebalance/plan-rebalance.ts');
      return await withSolver(solverUrl, (solver) =>
        withEngine(config, { clock, reporter: silent, actor: 'person', mode: 'read' }, (deps) =>
          planRebalance(deps, { ...terms, solver }, signal),
        ),
      );
    },
    async rebalance(config, { jitterMs: mostMs, ...terms }, reporter, signal) {
      const { withEngine } = await import('./engine.ts');
      const { runRebalance } = await import('../engine/rebalance/run-rebalance.ts');
      const { jitterMs } = await import('../core/jitter.ts');
      return await withSolver(solverUrl, (solver) =>
        withEngine(config, { clock, reporter, actor: 'person' }, async (deps) => {
          const waitMs = jitterMs({ host: deps.actor.host, configDigest: config.digest }, mostMs);
          // Called off while it waits, it finds the signal fired, and changes nothing.
          if (waitMs > 0) await clock.sleep(waitMs, signal).catch(() => undefined);
          return await runRebalance(deps, { ...terms, solver }, signal);
        }),
      );
    },
    async createPinger(url, warn) {
      const { createPinger } = await import('../notify/healthchecks.ts');
      const { createRandom } = await import('../system/random.ts');
      // At every start it would cost milliseconds that `--help` has no use for.
      const { randomUUID } = await import('node:crypto');
      return createPinger({ url: new URL(url), runId: randomUUID(), clock, random: createRandom(), warn });
    },
  };
}

async function withSolver<T>(url: URL, work: (solver: Solver) => Promise<T>): Promise<T> {
  const { createSolver } = await import('../solver/index.ts');
  const solver = createSolver(url);
  try {
    return await work(solver);
  } finally {
    await solver.close();
  }
}
