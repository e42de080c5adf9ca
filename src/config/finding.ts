/** One mistake in a configuration: where it is, what is wrong, what was meant. */

export interface Finding {
  readonly severity: 'error' | 'warning';
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** One past the last column to mark. */
  readonly endColumn: number;
  /** Where in the configuration, such as `deployments.chat.model`. */
  readonly path: string;
  readonly message: string;
  /** What to write instead, or the nearest known names. */
  readonly hint: string | undefined;
}

const longestLine = 160;

/** `file:line:column: error: message` with the lines around it, as an editor's problem matcher reads it. */
export function renderFindings(findings: readonly Finding[], text: string, file: string): string {
  const lines = text.split(/\r?\n/);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const blocks = findings.map((finding) => renderOne(finding, lines, file));
  const total = `${errors} ${errors === 1 ? 'error' : 'errors'}; nothing was contacted.`;
  return [...blocks, ...(errors > 0 ? [total] : [])].join('\n');
}

function renderOne(
  { severity, line, column, endColumn, message, hint }: Finding,
  lines: readonly string[],
  file: string,
): string {
  const width = String(line).length;
  const row = (number: number, mark: string): string =>
    `${mark} ${String(number).padStart(width)} | ${clean(lines[number - 1] ?? '')}`;
  const shown = clean(lines[line - 1] ?? '');
  const marked = Math.max(1, Math.min(endColumn, shown.length + 1) - column);
  return [
    `${file}:${line}:${column}: ${severity}: ${clean(message)}`,
    ...(line > 1 ? [row(line - 1, ' ')] : []),
    row(line, '>'),
    `  ${' '.repeat(width)} | ${' '.repeat(Math.max(0, Math.min(column, longestLine) - 1))}${'^'.repeat(Math.min(marked, longestLine))}${hint === undefined ? '' : ` ${clean(hint)}`}`,
  ].join('\n');
}

/** A configuration may come from anywhere: no control character of it reaches a terminal. */
export function clean(text: string): string {
  return text
    .replaceAll('\t', ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\ufffd')
    .slice(0, longestLine);
}
