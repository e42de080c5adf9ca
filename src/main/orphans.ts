/** What the command line may ask of replicas that nothing on record accounts for. */
import type { App } from '../cli/app.ts';
import type { Clock } from '../ports/clock.ts';

const silent = { report: () => undefined };

/** Opens nothing before it is called. */
export function orphanCalls(clock: Clock): Pick<App, 'findOrphans' | 'deleteOrphan'> {
  return {
    async findOrphans(config, signal) {
      const { withEngine } = await import('./engine.ts');
      const { findOrphans } = await import('../engine/orphans.ts');
      return withEngine(config, { clock, reporter: silent, actor: 'person', mode: 'read' }, (deps) =>
        findOrphans(deps, signal),
      );
    },
    async deleteOrphan(config, order, signal) {
      const { withEngine } = await import('./engine.ts');
      const { deleteOrphan } = await import('../engine/delete-orphan.ts');
      return withEngine(config, { clock, reporter: silent, actor: 'person' }, (deps) =>
        deleteOrphan(deps, order, signal),
      );
    },
  };
}
