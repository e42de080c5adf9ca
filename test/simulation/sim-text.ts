/** What `npm run sim` prints: while it runs, at its end, and for machines. */
import { unseen } from './mutants/mutants.ts';
import type { MutantResult } from './mutants/run-mutants.ts';
import { formatReplay } from './replay-line.ts';
import type { PointTally } from './run-points.ts';
import type { ShrunkWorld } from './shrink-world.ts';
import { cpuPaceOf, type Failure, paceOf, type Tally } from './tally.ts';

/** What was run, besides its results. */
export interface RunFacts {
  readonly faults: string;
  readonly from: number;
  readonly workers: number;
  readonly commit: string;
  readonly wallMs: number;
  readonly isInterrupted: boolean;
  /** Of each invariant that was broken, one world cut down. */
  readonly shrunk: readonly ShrunkWorld[];
  /** Undefined: not asked for. */
  readonly points: PointTally | undefined;
  readonly mutants: readonly MutantResult[] | undefined;
}

/** One line, at most 120 columns. */
export function progressLine(tally: Tally, wallMs: number): string {
  const { seeds, failovers, violations } = tally.counts;
  const [cells, pairs] = [tally.cells.cells(), tally.cells.pairs()];
  return [
    `${Math.floor(wallMs / 1000)} s`,
    `${count(seeds)} seeds`,
    `${count(failovers)} failovers`,
    `${count(paceOf(tally.counts))}/s and core`,
    `cells ${cells.covered}/${cells.total}`,
    `pairs ${pairs.covered}/${pairs.total}`,
    `${count(violations)} violations`,
  ].join('  ');
}

export function summaryText(tally: Tally, facts: RunFacts): string {
  const { counts, cells } = tally;
  const share = ({ covered, total }: { covered: number; total: number }): string =>
    `${covered} of ${total} (${((100 * covered) / total).toFixed(1)} %)`;
  const perFailover = (value: number): string => (value / counts.failovers).toFixed(1);
  const lines = [
    ...tally.failures.map((failure) => failureText(failure, facts.commit)),
    ...facts.shrunk.map((shrunk) => `${shrunkText(shrunk)}\n`),
    `seeds        ${count(counts.seeds)} from ${facts.from}, faults ${facts.faults}, ${facts.workers} threads, ${(facts.wallMs / 1000).toFixed(1)} s${facts.isInterrupted ? ', interrupted' : ''}`,
    `failovers    ${count(counts.failovers)}, ${count(paceOf(counts))} per second and core (${count(cpuPaceOf(counts))} per second of its time)`,
    `             each ${perFailover(counts.events)} events, ${perFailover(counts.steps)} steps (of ${count(counts.operations)} operations)`,
    `cells        ${share(cells.cells())}`,
    `pairs        ${share(cells.pairs())}`,
    `run again    ${count(counts.twice)} fast, ${count(counts.slowly)} slowly`,
    `violations   ${count(counts.violations)}`,
  ];
  return lines.join('\n');
}

/** One line, at most 120 columns. */
export function pointsLine({ points, singles, pairs, violations }: PointTally): string {
  return `${count(singles)} of ${count(points)} points  ${count(pairs)} pairs of crashes  ${count(violations)} violations`;
}

export function pointsText(tally: PointTally, commit: string): string {
  const failures = tally.failures.map(({ scene, line, violations }) =>
    [
      ...violations.map(({ invariant, message }) => `${invariant}  ${scene}: ${message}`),
      `  npm run sim -- --replay '${formatReplay({ ...line, commit })}'`,
      '',
    ].join('\n'),
  );
  const drills = `drill        ended at ${count(tally.drills)} of ${count(tally.drillPoints)} points: each call, by Ctrl-C and by death before, in and after it`;
  return [...failures, drills, `points       ${pointsLine(tally)}, in ${tally.scenes} scenes`].join('\n');
}

export function mutantsText(results: readonly MutantResult[]): string {
  const killed = results.filter(({ isNamed }) => isNamed);
  const invariants = new Set(killed.map(({ by }) => by?.invariant));
  return [
    ...results.filter(({ isNamed }) => !isNamed).map(mutantLine),
    `mutants      ${killed.length} of ${results.length} killed, by ${invariants.size} invariants; ${unseen.length} more that no world is known to show`,
  ].join('\n');
}

export function mutantLine({ name, isKilled, by, isNamed, seeds, ms }: MutantResult): string {
  const how =
    by === undefined
      ? `after ${seeds} worlds`
      : `${by.invariant}, seed ${by.seed}${isNamed ? '' : ' (not one it names)'}`;
  return `${isKilled ? 'killed  ' : 'SURVIVED'} ${name}  ${how}, ${(ms / 1000).toFixed(1)} s`;
}

/** Every violation of a world, and how to see it again. */
export function failureText({ options, violations }: Failure, commit: string): string {
  const each = violations.map(({ invariant, message, atMonoMs }) => {
    const at = Number.isFinite(atMonoMs) ? ` at ${(atMonoMs / 1000).toFixed(3)} s` : '';
    return `${invariant}  seed ${options.seed}${at}: ${message}`;
  });
  return [...each, `  npm run sim -- --replay '${replayOf({ options }, commit)}'`, ''].join('\n');
}

/** What is left of a world that broke something, and how to see it. */
export function shrunkText({ invariant, message, line, decisions, runs, ms, isLeast }: ShrunkWorld): string {
  const least = isLeast ? 'not one of them can be left out' : 'time was up';
  return [
    `${invariant}  seed ${line.seed} cut down to ${line.kept.length} of ${decisions} decisions (${runs} worlds, ${(ms / 1000).toFixed(1)} s; ${least}): ${message}`,
    ...line.kept.map((decision) => `  ${decision}`),
    `  npm run sim -- --replay '${formatReplay(line)}'`,
  ].join('\n');
}

export function summaryJson(tally: Tally, facts: RunFacts): Readonly<Record<string, unknown>> {
  const { counts, cells } = tally;
  const { seeds, failovers, events, steps, operations, violations, twice, slowly } = counts;
  const per = (value: number): number | null => (failovers === 0 ? null : round(value / failovers));
  const { commit, faults, from, workers, isInterrupted, mutants, points } = facts;
  return {
    ...{ commit, faults, from, workers, seeds, failovers, events, steps, operations },
    failoversPerSecondPerCore: round(paceOf(counts)),
    failoversPerCpuSecond: round(cpuPaceOf(counts)),
    eventsPerFailover: per(events),
    stepsPerFailover: per(steps),
    virtualSeconds: Math.round(counts.virtualMs / 1000),
    wallSeconds: round(facts.wallMs / 1000),
    busySeconds: round(counts.busyMs / 1000),
    runAgain: { twice, slowly },
    violations: violations + (points?.violations ?? 0),
    failures: tally.failures.map(({ options, violations: found }) => ({
      seed: options.seed,
      violations: found.map(({ invariant, message, atMonoMs }) => ({
        ...{ invariant, message, atMs: Number.isFinite(atMonoMs) ? Math.round(atMonoMs) : null },
      })),
      replay: replayOf({ options }, commit),
    })),
    shrunk: facts.shrunk.map(({ line, ...shrunk }) => ({ ...shrunk, kept: line.kept, replay: formatReplay(line) })),
    cells: cells.cells(),
    pairs: cells.pairs(),
    points:
      points === undefined
        ? null
        : {
            ...{ scenes: points.scenes, total: points.points, tried: points.singles, pairs: points.pairs },
            drills: { total: points.drillPoints, tried: points.drills },
            violations: points.violations,
          },
    mutants:
      mutants === undefined
        ? null
        : {
            ...{ killed: mutants.filter(({ isNamed }) => isNamed).length, total: mutants.length, results: mutants },
            unseen: unseen.map(({ name }) => name),
          },
    isInterrupted,
  };
}

function replayOf({ options }: Pick<Failure, 'options'>, commit: string): string {
  return formatReplay({ seed: options.seed, commit, options });
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
