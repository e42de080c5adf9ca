/** Schedulers that rebalance, sometimes two at once: prices are others each time, and the process dies or is called off. */
import { type RebalanceEnd, runRebalance } from '../engine/rebalance/run-rebalance.ts';
import type { RunTerms } from '../engine/rebalance/run-terms.ts';
import { assert } from '../errors.ts';
import type { Program, Solution } from '../model/program.ts';
import type { Random } from '../ports/random.ts';
import type { Solver, SolveTerms } from '../ports/solver.ts';
import type { Dice } from './chance.ts';
import { isBusy } from './desk.ts';
import type { Host } from './host.ts';
import type { Incarnation } from './incarnation.ts';
import type { RebalanceBook } from './oracle-rebalance.ts';
import { drawTariff, slotMs, type Tariff, withTariff } from './tariff.ts';
import type { World } from './world.ts';

/** Of a world: how often a scheduler begins a run. */
export interface RebalanceOptions {
  /** Mean virtual milliseconds between two. */
  readonly everyMs: number;
  /** Share of the calls of whoever runs one in which that process dies or stands still, 0–1. */
  readonly interrupted: number;
  /** Share of the programs that the solver has no answer to, 0–1. */
  readonly unsolved: number;
}

/** Answers at once, and the same each time. */
export type Solve = (program: Program, terms: SolveTerms) => Solution;

/** The solver thinks up to so long, in milliseconds. */
const longestThoughtMs = 2000;
/** A person reads a plan for up to so long, in milliseconds. */
const longestReadMs = 20_000;
/** For all that it is asked in one run, in milliseconds. */
const withinMs = 30_000;
/** Between two runs once nothing goes wrong any more, in milliseconds. */
const afterwardsMs = 3000;

interface Run {
  readonly tariff: Tariff;
  /** Milliseconds until SIGTERM, and until the process is gone; undefined: never. */
  readonly interruptAfterMs: number | undefined;
  readonly killAfterMs: number | undefined;
  readonly deadlineMs: number | undefined;
  /** A person may have typed it, who reads the plan before they want it. */
  readonly mayBeAsked: boolean;
}

/** `isOver`: nothing goes wrong any more: prices stay as they are, and runs follow each other until they change nothing. */
export function seatRebalances(world: World, isOver: () => boolean): void {
  const { options, rebalances: book, schedule } = world;
  if (options.rebalance === undefined || book === undefined) return;
  const { interrupted, everyMs } = options.rebalance;
  const hostOf = (name: string): Host => ({ name, life: undefined, lives: 0, interrupted });
  const [one, other] = [hostOf('cron-1'), hostOf('cron-2')];
  world.desks = [...world.desks, one, other];
  const pace = world.seeds.stream('pace/rebalance');
  const dice = world.chance.dice('rebalance');
  let { tariff } = book;
  const next = (): void => {
    schedule.after(isOver() ? afterwardsMs : -Math.log(1 - pace.next()) * everyMs, () => {
      if (isOver()) {
        if (!isBusy(one) && !isBusy(other) && book.isUnsettled) runAt(world, book, one, calmRun(tariff));
        return next();
      }
      const random = dice.roll([['rebalance', 1]])?.details;
      if (random !== undefined) {
        tariff = random.next() < 0.6 ? drawTariff(options, random) : tariff;
        if (!isBusy(one)) runAt(world, book, one, drawRun(tariff, random));
        if (random.next() < 0.3 && !isBusy(other)) runAt(world, book, other, drawRun(tariff, random));
      }
      next();
    });
  };
  next();
}

function calmRun(tariff: Tariff): Run {
  return { tariff, interruptAfterMs: undefined, killAfterMs: undefined, deadlineMs: undefined, mayBeAsked: false };
}

function drawRun(tariff: Tariff, random: Random): Run {
  return {
    tariff,
    interruptAfterMs: random.next() < 0.2 ? random.next() * 20_000 : undefined,
    killAfterMs: random.next() < 0.2 ? random.next() * 20_000 : undefined,
    deadlineMs: random.next() < 0.3 ? 5000 + random.next() * 30_000 : undefined,
    mayBeAsked: true,
  };
}

/** Begins a process that rebalances as the program of a scheduler would, or now and then as that of a person who is asked. */
function runAt(world: World, book: RebalanceBook, host: Host, run: Run): void {
  const { schedule, config } = world;
  const { interruptAfterMs, killAfterMs, deadlineMs } = run;
  const { life, deps, stop } = world.enter(host, () => book.end(life, undefined), 'person');
  if (interruptAfterMs !== undefined) schedule.after(interruptAfterMs, () => life.deliver(() => stop.abort()));
  if (killAfterMs !== undefined) schedule.after(killAfterMs, () => life.kill());
  book.begin(life);
  // A stream of its own: what else is drawn stays as it is.
  const reader = world.seeds.stream(`reader/${life.name}/${life.bornAtMs}`);
  const isAsked = run.mayBeAsked && reader.next() < 0.3;
  const terms: RunTerms = {
    ...{ solver: solverOf(world, life), withinMs, reason: 'simulated', isScheduled: !isAsked, isAsked },
    runId: isAsked ? `run-${deps.clock.nowMs()}` : `slot-${Math.floor((schedule.monoMs + world.wallAheadMs) / slotMs)}`,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    approve: async (plan) => {
      book.notePlan(life, plan);
      if (isAsked) await deps.clock.sleep(reader.next() * longestReadMs, stop.signal).catch(() => undefined);
      return true;
    },
    say: (line) => book.noteSaid(life, line),
  };
  const everySite = config.sites.map(({ name }) => name);
  const over = (end: RebalanceEnd | undefined): void => {
    life.isAlive = false;
    book.end(life, end);
  };
  runRebalance({ ...deps, config: withTariff(deps.config, everySite, run.tariff) }, terms, stop.signal).then(
    over,
    // A store that fails ends it, wherever it is.
    () => over(undefined),
  );
}

/** The solver as one life of a process has it. Each question is a point at which the process may die; an answer takes its time. */
export function solverOf({ schedule, options, chance, solve, seeds }: World, life: Incarnation): Solver {
  assert(solve !== undefined, 'a world in which somebody rebalances needs a solver');
  const dice: Dice = chance.dice(`solver/${life.name}`);
  const thought = seeds.stream(`thought/${life.name}/${life.bornAtMs}`);
  return {
    solve: (program, terms) =>
      life.point((answered) => {
        const isUnsolved = dice.roll([['unsolved', options.rebalance?.unsolved ?? 0]]) !== undefined;
        const solution: Solution = isUnsolved
          ? { kind: 'unknown', message: 'nothing was found in time' }
          : solve(program, terms);
        schedule.after(thought.next() * longestThoughtMs, () => answered(solution));
      }),
    close: async () => undefined,
  };
}
