/** The single source of the configuration's shape. Everything is optional that has a default; unknown keys are refused. */
import { z } from 'zod';
import { count, name, path } from './fields.ts';
import { trafficSchema } from './traffic-schema.ts';
import { duration, share } from './units.ts';

const command = z
  .array(z.string())
  .min(1, 'a command needs at least the program')
  .meta({
    description:
      'Program and arguments of one replica; ${port}, ${model}, ${site} and ${replica} are filled in at its start',
    examples: [['llama-server', '--port', '${port}']],
  });
const env = z
  .record(z.string(), z.string())
  .meta({ description: 'Environment of the replica; nothing else of ours is inherited but PATH, HOME and the locale' });
const startup = z
  .strictObject({
    timeout: duration('Longest time from start to the first good completion').optional(),
  })
  .meta({ description: 'How a start is judged' });

/** The completion probe: always there, because only tokens prove a model server. */
const probe = z
  .strictObject({
    endpoint: path('Where completions are asked for').optional(),
    prompt: z.string().max(4096, 'must be at most 4096 characters').optional().meta({ description: 'What is asked' }),
    maxTokens: count('Longest answer asked for', 1, 1024).optional(),
    contains: z.string().min(1).optional().meta({ description: 'Text the answer must contain' }),
    ttft: duration('First-token limit; also what "served" means for this deployment').optional(),
    every: duration('Time between probes', 50).optional(),
    timeout: duration('Longest time for the whole answer').optional(),
  })
  .meta({ description: 'The completion probe: a real completion, streamed, with a limit for its first token' });

const probes = z
  .strictObject({
    process: z
      .strictObject({
        http: path('Answers 200 while the process lives'),
        every: duration('Time between probes', 50).optional(),
        timeout: duration('Longest wait').optional(),
      })
      .meta({ description: 'Asks whether the process answers at all' })
      .optional(),
    tcp: z
      .strictObject({
        every: duration('Time between probes', 50).optional(),
        timeout: duration('Longest wait').optional(),
      })
      .meta({ description: 'Asks whether the port takes connections' })
      .optional(),
  })
  .meta({ description: 'Further probes; only those written are made' });

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
    trafficBadShare: share('Share of failed or late requests that makes a site bad').optional(),
    trafficMinimum: count('Fewer requests in the window say nothing', 1, 100_000).optional(),
  })
  .meta({ description: 'When a replica or site counts as bad' });

const failover = z
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
        maxErrors: share('A step fails above this share of errors').optional(),
        maxFirstToken: duration('A step fails above this first-token time').optional(),
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
    safety: z
      .strictObject({
        brake: share('More than this share of sites bad together: nothing moves').optional(),
        coolDown: duration('Least time between automatic failovers', 0).optional(),
        maxPerDay: count('Automatic failovers in 24 hours', 1, 1000).optional(),
        dwell: duration('Least time traffic stays where a move put it', 0).optional(),
      })
      .meta({ description: 'What holds automation back' })
      .optional(),
  })
  .meta({ description: 'When traffic leaves a bad site, how, and what forbids it' });

const drain = z
  .strictObject({ waitForStreams: duration('How long running requests get to finish', 0).optional() })
  .meta({ description: 'How a replica is emptied before it stops' });

const deployment = z.strictObject({
  model: z.string().min(1).meta({ description: 'The name clients ask for; completions must come from it' }),
  command: command.optional(),
  env: env.optional(),
  startup: startup.optional(),
  stopGrace: duration('Time after SIGTERM before a replica is killed', 0).optional(),
  probe: probe.optional(),
  probes: probes.optional(),
  sites: z
    .record(
      name,
      z.strictObject({
        replicas: count('Replicas while the site is in use', 0, 1000).optional(),
        standby: z
          .enum(['hot', 'warm', 'cold'])
          .optional()
          .meta({ description: 'hot: ready · warm: stopped, not gone · cold: nothing there' }),
        command: command.optional(),
        env: env.optional(),
        startup: startup.optional(),
      }),
    )
    .meta({ description: 'Where it runs, in order of preference' }),
  residency: z
    .array(z.string().min(1))
    .optional()
    .meta({ description: 'Allowed jurisdictions; every one of a site must be among them. No override exists' }),
  drain: drain.optional(),
  failover: failover.optional(),
});

/** Settings every site has, whatever its provider. */
const siteBase = {
  region: z.string().min(1).optional().meta({ description: 'The provider’s name for where it is' }),
  residency: z.array(z.string().min(1)).optional().meta({ description: 'All jurisdictions the site lies in' }),
  failureDomains: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .meta({ description: 'Sites that share one fail together; default: the site’s own name' }),
};

/** Keys of a site that are not its provider's. */
export const siteBaseKeys: readonly string[] = ['provider', ...Object.keys(siteBase)];

/** The whole shape, with each provider's own settings in its sites. `providers`: kind → settings schema, an object. */
export function configSchema(providers: ReadonlyMap<string, z.ZodType>) {
  const kinds = [...providers].map(([kind, settings]) =>
    z.strictObject({
      provider: z.literal(kind).meta({ description: 'What starts and stops replicas here' }),
      ...siteBase,
      ...(settings instanceof z.ZodObject ? settings.shape : {}),
    }),
  );
  const [first, ...others] = kinds;
  if (first === undefined) throw new Error('at least one provider is needed');
  const lease = z
    .strictObject({
      ttl: duration('How long a lease lasts without renewal', 500).optional(),
      renewEvery: duration('How often it is renewed', 50).optional(),
    })
    .meta({ description: 'Which of several controllers may act' });
  return z.strictObject({
    version: z.literal(1).meta({ description: 'Version of this language' }),
    environment: name.optional().meta({ description: 'Printed in every header' }),
    state: z
      .strictObject({
        dir: z.string().min(1).optional().meta({ description: 'State directory; default .godwit beside this file' }),
        lease: lease.optional(),
      })
      .meta({ description: 'Where the journal, the lease and the logs are' })
      .optional(),
    sites: z
      .record(name, z.discriminatedUnion('provider', [first, ...others]))
      .meta({ description: 'Where models can run' }),
    deployments: z.record(name, deployment).meta({ description: 'The models that are served' }),
    traffic: trafficSchema.optional(),
    probe: probe.optional(),
    failover: failover.optional(),
    drain: drain.optional(),
  });
}

/** What the file may hold, after validation. */
export type RawConfig = z.output<ReturnType<typeof configSchema>>;

/** JSON Schema draft-07, because editors' YAML support ends there. */
export function jsonSchema(providers: ReadonlyMap<string, z.ZodType>): unknown {
  return z.toJSONSchema(configSchema(providers), { target: 'draft-07', io: 'input', unrepresentable: 'any' });
}
