/** The shape of `failover` and `drain`: both with a deployment, and once for all. */
import { z } from 'zod';
import { limits } from './expression-schema.ts';
import { count } from './fields.ts';
import { duration, instant, share } from './units.ts';

const detector = z
  .strictObject({
    evaluateEvery: duration('How often the loop looks and decides', 50).optional(),
    failures: count('Bad answers in a row that make a replica bad', 1, 100).optional(),
    successes: count('Good answers in a row that make it good again', 1, 100).optional(),
    window: duration('Window of the ratio detector').optional(),
    badShare: share('Share of bad answers in the window that makes a replica bad').optional(),
    minimumSamples: count('Fewer answers in the window say nothing', 1, 1000).optional(),
    slowPhi: z
      .number()
      .positive()
      .optional()
      .meta({ description: 'Improbability (phi) of a first-token time that counts as slow' }),
    failAfter: duration('How long a site must be bad before automation acts', 0).optional(),
    staleAfter: duration('Older observations are no evidence').optional(),
    quorum: count('Vantages that must agree when there is more than one', 1, 100).optional(),
    unhealthyWhen: limits(
      'detector',
      'What users’ own requests at a site show, in the gateway’s window, when it is bad: any one is enough, and alone none moves traffic. About errors: bad; about times alone: slow',
    ).optional(),
    trafficMinimum: count('Fewer requests in the window say nothing', 1, 100_000).optional(),
  })
  .meta({ description: 'When a replica or site counts as bad' });

const freeze = z
  .strictObject({
    from: instant('When it begins'),
    until: instant('When it ends'),
    reason: z.string().min(1).meta({ description: 'Shown to whoever is held back' }),
    allow: z
      .array(z.enum(['emergency']))
      .optional()
      .meta({ description: 'What may be done all the same; emergency: a failover. Default: that' }),
  })
  .meta({ description: 'A time in which nothing is changed' });

const safety = z
  .strictObject({
    brake: share('More than this share of sites bad together: nothing moves').optional(),
    coolDown: duration('Least time between automatic failovers', 0).optional(),
    maxPerDay: count('Automatic failovers in 24 hours', 1, 1000).optional(),
    dwell: duration('Least time traffic stays where a move put it', 0).optional(),
    minReady: share('Share of the proven ready capacity that a planned removal must leave').optional(),
    headroom: share('What a rated site must be able to serve beyond its load, as a share of it').optional(),
    removalWindow: duration('Sites are emptied one at a time within this; 0s: no such limit', 0).optional(),
    vendorShare: z
      .record(z.string().min(1), share('Most of the traffic this vendor may serve'))
      .optional()
      .meta({ description: 'Most of the traffic that each vendor may serve' }),
    maxUsdPerHour: z
      .number()
      .positive('must be more than 0')
      .optional()
      .meta({ description: 'Most that the deployment’s replicas may cost together, USD an hour' }),
    freeze: z.array(freeze).optional().meta({ description: 'When nothing is to be changed' }),
  })
  .meta({ description: 'What holds moves back' });

const manual = z
  .strictObject({
    defaultExpiry: duration('How long traffic stays moved when nobody says for how long').optional(),
    maxExpiry: duration('The longest anybody may say').optional(),
    warnBefore: duration('How long before the end it is announced', 0).optional(),
    requireReason: z.boolean().optional().meta({ description: 'Every change by hand needs a reason (--reason)' }),
  })
  .meta({ description: 'What holds for moves by hand' });

/** When traffic leaves a site, how, and what forbids it. */
export const failover = z
  .strictObject({
    mode: z
      .enum(['off', 'advise', 'auto'])
      .optional()
      .meta({ description: 'off: look only · advise: say what would be done · auto: do it' }),
    detector: detector.optional(),
    proof: z
      .strictObject({
        completions: count('Good completions in a row that prove a replica', 1, 100).optional(),
        maxAge: duration('A proof older than this counts for nothing').optional(),
      })
      .meta({ description: 'What proves that a site can take traffic' })
      .optional(),
    move: z
      .strictObject({
        steps: z
          .array(share('Share of the move', true))
          .min(1)
          .optional()
          .meta({ description: 'Steps of a gated move, ending in 100%' }),
        holdEach: duration('How long each step is watched', 0).optional(),
        promoteWhen: limits(
          'gate',
          'What each site that gains must show since the step began, or it has failed: all of them. What is not known, such as with few requests, is no objection',
        ).optional(),
        deadline: duration('Limit of the whole operation').optional(),
      })
      .meta({ description: 'How traffic moves: in gated steps' })
      .optional(),
    failback: z
      .strictObject({
        mode: z.enum(['never', 'auto']).optional().meta({ description: 'never: only when told to · auto: by itself' }),
        after: duration('How long the preferred site must have been healthy', 0).optional(),
      })
      .meta({ description: 'Whether traffic goes back to the preferred site by itself' })
      .optional(),
    safety: safety.optional(),
    manual: manual.optional(),
  })
  .meta({ description: 'When traffic leaves a bad site, how, and what forbids it' });

/** How a site is emptied. */
export const drain = z
  .strictObject({
    waitForStreams: duration('Longest time running requests get to finish', 0).optional(),
    longestOutput: count('Most tokens one answer may have: how long it may still run', 1, 10_000_000).optional(),
    idleMetrics: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .meta({
        description: 'The model server’s own metrics that count its requests, beside the gateway’s count',
        examples: [['vllm:num_requests_running', 'vllm:num_requests_waiting']],
      }),
  })
  .meta({ description: 'How a replica is emptied before it stops' });
