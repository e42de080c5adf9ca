/** The shape of `drills`: which failures are rehearsed, under what load and limits, and what is claimed to hold meanwhile. */
import { z } from 'zod';
import { drillKinds, reportFormats } from '../model/drill.ts';
import { faults } from './drill-fault-schema.ts';
import { expressions } from './expression-schema.ts';
import { count, name } from './fields.ts';
import { duration, parseInstant, rate, share } from './units.ts';

const mostTokens = 100_000;
/** What one process sends at its times. */
const mostDrilledRps = 2000;
const tokens = (of: string) =>
  z
    .union(
      [
        count('All have as many', 1, mostTokens),
        z.strictObject({
          p50: count('Half have no more', 1, mostTokens),
          p95: count('One in twenty has more', 1, mostTokens),
        }),
      ],
      { error: `a number of tokens, 1 to ${mostTokens}, or { p50: 50, p95: 200 }` },
    )
    .meta({ description: `Tokens of ${of}` });

const load = z
  .strictObject({
    source: z.enum(['live-traffic', 'generated', 'replay']).meta({
      description: 'live-traffic: what users send · generated: made here · replay: the requests of a file',
    }),
    rate: rate('Requests a second', mostDrilledRps).optional(),
    streams: share('Of the generated requests, streams').optional(),
    promptTokens: tokens('a prompt').optional(),
    outputTokens: tokens('an answer').optional(),
    file: z.string().min(1).optional().meta({ description: 'For replay: one JSON object a line' }),
  })
  .meta({ description: 'Who asks meanwhile' });

const steadyState = z
  .strictObject({
    observe: duration('How long it is looked at before anything is broken', 2000, '1h').optional(),
    require: expressions('watch', 'What must hold then').optional(),
  })
  .meta({ description: 'What must be so before anything is broken' });

const recovery = z
  .strictObject({
    failback: z.boolean().optional().meta({ description: 'Whether the traffic is given back at the end' }),
    settle: duration('How long all must be calm before it is over', 0, '1h').optional(),
  })
  .meta({ description: 'What comes after the fault is undone, which it always is' });

const person = z.string().min(1).max(200);
const roles = z
  .strictObject({
    owner: person.optional().meta({ description: 'Who may halt it' }),
    coordinator: person.optional().meta({ description: 'Who leads it' }),
    observer: person.optional().meta({ description: 'Who watches what users get' }),
    scribe: person.optional().meta({ description: 'Who writes down what is found' }),
  })
  .meta({ description: 'Who does what, for the record' });

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'a day is written such as 2026-12-23', abort: true })
  .refine((text) => parseInstant(`${text}T00:00:00Z`) !== undefined, { error: 'there is no such day' });

const schedule = z
  .strictObject({
    cron: z
      .string()
      .regex(/^[\w*,/#?+-]+(?: +[\w*,/#?+-]+){4}$/, 'five fields, such as "0 10 * * Wed"')
      .meta({ description: 'When `drill run --scheduled` runs it', examples: ['0 10 * * Wed'] }),
    timezone: z
      .string()
      .optional()
      .meta({ description: 'An IANA name', examples: ['Europe/Stockholm'] }),
    skipDates: z.array(day).max(366).optional().meta({ description: 'Days it is left out' }),
  })
  .meta({ description: 'When it is due' });

const report = z
  .strictObject({
    formats: z.array(z.enum(reportFormats)).max(reportFormats.length).optional().meta({
      description: 'What is written beside the record when it has ended',
    }),
    window: z
      .strictObject({
        before: duration('Before the first fault', 0, '1h').optional(),
        after: duration('After it had recovered', 0, '1h').optional(),
      })
      .optional()
      .meta({ description: 'What the page of a long run draws again, closer' }),
  })
  .meta({ description: 'What is written of it' });

const exit = z
  .strictObject({
    vendor: z.string().min(1).meta({ description: 'The vendor that is left, as sites name it' }),
    stay: duration('How long nothing runs there', 5000, '8h'),
  })
  .meta({ description: 'For kind provider-exit' });

const drill = z
  .strictObject({
    title: z.string().min(1).optional().meta({ description: 'What is rehearsed, in one line' }),
    deployment: z.string().meta({ description: 'Whose traffic is hit' }),
    kind: z.enum(drillKinds).optional().meta({
      description:
        'live: it happens · canary: to at most a quarter of the requests · simulation: in the simulator · tabletop: it is talked through · provider-exit: a vendor is left and returned to',
    }),
    fault: faults.optional(),
    exit: exit.optional(),
    hypothesis: expressions('claim', 'Claims that the drill proves or refutes; none: it only measures').optional(),
    steadyState: steadyState.optional(),
    load: load.optional(),
    abortIf: expressions('watch', 'Any of them undoes the faults at once; looked at every second').optional(),
    recovery: recovery.optional(),
    roles: roles.optional(),
    schedule: schedule.optional(),
    report: report.optional(),
  })
  .meta({ description: 'A rehearsed failure' });

/** By name. */
export const drillsSchema = z.record(name, drill).meta({ description: 'Rehearsed failures, each undone at its end' });
