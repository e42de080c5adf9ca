/** The single source of the configuration's shape. Everything is optional that has a default; unknown keys are refused. */
import { z } from 'zod';
import { gpus } from '../model/container.ts';
import { drillsSchema } from './drill-schema.ts';
import { drain, failover } from './failover-schema.ts';
import { address, count, imageReference, name, path } from './fields.ts';
import { capacity, money, rebalanceSchema, use } from './rebalance-schema.ts';
import { trafficSchema } from './traffic-schema.ts';
import { duration, durationOrOff } from './units.ts';

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
const container = {
  image: z
    .string()
    .regex(imageReference, 'an image is written like vllm/vllm-openai:v0.18.0, or with its digest: NAME@sha256:...')
    .optional()
    .meta({
      description:
        'Container image that machines of a cloud run as the model server; without one they start what their template brings',
      examples: ['vllm/vllm-openai:v0.18.0'],
    }),
  args: z
    .array(z.string())
    .optional()
    .meta({
      description:
        'Arguments of the image; ${port}, ${model}, ${site} and ${replica} are filled in. vLLM and the text-*-inference servers get model and port by themselves',
      examples: [['--tensor-parallel-size=8', '--shutdown-timeout=660']],
    }),
  gpu: z.enum(gpus).optional().meta({ description: 'Whose devices the container gets; default: nvidia' }),
};
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

const rated = z
  .strictObject({
    requestsPerSecond: z
      .number()
      .positive('must be more than 0')
      .meta({ description: 'Requests per second that one replica serves within its limits' }),
  })
  .meta({ description: 'What one replica can do here, so that unlike machines can be compared' });
const price = money('Price of one replica while it runs', 'hour');

const deployment = z.strictObject({
  owner: z.string().min(1).optional().meta({ description: 'Who answers for it' }),
  runbook: z
    .string()
    .regex(/^https?:\/\/\S+$/, 'must be an address such as https://runbooks.example.com/chat')
    .optional()
    .meta({ description: 'Address of what to do when it fails', examples: ['https://runbooks.example.com/chat'] }),
  model: z.string().min(1).meta({ description: 'The name clients ask for; completions must come from it' }),
  command: command.optional(),
  ...container,
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
        ...container,
        env: env.optional(),
        startup: startup.optional(),
        rated: rated.optional(),
        price: price.optional(),
        use: use.optional(),
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
  vendor: z.string().min(1).optional().meta({ description: 'Whose machines they are; default: the provider’s kind' }),
  region: z.string().min(1).optional().meta({ description: 'The provider’s name for where it is' }),
  residency: z.array(z.string().min(1)).optional().meta({ description: 'All jurisdictions the site lies in' }),
  failureDomains: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .meta({ description: 'Sites that share one fail together; default: the site’s own name' }),
  capacity: capacity.optional(),
  egress: money('Price of a GiB that leaves the site, for rebalance', 'GiB').optional(),
};

/** Keys of a site that are not its provider's. */
export const siteBaseKeys: readonly string[] = ['provider', ...Object.keys(siteBase)];

/** The whole shape, with each provider's own settings in its sites. `providers`: kind → settings schema, an object. */
export function configSchema(providers: ReadonlyMap<string, z.ZodType>) {
  const kinds = [...providers].map(([kind, settings]) => {
    const own: z.ZodRawShape = settings instanceof z.ZodObject ? settings.shape : {};
    return z
      .strictObject({
        provider: z.literal(kind).meta({ description: 'What starts and stops replicas here' }),
        ...siteBase,
        ...own,
      })
      .superRefine((site, issues) => {
        // What a provider asks of several of its settings together; where one of them is wrong by itself, that is said.
        if (issues.issues.length > 0) return;
        const given = Object.fromEntries(Object.entries(site).filter(([key]) => key in own));
        for (const { code, path, message } of settings.safeParse(given).error?.issues ?? [])
          if (code === 'custom') issues.addIssue({ code, path: [...path], message });
      });
  });
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
    protected: z
      .boolean()
      .optional()
      .meta({ description: 'Every change needs a reason (--reason), and severe ones the typed name' }),
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
    doctor: z
      .strictObject({ every: durationOrOff('How often; off: only when somebody asks. Default: 6h', 1000).optional() })
      .meta({
        description: 'The controller looks at rights, quota, parts and clock of every site, as godwit doctor does',
      })
      .optional(),
    metrics: z
      .strictObject({
        listen: address('Address of /metrics, on this machine', '127.0.0.1:9464').optional(),
      })
      .meta({ description: 'What the controller tells Prometheus; without an address nothing is served' })
      .optional(),
    probe: probe.optional(),
    failover: failover.optional(),
    drain: drain.optional(),
    drills: drillsSchema.optional(),
    rebalance: rebalanceSchema.optional(),
  });
}

/** What the file may hold, after validation. */
export type RawConfig = z.output<ReturnType<typeof configSchema>>;

/** JSON Schema draft-07, because editors' YAML support ends there. */
export function jsonSchema(providers: ReadonlyMap<string, z.ZodType>): unknown {
  return z.toJSONSchema(configSchema(providers), { target: 'draft-07', io: 'input', unrepresentable: 'any' });
}
