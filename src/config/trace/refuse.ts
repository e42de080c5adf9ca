/** A mistake in a trace: where it is, what is wrong, and what to write instead. */
import { GodwitError } from '../../errors.ts';

/** A file as it was given. */
export interface TraceFile {
  /** As the person wrote it. */
  readonly path: string;
  readonly text: string;
}

/** One line that is not empty, from 1. */
export interface Line {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** `file:line: what`; to be thrown. */
export function refuse({ path, line }: Pick<Line, 'path' | 'line'>, what: string, hint: string): GodwitError {
  return new GodwitError('ConfigInvalid', `${path}:${line}: ${what}`, { hint });
}

/** Lines with something on them. Throws when there is none. */
export function linesOf({ path, text }: TraceFile): readonly Line[] {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .map((each, index) => ({ path, line: index + 1, text: each.trim() }))
    .filter((each) => each.text !== '');
  if (lines.length === 0) throw refuse({ path, line: 1 }, 'the trace is empty', shapesHint);
  return lines;
}

/** `2026-11-28`, a day that there is. */
export function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** What a file may hold. */
export const shapesHint = 'godwit backtest --help lists the shapes that are read';
