/** Runs one seed's world: chaos, then healing, then what must be true in the end. */
import { emptyHead, verifyPage } from '../store/chain.ts';
import { Chaos } from './chaos.ts';
import { seatDrills } from './drills.ts';
import type { Violation } from './ghost.ts';
import type { Host } from './host.ts';
import { clearUp, seatOperators } from './operators.ts';
import type { SimOptions } from './options.ts';
import { checkHedge } from './oracle-hedge.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { seatRebalances } from './rebalances.ts';
import { troublesOf } from './troubles.ts';
import { World } from './world.ts';
import type { WorldTerms } from './world-terms.ts';

export interface SeedReport {
  readonly options: SimOptions;
  readonly events: number;
  /** Automatic failovers that ended `done`, each with its full plan. */
  readonly failovers: number;
  readonly operations: number;
  readonly steps: number;
  readonly entries: number;
  readonly virtualMs: number;
  /** Of the journal's head and all that was counted: the same seed gives the same. */
  readonly traceHash: string;
  /** What struck, in order. */
  readonly decisions: readonly string[];
  readonly violations: readonly Violation[];
  readonly outcome: Outcome;
  /** How many ended so, by verdict; see `DrillBook`. */
  readonly drills: Readonly<Record<string, number>>;
  /** How many runs of rebalancing ended so; see `RebalanceBook`. */
  readonly rebalances: Readonly<Record<string, number>>;
}

/** A world that needs more events than this does not come to rest: a violation by itself. */
const mostEvents = 1_000_000;
/** After everything is mended, all must be well within this, in virtual milliseconds: the longest pause after failed starts is 300 s. */
const livenessMs = 900_000;
/** Between looks whether it is, and whether enough has gone wrong before, in virtual milliseconds. */
const lookMs = 500;
const chaosLookMs = 2000;
/** All is well when nothing was amiss and no operation was opened for this long, in virtual milliseconds. */
const calmMs = 5000;

/** Yields after every event: whoever runs it lets all microtasks run before it goes on. */
export function* simulate(options: SimOptions, terms: WorldTerms = {}): Generator<void, SeedReport> {
  const world = new World(options, terms);
  try {
    return yield* play(world, terms);
  } finally {
    world.close();
  }
}

function* play(world: World, terms: WorldTerms): Generator<void, SeedReport> {
  const { options } = world;
  const hosts = Array.from(
    { length: options.hosts },
    (_, index): Host => ({ name: `host-${index + 1}`, life: undefined, lives: 0 }),
  );
  world.hosts = hosts;
  const chaos = new Chaos(world);
  seatOperators(world, () => chaos.isOver);
  seatDrills(world, () => chaos.isOver);
  seatRebalances(world, () => chaos.isOver);
  yield;
  const { schedule, ghost } = world;
  const { untilMs = Number.POSITIVE_INFINITY } = terms;
  const until = function* (isDone: () => boolean, limitMs: number, everyMs: number): Generator<void, boolean> {
    const endMs = Math.min(untilMs, schedule.monoMs + limitMs);
    let isOver = false;
    const look = (): void => {
      isOver = isDone();
      if (!isOver && schedule.monoMs < endMs) schedule.after(everyMs, look);
    };
    look();
    while (!isOver && schedule.monoMs < endMs && schedule.events < mostEvents && ghost.violations.length === 0) {
      if (!schedule.step()) break;
      yield;
    }
    return isOver;
  };
  yield* until(() => chaos.siteFaults >= options.siteFaults, options.chaosMs, chaosLookMs);
  if (schedule.monoMs >= untilMs) return reportOf(world);
  chaos.heal();
  clearUp(world);
  let calm = { operations: 0, sinceMs: schedule.monoMs };
  const isWell = yield* until(
    () => {
      const operations = ghost.operations.size;
      const isAmiss =
        troublesOf(world).length > 0 || world.drills?.isUnderWay === true || world.rebalances?.isUnsettled === true;
      if (isAmiss || operations !== calm.operations) calm = { operations, sinceMs: schedule.monoMs };
      return schedule.monoMs - calm.sinceMs >= calmMs;
    },
    livenessMs,
    lookMs,
  );
  if (schedule.monoMs >= untilMs) return reportOf(world);
  if (!isWell && ghost.violations.length === 0)
    ghost.violate('I24', `not well in the end: ${troublesOf(world).join('; ')}`);
  if (schedule.events >= mostEvents) ghost.violate('I24', `more than ${mostEvents} events`);
  checkEnd(world);
  return reportOf(world);
}

/** What must hold of the whole record and of everything that was started. */
export function checkEnd({ newest: disk, ghost, clouds }: World): void {
  for (const operation of ghost.operations.values()) checkHedge({ ghost, clouds }, operation);
  const verdict = verifyPage(emptyHead, disk.entries);
  if (verdict.kind === 'broken') ghost.violate('I34', `the journal is ${verdict.why} at ${verdict.seq}`);
  for (const { site, ...cloud } of [...clouds.values()].map((each) => ({ site: each.site, alive: each.alive() })))
    for (const { replica } of cloud.alive) {
      const operation = replica.startKey?.split('/')[0] ?? '';
      if (!ghost.operations.has(operation) && !ghost.strays.has(operation))
        ghost.violate('I15', `${replica.id} at ${site} runs and no operation knows of it`);
    }
}

function reportOf(world: World): SeedReport {
  const { options, schedule, ghost, newest: disk, chance, gateway } = world;
  const operations = [...ghost.operations.values()];
  const { events, monoMs } = schedule;
  return {
    options,
    events,
    failovers: operations.filter(
      ({ plan, state }) => plan.kind === 'failover' && plan.trigger === 'automatic' && state === 'done',
    ).length,
    operations: operations.length,
    steps: operations.reduce((sum, { plan }) => sum + plan.steps.length, 0),
    entries: disk.entries.length,
    virtualMs: monoMs,
    traceHash: `${disk.entries.at(-1)?.hash.slice(0, 16)}-${events}-${monoMs.toFixed(3)}-${gateway.entry?.routeVersion ?? 0}`,
    decisions: chance.decisions,
    violations: ghost.violations,
    outcome: outcomeOf(world),
    drills: Object.fromEntries(world.drills?.ended ?? []),
    rebalances: Object.fromEntries(world.rebalances?.ended ?? []),
  };
}
