/** The shape of `rebalance`, and of what a site and a deployment say for it. */
import { z } from 'zod';
import { markets } from '../model/error-verdict.ts';
import { count, name, size } from './fields.ts';
import { duration, rate, share } from './units.ts';
import { parseWeekWindow, weekWindowPattern } from './week-window.ts';
import { isZone } from './zone.ts';

/** Of one deployment. */
const mostDemandRps = 1_000_000;

/** An amount of money for something. */
export const money = <const Per extends string>(description: string, per: Per) =>
  z
    .strictObject({
      amount: z.number().min(0, 'must be at least 0').meta({ description }),
      currency: z
        .string()
        .refine((currency) => currency === 'USD', { error: 'prices are in USD so far: write the amount in USD' })
        .meta({ description: 'Currency of the amount; USD so far', pattern: '^USD$', examples: ['USD'] }),
      per: z.enum([per]).meta({ description: `What the amount is for: one ${per.replace('-', ' ')}` }),
    })
    .meta({ description });

/** What one accelerator costs: written, or asked of the site's provider; what is written then stands in for an answer. */
const capacityPrice = z
  .strictObject({
    source: z.enum(['config', 'provider']).optional().meta({
      description:
        'provider: what the cloud says now, and what is written where it says none; default: config, what is written',
    }),
    ...money('Price of one accelerator for an hour', 'accelerator-hour').partial().shape,
  })
  .superRefine((price, { issues }) => {
    const isWritten = price.amount !== undefined || price.currency !== undefined || price.per !== undefined;
    if (price.source === 'provider' && !isWritten) return;
    const lacks = (['amount', 'currency', 'per'] as const).filter((key) => price[key] === undefined);
    issues.push(
      ...lacks.map((key) => ({
        code: 'invalid_type' as const,
        expected: 'string' as const,
        input: undefined,
        path: [key],
      })),
    );
  })
  .meta({
    description: 'Price of one accelerator for an hour',
    anyOf: [{ required: ['amount', 'currency', 'per'] }, { required: ['source'] }],
  });

const acceleratorPattern = /^[A-Za-z][A-Za-z0-9.-]{0,31}$/;
const usePattern = /^([A-Za-z][A-Za-z0-9.-]{0,31}):([1-9]\d{0,3})$/;
const useError = 'what a replica takes is written ACCELERATOR:COUNT, such as H100:8';

/** Accelerator and how many, or undefined for anything else. */
export function parseUse(text: string): { readonly accelerator: string; readonly count: number } | undefined {
  const [, accelerator, number] = usePattern.exec(text) ?? [];
  return accelerator === undefined ? undefined : { accelerator, count: Number(number) };
}

/** What one replica takes of a site's capacity. */
export const use = z
  .string({ error: () => useError })
  .refine((text) => parseUse(text) !== undefined, { error: useError })
  .meta({
    description: 'Accelerators of the site’s capacity that one replica takes; without it the placement counts alone',
    examples: ['H100:8'],
    pattern: usePattern.source,
  });

/** What a site has to give. */
export const capacity = z
  .array(
    z.strictObject({
      accelerator: z
        .string()
        .regex(acceleratorPattern, 'an accelerator is a name such as H100')
        .meta({ description: 'As deployments name it in "use"', examples: ['H100'] }),
      market: z
        .enum(markets)
        .meta({ description: 'reserved: paid for whether it is used or not · on-demand · spot: may be taken back' }),
      count: count('Accelerators', 0, 1_000_000),
      machines: z
        .array(z.string().min(1))
        .min(1, 'at least one machine type, or leave it out')
        .optional()
        .meta({
          description: 'Machine types that have this accelerator, whose price it is; default: all of the site’s',
          examples: [['p5.48xlarge']],
        }),
      price: capacityPrice,
    }),
  )
  .max(64, 'must have at most 64 lines')
  .meta({ description: 'Accelerators that deployments share here, for rebalance' });

const constraints = z
  .strictObject({
    vendorShare: z
      .record(z.string().min(1), z.strictObject({ max: share('Most of a deployment’s traffic at this vendor') }))
      .optional()
      .meta({ description: 'Most of each deployment’s traffic that a vendor may serve' }),
    headroom: share('What the replicas at a site can serve beyond its traffic, as a share of it').optional(),
    minimumSites: count('Sites that each deployment has traffic and replicas at', 1, 100).optional(),
    survive: z.enum(['site', 'failure-domain', 'off']).optional().meta({
      description:
        'Whichever of them is lost, the others serve the whole demand of each deployment that has several sites; off: nothing is promised',
    }),
    budget: money('Most that all replicas may cost together, with reservations', 'hour').optional(),
    spot: z
      .strictObject({
        max: share('Most of a deployment’s rated capacity that may be spot').optional(),
        onlyFor: z.array(name).optional().meta({ description: 'Deployments that may use spot; without it each may' }),
      })
      .optional()
      .meta({ description: 'What the spot market may be used for' }),
  })
  .meta({ description: 'What every plan keeps to, beside the rules of each deployment' });

/** The whole part. */
export const rebalanceSchema = z
  .strictObject({
    objective: z
      .strictObject({
        latency: money(
          'What one millisecond of a deployment’s mean first-token time is worth',
          'millisecond-hour',
        ).optional(),
        move: money('What one replica that is started costs beside its start-up', 'replica').optional(),
        payback: duration('What is spent once is spread over so long', 60_000).optional(),
      })
      .optional()
      .meta({ description: 'What is wanted beside cheap capacity' }),
    constraints: constraints.optional(),
    maxChange: z
      .strictObject({
        trafficPerRun: share('Most of each deployment’s traffic that one run moves').optional(),
        replicasPerRun: count('Most replicas that one run starts and stops', 0, 100_000).optional(),
        costPerRun: money('Most that one run may raise what capacity costs', 'hour').optional(),
      })
      .optional()
      .meta({ description: 'How much one run may change' }),
    demand: z
      .record(name, rate('Requests a second', mostDemandRps))
      .optional()
      .meta({ description: 'Requests a second that are to be served at least, whatever the gateway counts now' }),
    responseSize: z
      .record(name, size('One response until the gateway has counted a hundred of them'))
      .optional()
      .meta({ description: 'What leaves a site with each response, by deployment: what egress is counted from' }),
    prices: z
      .strictObject({
        maxAge: duration('What a provider said longer ago is not used', 60_000).optional(),
      })
      .optional()
      .meta({ description: 'Prices whose source is the provider' }),
    windows: z
      .strictObject({
        allow: z
          .array(
            z
              .string()
              .refine((text) => parseWeekWindow(text) !== undefined, {
                error: 'a window is written such as Mon-Fri 06:00-20:00',
              })
              .meta({ description: 'Days and times', examples: ['Mon-Fri 06:00-20:00'], pattern: weekWindowPattern }),
          )
          .min(1)
          .max(64)
          .meta({ description: 'When a run by a scheduler may change anything' }),
        timezone: z
          .string()
          .refine(isZone, { error: 'must be a time zone such as Europe/Stockholm' })
          .optional()
          .meta({ description: 'Of these times; default: UTC', examples: ['Europe/Stockholm'] }),
      })
      .optional()
      .meta({ description: 'Without them a scheduler may always' }),
    run: z
      .strictObject({
        every: duration(
          'At most one run in each such time counts: two runs of one hour are one',
          60_000,
          '7d',
        ).optional(),
        deadline: duration('Nothing is begun that may not end within this', 1000).optional(),
        jitter: duration('Each host waits up to this before it begins', 0, '1h').optional(),
        onlyIf: z
          .enum(['idle'])
          .optional()
          .meta({ description: 'idle: not while users ask for more than idleBelow; without it whatever they ask' }),
        idleBelow: share('Idle is less than this share of what the ready replicas are rated for').optional(),
        lockStaleAfter: duration(
          'Another run that holds the lease for longer is no more a reason to wait quietly: exit 1 instead of 75',
          60_000,
        ).optional(),
        textfileDir: z
          .string()
          .min(1)
          .optional()
          .meta({ description: 'Folder of the textfile collector: godwit-rebalance.prom is written there' }),
        logFile: z
          .string()
          .min(1)
          .optional()
          .meta({
            description: 'Each run adds what happens to this file, a line of JSON at a time',
            examples: ['rebalance.log'],
          }),
        ping: z
          .string()
          .refine((text) => /^https?:\/\/\S+$/.test(text), {
            error: 'must be an address such as https://hc-ping.com/your-uuid',
          })
          .optional()
          .meta({
            description: 'Check of Healthchecks that is told of each run; who knows the address can ping it',
            examples: ['https://hc-ping.com/your-uuid'],
            pattern: String.raw`^(https?://\S+|\$\{.+\})$`,
          }),
      })
      .optional()
      .meta({ description: 'Runs by a scheduler: godwit rebalance --cron' }),
    minimumGain: money('A plan that saves less is not carried out', 'hour').optional(),
  })
  .meta({ description: 'Capacity where it costs least within the rules: godwit rebalance' });
