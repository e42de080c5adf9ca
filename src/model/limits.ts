/** Limits on signals: how one is written, and how far a signal may go before an expression says so. */
import { type Comparator, type Comparison, type Expression, type Signal, signalTable } from './expression.ts';

/** The comparison with its text, as it would be written. `value`: milliseconds, a share 0–1, or a whole number. */
export function limitOn(signal: Signal, comparator: Comparator, value: number): Comparison {
  return { kind: 'comparison', text: `${signal} ${comparator} ${written(signal, value)}`, signal, comparator, value };
}

function written(signal: Signal, value: number): string {
  const { measure } = signalTable[signal];
  if (measure === 'time') return `${value}ms`;
  return measure === 'share' ? `${Number((value * 100).toFixed(4))}%` : String(value);
}

/** All of `expressions` hold: the signal is at most this then, in its measure. Undefined: it may be anything. */
export function mostWhile(expressions: readonly Expression[], signal: Signal): number | undefined {
  return mostOf({ kind: 'all', text: '', of: expressions }, signal, true);
}

/** None of `expressions` holds: the signal is at most this then, in its measure. Undefined: it may be anything. */
export function mostUntil(expressions: readonly Expression[], signal: Signal): number | undefined {
  return mostOf({ kind: 'any', text: '', of: expressions }, signal, false);
}

const bounding: Readonly<Record<'true' | 'false', readonly Comparator[]>> = {
  true: ['<=', '<', '='],
  false: ['>=', '>', '!='],
};

/** What is true of all parts together bounds it as soon as one of them does; of one of several each must. */
function mostOf(expression: Expression, signal: Signal, holds: boolean): number | undefined {
  switch (expression.kind) {
    case 'condition':
      return undefined;
    case 'comparison': {
      const { comparator, value } = expression;
      const bounds = expression.signal === signal && bounding[`${holds}`].includes(comparator);
      return bounds && typeof value === 'number' ? value : undefined;
    }
    case 'all':
    case 'any': {
      const most = expression.of.map((each) => mostOf(each, signal, holds));
      const known = most.filter((each) => each !== undefined);
      if ((expression.kind === 'all') === holds) return known.length === 0 ? undefined : Math.min(...known);
      return known.length < most.length || known.length === 0 ? undefined : Math.max(...known);
    }
  }
}
