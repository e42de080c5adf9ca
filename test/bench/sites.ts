/** Two sites with two model servers each, run by godwit in full: controller, gateway, local provider. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { tearDown } from '../../src/engine/tear-down.ts';
import { readConfig } from '../../src/main/config.ts';
import { withEngine } from '../../src/main/engine.ts';
import { openStore } from '../../src/main/store.ts';
import type { Operation } from '../../src/model/operation.ts';
import type { DeploymentTraffic } from '../../src/model/traffic-stats.ts';
import { createClock } from '../../src/system/clock.ts';
import { createGatewayDriver, findGateway } from '../../src/traffic/gateway/driver.ts';
import { closesAlways, harnessCore, moveTo, proxyCore } from './processes.ts';

const root = resolve(import.meta.dirname, '../..');
const clock = createClock();
const never = new AbortController().signal;

export interface Sites {
  readonly url: string;
  /** Addresses of the model servers at one site. */
  servers(site: 'left' | 'right'): Promise<readonly string[]>;
  operations(): Promise<readonly Operation[]>;
  traffic(): Promise<DeploymentTraffic | undefined>;
  close(): Promise<void>;
}

export interface SitesOptions {
  readonly dir: string;
  readonly port: number;
  /** First port of the left site; the right one's are ten above. */
  readonly firstPort: number;
  readonly firstTokenMs: number;
  readonly firstTokenSigma: number;
  readonly firstTokenLimit: string;
  readonly probeTimeout: string;
}

/** Checks every 200 ms, two failures: the same as the peer's `inter 200 fall 2`. */
export async function openSites({
  dir,
  port,
  firstPort,
  firstTokenMs,
  firstTokenSigma,
  firstTokenLimit,
  probeTimeout,
}: SitesOptions): Promise<Sites> {
  const stateDir = join(dir, `sites-${port}`);
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const path = join(stateDir, 'godwit.yaml');
  const command = [
    'taskset',
    '-c',
    harnessCore,
    process.execPath,
    join(root, 'bin/godwit.js'),
    'model-server',
    '--port',
    '${port}',
    '--model',
    'tiny',
    '--name',
    '${replica}',
    '--first-token-ms',
    String(firstTokenMs),
    '--first-token-sigma',
    String(firstTokenSigma),
    '--tokens-per-second',
    '0',
  ];
  writeFileSync(
    path,
    `version: 1
state: { dir: state, lease: { ttl: 3s, renewEvery: 500ms } }
sites:
  left: { provider: local, ports: ${firstPort}-${firstPort + 4} }
  right: { provider: local, ports: ${firstPort + 10}-${firstPort + 14} }
deployments:
  chat:
    model: tiny
    command: ${JSON.stringify(command)}
    startup: { timeout: 30s }
    stopGrace: 1s
    probe: { ttft: ${firstTokenLimit}, every: 200ms, timeout: ${probeTimeout} }
    sites: { left: { replicas: 2 }, right: { replicas: 2 } }
    failover:
      mode: auto
      detector: { evaluateEvery: 100ms, failures: 2, failAfter: 0ms, staleAfter: 20s, window: 30s }
      proof: { completions: 2, maxAge: 20s }
traffic: { listen: "127.0.0.1:${port}" }
`,
    { mode: 0o600 },
  );
  const reading = await readConfig(path, true);
  if (reading.kind !== 'valid') throw new Error(reading.text);
  const { config } = reading;
  const controller = spawn(
    'taskset',
    ['-c', harnessCore, process.execPath, join(root, 'bin/godwit.js'), 'run', '--config', path],
    { stdio: 'ignore' },
  );
  const close = closesAlways(async () => {
    const ended = new Promise((done) => controller.once('exit', done));
    controller.kill('SIGTERM');
    await ended;
    await withEngine(config, { clock, reporter: { report: () => undefined }, actor: 'controller' }, (deps) =>
      tearDown(deps, AbortSignal.timeout(20_000)),
    );
    const gateway = await findGateway(config.gateway.adminSocket, never);
    if (gateway !== undefined) process.kill(gateway.pid, 'SIGKILL');
  });
  const driver = createGatewayDriver({ socketPath: config.gateway.adminSocket, clock });
  const call = () => ({ signal: AbortSignal.timeout(2000), deadlineAtMonoMs: clock.monoMs() + 2000 });
  const route = async () => {
    const seen = await driver.read('chat', call());
    return seen.kind === 'seen' ? seen.value : undefined;
  };
  const deadlineMs = performance.now() + 30_000;
  while (((await route())?.sites ?? []).filter(({ replicas }) => replicas.length === 2).length < 2) {
    if (performance.now() > deadlineMs) {
      await close();
      throw new Error('the sites did not come up');
    }
    await new Promise((wake) => setTimeout(wake, 100));
  }
  // The controller starts it on the controller's own core; the peer has the other one for itself.
  const gateway = await findGateway(config.gateway.adminSocket, never);
  if (gateway !== undefined) moveTo(proxyCore, gateway.pid);
  return {
    url: `http://127.0.0.1:${port}`,
    servers: async (site) =>
      (await route())?.sites.find((each) => each.site === site)?.replicas.map(({ url }) => url) ?? [],
    async operations() {
      const store = openStore(config, 'read', clock);
      const operations = await store.operations.list({ deployment: 'chat' });
      await store.close();
      return operations;
    },
    async traffic() {
      const seen = await driver.traffic('chat', call());
      return seen.kind === 'seen' ? seen.value : undefined;
    },
    close,
  };
}
