/** Figures of a benchmark: medians over runs, ratios between sides, and what they mean against a target. */

export type Verdict = 'met' | 'missed' | 'inconclusive';

/** One line of the result: a figure that was measured, and the limit it was held against. */
export interface Row {
  readonly part: string;
  readonly what: string;
  readonly godwit: number;
  /** The peer in the same run; undefined where there is none to hold it against. */
  readonly peer: number | undefined;
  /** godwit / peer, or the figure itself where the target is absolute. */
  readonly value: number;
  readonly target: string;
  /** Undefined where nothing is demanded of the figure. */
  readonly verdict: Verdict | undefined;
  /** What the medians were made of, run by run in the order measured; NaN and undefined become null in the file. */
  readonly raw?: Readonly<Record<string, readonly number[]>>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Nearest rank; `share` 0–1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

/** A figure that is not a number was not measured, and is never a success. */
export function judge(value: number, isMet: (value: number) => boolean, isConclusive = true): Verdict {
  if (!isConclusive || Number.isNaN(value)) return 'inconclusive';
  return isMet(value) ? 'met' : 'missed';
}

export function renderTable(rows: readonly Row[]): string {
  const cells = rows.map(({ part, what, godwit, peer, value, target, verdict }) => [
    part,
    what,
    short(godwit),
    peer === undefined ? '-' : short(peer),
    short(value),
    target,
    verdict ?? '-',
  ]);
  const head = ['part', 'figure', 'godwit', 'peer', 'ratio', 'target', 'verdict'];
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  return [head, ...cells]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function short(value: number): string {
  if (Number.isNaN(value)) return 'not seen';
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
