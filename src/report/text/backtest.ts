/** A backtest for people: what was replayed, then one row for each way to place replicas. */
import type { Backtest } from '../../model/backtest.ts';
import { backtestAbout, backtestColumns, backtestNotes, poolName, poolWords } from '../backtest-words.ts';
import { sanitize } from './sanitize.ts';
import { mark, type Style, tint } from './style.ts';
import { type Column, table } from './table.ts';
import { cut, wrap } from './width.ts';

/** More violations are in the JSON. */
const mostViolations = 10;
const longest = { name: 40, figure: 12, line: 300 };

/** The comparison, what was replayed, and how to read it. */
export function backtestText(backtest: Backtest, { isWide }: { readonly isWide: boolean }, style: Style): string {
  const { rows, pools } = backtest;
  const columns = backtestColumns(backtest, !isWide);
  const heads = columns.map(({ head }, index): Column => {
    const isName = index === 0;
    const maxWidth = isName ? longest.name : longest.figure;
    return { title: head.toUpperCase(), align: isName ? 'left' : 'right', maxWidth, spoken: head };
  });
  const cells = rows.map((row) => columns.map(({ cell }) => sanitize(cell(row), longest.name)));
  const violations = rows.flatMap((row) => row.violations ?? []);
  const lines = (text: string): readonly string[] => wrap(sanitize(text, longest.line), style.width, 5);
  return [
    ...lines(backtestAbout(backtest)),
    ...pools.flatMap((pool) => lines(`${poolName(pool)}: ${poolWords(pool).join('; ')}`)),
    '',
    ...table(heads, cells, style),
    '',
    ...backtestNotes(backtest).flatMap(lines),
    ...violations.slice(0, mostViolations).map((each) => {
      const text = `${mark('bad', style)}VIOLATION of ${sanitize(each, longest.line)}`;
      return tint('bad', cut(text, style.width), style);
    }),
  ].join('\n');
}
