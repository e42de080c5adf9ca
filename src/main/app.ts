/** The outside world as the command line sees it. Everything heavy is imported when a command asks for it. */
import { readFileSync } from 'node:fs';
import type { App } from '../cli/app.ts';
import type { Config } from '../model/config.ts';
import type { Clock } from '../ports/clock.ts';
import { createClock } from '../system/clock.ts';
import { listenForInterrupts } from '../system/interrupt.ts';
import { localOffsetMin } from '../system/local-offset.ts';
import { openSink } from '../system/sink.ts';
import { readTerminal } from '../system/terminal.ts';
import { cloudTables } from './clouds.ts';
import { drillRecordCalls } from './drill-records.ts';
import { drillCalls } from './drills.ts';
import { orphanCalls } from './orphans.ts';
import { rebalanceCalls } from './rebalance.ts';

/** How long the gateway lets running requests finish when it is told to stop, in milliseconds. */
const gatewayGraceMs = 30_000;

export interface Launch {
  /** Where package.json lies. */
  readonly packageUrl: URL;
  /** The file of the solver's worker. */
  readonly solverUrl: URL;
  /** A second signal came, more than a second after the first. */
  onAgain(name: 'SIGINT' | 'SIGTERM'): void;
}

/** Opens nothing yet: `--help` must not pay for what it does not use. */
export function createApp({ packageUrl, solverUrl, onAgain }: Launch): App {
  const clock = createClock();
  let interrupted: AbortSignal | undefined;
  /** The demo has processes to end first: it goes at the first signal, and no second one cuts that short. */
  let isTidying = false;
  return {
    version: () => readVersion(packageUrl),
    program: async () => (await import('../system/program.ts')).readProgram(),
    clock,
    localOffsetMin,
    stdout: openSink(() => process.stdout),
    stderr: openSink(() => process.stderr),
    // Opening all three streams costs milliseconds that `--help` has no use for.
    get terminal() {
      return readTerminal(process.env, process);
    },
    get interrupted() {
      interrupted ??= listenForInterrupts(
        process,
        () => clock.monoMs(),
        (name) => (isTidying ? undefined : onAgain(name)),
      );
      return interrupted;
    },
    ask,
    config: configReader(),
    ...cloudTables(),
    openStore: async (config) => (await import('./store.ts')).openStore(config, 'read', clock),
    connectTraffic: (config) => connectTraffic(config, clock),
    async verifyJournal(config) {
      const { verifyJournal } = await import('../store/sqlite/verify.ts');
      return verifyJournal(config.stateDir);
    },
    async examine(config, terms, signal) {
      const { runDoctor } = await import('./doctor.ts');
      return runDoctor(config, terms, clock, signal);
    },
    async ensureGateway(config, note, signal) {
      const { keepGateway } = await import('./keep-gateway.ts');
      await keepGateway(config, { clock, note }, signal);
    },
    async serveMetrics(listen, watch, signal) {
      const { serveMetrics } = await import('./metrics-server.ts');
      await serveMetrics(listen, { clock, ...watch }, signal);
    },
    ...engineOf(clock),
    ...rebalanceCalls(clock, solverUrl),
    ...orphanCalls(clock),
    ...drillCalls(clock, () => readVersion(packageUrl)),
    ...drillRecordCalls(clock),
    runGateway: (config, log, signal) => runGateway(config, log, signal, clock),
    async runDemo(options, reporter, watch, signal) {
      isTidying = true;
      const { runDemo } = await import('./demo.ts');
      return runDemo(options, { clock, reporter, ...watch }, signal);
    },
    async simulate(config, options, watch, signal) {
      const { simulateSeeds } = await import('./simulate.ts');
      return simulateSeeds(config, options, watch, signal);
    },
    async backtest(trace, terms, signal) {
      const { runBacktest } = await import('./backtest.ts');
      return runBacktest(trace, terms, signal);
    },
    async runModelServer(argv) {
      const { runModelServer } = await import('../demo/model-server/server.ts');
      await runModelServer(argv);
      return 0;
    },
  };
}

function configReader(): App['config'] {
  return {
    read: async (path, { isForUse }) => (await import('./config.ts')).readConfig(path, isForUse),
    show: async (path, how) => (await import('./config.ts')).showConfig(path, how),
    schema: async () => (await import('./config.ts')).configSchema(),
    locate: async (path) => (await import('./config.ts')).locateInConfig(path),
    append: async (path, text) => (await import('./config.ts')).appendConfig(path, text),
  };
}

/** What needs the engine, or what it writes. */
function engineOf(
  clock: Clock,
): Pick<App, 'runController' | 'carryOut' | 'preview' | 'say' | 'verify' | 'pin' | 'releasePins'> {
  return {
    async runController(config, reporter, signal, onOpen) {
      const { withEngine } = await import('./engine.ts');
      const { runController } = await import('../engine/controller.ts');
      return withEngine(config, { clock, reporter, actor: 'controller' }, (deps) => {
        onOpen?.(deps.store);
        return runController(deps, signal);
      });
    },
    async carryOut(config, wish, options, reporter, signal) {
      const { withEngine } = await import('./engine.ts');
      const { carryOut } = await import('../engine/carry-out.ts');
      return withEngine(config, { clock, reporter, actor: 'person' }, (deps) => carryOut(deps, wish, options, signal));
    },
    async preview(config, wish, signal) {
      const { withEngine } = await import('./engine.ts');
      const { preview } = await import('../engine/preview.ts');
      const silent = { report: () => undefined };
      return withEngine(config, { clock, reporter: silent, actor: 'person', mode: 'read' }, (deps) =>
        preview(deps, wish, signal),
      );
    },
    async verify(config, operation, signal) {
      const { withEngine } = await import('./engine.ts');
      const { verifyOperation } = await import('../engine/verify.ts');
      const silent = { report: () => undefined };
      return withEngine(config, { clock, reporter: silent, actor: 'person', mode: 'read' }, (deps) =>
        verifyOperation(deps, operation, signal),
      );
    },
    async pin(config, wish) {
      const { pinAtGateway } = await import('../engine/pin.ts');
      return await pinAtGateway(await pinDeps(config, clock), wish);
    },
    async releasePins(config, wish) {
      const { releasePins } = await import('../engine/pin.ts');
      return await releasePins(await pinDeps(config, clock), wish);
    },
    async say(config, word) {
      const [{ openStore }, { say }, { createActor }] = await Promise.all([
        import('./store.ts'),
        import('../engine/say.ts'),
        import('../system/actor.ts'),
      ]);
      const store = openStore(config, 'write', clock);
      try {
        await say({ store, clock, actor: createActor('person') }, word);
      } finally {
        await store.close();
      }
    },
  };
}

async function pinDeps(config: Config, clock: Clock) {
  const { createActor } = await import('../system/actor.ts');
  return { traffic: await connectTraffic(config, clock), clock, actor: createActor('person') };
}

function readVersion(packageUrl: URL): string {
  const parsed: unknown = JSON.parse(readFileSync(packageUrl, 'utf8'));
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : 'unknown';
}

/** `terminal: false` leaves the terminal's own line editing and Ctrl-C as they are. */
async function ask(question: string): Promise<string | undefined> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    process.stderr.write(question);
    for await (const line of lines) return line;
    return undefined;
  } finally {
    lines.close();
  }
}

async function connectTraffic(config: Config, clock: Clock) {
  const { createGatewayDriver } = await import('../traffic/gateway/driver.ts');
  return createGatewayDriver({ socketPath: config.gateway.adminSocket, clock });
}

async function runGateway(
  config: Config,
  log: (line: string) => void,
  signal: AbortSignal,
  clock: Clock,
): Promise<void> {
  const [{ startGateway }, { createRandom }, { readBootId }] = await Promise.all([
    import('../gateway/gateway.ts'),
    import('../system/random.ts'),
    import('../system/boot-id.ts'),
  ]);
  const gateway = await startGateway(config.gateway, { clock, random: createRandom(), bootId: readBootId(), log });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await gateway.close(gatewayGraceMs);
}
