/** How long `status` takes to answer with 6 sites and 200 replicas in the store and a gateway that answers; of the built package. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readConfig } from '../../src/main/config.ts';
import { openStore } from '../../src/main/engine.ts';
import type { Config } from '../../src/model/config.ts';
import type { SiteDiagnosis } from '../../src/model/diagnosis.ts';
import type { RouteEntry } from '../../src/model/route.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { SiteView, View } from '../../src/model/view.ts';
import { createActor } from '../../src/system/actor.ts';
import { createClock } from '../../src/system/clock.ts';
import { createGatewayDriver, findGateway } from '../../src/traffic/gateway/driver.ts';
import type { Bench } from './main.ts';
import { closesAlways } from './processes.ts';
import { judge, median, type Row } from './stats.ts';

const built = resolve(import.meta.dirname, '../../dist/main.js');
const clock = createClock();
const perSite = [34, 34, 33, 33, 33, 33];
const limitMs = 200;

/** The store is made by hand: what it holds is what a controller of such a size writes every second. */
export async function benchStatus({ dir, isQuick }: Bench): Promise<readonly Row[]> {
  if (!existsSync(built)) throw new Error('dist is missing: npm run build');
  const stateDir = join(dir, 'status');
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const path = join(stateDir, 'godwit.yaml');
  writeFileSync(path, configText(), { mode: 0o600 });
  const reading = await readConfig(path, true);
  if (reading.kind !== 'valid') throw new Error(reading.text);
  const close = await openGateway(reading.config, path);
  try {
    const store = openStore(reading.config, 'write', clock);
    await store.lease.acquire('chat', createActor('controller'), 600_000);
    const times = { status: [] as number[], empty: [] as number[] };
    for (let run = 0; run < (isQuick ? 9 : 31); run += 1) {
      // As a live controller would: never older than a second.
      await putSnapshot(reading.config);
      times.empty.push(time(['-e', '0']));
      const code = `import(${JSON.stringify(built)}).then(({ main }) => main(['status', 'chat', '--config', ${JSON.stringify(path)}]))`;
      times.status.push(time(['-e', code]));
    }
    await store.close();
    const [status, empty] = [median(times.status), median(times.empty)];
    const row = { part: 'status', godwit: status, peer: empty, raw: times };
    return [
      { ...row, what: '6 sites, 200 replicas, ms', value: status / empty, target: '-', verdict: undefined },
      {
        ...{ part: 'status', what: 'the same, against its limit', godwit: status, peer: limitMs },
        ...{ value: status / limitMs, target: '<= 1', verdict: judge(status, (each) => each <= limitMs) },
      },
    ];
  } finally {
    await close();
  }

  async function putSnapshot(config: Config): Promise<void> {
    const store = openStore(config, 'write', clock);
    await store.snapshots.put({ deployment: 'chat', atMs: clock.nowMs(), ...seenBy(config) });
    await store.close();
  }
}

function time(args: readonly string[]): number {
  const began = performance.now();
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const took = performance.now() - began;
  if (status !== 0) throw new Error(stderr);
  if (args[1] !== '0' && !stdout.includes('34/34')) throw new Error(`status did not show its sites: ${stdout}`);
  return took;
}

function configText(): string {
  const sites = perSite.map(
    (_, index) => `  s${index}: { provider: local, ports: ${20_000 + index * 40}-${20_039 + index * 40} }`,
  );
  const places = perSite.map((replicas, index) => `      s${index}: { replicas: ${replicas} }`);
  return `version: 1
state: { dir: state }
sites:
${sites.join('\n')}
deployments:
  chat:
    model: tiny
    command: [serve]
    sites:
${places.join('\n')}
traffic: { listen: "127.0.0.1:18411" }
`;
}

async function openGateway(config: Config, path: string): Promise<() => Promise<void>> {
  const code = `import(${JSON.stringify(built)}).then(({ main }) => main(['gateway', '--config', ${JSON.stringify(path)}]))`;
  const child = spawn(process.execPath, ['-e', code], { stdio: 'ignore' });
  const close = closesAlways(async () => {
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await ended;
  });
  const deadlineMs = performance.now() + 10_000;
  while ((await findGateway(config.gateway.adminSocket, AbortSignal.timeout(1000))) === undefined) {
    if (performance.now() > deadlineMs) throw new Error('the gateway did not come up');
    await new Promise((wake) => setTimeout(wake, 50));
  }
  const driver = createGatewayDriver({ socketPath: config.gateway.adminSocket, clock });
  const call = { signal: AbortSignal.timeout(5000), deadlineAtMonoMs: clock.monoMs() + 5000 };
  const reply = await driver.write(entryOf(), { ...call, operationId: 'op-bench', epoch: 1, idempotencyKey: 'bench' });
  if (reply.kind !== 'done') throw new Error(reply.error.message);
  return close;
}

function entryOf(): RouteEntry {
  const sites = perSite.map((replicas, index) => ({
    site: `s${index}`,
    replicas: replicasOf(index, replicas).map(({ id, bootId, url }) => ({
      id,
      bootId,
      url,
      state: 'serving' as const,
    })),
  }));
  return {
    ...{
      deployment: 'chat',
      epoch: 1,
      routeVersion: 1,
      match: { model: 'tiny' },
      firstTokenLimitMs: 2000,
      journalHead: '',
    },
    ...{ weights: weights(), sites, spill: [] },
  };
}

function weights(): Record<string, number> {
  return Object.fromEntries(perSite.map((_, index) => [`s${index}`, index === 0 ? 100 : 0]));
}

function replicasOf(site: number, count: number) {
  return Array.from({ length: count }, (_, slot) => ({
    ...{ id: `s${site}-${slot}`, bootId: `boot-${slot}`, deployment: 'chat', site: `s${site}`, slot },
    ...{ url: `http://127.0.0.1:${20_000 + site * 40 + slot}`, state: 'running' as const, billed: 'yes' as const },
    ...{ startedAtMs: clock.nowMs() - 3_600_000, startKey: `op-bench/1/${slot}` },
  }));
}

function seenBy(config: Config): Pick<Snapshot, 'view' | 'decision'> {
  const nowMs = clock.nowMs();
  const [deployment] = config.deployments;
  if (deployment === undefined) throw new Error('no deployment');
  const sites = deployment.placements.map((placement, index): SiteView => {
    const site = config.sites.find(({ name }) => name === placement.site);
    if (site === undefined) throw new Error(`no site ${placement.site}`);
    return {
      ...{ site, placement, listLagMs: 0, control: { kind: 'seen', asOfMs: nowMs, sinceMs: nowMs - 3_600_000 } },
      replicas: replicasOf(index, placement.replicas).map((replica) => ({
        replica,
        conditions: [
          {
            ...{
              replica: replica.id,
              probe: 'completion',
              plane: 'data',
              vantage: 'here',
              state: 'good',
              sinceMs: nowMs,
            },
            ...{ asOfMs: nowMs, failuresInARow: 0, failingSinceMs: undefined, successesInARow: 9 },
            ...{ reason: undefined, detail: undefined },
          },
        ],
        proof: { replica: replica.id, bootId: replica.bootId, model: 'tiny', completions: 3, atMs: nowMs },
      })),
    };
  });
  const diagnosed = sites.map(
    ({ site: { name }, replicas }): SiteDiagnosis => ({
      ...{ site: name, code: 'Healthy', actionable: false, servesNothing: false, planes: [], vantages: [] },
      ...{ sinceMs: nowMs, asOfMs: nowMs, message: 'all well', ready: replicas.map(({ replica }) => replica.id) },
    }),
  );
  const unknown = { kind: 'unknown', error: { class: 'unknown', code: 'NotAsked', message: 'not asked' } } as const;
  const view: View = {
    ...{ deployment, atMs: nowMs, sites, route: unknown, traffic: unknown, inForce: weights(), open: undefined },
    ...{ recent: [], request: undefined, standing: [], others: [], configDigest: config.digest, healthySinceMs: {} },
  };
  const diagnosis = {
    code: 'Healthy',
    actionable: false,
    site: undefined,
    message: 'all well',
    sites: diagnosed,
  } as const;
  return { view, decision: { kind: 'stay', diagnosis, reasons: [] } };
}
