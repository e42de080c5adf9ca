/** Takes a program apart: blocks that know nothing of each other, and the few rows in which they meet. */
import type { Column, Program, Row } from '../model/program.ts';

/** Columns whose rows are their own, but for the links they take from: a deployment, say. */
export interface Block {
  readonly columns: readonly Column[];
  /** Of each column: where it stands in the whole program. */
  readonly places: readonly number[];
  /** Rows of this block alone; by its own columns. */
  readonly rows: readonly Row[];
  /** What each column takes of the links. */
  readonly takes: readonly (readonly { readonly link: number; readonly amount: number }[])[];
}

/** A program in pieces. Every column is in one block; every row is one block’s own, or one link, or two. */
export interface Apart {
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
}

/** One limit of a row in which blocks meet. */
export interface Link {
  /** What all blocks together may take of it at most. */
  readonly room: number;
  /** The row it stands for, and -1 for the lower limit of it: what is taken is then counted the other way round. */
  readonly row: number;
  readonly sign: 1 | -1;
}

/** Undefined: it is in one piece. */
export function takeApart({ columns, rows }: Program): Apart | undefined {
  if (columns.some(({ block }) => block === undefined)) return undefined;
  const blocks = Array.from({ length: Math.max(0, ...columns.map(({ block = 0 }) => block)) + 1 }, createBlock);
  const local = columns.map((column, place) => blocks[column.block ?? 0]?.add(column, place) ?? 0);
  const links: Link[] = [];
  for (const [at, row] of rows.entries()) {
    const [first, ...others] = new Set(row.terms.map(([column]) => columns[column]?.block ?? 0));
    if (first !== undefined && others.length === 0) {
      blocks[first]?.rows.push({ ...row, terms: row.terms.map(([column, by]) => [local[column] ?? 0, by]) });
      continue;
    }
    // A link is always an upper limit: a lower one is that of the opposite.
    for (const [most, sign] of [
      [row.most, 1],
      [-row.least, -1],
    ] as const) {
      if (most === Number.POSITIVE_INFINITY) continue;
      for (const [column, by] of row.terms)
        blocks[columns[column]?.block ?? 0]?.takes[local[column] ?? 0]?.push({ link: links.length, amount: sign * by });
      links.push({ room: most, row: at, sign });
    }
  }
  return { blocks: blocks.filter(({ columns: { length } }) => length > 0), links };
}

function createBlock() {
  const columns: Column[] = [];
  const places: number[] = [];
  const rows: Row[] = [];
  const takes: { link: number; amount: number }[][] = [];
  return {
    columns,
    places,
    rows,
    takes,
    /** Where it stands in the block. */
    add(column: Column, place: number): number {
      columns.push(column);
      places.push(place);
      takes.push([]);
      return columns.length - 1;
    },
  };
}

/** One way to fill a block. */
export interface Pattern {
  readonly values: readonly number[];
  readonly cost: number;
  /** What it takes of the links; those it leaves alone are absent. */
  readonly takes: ReadonlyMap<number, number>;
}

/** With what it costs and takes. */
export function patternOf({ columns, takes }: Block, values: readonly number[]): Pattern {
  const taken = new Map<number, number>();
  let cost = 0;
  for (const [index, value] of values.entries()) {
    if (value === 0) continue;
    cost += value * (columns[index]?.cost ?? 0);
    for (const { link, amount } of takes[index] ?? []) taken.set(link, (taken.get(link) ?? 0) + amount * value);
  }
  return { values, cost, takes: taken };
}

/** What is compared, beside the last digits of floating point. */
const tiny = 1e-6;

/** Whether these values are within the bounds and rows of the block, and whole where they must be. */
export function isFilling({ columns, rows }: Block, values: readonly number[]): boolean {
  const isWithin = (value: number, { least, most }: { readonly least: number; readonly most: number }): boolean =>
    value >= least - tiny && value <= most + tiny;
  return (
    columns.every((column, index) => {
      const value = values[index] ?? 0;
      return isWithin(value, column) && (!column.isWhole || Number.isInteger(value));
    }) &&
    rows.every((row) =>
      isWithin(
        row.terms.reduce((sum, [column, by]) => sum + by * (values[column] ?? 0), 0),
        row,
      ),
    )
  );
}

/** Of each block its pattern, in their order; undefined: the values are no filling of it. Those are of the whole program. */
export function patternsIn({ blocks }: Apart, values: readonly number[]): readonly (Pattern | undefined)[] {
  return blocks.map((block) => {
    const own = block.places.map((place) => values[place] ?? 0);
    return isFilling(block, own) ? patternOf(block, own) : undefined;
  });
}

/** One for each block, and together within the room. */
export function areWithin({ blocks, links }: Apart, patterns: readonly (Pattern | undefined)[]): boolean {
  if (patterns.length < blocks.length || patterns.includes(undefined)) return false;
  const taken = links.map((_, link) => patterns.reduce((sum, pattern) => sum + (pattern?.takes.get(link) ?? 0), 0));
  return links.every(({ room }, link) => (taken[link] ?? 0) <= room + tiny);
}
