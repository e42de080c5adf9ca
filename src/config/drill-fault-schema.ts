/** The shape of one fault of a drill. */
import { z } from 'zod';
import { faultKinds } from '../model/fault.ts';
import { duration, parseShare, share } from './units.ts';

const longest = '1h';
/** Shorter ones could begin and end between two looks. */
const shortestMs = 5000;
/** Of a drill. */
export const maxFaults = 16;

const words: Readonly<Record<(typeof faultKinds)[number], string>> = {
  blackhole: 'what is sent to the site never arrives, and nothing comes back',
  errors: 'the site answers with errors',
  latency: 'its answers come `delay` later',
  'slow-first-token': 'the first token of completions comes `delay` later',
  'stalled-streams': 'streams begin, and then nothing more comes',
  'capacity-denied': 'its provider starts nothing',
  'provider-down': 'its provider’s API cannot be reached',
  'provider-throttled': 'its provider’s API refuses for too many calls',
  'credentials-expired': 'its provider’s API refuses our credentials',
  'vantage-blind': 'the controller’s probes of the site see nothing',
  kill: 'its replicas are killed',
  hang: 'its replicas stop where they stand',
  exec: 'a program of yours (`run`), and another that undoes it (`undo`)',
};

const argv = (what: string) =>
  z
    .array(z.string().min(1))
    .min(1)
    .max(64)
    .meta({ description: `${what}: the file and its arguments, no shell`, examples: [['./faults/pause.sh']] });

const fault = z
  .strictObject({
    at: duration('When it begins, counted from the first fault', 0, longest).optional(),
    type: z.enum(faultKinds).meta({
      description: faultKinds.map((kind) => `${kind}: ${words[kind]}`).join(' · '),
    }),
    site: z.string().optional().meta({ description: 'The site it hits; one of the deployment’s' }),
    sites: z
      .array(z.string())
      .min(1)
      .max(maxFaults)
      .optional()
      .meta({ description: 'Several of them, in place of `site`' }),
    share: share('Share of the requests to the site that it hits', true)
      .refine((text) => (parseShare(text) ?? 0) >= 1, { error: 'must be at least 1%' })
      .optional(),
    delay: duration('What is added, for latency and slow-first-token', 1, '1m').optional(),
    run: argv('For exec, what breaks it').optional(),
    undo: argv('For exec, what undoes it').optional(),
    for: duration('How long it lasts', shortestMs, longest),
  })
  .refine(({ site, sites }) => (site === undefined) !== (sites === undefined), {
    error: 'a fault is at one `site`, or at `sites`',
  })
  .meta({ description: 'One failure, which ends by itself' });

/** In the order they are written. */
export const faults = z
  .array(fault)
  .max(maxFaults, `a drill has at most ${maxFaults} faults`)
  .meta({ description: 'What fails, and when; none with kind provider-exit' });
