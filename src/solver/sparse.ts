/** A program as columns and rows of numbers, without what holds anyway: quick to change a value at a time. */
import type { Program } from '../model/program.ts';

/** Columns and rows by number: what is of a column stands at its number, and so what is of a row. */
export interface Sparse {
  readonly columns: number;
  readonly rows: number;
  readonly cost: Float64Array;
  /** Bounds of columns, those by rows of one column alone too. */
  readonly least: Float64Array;
  readonly most: Float64Array;
  readonly isWhole: Uint8Array;
  /** What a row may come to; a little more is let pass, as the last digits of floating point are nothing. */
  readonly rowLeast: Float64Array;
  readonly rowMost: Float64Array;
  /** Terms by row: those of one begin at its start, and end where the next begin. */
  readonly byRow: Terms;
  /** Terms by column. */
  readonly byColumn: Terms;
  /** Where each row stands in the program. */
  readonly places: readonly number[];
}

/** Coefficients that are not 0, group by group. */
export interface Terms {
  readonly starts: Int32Array;
  /** The column of a term by row, the row of one by column. */
  readonly others: Int32Array;
  readonly amounts: Float64Array;
}

/** What a row may be broken by, and is still kept. */
export const slightly = 1e-7;

/** Implied rows are left out, and those of one column become its bounds. */
export function createSparse({ columns, rows }: Program): Sparse {
  const places = [...rows.keys()].filter((row) => rows[row]?.isImplied !== true && (rows[row]?.terms.length ?? 0) > 1);
  const kept = places.flatMap((place) => rows[place] ?? []);
  const entries = kept.flatMap(({ terms }, row) => terms.map(([column, amount]) => ({ row, column, amount })));
  const least = Float64Array.from(columns, (column) => column.least);
  const most = Float64Array.from(columns, (column) => column.most);
  for (const row of rows) {
    const [[column, by] = [-1, 1], ...others] = row.terms;
    if (column < 0 || others.length > 0) continue;
    const ends = [row.least / by, row.most / by];
    least[column] = Math.max(least[column] ?? 0, Math.min(...ends));
    most[column] = Math.min(most[column] ?? 0, Math.max(...ends));
  }
  return {
    columns: columns.length,
    rows: kept.length,
    cost: Float64Array.from(columns, ({ cost }) => cost),
    least,
    most,
    isWhole: Uint8Array.from(columns, ({ isWhole }) => (isWhole ? 1 : 0)),
    rowLeast: Float64Array.from(kept, (row) => row.least - slightly),
    rowMost: Float64Array.from(kept, (row) => row.most + slightly),
    byRow: termsOf(
      kept.length,
      entries.map(({ row, column, amount }) => [row, column, amount]),
    ),
    byColumn: termsOf(
      columns.length,
      entries.map(({ row, column, amount }) => [column, row, amount]),
    ),
    places,
  };
}

function termsOf(groups: number, entries: readonly (readonly [group: number, other: number, amount: number])[]): Terms {
  const starts = new Int32Array(groups + 1);
  for (const [group] of entries) starts[group + 1] = (starts[group + 1] ?? 0) + 1;
  for (let group = 0; group < groups; group += 1) starts[group + 1] = (starts[group + 1] ?? 0) + (starts[group] ?? 0);
  const next = starts.slice();
  const others = new Int32Array(entries.length);
  const amounts = new Float64Array(entries.length);
  for (const [group, other, amount] of entries) {
    const at = next[group] ?? 0;
    others[at] = other;
    amounts[at] = amount;
    next[group] = at + 1;
  }
  return { starts, others, amounts };
}
