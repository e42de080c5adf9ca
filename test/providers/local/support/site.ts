/** A local site in a folder of its own, with real processes that all end with it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LaunchSpec } from '../../../../src/model/deployment.ts';
import type { Replica } from '../../../../src/model/replica.ts';
import type { Provider } from '../../../../src/ports/provider.ts';
import { local } from '../../../../src/providers/local/index.ts';
import type { ReplicaRecord } from '../../../../src/providers/local/record.ts';
import { createClock } from '../../../../src/system/clock.ts';
import { createRandom } from '../../../../src/system/random.ts';
import type { ProviderSubject } from '../../../../src/testkit/provider/subject.ts';

export const clock = createClock();
export const random = createRandom();

/** Listens on its port; the folder of its site is in its arguments, so that it is found without any record. */
export function launchIn(dir: string, script = listens): LaunchSpec {
  return {
    command: [process.execPath, '-e', script, dir, '${port}'],
    env: {},
    startupTimeoutMs: 10_000,
    stopGraceMs: 2000,
  };
}

export const listens =
  "require('node:http').createServer((_, res) => res.end('ok')).listen(process.argv[2], '127.0.0.1')";

export interface LocalSite extends ProviderSubject {
  readonly dir: string;
  readonly ports: string;
  record(id: string): ReplicaRecord;
  /** Pids of everything this site ever started that still runs. */
  pids(): readonly number[];
}

/** Below what systems give out by themselves and below what the demo uses. */
const blocks = { first: 10_240, count: 800, ports: 10 } as const;

/** Ten free ports in a row that no other test has: whoever listens on the port before them has claimed them. */
async function claimPorts(): Promise<{ readonly first: number; readonly last: number; release(): void }> {
  for (let tries = 0; tries < blocks.count; tries += 1) {
    const guard = blocks.first + Math.floor(random.next() * blocks.count) * (blocks.ports + 1);
    const claim = await listenOn(guard);
    if (claim === undefined) continue;
    const others = await Promise.all(Array.from({ length: blocks.ports }, (_, index) => listenOn(guard + 1 + index)));
    await Promise.all(others.map((other) => other && new Promise((resolve) => other.close(resolve))));
    if (others.every((other) => other !== undefined))
      return { first: guard + 1, last: guard + blocks.ports, release: () => claim.close() };
    claim.close();
  }
  throw new Error(`no ${blocks.ports} free ports in a row from ${blocks.first} on`);
}

function listenOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}

export async function makeSite(wrap: (provider: Provider) => Provider = (provider) => provider): Promise<LocalSite> {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-local-'));
  const range = await claimPorts();
  const ports = `${range.first}-${range.last}`;
  const settings = { ports };
  const site = {
    name: 'here',
    provider: 'local',
    region: undefined,
    residency: [],
    failureDomains: ['here'],
    settings,
  };
  const pids = (): readonly number[] => findByArgument(dir);
  const record = (id: string): ReplicaRecord =>
    JSON.parse(readFileSync(join(dir, 'replicas', `${id}.json`), 'utf8')) as ReplicaRecord;
  return {
    dir,
    ports,
    plugin: local,
    clock,
    launch: launchIn(dir),
    badLaunch: { ...launchIn(dir), command: ['no-such-model-server', dir] },
    goodSettings: { ports: 9100, env: { HF_HOME: '/models' } },
    badSettings: [
      {},
      { ports: '9100-' },
      { ports: '9109-9100' },
      { ports: 80 },
      { ports: '9100-70000' },
      { port: 9100 },
      { ports, env: { 'A=B': 'c' } },
    ],
    record,
    pids,
    open: async () => wrap(await local.connect(site, { clock, random, stateDir: dir })),
    async killReplica(replica: Replica) {
      const { pid } = record(replica.id);
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    },
    isAnswering: async ({ url }: Replica) =>
      await fetch(url ?? '', { signal: AbortSignal.timeout(1000) }).then(
        ({ ok }) => ok,
        () => false,
      ),
    countRunning: async () => pids().length,
    async dispose() {
      const deadlineMonoMs = clock.monoMs() + 5000;
      while (pids().length > 0 && clock.monoMs() < deadlineMonoMs) {
        for (const pid of pids()) process.kill(pid, 'SIGKILL');
        await clock.sleep(20, new AbortController().signal);
      }
      range.release();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Living processes with this word among their arguments, except this one. A dead one has no arguments. */
function findByArgument(word: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => argumentsOf(name).includes(word))
    .map(Number);
}

function argumentsOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return [];
    throw error;
  }
}

/** Waits for a condition, at most five seconds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMonoMs = clock.monoMs() + 5000;
  while (!(await holds())) {
    if (clock.monoMs() >= deadlineMonoMs) throw new Error(`waited 5 s until ${what}`);
    await clock.sleep(20, new AbortController().signal);
  }
}
