/** The shape of a list of limits: each of a signal of its own, and one of them of `errorRate`. */
import { z } from 'zod';
import { expressionExamples } from './expression.ts';
import { limitPattern } from './expression-pattern.ts';
import { type LimitUse, parseLimit } from './limit.ts';

export const limits = (use: LimitUse, description: string) =>
  z
    .array(
      z
        .string()
        .superRefine((text, context) => {
          const end = parseLimit(text, use);
          if (end.kind === 'mistake')
            context.addIssue({ code: 'custom', message: end.message, params: { hint: end.hint }, input: text });
        })
        .meta({
          description: 'signal comparator value',
          examples: [...expressionExamples[use]],
          pattern: limitPattern(use),
        }),
    )
    .min(1)
    .max(2)
    .superRefine((texts, context) => {
      const named = texts
        .map((text) => parseLimit(text, use))
        .flatMap((end) => (end.kind === 'limit' ? [end.signal] : []));
      const twice = named.findIndex((signal, index) => named.indexOf(signal) !== index);
      const hint = `such as "${expressionExamples[use][0]}"`;
      if (twice >= 0)
        context.addIssue({
          code: 'custom',
          path: [twice],
          message: `${named[twice]} has a limit already`,
          params: { hint: 'keep the one that is meant' },
          input: texts[twice],
        });
      else if (named.length === texts.length && !named.includes('errorRate'))
        context.addIssue({ code: 'custom', message: 'errorRate has no limit here', params: { hint }, input: texts });
    })
    .meta({ description });
