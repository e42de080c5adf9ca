/** How long `status` takes to answer with 6 sites and 200 replicas in the store and a gateway that answers; of the built package. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readConfig } from '../../src/main/config.ts';
import { openStore } from '../../src/main/store.ts';
import type { Config } from '../../src/model/config.ts';
import { createActor } from '../../src/system/actor.ts';
import { createClock } from '../../src/system/clock.ts';
import { createGatewayDriver, findGateway } from '../../src/traffic/gateway/driver.ts';
import { preparedConfig, preparedEntry, preparedSight } from '../driver/prepared-state.ts';
import type { Bench } from './main.ts';
import { closesAlways } from './processes.ts';
import { judge, median, type Row } from './stats.ts';

const built = resolve(import.meta.dirname, '../../dist/main.js');
const clock = createClock();
const sites = [34, 34, 33, 33, 33, 33].map((replicas, index) => ({ name: `s${index}`, replicas }));
const limitMs = 200;

/** The store is made by hand: what it holds is what a controller of such a size writes every second. */
export async function benchStatus({ dir, isQuick }: Bench): Promise<readonly Row[]> {
  if (!existsSync(built)) throw new Error('dist is missing: npm run build');
  const stateDir = join(dir, 'status');
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const path = join(stateDir, 'godwit.yaml');
  writeFileSync(path, preparedConfig(sites, '127.0.0.1:18411'), { mode: 0o600 });
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
    const atMs = clock.nowMs();
    await store.snapshots.put({ deployment: 'chat', atMs, ...preparedSight(config, atMs) });
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
  const terms = { ...call, operationId: 'op-bench', epoch: 1, idempotencyKey: 'bench' };
  const reply = await driver.write(preparedEntry(sites, clock.nowMs()), terms);
  if (reply.kind !== 'done') throw new Error(reply.error.message);
  return close;
}
