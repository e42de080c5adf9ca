/** Turns a list of texts into the expressions that they are. */
import { assert } from '../errors.ts';
import type { Expression, ExpressionUse } from '../model/expression.ts';
import { parseExpression } from './expression.ts';
import type { Part } from './part.ts';

/** Each was read before, by the schema. */
export function expressionsOf(given: Part, use: ExpressionUse): readonly Expression[] {
  return given.texts.map((text) => {
    const end = parseExpression(text, use);
    assert(end.kind === 'expression', 'the schema lets only expressions through');
    return end.expression;
  });
}
