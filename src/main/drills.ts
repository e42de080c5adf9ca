/** The drill's part of what the command line is given. */
import type { App } from '../cli/app.ts';
import type { DrillTerms } from '../engine/drill/rehearsal.ts';
import type { Config } from '../model/config.ts';
import type { Drill } from '../model/drill.ts';
import type { Clock } from '../ports/clock.ts';
import type { LoadTarget } from '../ports/load.ts';

/** A request of the load that takes longer has failed, in milliseconds. */
const requestTimeoutMs = 30_000;

export function drillCalls(clock: Clock, version: () => string): Pick<App, 'checkDrill' | 'runDrill' | 'undoDrill'> {
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
      if (drill.kind === 'simulation') {
        const { runSimulatedDrill } = await import('./simulate-drill.ts');
        return runSimulatedDrill(config, drill, { ...terms, version: version(), clock }, signal);
      }
      const [{ withEngine }, { runDrill }, { openDrillRecords }] = await Promise.all([
        import('./engine.ts'),
        import('../engine/drill/run.ts'),
        import('../store/drill-records.ts'),
      ]);
      const records = openDrillRecords(config.stateDir);
      return withEngine(config, { clock, reporter: silent, actor: 'person' }, (deps) =>
        runDrill(
          deps,
          drill,
          {
            ...{ ...terms, records, version: version(), startLoad: loadOf(config) },
            guard: async (run) => (await import('./drill-guard.ts')).startGuard(config, run),
          },
          signal,
        ),
      );
    },
    async undoDrill(config, run, { whenGone, say }) {
      const [{ withEngine }, { takeOver, undoAgain }, { openDrillRecords }] = await Promise.all([
        import('./engine.ts'),
        import('../engine/drill/take-over.ts'),
        import('../store/drill-records.ts'),
      ]);
      const records = openDrillRecords(config.stateDir);
      return withEngine(config, { clock, reporter: silent, actor: 'person' }, async (deps) => {
        const because = whenGone ? await waitUntilGone() : 'its runner is gone, and somebody undoes it';
        if (because === undefined) return { kind: 'over' };
        const closed = await takeOver(deps, run, { records, because, say });
        if (closed !== undefined) return { kind: 'closed', run: closed };
        const undo = await undoAgain(deps, run, { records, because: 'its undo was not seen, and is done again', say });
        return undo === undefined ? { kind: 'over' } : { kind: 'again', undo };
      });
    },
  };
}

/** To the configuration's own gateway, as its users send theirs. */
function loadOf(config: Config): NonNullable<DrillTerms['startLoad']> {
  return async (plan, drill) => {
    const [{ createLoadGenerator }, { createRandom }] = await Promise.all([
      import('../load/generator.ts'),
      import('../system/random.ts'),
    ]);
    return createLoadGenerator({ random: createRandom() }).start(plan, targetOf(config, drill));
  };
}

function targetOf({ gateway, deployments }: Config, drill: Drill): LoadTarget {
  const deployment = deployments.find(({ name }) => name === drill.deployment);
  const probe = deployment?.probes.find(({ kind }) => kind === 'completion');
  const path = probe?.kind === 'completion' ? probe.path : '/v1/chat/completions';
  const { host, pathPrefix } = deployment?.match ?? {};
  return {
    url: `http://${gateway.host.includes(':') ? `[${gateway.host}]` : gateway.host}:${gateway.port}`,
    model: deployment?.model ?? '',
    ...(host === undefined ? {} : { host }),
    path: pathPrefix === undefined || path.startsWith(pathPrefix) ? path : `${pathPrefix.replace(/\/$/, '')}${path}`,
    timeoutMs: requestTimeoutMs,
  };
}

/** Everything is loaded and open by now: a machine that fails next does not keep it from its work. Undefined: the run has its end. */
async function waitUntilGone(): Promise<string | undefined> {
  const { waitForRunner, watchingWord, silentMs } = await import('./drill-guard.ts');
  // Nobody but the runner ends it: a closed terminal or Ctrl-C reaches the runner, which undoes everything itself.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);
  process.stdout.write(`${watchingWord}\n`);
  const how = await waitForRunner(process.stdin);
  if (how === 'done') return undefined;
  return how === 'gone' ? 'its runner died' : `its runner has said nothing for ${silentMs / 1000}s`;
}
