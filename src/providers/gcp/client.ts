/** The calls to Compute Engine that a site needs, each with a definite outcome or none. Nothing is retried here. */
import type { ReadCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import { askWithin, type Told } from '../shared/told.ts';
import { type ComputeReads, readsOf } from './client-reads.ts';
import { outcomeOf } from './outcome.ts';
import type { InsertRequest } from './request.ts';
import type { GcpSettings } from './schema.ts';
import { openSdk, type Service } from './sdk.ts';
import type { Instance, Operation, Place } from './wire.ts';

export interface Compute extends ComputeReads {
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
  close(): void;
}

/** Results a page, the most there are (compute.proto, `maxResults`, checked 2026-11-27), and pages at most. */
const pageSize = 500;
const mostPages = 20;

/** Asks for nothing, and looks for no credentials, before the first call. */
export function openCompute(settings: GcpSettings, clock: Clock): Compute {
  const sdk = openSdk(settings);
  const ask = <T>(call: ReadCall, work: (signal: AbortSignal) => Promise<T>): Promise<Told<T>> =>
    askWithin(clock, call, { name: 'Compute Engine', outcomeOf }, work);
  const one = <T>(service: Service, method: string, request: object, call: ReadCall): Promise<Told<T>> =>
    ask(call, async (signal) => (await sdk.send(service, method, request, signal))[0] as T);
  const change = (method: string, { zone, name, ...more }: Place, call: ReadCall): Promise<Told<Operation>> =>
    one('Instances', method, { zone, instance: name, ...more }, call);
  return {
    list: (filter, call) =>
      ask(call, (signal) =>
        listAll(settings, (page) =>
          sdk.send('Instances', 'aggregatedList', { filter, maxResults: pageSize, ...page }, signal),
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
    ...readsOf(settings, one),
    close: () => sdk.close(),
  };
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
