/** The shape of `drills`: which failures are rehearsed, and what is claimed to hold meanwhile. */
import { z } from 'zod';
import { faultKinds } from '../model/fault.ts';
import { claimExamples, claimPattern, parseClaim } from './claim.ts';
import { name } from './fields.ts';
import { duration, parseShare, share } from './units.ts';

const longest = '1h';
/** Shorter ones could begin and end between two looks. */
const shortestMs = 5000;
/** Also the most that a driver remembers of faults that ended. */
const maxFaults = 16;

const fault = z
  .strictObject({
    at: duration('When it begins, counted from the beginning of the drill', 0, longest).optional(),
    type: z.enum(faultKinds).meta({
      description: 'blackhole: what is sent to the site never arrives, and nothing comes back',
    }),
    site: z.string().meta({ description: 'The site it hits; one of the deployment’s' }),
    share: share('Share of the requests to the site that it hits', true)
      .refine((text) => (parseShare(text) ?? 0) >= 1, { error: 'must be at least 1%' })
      .optional(),
    for: duration('How long it lasts', shortestMs, longest),
  })
  .meta({ description: 'One failure, which ends by itself' });

const claim = z
  .string()
  .superRefine((text, context) => {
    const end = parseClaim(text);
    if (end.kind === 'mistake')
      context.addIssue({ code: 'custom', message: end.message, params: { hint: end.hint }, input: text });
  })
  .meta({ description: 'What must hold: signal <= value', pattern: claimPattern, examples: [...claimExamples] });

const drill = z
  .strictObject({
    title: z.string().min(1).optional().meta({ description: 'What is rehearsed, in one line' }),
    deployment: z.string().meta({ description: 'Whose traffic is hit' }),
    fault: z
      .array(fault)
      .min(1, 'a drill needs at least one fault')
      .max(maxFaults, `a drill has at most ${maxFaults} faults`)
      .meta({ description: 'What fails, and when' }),
    hypothesis: z
      .array(claim)
      .optional()
      .meta({ description: 'Claims that the drill proves or refutes; none: it only measures' }),
  })
  .meta({ description: 'A rehearsed failure' });

/** By name. */
export const drillsSchema = z.record(name, drill).meta({ description: 'Rehearsed failures, each undone at its end' });
