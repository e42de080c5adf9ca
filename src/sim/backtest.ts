/** Replays a trace through the real engine: its sites have what the trace says, and lose it when the trace says so. */
import { priceAt } from '../core/backtest/price.ts';
import { runRebalance } from '../engine/rebalance/run-rebalance.ts';
import type { RunTerms } from '../engine/rebalance/run-terms.ts';
import { assert } from '../errors.ts';
import type { Played, Run, ServedSpan } from '../model/backtest.ts';
import type { Config } from '../model/config.ts';
import type { Trace } from '../model/trace.ts';
import { Chaos } from './chaos.ts';
import type { Violation } from './ghost.ts';
import type { Host } from './host.ts';
import { type Solve, solverOf } from './rebalances.ts';
import { TraceStock } from './trace-stock.ts';
import { silentInvariants, worldConfig, worldOptions } from './what-if-world.ts';
import { World } from './world.ts';

export interface EngineReplay {
  readonly trace: Trace;
  /** Its deployment has one site for each pool of the trace, in the same order. */
  readonly config: Config;
  readonly wanted: number;
  readonly startupMs: number;
  /** Absent: nobody rebalances. */
  readonly rebalance?: ReplayedRebalance;
}

/** A scheduler beside the controller. */
export interface ReplayedRebalance {
  readonly everyMs: number;
  readonly solve: Solve;
  /** What it reads when it begins, at a moment of the trace: prices change. */
  readonly configAt: (atMs: number) => Config;
}

export interface EnginePlayed extends Played {
  readonly violations: readonly string[];
  /** Invariants that are not told: probes are too slow for what they compare. */
  readonly silent: readonly string[];
  /** Of the simulated world. */
  readonly events: number;
}

/** The same world every time. */
const seed = 1;
/** For all that the solver is asked in one run, in virtual milliseconds. */
const solvedWithinMs = 60_000;
/** For every day of the trace. */
const mostEventsPerDay = 20_000_000;
const dayMs = 86_400_000;

/** Yields after every event: whoever runs it lets all microtasks run before it goes on. */
export function* replayEngine({
  trace,
  config: given,
  wanted,
  startupMs,
  rebalance,
}: EngineReplay): Generator<void, EnginePlayed> {
  const config = worldConfig(given, nameOf(given));
  const [deployment] = config.deployments;
  assert(deployment?.placements.length === trace.pools.length, 'each pool is a site');
  const options = worldOptions(config, deployment, { seed, faults: new Set(), spanMs: trace.endMs });
  const book = new RunBook();
  const world: World = new World(options, {
    config,
    ...(rebalance === undefined ? {} : { solve: rebalance.solve }),
    stock: (site, schedule) => {
      const index = config.sites.findIndex(({ name }) => name === site);
      const pool = trace.pools[index];
      assert(pool !== undefined, `${site} is a pool of the trace`);
      const beginMonoMs = schedule.monoMs;
      book.beginMonoMs = beginMonoMs;
      const { price } = pool;
      return new TraceStock({
        ...{ pool, startupMs, schedule, beginMonoMs, endMs: trace.endMs },
        usdPerHour: (atMs) => price && priceAt(price.points, atMs),
        isAlive: (id) => world.clouds.get(site)?.servers.get(id)?.replica.state === 'running',
        onBoot: (id) => book.begin({ site, id, pool: index, atMs: schedule.monoMs - beginMonoMs, startupMs }),
        onTaken(id) {
          book.take(id, schedule.monoMs - beginMonoMs);
          const server = world.clouds.get(site)?.servers.get(id);
          if (server !== undefined) world.clouds.get(site)?.crash([server]);
        },
      });
    },
  });
  const host: Host = { name: 'controller', life: undefined, lives: 0 };
  world.hosts = [host];
  new Chaos(world);
  if (rebalance !== undefined) seatScheduler(world, book, rebalance);
  try {
    yield* play(world, book, { trace, wanted });
  } finally {
    world.close();
  }
  const silent = silentInvariants(deployment);
  const violations = world.ghost.violations.filter(({ invariant }) => !silent.includes(invariant)).map(wordsOf);
  return { ...book.close(trace.endMs), violations, silent, events: world.schedule.events };
}

/** One run after the other, every so often; one that is still under way lets the next one's time go by. */
function seatScheduler(world: World, book: RunBook, { everyMs, configAt }: ReplayedRebalance): void {
  const host: Host = { name: 'scheduler', life: undefined, lives: 0 };
  world.desks = [host];
  const next = (): void => {
    world.schedule.after(everyMs, () => {
      next();
      if (host.life?.isAlive === true) return;
      const { life, deps, stop } = world.enter(host, () => undefined, 'person');
      const end = (): void => {
        life.isAlive = false;
      };
      const terms: RunTerms = {
        ...{ solver: solverOf(world, life), withinMs: solvedWithinMs, isScheduled: true },
        ...{ runId: `at-${Math.round(world.schedule.monoMs)}`, reason: 'scheduled' },
        approve: async () => true,
        say: () => undefined,
      };
      const config = configAt(world.schedule.monoMs - book.beginMonoMs);
      runRebalance({ ...deps, config: worldConfig(config, nameOf(config)) }, terms, stop.signal).then(end, end);
    });
  };
  next();
}

function nameOf({ deployments: [only] }: Config): string {
  assert(only !== undefined, 'the configuration has a deployment');
  return only.name;
}

function* play(
  world: World,
  book: RunBook,
  { trace, wanted }: Pick<EngineReplay, 'trace' | 'wanted'>,
): Generator<void, void> {
  const { schedule } = world;
  let hasChanged = true;
  const note = (): void => {
    hasChanged = true;
    world.onceChanged = note;
  };
  world.onceChanged = note;
  const mostEvents = mostEventsPerDay * Math.max(1, trace.endMs / dayMs);
  yield;
  while (schedule.monoMs - book.beginMonoMs < trace.endMs) {
    assert(schedule.events < mostEvents, `the world comes to no end within ${mostEvents} events`);
    if (!schedule.step()) break;
    yield;
    if (!hasChanged) continue;
    hasChanged = false;
    const atMs = Math.min(trace.endMs, schedule.monoMs - book.beginMonoMs);
    book.look(world, atMs);
    book.serve(servingOf(world, wanted), atMs);
  }
}

/** A site answers its share of the requests as far as its replicas in the table go. */
function servingOf({ gateway, clouds }: World, wanted: number): number {
  return [...clouds.keys()].reduce((sum, site) => {
    const share = (gateway.entry?.weights[site] ?? 0) / 100;
    return sum + Math.min(wanted * share, share > 0 ? gateway.servingAt(site).length : 0);
  }, 0);
}

function wordsOf({ invariant, message, atMonoMs }: Violation): string {
  return `${invariant} at ${Math.round(atMonoMs / 1000)} s: ${message}`;
}

interface OpenRun extends Omit<Run, 'untilMs' | 'end'> {
  readonly site: string;
  readonly id: string;
}

/** What was started, when it ended and how many served. */
class RunBook {
  beginMonoMs = 0;
  readonly #runs: Run[] = [];
  #open: OpenRun[] = [];
  readonly #served: ServedSpan[] = [];
  #now = { replicas: 0, sinceMs: 0 };

  begin({
    site,
    id,
    pool,
    atMs,
    startupMs,
  }: {
    site: string;
    id: string;
    pool: number;
    atMs: number;
    startupMs: number;
  }) {
    this.#open.push({ site, id, pool, fromMs: atMs, readyMs: atMs + startupMs });
  }

  take(id: string, atMs: number): void {
    this.#end((each) => each.id === id, atMs, 'taken');
  }

  /** What the engine stopped meanwhile. */
  look({ clouds }: World, atMs: number): void {
    const isOver = ({ site, id }: OpenRun): boolean => clouds.get(site)?.servers.get(id)?.replica.state !== 'running';
    this.#end(isOver, atMs, 'stopped');
  }

  serve(replicas: number, atMs: number): void {
    if (replicas === this.#now.replicas) return;
    this.#push(atMs);
    this.#now = { replicas, sinceMs: atMs };
  }

  close(endMs: number): Played {
    this.#end(() => true, endMs, 'end');
    this.#push(endMs);
    return { runs: this.#runs, served: this.#served };
  }

  #push(untilMs: number): void {
    const { replicas, sinceMs } = this.#now;
    if (untilMs > sinceMs) this.#served.push({ fromMs: sinceMs, untilMs, replicas });
  }

  #end(is: (open: OpenRun) => boolean, untilMs: number, end: Run['end']): void {
    const over = this.#open.filter(is);
    this.#open = this.#open.filter((each) => !over.includes(each));
    this.#runs.push(...over.map(({ pool, fromMs, readyMs }) => ({ pool, fromMs, readyMs, untilMs, end })));
  }
}
