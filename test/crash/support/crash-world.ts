/** A world whose controller dies by order at named points, and what stands in it at the end of each operation. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation } from '../../../src/model/operation.ts';
import type { Store } from '../../../src/ports/store.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { verifyJournal } from '../../../src/store/sqlite/verify.ts';
import { createActor } from '../../../src/system/actor.ts';
import { readBootId } from '../../../src/system/boot-id.ts';
import { createClock } from '../../../src/system/clock.ts';
import { createRandom } from '../../../src/system/random.ts';
import { until } from '../../driver/local-world.ts';
import type { Program } from '../../integration/support/program.ts';
import { openProgramWorld, type ProgramWorld, type Start } from '../../integration/support/program-world.ts';
import type { BuiltProgram } from './built-program.ts';

/** What a controller is made to do; each is an operation of this kind. */
export const deeds = ['switchover', 'failover', 'start'] as const;
export type Deed = (typeof deeds)[number];

/** In the words of `crash-at.mjs`, the sites called `source` and `target`: they change places with every move. */
export type Point = string;

/** Everything a crash must not change, and nothing that differs from run to run. */
export interface End {
  /** Those opened since the deed was begun, as kind and state. */
  readonly operations: readonly string[];
  readonly weights: Readonly<Record<string, number>>;
  /** Replicas started since. */
  readonly started: readonly string[];
  /** Live processes of each replica, and whether it is the one from before. */
  readonly live: Readonly<Record<string, string>>;
  readonly listed: readonly string[];
  readonly spill: readonly string[];
  readonly isGatewaySame: boolean;
  readonly journal: string;
  readonly failedRequests: readonly string[];
}

export interface Trial {
  readonly end: End;
  /** Points at which a process was killed. */
  readonly killed: readonly Point[];
  /** Points asked for that were never reached. */
  readonly missed: readonly Point[];
  /** Points passed by each process in turn: the first undisturbed up to its end, the others resuming. */
  readonly passed: readonly (readonly Point[])[];
  /** A call had no answer in the time that its lease left it: on a busy machine what follows is another story. */
  readonly isLate: boolean;
}

export interface CrashWorld {
  readonly stateDir: string;
  /** Begins the deed, kills a process at each point in turn, and looks once everything has come to rest. */
  attempt(deed: Deed, points: readonly Point[]): Promise<Trial>;
  /** Replicas started so far. */
  starts(): number;
  /** Controllers that ended because the machine gave them no time to renew their lease. */
  leasesLost(): number;
  /** What the controllers said, for a difference to be understood. */
  said(): string;
  close(): Promise<void>;
}

const clock = createClock();
const requestEveryMs = 500;
const lookEveryMs = 100;
const requestLimitMs = 15_000;
/** Operations that may have been opened by one deed; more would be a difference as well. */
const mostOperations = 10;
/** The lease was lost: on a busy machine a process may not get to renew it in time, and the next one goes on. */
const leaseLost = 13;
/** For processes that live a few seconds. */
const nodeArgs = ['--min-semi-space-size=32', '--max-semi-space-size=64', '--no-opt', '--no-maglev'];
/** A deed with all its kills and resumes, milliseconds. */
const deedLimitMs = 60_000;

export async function openCrashWorld(
  { launcher, compileCache }: BuiltProgram,
  ports: readonly number[],
): Promise<CrashWorld> {
  const here = import.meta.dirname;
  let crashDir = '';
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_COMPILE_CACHE: compileCache,
    get CRASH_DIR() {
      return crashDir;
    },
  };
  const world = await openProgramWorld({
    ports,
    replicas: { oslo: 1, paris: 1 },
    server: join(here, 'tiny-model.mjs'),
    lease: '{ ttl: 1200ms, renewEvery: 250ms }',
    probeEvery: '500ms',
    evaluateEvery: '250ms',
    safety: '{ coolDown: 0s, dwell: 0s, maxPerDay: 1000 }',
    launch: { launcher, nodeArgs: [...nodeArgs, '--import', join(here, 'crash-at.mjs')], env },
  });
  crashDir = join(world.dir, 'crash');
  mkdirSync(crashDir);
  const paths = {
    order: join(crashDir, 'order'),
    passed: join(crashDir, 'passed'),
    killed: join(crashDir, 'killed'),
  };
  const said: string[] = [];
  let run = watched(world.start('run'));
  await until(() => existsSync(join(world.stateDir, 'state.db')), `state in ${world.dir}`);
  const store = openSqliteStore({
    dir: world.stateDir,
    mode: 'write',
    clock,
    random: createRandom(),
    bootId: readBootId(),
  });
  let orders = 0;
  let leasesLost = 0;

  function order(point: Point | undefined): void {
    rmSync(paths.passed, { force: true });
    orders += 1;
    writeFileSync(`${paths.order}.new`, `${orders}\n${point ?? ''}`);
    renameSync(`${paths.order}.new`, paths.order);
  }

  const passed = (): readonly string[] =>
    existsSync(paths.passed) ? readFileSync(paths.passed, 'utf8').split('\n').filter(Boolean) : [];

  /** Where the present process ended itself, by its own word; undefined: it did not, or is about to. */
  const killedAt = (): Point | undefined => {
    const [pid, ...point] = existsSync(paths.killed) ? readFileSync(paths.killed, 'utf8').split(' ') : [];
    return Number(pid) === run.program.pid ? point.join(' ') : undefined;
  };

  /** What is in force, once nothing is open and the present process leads. */
  async function rest(sinceMs: number, deed: Deed): Promise<readonly Operation[] | undefined> {
    if (run.hasEnded || (await store.lease.read('chat'))?.holder.pid !== run.program.pid) return undefined;
    const newest = await store.operations.list({ deployment: 'chat', limit: mostOperations });
    const operations = newest.filter(({ openedAtMs }) => openedAtMs >= sinceMs);
    if (operations.some(({ endedAtMs }) => endedAtMs === undefined)) return undefined;
    if (
      !operations.some(({ plan }) => plan.kind === deed) ||
      (await store.operations.nextRequest('chat')) !== undefined
    )
      return undefined;
    return (await world.isServing()) ? operations : undefined;
  }

  /** Waits for the rest, or for the end of the present process. */
  async function restOrEnd(sinceMs: number, deed: Deed, what: string): Promise<readonly Operation[] | undefined> {
    let operations: readonly Operation[] | undefined;
    const look = async (): Promise<boolean | undefined> => {
      if (run.hasEnded) return true;
      operations = await rest(sinceMs, deed);
      return operations === undefined ? undefined : true;
    };
    await until(look, what, deedLimitMs, lookEveryMs);
    return operations;
  }

  function startAgain(): void {
    said.push(run.program.stderr());
    run = watched(world.start('run'));
  }

  async function attempt(deed: Deed, points: readonly Point[]): Promise<Trial> {
    const before = await look(world);
    const names = namesOf(before.weights);
    const sinceMs = clock.nowMs();
    const failedBefore = failures().length;
    const left = [...points];
    const trial = { killed: [] as Point[], missed: [] as Point[], passed: [] as Point[][] };
    order(left[0] === undefined ? undefined : toSites(left[0], names));
    await begin(deed, before, names.target);
    let operations: readonly Operation[] | undefined;
    for (;;) {
      operations = await restOrEnd(sinceMs, deed, `${deed} at rest after ${JSON.stringify(trial.killed)}`);
      const [point] = left;
      const way = passed();
      const isHit = point !== undefined && (killedAt() ?? way.at(-1)) === toSites(point, names);
      if (operations !== undefined && !isHit) {
        trial.passed.push(way.map((each) => toRoles(each, names)));
        break;
      }
      const why = whyEnded(await run.program.ended, isHit);
      if (why === 'killed') {
        trial.passed.push(way.map((each) => toRoles(each, names)));
        trial.killed.push(left.shift() ?? '');
      }
      leasesLost += Number(why === 'lease-lost');
      order(left[0] === undefined ? undefined : toSites(left[0], names));
      startAgain();
    }
    order(undefined);
    trial.missed.push(...left);
    const after = await look(world);
    const end: End = {
      operations: operations?.map(({ plan, state }) => `${plan.kind} ${state}`).toReversed() ?? [],
      weights: byRole(after.weights, names),
      started: after.starts.slice(before.starts.length).map(({ replica }) => toRoles(replica, names)),
      live: liveOf(before.starts, after.starts, names),
      listed: after.listed.map((each) => toRoles(each, names)).sort(),
      spill: after.spill.map((each) => toRoles(each, names)).sort(),
      isGatewaySame: (await world.gateway()) === gateway,
      journal: verifyJournal(world.stateDir).kind,
      failedRequests: failures().slice(failedBefore),
    };
    return { ...trial, end, isLate: await hasLateCall(operations ?? []) };
  }

  async function hasLateCall(operations: readonly Operation[]): Promise<boolean> {
    const entries = await Promise.all(operations.map(({ id }) => store.journal.read({ operationId: id })));
    return entries.flat().some(({ body }) => body.kind === 'step' && body.error?.code === 'NoAnswer');
  }

  async function begin(deed: Deed, before: Sight, target: string): Promise<void> {
    if (deed === 'switchover') return await ask(store, target);
    const site = deed === 'failover' ? other(target) : target;
    const victim = before.starts.findLast(({ replica }) => replica.startsWith(`${site}-`));
    if (victim === undefined) throw new Error(`no replica at ${site}`);
    process.kill(victim.pid, 'SIGKILL');
  }

  /**
   * `late`: it read its order a moment before that was taken back, and came to its point when everybody else was at rest. What
   * was asked for since is left to the next process, as after any kill.
   */
  function whyEnded(end: number | NodeJS.Signals | null, isHit: boolean): 'killed' | 'late' | 'lease-lost' {
    if (end === 'SIGKILL' && isHit) return 'killed';
    if (end === 'SIGKILL' && killedAt() !== undefined) return 'late';
    if (end === leaseLost) return 'lease-lost';
    throw new Error(`the controller ended by itself (${end}):\n${run.program.stderr()}`);
  }

  const close = async (): Promise<void> => {
    await load?.stop();
    await store.close();
    await world.close();
  };
  let load: LightLoad | undefined;
  try {
    while ((await restOrEnd(0, 'start', `${world.dir} serving`)) === undefined) {
      whyEnded(await run.program.ended, false);
      startAgain();
    }
  } catch (error) {
    await close();
    throw error;
  }
  load = startLightLoad(world.url);
  const gateway = await world.gateway();
  const { failures } = load;

  return {
    stateDir: world.stateDir,
    attempt,
    starts: () => world.starts().length,
    leasesLost: () => leasesLost,
    said: () => [...said.slice(-4), run.program.stderr()].join('\n---\n'),
    close,
  };
}

/** As `godwit switchover` does beside a controller that lives. */
async function ask(store: Store, to: string): Promise<void> {
  await store.operations.request({
    id: `rq-${createRandom().id(8)}`,
    deployment: 'chat',
    kind: 'switchover',
    from: undefined,
    to,
    reason: undefined,
    by: createActor('person'),
    atMs: clock.nowMs(),
    revision: await store.operations.revision('chat'),
    answer: undefined,
  });
}

interface Watched {
  readonly program: Program;
  readonly hasEnded: boolean;
}

function watched(program: Program): Watched {
  const state = { program, hasEnded: false };
  program.ended.then(
    () => {
      state.hasEnded = true;
    },
    () => undefined,
  );
  return state;
}

interface Sight {
  readonly weights: Readonly<Record<string, number>>;
  readonly listed: readonly string[];
  readonly spill: readonly string[];
  readonly starts: readonly Start[];
}

async function look(world: ProgramWorld): Promise<Sight> {
  const entry = await world.route();
  if (entry === undefined) throw new Error('the gateway has no route');
  return {
    weights: entry.weights,
    listed: entry.sites.flatMap(({ replicas }) => replicas.map(({ id }) => id)),
    spill: entry.spill.map(({ site }) => site),
    starts: world.starts(),
  };
}

interface Names {
  readonly source: string;
  readonly target: string;
}

const other = (site: string): string => (site === 'oslo' ? 'paris' : 'oslo');

function namesOf(weights: Readonly<Record<string, number>>): Names {
  const source = weights['oslo'] === 100 ? 'oslo' : 'paris';
  if (weights[source] !== 100) throw new Error(`weights ${JSON.stringify(weights)} before a deed`);
  return { source, target: other(source) };
}

function toSites(text: string, { source, target }: Names): string {
  return text.replaceAll('source', source).replaceAll('target', target);
}

function toRoles(text: string, { source, target }: Names): string {
  return text.replaceAll(source, 'source').replaceAll(target, 'target');
}

function byRole(weights: Readonly<Record<string, number>>, names: Names): Record<string, number> {
  return { source: weights[names.source] ?? 0, target: weights[names.target] ?? 0 };
}

function liveOf(before: readonly Start[], after: readonly Start[], names: Names): Record<string, string> {
  const live = after.filter(({ pid }) => isAlive(pid));
  const told = live.map(({ pid, replica }): [string, string] => [
    toRoles(replica, names),
    before.some((each) => each.pid === pid) ? 'from before' : 'new',
  ]);
  const merged = new Map<string, string>();
  for (const [replica, what] of told) merged.set(replica, [merged.get(replica) ?? [], what].flat().join(' and '));
  return Object.fromEntries([...merged].sort());
}

/** A zombie that nobody reaps is no process. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

interface LightLoad {
  failures(): readonly string[];
  stop(): Promise<void>;
}

/** One completion after the other, four a second at most: every one must be answered. */
function startLightLoad(url: string): LightLoad {
  const failures: string[] = [];
  const over = new AbortController();
  const send = async (): Promise<void> => {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'tiny', messages: [{ role: 'user', content: 'ready?' }] }),
      signal: AbortSignal.timeout(requestLimitMs),
    });
    const text = await answer.text();
    if (answer.status !== 200 || !text.includes('ready')) failures.push(`${answer.status} ${text}`);
  };
  const sending = (async () => {
    while (!over.signal.aborted) {
      await send().catch((error: unknown) => failures.push(String(error)));
      await clock.sleep(requestEveryMs, over.signal).catch(() => undefined);
    }
  })();
  return {
    failures: () => failures,
    async stop() {
      over.abort();
      await sending;
    },
  };
}
