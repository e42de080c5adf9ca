/**
 * Solves a program in one piece, and spends what time is left on some blocks of it at a time, the others standing still (large
 * neighbourhood search, Shaw 1998): HiGHS betters a solution of a few blocks far sooner than one of all. Between such turns it is
 * annealed as a whole, since some changes need a little of many blocks.
 */
import type { Highs } from 'highs';
import type { Column, Program, Row, Solution } from '../model/program.ts';
import type { SolveTerms } from '../ports/solver.ts';
import { createAnnealing } from './annealing.ts';
import type { Apart } from './apart.ts';
import { solveWhole } from './solve.ts';

/** Of the time: so long the program is solved in one piece; the bound rises little after that. */
const wholeShare = 0.3;
/** With less than this left of the gap, the proof is near: it goes on in one piece. */
const nearGap = 0.005;
/** Blocks that are filled together: at first, and at least. One more when that was solved, one less when it came to nothing. */
const firstTogether = 5;
const leastTogether = 4;
/** Of the time, for each turn; and how well it is solved. */
const turnShare = 0.05;
const turnGap = 0.001;
/** Of the time: so much lies between two annealings, and so long one takes. */
const annealEvery = 0.2;
const annealShare = 0.05;
/** A link is scarce when less of it is left than this share. */
const scarceShare = 0.1;

type Solved = Extract<Solution, { kind: 'solved' }>;

/** Blocks until it is solved, or the time is over. `nowMs`: a monotonic clock. */
export function solveAndRefill(
  highs: Highs,
  { program, apart }: { readonly program: Program; readonly apart: Apart },
  terms: SolveTerms,
  nowMs: () => number,
): Solution {
  if (apart.blocks.length <= firstTogether) return solveWhole(highs, program, terms);
  const fromMs = nowMs();
  const leftMs = (): number => fromMs + terms.withinMs - nowMs();
  const first = solveWhole(highs, program, { ...terms, withinMs: wholeShare * terms.withinMs });
  if (first.kind === 'infeasible' || (first.kind === 'solved' && isWithin(first, terms.gap))) return first;
  if (first.kind === 'solved' && !isWithin(first, nearGap))
    return refill(highs, { program, apart, first, terms, leftMs });
  const start = first.kind === 'solved' ? { start: first.values } : {};
  const second = solveWhole(highs, program, { ...terms, ...start, withinMs: leftMs() });
  if (first.kind !== 'solved' || second.kind === 'infeasible') return second;
  const better = second.kind === 'solved' && second.cost < first.cost ? second : first;
  const bound = Math.max(first.bound, second.kind === 'solved' ? second.bound : first.bound);
  return { ...better, bound: Math.min(better.cost, bound) };
}

function isWithin({ cost, bound }: Solved, gap: number): boolean {
  return cost - bound <= gap * Math.abs(cost);
}

interface RefillTerms {
  readonly program: Program;
  readonly apart: Apart;
  readonly first: Solved;
  readonly terms: SolveTerms;
  readonly leftMs: () => number;
}

function refill(highs: Highs, refillTerms: RefillTerms): Solved {
  const { program, first, terms, leftMs } = refillTerms;
  const turn = createTurn(highs, refillTerms);
  const annealed = createAnnealing(highs, refillTerms, { forMs: annealShare * terms.withinMs, leftMs });
  let best = first;
  let annealAtMs = leftMs() - annealEvery * terms.withinMs;
  while (!isWithin(best, terms.gap) && leftMs() > 0) {
    const isAnnealed = leftMs() <= annealAtMs;
    if (isAnnealed) annealAtMs = leftMs() - annealEvery * terms.withinMs;
    const values = isAnnealed ? annealed(best.values) : turn(best.values);
    const cost = costOf(program, values);
    if (cost < best.cost) best = { kind: 'solved', values, cost, bound: Math.min(cost, best.bound) };
  }
  return best;
}

/** Fills some blocks anew: never dearer. */
function createTurn(
  highs: Highs,
  { apart, terms, leftMs }: RefillTerms,
): (best: readonly number[]) => readonly number[] {
  const turns = createTurns(apart);
  let together = firstTogether;
  return (best) => {
    const members = turns.next(best, together);
    const { program, places } = programOf(apart, members, best);
    const current = places.map((place) => best[place] ?? 0);
    const withinMs = Math.min(leftMs(), turnShare * terms.withinMs);
    const found = solveWhole(highs, program, { gap: turnGap, withinMs, start: current });
    if (found.kind !== 'solved') return best;
    const saved = costOf(program, current) - found.cost;
    if (isWithin(found, turnGap)) together = Math.min(apart.blocks.length, together + 1);
    else if (saved <= 0) together = Math.max(leastTogether, together - 1);
    if (saved <= 0) return best;
    const values = [...best];
    for (const [at, place] of places.entries()) values[place] = found.values[at] ?? 0;
    return values;
  };
}

function costOf({ columns }: Program, values: readonly number[]): number {
  return columns.reduce((sum, { cost }, at) => sum + cost * (values[at] ?? 0), 0);
}

/** Whose turn it is: the block that had the fewest, and others that want the same scarce links, rather those that had few. */
function createTurns({ blocks, links }: Apart) {
  const had = blocks.map(() => 0);
  const met = blocks.map(() => blocks.map(() => 0));
  const wants = blocks.map(({ takes }) => new Set(takes.flatMap((each) => each.map(({ link }) => link))));
  return {
    next(values: readonly number[], together: number): readonly number[] {
      const taken = takenOf(blocks, values, links.length);
      const scarce = links.map(({ room }, link) => room - (taken[link] ?? 0) < scarceShare * Math.abs(room));
      const seed = had.indexOf(Math.min(...had));
      const worthOf = (other: number): number => {
        const both = [...(wants[seed] ?? [])].filter((link) => scarce[link] && wants[other]?.has(link));
        return (0.1 + both.length) / (1 + (met[seed]?.[other] ?? 0) + (had[other] ?? 0));
      };
      const near = [...blocks.keys()]
        .filter((block) => block !== seed)
        .map((other) => ({ other, worth: worthOf(other) }))
        .sort((one, other) => other.worth - one.worth)
        .slice(0, together - 1)
        .map(({ other }) => other);
      const row = met[seed] ?? [];
      for (const other of near) row[other] = (row[other] ?? 0) + 1;
      for (const member of [seed, ...near]) had[member] = (had[member] ?? 0) + 1;
      return [seed, ...near];
    },
  };
}

function takenOf(blocks: Apart['blocks'], values: readonly number[], links: number): readonly number[] {
  const taken = new Array<number>(links).fill(0);
  for (const { takes, places } of blocks)
    for (const [at, each] of takes.entries())
      for (const { link, amount } of each) taken[link] = (taken[link] ?? 0) + amount * (values[places[at] ?? -1] ?? 0);
  return taken;
}

/** These blocks, with the room that the others leave; and where its columns stand in the whole program. */
function programOf(
  { blocks, links }: Apart,
  members: readonly number[],
  values: readonly number[],
): { readonly program: Program; readonly places: readonly number[] } {
  const own = members.flatMap((member) => blocks[member] ?? []);
  const others = blocks.filter((block) => !own.includes(block));
  const taken = takenOf(others, values, links.length);
  const columns: Column[] = [];
  const rows: Row[] = [];
  const shared = new Map<number, [column: number, amount: number][]>();
  for (const block of own) {
    const from = columns.length;
    columns.push(...block.columns);
    for (const row of block.rows)
      rows.push({ ...row, terms: row.terms.map(([column, by]) => [from + column, by] as const) });
    for (const [at, each] of block.takes.entries())
      for (const { link, amount } of each) {
        const terms = shared.get(link) ?? [];
        shared.set(link, terms);
        terms.push([from + at, amount]);
      }
  }
  for (const [link, terms] of shared) {
    const most = (links[link]?.room ?? 0) - (taken[link] ?? 0);
    rows.push({ least: Number.NEGATIVE_INFINITY, most, terms });
  }
  return { program: { columns, rows }, places: own.flatMap(({ places }) => places) };
}
