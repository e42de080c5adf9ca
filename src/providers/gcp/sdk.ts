/** The SDK's clients, each made when it is first called, over one slim description of all that is called. */
import { InstanceTemplatesClient } from '@google-cloud/compute/build/src/v1/instance_templates_client.js';
import { InstancesClient } from '@google-cloud/compute/build/src/v1/instances_client.js';
import { MachineTypesClient } from '@google-cloud/compute/build/src/v1/machine_types_client.js';
import { RegionInstanceTemplatesClient } from '@google-cloud/compute/build/src/v1/region_instance_templates_client.js';
import { RegionsClient } from '@google-cloud/compute/build/src/v1/regions_client.js';
import { ReservationsClient } from '@google-cloud/compute/build/src/v1/reservations_client.js';
import { ZoneOperationsClient } from '@google-cloud/compute/build/src/v1/zone_operations_client.js';
import { messageOf } from '../../errors.ts';
import { findCredentials } from './credentials.ts';
import { noCredentials } from './outcome.ts';
import type { GcpSettings } from './schema.ts';
import { slimGax } from './slim-gax.ts';

/** What is called, so that the SDK describes no more to itself. */
const used = {
  Instances: [
    ...['AggregatedList', 'Get', 'Insert', 'Start', 'Resume', 'Stop', 'Delete'],
    ...['SetLabels', 'SetDiskAutoDelete', 'TestIamPermissions'],
  ],
  ZoneOperations: ['Get', 'List'],
  InstanceTemplates: ['Get'],
  RegionInstanceTemplates: ['Get'],
  MachineTypes: ['Get'],
  Regions: ['Get'],
  Reservations: ['Get'],
};

/** A service of Compute Engine. */
export type Service = keyof typeof used;

/** One for all clients: what it describes is built once. The SDK's types do not know a transport by this shape. */
const transport = slimGax(used) as never;

const clientOf = {
  Instances: InstancesClient,
  ZoneOperations: ZoneOperationsClient,
  InstanceTemplates: InstanceTemplatesClient,
  RegionInstanceTemplates: RegionInstanceTemplatesClient,
  MachineTypes: MachineTypesClient,
  Regions: RegionsClient,
  Reservations: ReservationsClient,
} as const satisfies Readonly<Record<Service, unknown>>;

/** A client of the SDK, as all of them are. */
interface SdkClient {
  initialize(): Promise<unknown>;
  readonly innerApiCalls: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

type Send = (request: object, options: object) => Promise<readonly unknown[]>;

/** Longest time from a request to its answer, in milliseconds; a call's own deadline may be sooner. */
const requestTimeoutMs = 30_000;

export interface Sdk {
  /** What is answered, and for a list its pages' own part third. Throws what the SDK throws. */
  send(service: Service, method: string, request: object, signal: AbortSignal): Promise<readonly unknown[]>;
  close(): void;
}

/**
 * The SDK's own retries are off for every call: it would repeat what it got no answer to, for ten minutes, past our deadline.
 * The engine retries, by class. The public methods of the SDK are not used, but the calls behind them: those end the whole
 * process when there are no credentials, as a rejection that nobody can catch.
 */
export function openSdk(settings: GcpSettings): Sdk {
  const clients = lazyClients(settings);
  return {
    async send(service, method, request, signal) {
      const client = await clients.get(service, signal);
      const call = client.innerApiCalls[method] as Send;
      const options = { signal, timeout: requestTimeoutMs, retry: null, autoPaginate: false };
      return await call({ project: settings.project, ...request }, options);
    },
    close: () => clients.close(),
  };
}

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
