/** Text inside Markdown: what came from outside must not become a table, a link or a heading. */
import { sanitize } from '../text/sanitize.ts';

/** One line; everything Markdown acts on is escaped. */
export function mdText(text: string, maxLength = 2000): string {
  return sanitize(text, maxLength).replace(/[\\`*_{}[\]<>|#~!&@]/g, (letter) =>
    letter === '@' ? '&#64;' : `\\${letter}`,
  );
}

/** A table with its head; cells are escaped here. */
export function mdTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => mdText(cell)).join(' | ')} |`;
  return [line(head), `| ${head.map(() => '---').join(' | ')} |`, ...rows.map(line)].join('\n');
}
