/** The drill's part of what the command line is given. */
import type { App } from '../cli/app.ts';
import type { Clock } from '../ports/clock.ts';

export function drillCalls(clock: Clock): Pick<App, 'checkDrill' | 'runDrill'> {
  const silent = { report: () => undefined };
  return {
    async checkDrill(config, drill, signal) {
      const [{ withEngine }, { checkDrill }] = await Promise.all([
        import('./engine.ts'),
        import('../engine/drill/check.ts'),
      ]);
      return withEngine(config, { clock, reporter: silent, actor: 'person', mode: 'read' }, (deps) =>
        checkDrill(deps, drill, signal),
      );
    },
    async runDrill(config, drill, terms, signal) {
      const [{ withEngine }, { runDrill }] = await Promise.all([
        import('./engine.ts'),
        import('../engine/drill/run.ts'),
      ]);
      return withEngine(config, { clock, reporter: silent, actor: 'person' }, (deps) =>
        runDrill(deps, drill, terms, signal),
      );
    },
  };
}
