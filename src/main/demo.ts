/** Puts the demo's world together: its own folder, its own ports, godwit's real parts. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DemoOptions } from '../cli/app.ts';
import { demoConfig, demoModel, demoSites } from '../demo/config-text.ts';
import { runDemo as playDemo } from '../demo/script.ts';
import type { DemoReplica, DemoWorld } from '../demo/world.ts';
import { runController } from '../engine/controller.ts';
import type { EngineDeps } from '../engine/engine.ts';
import { tearDown } from '../engine/tear-down.ts';
import { assert, GodwitError } from '../errors.ts';
import { startLoad } from '../load/collect.ts';
import type { Config } from '../model/config.ts';
import type { Clock } from '../ports/clock.ts';
import type { Reporter } from '../ports/reporter.ts';
import type { DemoSummary } from '../report/demo-summary.ts';
import { verifyJournal } from '../store/sqlite/verify.ts';
import { createGatewayDriver, findGateway } from '../traffic/gateway/driver.ts';
import { readConfig } from './config.ts';
import { withEngine } from './engine.ts';
import { keepGateway } from './keep-gateway.ts';

const portsPerSite = 6;
/** The gateway may let a stream finish; the demo's are short. */
const gatewayEndMs = 10_000;
const closeLimitMs = 30_000;

export interface DemoDeps {
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** One line for people. */
  readonly say: (line: string) => void;
  readonly live: (line: string) => void;
}

/** Everything it writes is in one folder of the temporary directory, which stays; every process it starts ends. */
export async function runDemo(options: DemoOptions, deps: DemoDeps, signal: AbortSignal): Promise<DemoSummary> {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-demo-'));
  const config = await writeConfig(dir);
  deps.say(`everything of this demo is in ${dir}`);
  const world = await createWorld(config, deps, signal);
  const terms = {
    fault: options.fault,
    durationMs: options.durationMs,
    say: deps.say,
    live: deps.live,
    onEvent: (event: Parameters<Reporter['report']>[0]) => deps.reporter.report(event),
  };
  const result = await playDemo(world, terms, signal).finally(() => world.close());
  const journal = verifyJournal(config.stateDir);
  const { requests, streams, retried, hasFailedBack, ...times } = result;
  return {
    ...times,
    fault: options.fault,
    failedBack: hasFailedBack,
    requests: { ...requests, retried },
    streams,
    journal: {
      path: journal.path,
      entries: journal.entries,
      verified: journal.kind === 'ok',
      head: journal.kind === 'ok' ? journal.head.hash : '',
    },
  };
}

async function writeConfig(dir: string): Promise<Config> {
  const launcher = process.argv[1];
  assert(launcher !== undefined, 'a program knows how it was started');
  const [gateway = 0, ...sites] = await freePorts();
  const path = join(dir, 'godwit.yaml');
  writeFileSync(path, demoConfig([process.execPath, launcher], { gateway, sites }), { mode: 0o600 });
  const reading = await readConfig(path, true);
  if (reading.kind === 'invalid')
    throw new GodwitError('AssertionFailed', `the demo's own configuration is wrong:\n${reading.text}`);
  return reading.config;
}

async function createWorld(
  config: Config,
  { clock, reporter, say }: DemoDeps,
  signal: AbortSignal,
): Promise<DemoWorld> {
  const over = new AbortController();
  const never = new AbortController().signal;
  await keepGateway(
    config,
    { clock, note: (message) => say(`gateway ${message}`) },
    AbortSignal.any([signal, over.signal]),
  );
  const [deployment] = config.deployments;
  assert(deployment !== undefined, 'the demo has a deployment');
  const driver = createGatewayDriver({ socketPath: config.gateway.adminSocket, clock });
  const call = () => ({ signal: AbortSignal.timeout(2000), deadlineAtMonoMs: clock.monoMs() + 2000 });
  const open = <T>(report: Reporter, work: (deps: EngineDeps) => Promise<T>): Promise<T> =>
    withEngine(config, { clock, reporter: report, actor: 'controller' }, work);
  const gatewayUrl = `http://127.0.0.1:${config.gateway.port}`;
  return {
    gatewayUrl,
    model: demoModel,
    activeSite: demoSites[0],
    firstTokenLimitMs: deployment.firstTokenLimitMs,
    startLoad: (terms) => startLoad({ url: gatewayUrl, model: demoModel, ...terms }),
    async runController(onEvent, stop) {
      await open({ report: onEvent }, (engine) => runController(engine, stop));
    },
    async replicas() {
      const seen = await driver.read(deployment.name, call());
      const sites = seen.kind === 'seen' ? (seen.value?.sites ?? []) : [];
      return sites.flatMap(({ site, replicas }) => replicas.map(({ url }): DemoReplica => ({ site, url })));
    },
    async split() {
      const seen = await driver.read(deployment.name, call());
      const weights = Object.entries(seen.kind === 'seen' ? (seen.value?.weights ?? {}) : {});
      return weights.flatMap(([site, weight]) => (weight > 0 ? [`${site} ${weight}%`] : [])).join(', ') || 'not seen';
    },
    async retried() {
      const seen = await driver.traffic(deployment.name, call());
      return seen.kind === 'seen' ? seen.value.retried : 0;
    },
    async close() {
      over.abort();
      const left = await open(reporter, (engine) => tearDown(engine, AbortSignal.timeout(closeLimitMs)));
      await stopGateway(config, clock, never);
      if (left.length > 0)
        throw new GodwitError('OutcomeUnknown', `the demo may have left something running: ${left.join('; ')}`);
    },
  };
}

async function stopGateway(config: Config, clock: Clock, signal: AbortSignal): Promise<void> {
  const found = await findGateway(config.gateway.adminSocket, signal);
  if (found === undefined) return;
  process.kill(found.pid, 'SIGTERM');
  const deadlineMonoMs = clock.monoMs() + gatewayEndMs;
  while ((await findGateway(config.gateway.adminSocket, signal)) !== undefined) {
    if (clock.monoMs() >= deadlineMonoMs) process.kill(found.pid, 'SIGKILL');
    await clock.sleep(50, signal);
  }
}

/** The gateway's port, then the first of a free range for each site. */
async function freePorts(): Promise<readonly number[]> {
  const ranges: number[] = [];
  for (
    let first = 20_000 + Math.floor(Math.random() * 300) * 100;
    ranges.length <= demoSites.length;
    first += portsPerSite
  ) {
    if (first > 64_000) throw new GodwitError('ListenFailed', 'no free ports for the demo between 20000 and 64000');
    const isFree = await Promise.all(Array.from({ length: portsPerSite }, (_, index) => canListen(first + index)));
    if (isFree.every(Boolean)) ranges.push(first);
  }
  return ranges;
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
