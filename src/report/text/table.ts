/** Rows in aligned columns, cut to a width: the last column gives way first. For screen readers each row is a list instead. */
import type { Style } from './style.ts';
import { cut, padEnd, padStart, widthOf } from './width.ts';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Wider cells are cut. */
  readonly maxWidth: number;
  /** The title in words, where it is an abbreviation. */
  readonly spoken?: string;
}

/** One string per row after the head. Cells must be clean and without colour; colour a whole row afterwards. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, isAccessible }: Pick<Style, 'width' | 'isAccessible'>,
): string[] {
  if (isAccessible) return lists(columns, rows);
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

/** How many there are, then each with its columns by name, whole: a screen reader has no columns to line up or cut. */
function lists(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const count = `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}:`;
  return [
    count,
    ...rows.map((row) =>
      columns
        .map(({ title, spoken }, index) => [spoken ?? title.toLowerCase(), saidAs(row[index] ?? '')] as const)
        .filter(([, cell]) => cell !== '')
        .map(([name, cell], index) => `${index === 0 ? '' : '  '}${name}: ${cell}`)
        .join('\n'),
    ),
  ];
}

/** Marks that say something only in their column, in words. */
function saidAs(cell: string): string {
  if (cell === '-') return 'none';
  if (cell === '?') return 'unknown';
  return cell.replace(/^(\d+|\?)\/(\d+)$/, (_, some: string, all: string) => `${saidAs(some)} of ${all}`);
}
