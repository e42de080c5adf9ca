/** The shape of a list of expressions: each is read here, and what is wrong with it is said where it stands. */
import { z } from 'zod';
import type { ExpressionUse } from '../model/expression.ts';
import { expressionExamples, parseExpression } from './expression.ts';
import { expressionPattern } from './expression-pattern.ts';

/** May be empty. */
export const expressions = (use: ExpressionUse, description: string) => listOf(use).meta({ description });

/** Has at least one line. */
export const limits = (use: ExpressionUse, description: string) => listOf(use).min(1).meta({ description });

const listOf = (use: ExpressionUse) =>
  z
    .array(
      z
        .string()
        .superRefine((text, context) => {
          const end = parseExpression(text, use);
          if (end.kind === 'mistake')
            context.addIssue({ code: 'custom', message: end.message, params: { hint: end.hint }, input: text });
        })
        .meta({
          description: 'signal comparator value',
          examples: [...expressionExamples[use]],
          pattern: expressionPattern(use),
        }),
    )
    .max(32);
