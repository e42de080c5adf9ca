/** A few blocks filled together, the others standing still: a program of its own. */
import type { Highs } from 'highs';
import type { Column, Row } from '../model/program.ts';
import { type Apart, type Pattern, patternOf } from './apart.ts';
import { solveWhole } from './solve.ts';

export interface Fill {
  readonly members: readonly number[];
  /** As they are filled now. */
  readonly current: readonly Pattern[];
  /** Of each link, without the members; less than nothing where the others take too much. */
  readonly left: readonly number[];
  /** Of a unit that is taken beyond what is left. */
  readonly overCost: number;
  readonly withinMs: number;
}

/** Better patterns for the members, in their order; undefined: none was found. */
export function fillTogether(highs: Highs, { blocks }: Apart, fill: Fill): readonly Pattern[] | undefined {
  const { members, current, left, overCost, withinMs } = fill;
  const columns: Column[] = [];
  const rows: Row[] = [];
  const start: number[] = [];
  const terms = new Map<number, [number, number][]>();
  for (const [at, member] of members.entries()) {
    const block = blocks[member];
    if (block === undefined) continue;
    const first = columns.length;
    rows.push(
      ...block.rows.map((row) => ({ ...row, terms: row.terms.map(([column, by]) => [first + column, by] as const) })),
    );
    for (const [column, takes] of block.takes.entries())
      for (const { link, amount } of takes) terms.set(link, [...(terms.get(link) ?? []), [first + column, amount]]);
    columns.push(...block.columns);
    start.push(...(current[at]?.values ?? []));
  }
  for (const [link, taken] of terms) {
    const over = taken.reduce((sum, [column, amount]) => sum + amount * (start[column] ?? 0), -(left[link] ?? 0));
    rows.push({ least: Number.NEGATIVE_INFINITY, most: left[link] ?? 0, terms: [...taken, [columns.length, -1]] });
    columns.push({ cost: overCost, least: 0, most: Number.POSITIVE_INFINITY, isWhole: false });
    start.push(Math.max(0, over));
  }
  const solution = solveWhole(highs, { columns, rows }, { gap: 1e-4, withinMs, start });
  if (solution.kind !== 'solved') return undefined;
  let next = 0;
  return members.flatMap((member) => {
    const block = blocks[member];
    if (block === undefined) return [];
    const values = solution.values.slice(next, next + block.columns.length);
    next += block.columns.length;
    return [patternOf(block, values)];
  });
}
