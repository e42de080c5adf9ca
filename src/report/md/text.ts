/** Text inside Markdown: what came from outside must not become a table, a link or a heading. */
import { sanitize } from '../text/sanitize.ts';

/** One line; everything Markdown acts on is escaped, also bare addresses, of which GitHub and others make links. */
export function mdText(text: string, maxLength?: number): string {
  return mdOwnText(text, maxLength)
    .replaceAll('://', '&#58;//')
    .replace(/\b(www)\./gi, '$1&#46;');
}

/** The same of a text of ours, whose addresses are meant as links. */
export function mdOwnText(text: string, maxLength = 2000): string {
  return sanitize(text, maxLength).replace(/[\\`*_{}[\]<>|#~!&@]/g, (letter) =>
    letter === '@' ? '&#64;' : `\\${letter}`,
  );
}

/** A table with its head; cells are escaped here, by `of`. */
export function mdTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  of: (text: string) => string = mdText,
): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => of(cell)).join(' | ')} |`;
  return [line(head), `| ${head.map(() => '---').join(' | ')} |`, ...rows.map(line)].join('\n');
}
