/** What an expression makes of what was measured. A missing value is `unknown`, never yes and never no. */
import type { Comparator, Comparison, Expression, NamedCondition } from '../model/expression.ts';
import type { Answer } from '../model/outcome.ts';

export interface Judgement {
  readonly holds: Answer;
  /** In the signal's measure; of a moment's signal the worst one; undefined: not measured, or there is no one value. */
  readonly measured: number | string | undefined;
}

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

/** Of one value. */
export function judgeMeasured({ comparator, value }: Comparison, measured: number | string | undefined): Judgement {
  if (measured === undefined) return unknown;
  return { holds: compares(measured, comparator, value) ? 'yes' : 'no', measured };
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
