/** The program as its users run it: processes of its own, three local sites with the built-in model server, a real gateway. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { RouteEntry } from '../../../src/model/route.ts';
import type { DeploymentTraffic } from '../../../src/model/traffic-stats.ts';
import { createClock } from '../../../src/system/clock.ts';
import { createGatewayDriver, findGateway } from '../../../src/traffic/gateway/driver.ts';
import { freePortRanges, until } from '../../driver/local-world.ts';
import { type Ended, root, spawnGodwit } from '../../e2e/support/spawn-godwit.ts';
import { type Launch, type Program, startProgram } from './program.ts';
import { type SteadyLoad, startSteadyLoad } from './steady-load.ts';

/** Two at the active site, one at each other. */
export const replicasInAll = 4;
/** The lease of every world, milliseconds. */
export const leaseTtlMs = 2000;

export interface ProgramWorld {
  readonly dir: string;
  readonly stateDir: string;
  readonly url: string;
  /** `godwit <words>` that goes on until it is ended. */
  start(...words: string[]): Program;
  /** `godwit <words>` to its end. */
  godwit(...words: string[]): Promise<Ended>;
  /** What `godwit status -o json` printed, parsed. */
  status(): Promise<Status>;
  /** `godwit run`, its first start done and every site proven behind the gateway. */
  startServing(): Promise<Program>;
  /** The load goes on until the world is closed. */
  startLoad(): SteadyLoad;
  /** The process of each model server that was ever started, in order. */
  started(): readonly number[];
  /** The same, with whose process it was. */
  starts(): readonly Start[];
  route(): Promise<RouteEntry | undefined>;
  /** What its gateway counts; undefined: it does not answer. */
  traffic(): Promise<DeploymentTraffic | undefined>;
  /** The processes of a site's replicas in the gateway's table. */
  replicasOf(site: string): Promise<readonly number[]>;
  weights(): Promise<Readonly<Record<string, number>> | undefined>;
  /** The gateway that answers, or undefined. */
  gateway(): Promise<number | undefined>;
  isServing(): Promise<boolean>;
  /** Ends every process of this world by its number, and waits until it is gone. */
  close(): Promise<void>;
}

export interface Start {
  readonly pid: number;
  /** `<site>-<deployment>-<slot>`. */
  readonly replica: string;
}

/** The part of `godwit status -o json` these tests read. */
export interface Status {
  readonly service: { readonly state: string; readonly why: string };
  readonly sites: readonly { readonly name: string; readonly wantedRatio: number | null; readonly state: string }[];
  readonly operation: Doing | null;
  readonly lastOperation: Doing | null;
  readonly controller: { readonly kind: string; readonly holder?: { readonly pid: number } };
  readonly sources: Readonly<
    Record<'controller' | 'gateway' | 'store', { readonly seen: boolean; readonly stale?: boolean }>
  >;
}

export interface Doing {
  readonly id: string;
  readonly kind: string;
  readonly trigger: string;
  readonly state: string;
  /** Of the step in progress, from 0. */
  readonly step: number;
  readonly by: { readonly kind: string; readonly pid: number };
}

export interface Terms {
  /** How traffic moves between two healthy sites. */
  readonly move?: string;
  /** Further lines of the deployment's failover block. */
  readonly safety?: string;
  /** How a site is emptied. */
  readonly drain?: string;
  /** Replicas by site, the active one first. */
  readonly replicas?: Readonly<Record<string, number>>;
  /** Sites that hold nothing until they are used; the others are hot. */
  readonly cold?: readonly string[];
  /** What Node runs as a model server: words for a shell, before port, model and name. */
  readonly server?: string;
  /** Drills by name, as a configuration writes them. */
  readonly drills?: string;
  /** What rebalancing keeps to; each replica then serves 100 requests a second, for as many dollars an hour as there are sites from its own on: the first is the dearest. */
  readonly rebalance?: string;
  /** What a GiB that leaves a site costs, dollars, by site. */
  readonly egress?: Readonly<Record<string, number>>;
  readonly lease?: string;
  /** How often a completion is asked for, and how often the loop turns. */
  readonly probeEvery?: string;
  readonly evaluateEvery?: string;
  /** First ports of free ranges of four, one more than there are sites; else some are looked for. */
  readonly ports?: readonly number[];
  /** What runs instead of this checkout's sources. */
  readonly launch?: Launch;
  /** Called with the empty state directory; what it gives is called once every process has ended. */
  readonly prepare?: (stateDir: string) => () => void;
}

const clock = createClock();

/** In the place of what a world does not say. */
const usual: Required<Omit<Terms, 'prepare' | 'launch' | 'ports'>> = {
  move: '{ steps: [100%], holdEach: 0s }',
  safety: '{}',
  drills: '{}',
  rebalance: '',
  egress: {},
  drain: '{}',
  replicas: { oslo: 2, paris: 1, rome: 1 },
  cold: [],
  server: `${join(root, 'bin/godwit.js')} model-server --first-token-ms 10 --tokens-per-second 100`,
  lease: `{ ttl: ${leaseTtlMs}ms, renewEvery: 300ms }`,
  probeEvery: '250ms',
  evaluateEvery: '100ms',
};

export async function openProgramWorld({
  prepare,
  launch = {},
  ports: own,
  ...given
}: Terms = {}): Promise<ProgramWorld> {
  const terms = { ...usual, ...given };
  const inAll = Object.values(terms.replicas).reduce((sum, each) => sum + each, 0);
  const sites = Object.keys(terms.replicas);
  const dir = mkdtempSync(join(tmpdir(), 'godwit-program-'));
  const stateDir = join(dir, 'state');
  mkdirSync(stateDir, { mode: 0o700 });
  const undo = prepare?.(stateDir);
  const [port, ...ports] = own ?? (await freePortRanges(1 + sites.length));
  const configPath = join(dir, 'godwit.yaml');
  const startsPath = join(dir, 'starts');
  const mark = basename(dir);
  writeFileSync(configPath, configOf({ ...terms, mark, startsPath, port: port ?? 0, ports }), { mode: 0o600 });
  const socketPath = join(stateDir, 'gateway', 'admin.sock');
  const driver = createGatewayDriver({ socketPath, clock });
  const call = () => ({ signal: AbortSignal.timeout(2000), deadlineAtMonoMs: clock.monoMs() + 2000 });
  const loads: SteadyLoad[] = [];
  const url = `http://127.0.0.1:${port}`;

  const route = async () => {
    const seen = await driver.read('chat', call());
    return seen.kind === 'seen' ? seen.value : undefined;
  };
  const world: ProgramWorld = {
    dir,
    stateDir,
    url,
    start: (...words) => startProgram([...words, '--config', configPath], launch),
    godwit: (...words) => spawnGodwit([...words, '--config', configPath]),
    async status() {
      const ended = await world.godwit('status', 'chat', '-o', 'json');
      if (ended.code !== 0) throw new Error(`status ended with ${ended.code}: ${ended.stderr}`);
      return JSON.parse(ended.stdout) as Status;
    },
    async startServing() {
      const run = world.start('run');
      await until(world.isServing, 'every site proven', 40_000).catch((error: unknown) => {
        throw new Error(`${String(error)}; said:\n${run.stderr()}`);
      });
      await run.says(/automatic start done/);
      return run;
    },
    startLoad() {
      const load = startSteadyLoad(url);
      loads.push(load);
      return load;
    },
    started: () => world.starts().map(({ pid }) => pid),
    starts: () => {
      const lines = existsSync(startsPath) ? readFileSync(startsPath, 'utf8').split('\n').filter(Boolean) : [];
      return lines.map((line): Start => {
        const [pid, replica = ''] = line.split(' ');
        return { pid: Number(pid), replica };
      });
    },
    route,
    async traffic() {
      const seen = await driver.traffic('chat', call());
      return seen.kind === 'seen' ? seen.value : undefined;
    },
    async replicasOf(site) {
      const found = (await route())?.sites.find((each) => each.site === site)?.replicas ?? [];
      return Promise.all(
        found.map(async (replica) => ((await (await fetch(`${replica.url}/faults`)).json()) as { pid: number }).pid),
      );
    },
    weights: async () => (await route())?.weights,
    gateway: async () => (await findGateway(socketPath, AbortSignal.timeout(2000)))?.pid,
    async isServing() {
      const entry = await route();
      return entry?.spill.length === sites.length && entry.sites.flatMap(({ replicas }) => replicas).length === inAll;
    },
    async close() {
      await Promise.all(loads.map((load) => load.stop()));
      await until(() => killAll(mark) === 0, `the processes of ${dir} gone`);
      undo?.();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return world;
}

/** Every process of a world has its mark on its command line; those are ended, by number. Gives how many there were. */
export function killAll(mark: string): number {
  let ended = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    // Looked at and ended at once: on a busy machine a number soon is another process's.
    if (!commandOf(pid).includes(mark)) continue;
    endIfThere(Number(pid));
    ended += 1;
  }
  return ended;
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch (error) {
    // It ended meanwhile.
    if (error instanceof Error && 'code' in error) return '';
    throw error;
  }
}

function endIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

type Usual = typeof usual;

interface ConfigTerms extends Usual {
  readonly mark: string;
  readonly startsPath: string;
  readonly port: number;
  readonly ports: readonly number[];
}

/** The mark stands on every command line: by it the processes are found again. */
function configOf({ mark, startsPath, port, ports, ...terms }: ConfigTerms): string {
  const { move, safety, drills, rebalance, egress, drain, replicas, cold, server, lease } = terms;
  const { probeEvery, evaluateEvery } = terms;
  const sites = Object.keys(replicas);
  const args = `--port \${port} --model tiny --name ${mark}/\${replica}`;
  const shell = `echo $$ \${replica} >> ${startsPath}; exec ${process.execPath} ${server} ${args}`;
  const standbyOf = (site: string): string => (cold.includes(site) ? ', standby: cold' : '');
  const priceOf = (index: number): string =>
    rebalance === ''
      ? ''
      : `, rated: { requestsPerSecond: 100 }, price: { amount: ${sites.length - index}, currency: USD, per: hour }`;
  const egressOf = (site: string): string =>
    egress[site] === undefined ? '' : `, egress: { amount: ${egress[site]}, currency: USD, per: GiB }`;
  return `version: 1
state: { dir: state, lease: ${lease} }
sites:
${sites.map((site, index) => `  ${site}: { provider: local, ports: ${ports[index]}-${(ports[index] ?? 0) + 3}${egressOf(site)} }`).join('\n')}
deployments:
  chat:
    model: tiny
    command: ${JSON.stringify(['sh', '-c', shell])}
    startup: { timeout: 30s }
    stopGrace: 1s
    probe: { ttft: 1s, every: ${probeEvery}, timeout: 2s }
    drain: ${drain}
    sites: { ${sites.map((site, index) => `${site}: { replicas: ${replicas[site]}${standbyOf(site)}${priceOf(index)} }`).join(', ')} }
    failover:
      mode: auto
      detector: { evaluateEvery: ${evaluateEvery}, failures: 2, failAfter: 100ms, staleAfter: 5s, window: 5s }
      proof: { completions: 2, maxAge: 30s }
      move: ${move}
      safety: ${safety}
traffic: { listen: "127.0.0.1:${port}" }
drills: ${drills}
${rebalance === '' ? '' : `rebalance: ${rebalance}\n`}`;
}
