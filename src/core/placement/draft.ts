/** A program while it is written: columns and rows by handles. */
import type { Column, Program, Row } from '../../model/program.ts';

/** Handle of a column. */
export type ColumnAt = number;
/** What a row counts of a column: its value times the coefficient. */
export type Term = readonly [column: ColumnAt, coefficient: number];

/** A row as it is written: without a limit where none is given. */
export interface RowDraft extends Pick<Row, 'isImplied'> {
  readonly least?: number;
  readonly most?: number;
  readonly terms: readonly Term[];
}

/** Columns and rows so far. Handles are places in `program().columns`, in the order of adding. */
export interface Draft {
  column(column: Column): ColumnAt;
  /** Terms of one column are added up. */
  row(row: RowDraft): void;
  /** Rows so far. */
  rowCount(): number;
  program(): Program;
}

export function createDraft(): Draft {
  const columns: Column[] = [];
  const rows: Row[] = [];
  return {
    column: (column) => columns.push(column) - 1,
    row: ({ least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY, terms, ...rest }) => {
      const sums = new Map<ColumnAt, number>();
      for (const [column, by] of terms) sums.set(column, (sums.get(column) ?? 0) + by);
      rows.push({ ...rest, least, most, terms: [...sums].filter(([, by]) => by !== 0) });
    },
    rowCount: () => rows.length,
    program: () => ({ columns, rows }),
  };
}
