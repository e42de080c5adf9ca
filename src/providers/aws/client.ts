/** The calls to EC2 that a site needs, each with a definite outcome or none. Nothing is retried here. */
import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  EC2Client,
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { ReadCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import { askWithin, type Told } from '../shared/told.ts';
import { type Ec2Reads, openReads } from './client-reads.ts';
import { awsOutcomeOf } from './outcome.ts';
import { allPages, type Filters, filtersOf, pageSize } from './pages.ts';
import type { AwsSettings } from './schema.ts';

/** By id, or by filters as the API has them, such as `tag:NAME` or `client-token`. */
export type Which = { readonly ids: readonly string[] } | { readonly filters: Filters };

export interface Ec2 extends Ec2Reads {
  /** All pages. Ended ones too, for about an hour after their end. An id that is not there is `not-found`. */
  describe(which: Which, call: ReadCall): Promise<Told<readonly Instance[]>>;
  /** Exactly one machine. */
  run(request: RunInstancesCommandInput, call: ReadCall): Promise<Told<Instance>>;
  start(id: string, call: ReadCall): Promise<Told<void>>;
  stop(id: string, call: ReadCall): Promise<Told<void>>;
  terminate(id: string, call: ReadCall): Promise<Told<void>>;
  /** Adds tags to a machine, or changes them. */
  tag(id: string, tags: Readonly<Record<string, string>>, call: ReadCall): Promise<Told<void>>;
  close(): void;
}

/** Longest time to a connection, and from request to answer, in milliseconds; a call's own deadline may be sooner. */
const connectionTimeoutMs = 3000;
const requestTimeoutMs = 30_000;

/**
 * The SDK's own retries are off for every call: sold out is HTTP 500 to it and would be asked for again at once, against
 * the same rate limit, and a launch must never be sent twice without our knowing. The engine retries, by class.
 */
export function connectEc2({ region, credentials, endpoint }: AwsSettings): EC2Client {
  return new EC2Client({
    region,
    maxAttempts: 1,
    ...(credentials === undefined ? {} : { profile: credentials.profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  });
}

/** Nothing is connected before the first call. */
export function openEc2(settings: AwsSettings, clock: Clock): Ec2 {
  const client = connectEc2(settings);
  const ask = <T>(call: ReadCall, send: (abortSignal: AbortSignal) => Promise<T>): Promise<Told<T>> =>
    askWithin(clock, call, { name: 'EC2', outcomeOf: awsOutcomeOf }, send);
  const nothing = (): undefined => undefined;
  return {
    ...openReads(client, ask),
    describe: (which, call) => ask(call, (abortSignal) => describeAll(client, which, abortSignal)),
    run: (request, call) =>
      ask(call, async (abortSignal) => {
        const { Instances = [] } = await client.send(new RunInstancesCommand(request), { abortSignal });
        const [made] = Instances;
        // The API allows no such answer; then nobody knows what was made.
        if (made === undefined) throw Object.assign(new Error('EC2 named no instance'), { name: 'NoInstance' });
        return made;
      }),
    start: (id, call) =>
      ask(call, (abortSignal) =>
        client.send(new StartInstancesCommand({ InstanceIds: [id] }), { abortSignal }).then(nothing),
      ),
    stop: (id, call) =>
      ask(call, (abortSignal) =>
        client.send(new StopInstancesCommand({ InstanceIds: [id] }), { abortSignal }).then(nothing),
      ),
    terminate: (id, call) =>
      ask(call, (abortSignal) =>
        client.send(new TerminateInstancesCommand({ InstanceIds: [id] }), { abortSignal }).then(nothing),
      ),
    tag: (id, tags, call) => {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      return ask(call, (abortSignal) =>
        client.send(new CreateTagsCommand({ Resources: [id], Tags }), { abortSignal }).then(nothing),
      );
    },
    close: () => client.destroy(),
  };
}

/** With ids the API takes no page size. */
function describeAll(client: EC2Client, which: Which, abortSignal: AbortSignal): Promise<readonly Instance[]> {
  const input =
    'ids' in which ? { InstanceIds: [...which.ids] } : { Filters: filtersOf(which.filters), MaxResults: pageSize };
  return allPages(
    (page) => client.send(new DescribeInstancesCommand({ ...input, ...page }), { abortSignal }),
    ({ Reservations = [] }) => Reservations.flatMap(({ Instances = [] }) => Instances),
  );
}
