/** What an expression makes of what was measured. A missing value is `unknown`, never yes and never no. */
import type { Comparator, Comparison, Expression, NamedCondition, Signal } from '../model/expression.ts';
import type { Answer } from '../model/outcome.ts';

/** Yes, no or unknown, with the value that decided it. */
export interface Judgement {
  readonly holds: Answer;
  /** In the signal's measure; of a moment's signal the worst one; undefined: not measured, or there is no one value. */
  readonly measured: number | string | undefined;
}

/** What was measured, by signal, in its measure; absent or undefined: not measured. */
export type Values = Readonly<Partial<Record<Signal, number | undefined>>>;

/** Of nothing that was measured. */
export const unknown: Judgement = { holds: 'unknown', measured: undefined };

/** Of its parts, each by `compare` or `hold`: the part that decides is the one whose value is told. */
export function judge(
  expression: Expression,
  compare: (comparison: Comparison) => Judgement,
  hold: (condition: NamedCondition) => Judgement = () => unknown,
): Judgement {
  switch (expression.kind) {
    case 'comparison':
      return compare(expression);
    case 'condition':
      return hold(expression.condition);
    case 'all':
    case 'any': {
      const [decisive, other] = expression.kind === 'all' ? (['no', 'yes'] as const) : (['yes', 'no'] as const);
      const parts = expression.of.map((each) => judge(each, compare, hold));
      const found = parts.find(({ holds }) => holds === decisive) ?? parts.find(({ holds }) => holds === 'unknown');
      return { holds: found?.holds ?? other, measured: found?.measured };
    }
  }
}

/** Of values that were all measured together. */
export function judgeValues(expression: Expression, values: Values): Judgement {
  return judge(expression, (comparison) => judgeMeasured(comparison, values[comparison.signal]));
}

/** Of one value. */
export function judgeMeasured({ comparator, value }: Comparison, measured: number | string | undefined): Judgement {
  if (measured === undefined) return unknown;
  return { holds: compares(measured, comparator, value) ? 'yes' : 'no', measured };
}

/** Whether any part of it is about one of them. */
export function isAbout(expression: Expression, signals: readonly Signal[]): boolean {
  if (expression.kind === 'comparison') return signals.includes(expression.signal);
  return expression.kind !== 'condition' && expression.of.some((each) => isAbout(each, signals));
}

/** As the comparator says; of words only `=` and `!=` are asked. */
export function compares(measured: number | string, comparator: Comparator, value: number | string): boolean {
  switch (comparator) {
    case '<=':
      return measured <= value;
    case '<':
      return measured < value;
    case '>=':
      return measured >= value;
    case '>':
      return measured > value;
    case '=':
      return measured === value;
    case '!=':
      return measured !== value;
  }
}
