/** The master program (Dantzig and Wolfe 1960): one of the patterns found so far for each block, within the room of the links. */
import type { Highs } from 'highs';
import type { Column, Program, Row } from '../model/program.ts';
import type { Pattern } from './apart.ts';
import { createHighsModel, secondsOf, solutionOf } from './highs-model.ts';

/** Patterns to choose from, block by block; none twice. */
export type Patterns = readonly (readonly Pattern[])[];

/** Shadow prices are kept near these: the first masters know too few patterns to be believed (du Merle and others 1999). */
export interface Box {
  readonly center: readonly number[];
  /** How far a price may be from its center, as a share of it. */
  readonly width: number;
  /** A usual price: those of nothing may rise too. */
  readonly usual: number;
}

/** What the master says when a block may be filled by parts of several patterns. */
export interface Relaxed {
  /** Of each link. */
  readonly prices: readonly number[];
  readonly cost: number;
  /** Of each pattern, 0–1: how much of it is chosen. */
  readonly shares: readonly (readonly number[])[];
}

/** Prices of the links by the relaxed master, and what it costs; undefined when HiGHS gives none in time. `room`: of each link. */
export function priceLinks(
  highs: Highs,
  patterns: Patterns,
  room: readonly number[],
  box: Box & { readonly withinMs: number },
): Relaxed | undefined {
  const { program, rowOf } = programOf(patterns, room, (link) => {
    const price = box.center[link] ?? 0;
    return { over: price * (1 + box.width) + (box.width * box.usual) / 2, under: price * (1 - box.width) };
  });
  const model = createHighsModel(highs, program, true);
  try {
    model.options.set({ time_limit: secondsOf(box.withinMs) });
    model.run();
    if (model.getModelStatus() !== highs.constants.modelStatus.optimal) return undefined;
    const { rowDual, colValue } = model.getSolution();
    const prices = room.map((_, link) => Math.max(0, -(rowDual[rowOf.get(link) ?? -1] ?? 0)));
    let column = 0;
    const shares = patterns.map((each) => each.map(() => colValue[column++] ?? 0));
    return { prices, cost: model.getObjectiveValue(), shares };
  } finally {
    model.dispose();
  }
}

/** What whole patterns are chosen within: room, milliseconds, and the gap that is good enough, 0–1. */
export interface Choice {
  /** Of each link. */
  readonly room: readonly number[];
  /** Of a unit that is taken beyond the room. */
  readonly overCost: number;
  readonly withinMs: number;
  readonly gap: number;
  /** A choice to begin with: of each block one of its patterns. */
  readonly start?: readonly Pattern[] | undefined;
}

/** The best choice of whole patterns; undefined: none in time. */
export function choosePatterns(
  highs: Highs,
  patterns: Patterns,
  { room, overCost, withinMs, gap, start }: Choice,
): readonly Pattern[] | undefined {
  const { program, rowOf } = programOf(patterns, room, () => ({ over: overCost, under: 0 }));
  const model = createHighsModel(highs, program);
  try {
    model.options.set({ time_limit: secondsOf(withinMs), mip_rel_gap: gap });
    if (start !== undefined)
      model.setSolution({ colValue: Float64Array.from(valuesOf(start, patterns, { room, rowOf })) });
    model.run();
    const solution = solutionOf(highs, model, program);
    if (solution.kind !== 'solved') return undefined;
    let column = 0;
    return patterns.flatMap((each) => each.filter(() => (solution.values[column++] ?? 0) > 0.5));
  } finally {
    model.dispose();
  }
}

/** The first columns are the patterns; the others, one for each link that is taken, what is taken beyond its room. */
function valuesOf(
  start: readonly Pattern[],
  patterns: Patterns,
  { room, rowOf }: { readonly room: readonly number[]; readonly rowOf: ReadonlyMap<number, number> },
): readonly number[] {
  const taken = new Map<number, number>();
  for (const { takes } of start) for (const [link, amount] of takes) taken.set(link, (taken.get(link) ?? 0) + amount);
  const chosen = patterns.flatMap((each, block) => each.map((pattern) => (pattern === start[block] ? 1 : 0)));
  return [...chosen, ...[...rowOf.keys()].map((link) => Math.max(0, (taken.get(link) ?? 0) - (room[link] ?? 0)))];
}

/** First the patterns, then of each link what is taken beyond its room, and what of it is left over for a reward. */
function programOf(
  patterns: Patterns,
  room: readonly number[],
  costs: (link: number) => { readonly over: number; readonly under: number },
): { readonly program: Program; readonly rowOf: ReadonlyMap<number, number> } {
  const columns: Column[] = [];
  const taken = new Map<number, [number, number][]>();
  const rows: Row[] = patterns.map((each) => {
    const terms = each.map(({ cost, takes }): [number, number] => {
      for (const [link, amount] of takes) {
        const known = taken.get(link);
        if (known === undefined) taken.set(link, [[columns.length, amount]]);
        else known.push([columns.length, amount]);
      }
      columns.push({ cost, least: 0, most: 1, isWhole: true });
      return [columns.length - 1, 1];
    });
    return { least: 1, most: 1, terms };
  });
  const rowOf = new Map<number, number>();
  for (const [link, terms] of taken) {
    const { over, under } = costs(link);
    terms.push([columns.length, -1]);
    columns.push({ cost: over, least: 0, most: Number.POSITIVE_INFINITY, isWhole: false });
    if (under > 0) {
      terms.push([columns.length, 1]);
      columns.push({ cost: -under, least: 0, most: Number.POSITIVE_INFINITY, isWhole: false });
    }
    rowOf.set(link, rows.length);
    rows.push({ least: Number.NEGATIVE_INFINITY, most: room[link] ?? 0, terms });
  }
  return { program: { columns, rows }, rowOf };
}
