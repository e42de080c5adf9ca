/** The calls to Compute Engine that a site needs, each with a definite outcome or none. Nothing is retried here. */
import { InstanceTemplatesClient } from '@google-cloud/compute/build/src/v1/instance_templates_client.js';
import { InstancesClient } from '@google-cloud/compute/build/src/v1/instances_client.js';
import { RegionInstanceTemplatesClient } from '@google-cloud/compute/build/src/v1/region_instance_templates_client.js';
import { ZoneOperationsClient } from '@google-cloud/compute/build/src/v1/zone_operations_client.js';
import { messageOf } from '../../errors.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import { askWithin, type Told } from '../shared/told.ts';
import { findCredentials } from './credentials.ts';
import { noCredentials, outcomeOf } from './outcome.ts';
import { type InsertRequest, type Template, templatePlaceOf } from './request.ts';
import type { GcpSettings } from './schema.ts';
import { slimGax } from './slim-gax.ts';
import type { Instance, Operation, Place } from './wire.ts';

export interface Compute {
  /** All pages, of every zone of the region. `filter`: as the API has it. */
  list(filter: string, call: ReadCall): Promise<Told<readonly Instance[]>>;
  get(at: Place, call: ReadCall): Promise<Told<Instance>>;
  insert(request: InsertRequest, call: ReadCall): Promise<Told<Operation>>;
  start(at: Place, call: ReadCall): Promise<Told<Operation>>;
  resume(at: Place, call: ReadCall): Promise<Told<Operation>>;
  /** `discardLocalSsd` must be said where the machine has local SSDs, and may not be where it has none. */
  stop(at: Place & { readonly discardLocalSsd?: true }, call: ReadCall): Promise<Told<Operation>>;
  remove(at: Place, call: ReadCall): Promise<Told<Operation>>;
  /** All labels anew. Refused with `conditionNotMet` when they are not those any more that had this fingerprint. */
  label(at: Place, labels: Instance['labels'], fingerprint: string, call: ReadCall): Promise<Told<Operation>>;
  /** The disk goes when its machine goes. */
  tieDisk(at: Place & { readonly deviceName: string }, call: ReadCall): Promise<Told<Operation>>;
  /** An operation as it is now. */
  operation(at: Place, call: ReadCall): Promise<Told<Operation>>;
  /** What replicas are made from. */
  template(call: ReadCall): Promise<Told<Template>>;
  close(): void;
}

/** Longest time from a request to its answer, in milliseconds; a call's own deadline may be sooner. */
const requestTimeoutMs = 30_000;
/** Results a page, the most there are (compute.proto, `maxResults`, checked 2026-11-27), and pages at most. */
const pageSize = 500;
const mostPages = 20;

/** What is called, so that the SDK describes no more to itself. */
const used = {
  Instances: [
    ...['AggregatedList', 'Get', 'Insert', 'Start', 'Resume', 'Stop', 'Delete'],
    ...['SetLabels', 'SetDiskAutoDelete'],
  ],
  ZoneOperations: ['Get'],
  InstanceTemplates: ['Get'],
  RegionInstanceTemplates: ['Get'],
};

/** One for all clients: what it describes is built once. The SDK's types do not know a transport by this shape. */
const transport = slimGax(used) as never;

const clientOf = {
  Instances: InstancesClient,
  ZoneOperations: ZoneOperationsClient,
  InstanceTemplates: InstanceTemplatesClient,
  RegionInstanceTemplates: RegionInstanceTemplatesClient,
} as const satisfies Readonly<Record<Service, unknown>>;

/** A client of the SDK, as all of them are. */
interface SdkClient {
  initialize(): Promise<unknown>;
  readonly innerApiCalls: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

type Send = (request: object, options: object) => Promise<readonly unknown[]>;

/**
 * The SDK's own retries are off for every call: it would repeat what it got no answer to, for ten minutes, past our deadline.
 * The engine retries, by class. The public methods of the SDK are not used, but the calls behind them: those end the whole
 * process when there are no credentials, as a rejection that nobody can catch.
 */
export function openCompute(settings: GcpSettings, clock: Clock): Compute {
  const { project } = settings;
  const clients = lazyClients(settings);
  const ask = <T>(call: ReadCall, work: (signal: AbortSignal) => Promise<T>): Promise<Told<T>> =>
    askWithin(clock, call, { name: 'Compute Engine', outcomeOf }, work);
  const send = async (
    service: Service,
    method: string,
    request: object,
    signal: AbortSignal,
  ): Promise<readonly unknown[]> => {
    const client = await clients.get(service, signal);
    const call = client.innerApiCalls[method] as Send;
    return await call({ project, ...request }, { signal, timeout: requestTimeoutMs, retry: null, autoPaginate: false });
  };
  const one = <T>(service: Service, method: string, request: object, call: ReadCall): Promise<Told<T>> =>
    ask(call, async (signal) => (await send(service, method, request, signal))[0] as T);
  const change = (method: string, { zone, name, ...more }: Place, call: ReadCall): Promise<Told<Operation>> =>
    one('Instances', method, { zone, instance: name, ...more }, call);
  return {
    list: (filter, call) =>
      ask(call, (signal) =>
        listAll(settings, (page) =>
          send('Instances', 'aggregatedList', { filter, maxResults: pageSize, ...page }, signal),
        ),
      ),
    get: ({ zone, name }, call) => one('Instances', 'get', { zone, instance: name }, call),
    insert: (request, call) => one('Instances', 'insert', request, call),
    start: (at, call) => change('start', at, call),
    resume: (at, call) => change('resume', at, call),
    stop: (at, call) => change('stop', at, call),
    remove: (at, call) => change('delete', at, call),
    label: ({ zone, name }, labels, labelFingerprint, call) =>
      one(
        'Instances',
        'setLabels',
        { zone, instance: name, instancesSetLabelsRequestResource: { labels, labelFingerprint } },
        call,
      ),
    tieDisk: (at, call) => change('setDiskAutoDelete', { ...at, autoDelete: true } as Place, call),
    operation: ({ zone, name }, call) => one('ZoneOperations', 'get', { zone, operation: name }, call),
    template(call) {
      const { project: owner = project, region, name } = templatePlaceOf(settings);
      const at = { project: owner, instanceTemplate: name };
      if (region === undefined) return one('InstanceTemplates', 'get', at, call);
      return one('RegionInstanceTemplates', 'get', { ...at, region }, call);
    },
    close: () => clients.close(),
  };
}

type Service = keyof typeof used;

/**
 * Nothing is looked for before the first call. Credentials are had before anything is sent, and their token too: what goes
 * wrong there is no answer of Compute Engine, though it looks like one.
 */
function lazyClients(settings: GcpSettings) {
  const open = new Map<Service, SdkClient>();
  let credentials: ReturnType<typeof findCredentials> | undefined;
  return {
    async get(service: Service, signal: AbortSignal): Promise<SdkClient> {
      credentials ??= findCredentials(settings);
      const authClient = await unlessAborted(signal, withToken(credentials)).catch((error: unknown) => {
        // They may be there the next time.
        credentials = undefined;
        for (const client of open.values()) client.close().catch(() => undefined);
        open.clear();
        throw signal.aborted ? error : noCredentials(messageOf(error));
      });
      const client = open.get(service) ?? createClient(service, settings, authClient);
      open.set(service, client);
      await client.initialize();
      return client;
    },
    close(): void {
      for (const client of open.values()) client.close().catch(() => undefined);
      open.clear();
    },
  };
}

async function withToken(credentials: ReturnType<typeof findCredentials>) {
  const authClient = await credentials;
  await authClient.getRequestHeaders();
  return authClient;
}

function createClient(
  service: Service,
  { endpoint, project }: GcpSettings,
  authClient: Awaited<ReturnType<typeof findCredentials>>,
): SdkClient {
  const url = endpoint === undefined ? undefined : new URL(endpoint);
  const isPlain = url?.protocol === 'http:';
  const options = {
    authClient,
    projectId: project,
    fallback: true,
    ...(url === undefined ? {} : { apiEndpoint: url.hostname }),
    ...(isPlain ? { protocol: 'http' } : {}),
    ...(url === undefined || url.port === '' ? {} : { port: Number(url.port) }),
  };
  return new clientOf[service](options, transport);
}

function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error('given up while credentials were looked for'));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

interface AggregatedPage {
  readonly items?: Readonly<Record<string, { readonly instances?: readonly Instance[] }>>;
  readonly nextPageToken?: string | null;
  readonly unreachables?: readonly string[];
}

/** Every zone there is, so that a machine in one that the settings no longer name is not forgotten. */
async function listAll(
  { region }: GcpSettings,
  page: (more: object) => Promise<readonly unknown[]>,
): Promise<readonly Instance[]> {
  const found: Instance[] = [];
  let next: string | undefined;
  for (let count = 0; count < mostPages; count += 1) {
    const [, , answer] = await page(next === undefined ? {} : { pageToken: next });
    const { items = {}, nextPageToken, unreachables = [] } = answer as AggregatedPage;
    // An answer without one zone is no list: what is there would be missing.
    const missing = unreachables.find((place) => place.includes(region));
    if (missing !== undefined)
      throw Object.assign(new Error(`${missing} could not be reached`), { reason: 'Unreachable' });
    found.push(...Object.values(items).flatMap(({ instances = [] }) => instances));
    if (nextPageToken === undefined || nextPageToken === null || nextPageToken === '')
      return found.filter(({ zone }) => zone?.includes(`/${region}-`));
    next = nextPageToken;
  }
  throw Object.assign(new Error(`more than ${mostPages} pages of ${pageSize} instances`), { reason: 'TooManyPages' });
}
