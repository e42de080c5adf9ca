/** The program as its users run it: processes of its own, three local sites with the built-in model server, a real gateway. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createClock } from '../../../src/system/clock.ts';
import { createGatewayDriver, findGateway } from '../../../src/traffic/gateway/driver.ts';
import { freePortRanges, until } from '../../driver/local-world.ts';
import { type Ended, root, spawnGodwit } from '../../e2e/support/spawn-godwit.ts';
import { type Program, startProgram } from './program.ts';
import { type SteadyLoad, startSteadyLoad } from './steady-load.ts';

/** The active site first. */
export const sites = ['oslo', 'paris', 'rome'] as const;
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
  /** The processes of a site's replicas in the gateway's table. */
  replicasOf(site: string): Promise<readonly number[]>;
  weights(): Promise<Readonly<Record<string, number>> | undefined>;
  /** The gateway that answers, or undefined. */
  gateway(): Promise<number | undefined>;
  isServing(): Promise<boolean>;
  /** Ends every process of this world by its number, and waits until it is gone. */
  close(): Promise<void>;
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

interface Terms {
  /** How traffic moves between two healthy sites. */
  readonly move?: string;
  /** Called with the empty state directory; what it gives is called once every process has ended. */
  readonly prepare?: (stateDir: string) => () => void;
}

const clock = createClock();
const quickMove = '{ steps: [100%], holdEach: 0s }';

export async function openProgramWorld({ move = quickMove, prepare }: Terms = {}): Promise<ProgramWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'godwit-program-'));
  const stateDir = join(dir, 'state');
  mkdirSync(stateDir, { mode: 0o700 });
  const undo = prepare?.(stateDir);
  const [port, ...ports] = await freePortRanges(1 + sites.length);
  const configPath = join(dir, 'godwit.yaml');
  const startsPath = join(dir, 'starts');
  const mark = basename(dir);
  writeFileSync(configPath, configOf({ mark, startsPath, port: port ?? 0, ports, move }), { mode: 0o600 });
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
    start: (...words) => startProgram([...words, '--config', configPath]),
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
    started: () =>
      existsSync(startsPath) ? readFileSync(startsPath, 'utf8').trim().split('\n').filter(Boolean).map(Number) : [],
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
      return (
        entry?.spill.length === sites.length && entry.sites.flatMap(({ replicas }) => replicas).length === replicasInAll
      );
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

/** Every process of this world has its mark on its command line; those are ended, by number. Gives how many there were. */
function killAll(mark: string): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && commandOf(name).includes(mark));
  for (const pid of pids) endIfThere(Number(pid));
  return pids.length;
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

interface ConfigTerms {
  readonly mark: string;
  readonly startsPath: string;
  readonly port: number;
  readonly ports: readonly number[];
  readonly move: string;
}

function configOf({ mark, startsPath, port, ports, move }: ConfigTerms): string {
  const server = [
    `exec ${process.execPath} ${join(root, 'bin/godwit.js')} model-server --port \${port} --model tiny`,
    `--name ${mark}/\${replica} --first-token-ms 10 --tokens-per-second 100`,
  ].join(' ');
  return `version: 1
state: { dir: state, lease: { ttl: ${leaseTtlMs}ms, renewEvery: 300ms } }
sites:
${sites.map((site, index) => `  ${site}: { provider: local, ports: ${ports[index]}-${(ports[index] ?? 0) + 3} }`).join('\n')}
deployments:
  chat:
    model: tiny
    command: ${JSON.stringify(['sh', '-c', `echo $$ >> ${startsPath}; ${server}`])}
    startup: { timeout: 30s }
    stopGrace: 1s
    probe: { ttft: 1s, every: 250ms, timeout: 2s }
    sites: { oslo: { replicas: 2 }, paris: { replicas: 1 }, rome: { replicas: 1 } }
    failover:
      mode: auto
      detector: { evaluateEvery: 100ms, failures: 2, failAfter: 100ms, staleAfter: 5s, window: 5s }
      proof: { completions: 2, maxAge: 30s }
      move: ${move}
traffic: { listen: "127.0.0.1:${port}" }
`;
}
