/** Rows in aligned columns, cut to a width: the last column gives way first. */
import { cut, padEnd, padStart, widthOf } from './width.ts';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Wider cells are cut. */
  readonly maxWidth: number;
}

/** Cells must be clean and without colour; colour a whole line afterwards. At least the header line. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const lines = [columns.map((column) => column.title), ...rows];
  const widths = columns.map((column, index) =>
    Math.min(column.maxWidth, Math.max(...lines.map((line) => widthOf(line[index] ?? '')))),
  );
  return lines.map((line) => {
    const cells = columns.map((column, index) => {
      const most = widths[index] ?? 0;
      const cell = cut(line[index] ?? '', most);
      return column.align === 'right' ? padStart(cell, most) : padEnd(cell, most);
    });
    return cut(cells.join('  ').trimEnd(), width);
  });
}
