/** The calls to EC2 that only ask what may be done. Each change is sent as a trial (`DryRun`): EC2 carries none out. */
import {
  CreateTagsCommand,
  DescribeCapacityReservationsCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeInstanceTopologyCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSpotInstanceRequestsCommand,
  DescribeSpotPriceHistoryCommand,
  DescribeSubnetsCommand,
  type EC2Client,
  type Instance,
  type LaunchTemplateVersion,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  type Subnet,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { ReadCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import { askWithin, type Told } from '../shared/told.ts';
import { connectEc2 } from './client.ts';
import { awsOutcomeOf } from './outcome.ts';
import type { AwsSettings } from './schema.ts';

/** What may be tried on one machine. */
export type MachineAction = 'StartInstances' | 'StopInstances' | 'TerminateInstances';

/** Looks that are tried and not carried out: nothing of what they would show is wanted. */
const looks = {
  DescribeInstanceStatus: () => new DescribeInstanceStatusCommand({ DryRun: true }),
  DescribeInstanceTopology: () => new DescribeInstanceTopologyCommand({ DryRun: true }),
  DescribeInstanceTypeOfferings: () => new DescribeInstanceTypeOfferingsCommand({ DryRun: true }),
  DescribeInstanceTypes: () => new DescribeInstanceTypesCommand({ DryRun: true }),
  DescribeSpotPriceHistory: () => new DescribeSpotPriceHistoryCommand({ DryRun: true }),
  DescribeSpotInstanceRequests: () => new DescribeSpotInstanceRequestsCommand({ DryRun: true }),
  DescribeCapacityReservations: () => new DescribeCapacityReservationsCommand({ DryRun: true }),
} as const;
export type LookAction = keyof typeof looks;

/** Whether it is one of these. */
export function isLook(action: string): action is LookAction {
  return Object.hasOwn(looks, action);
}

/** What came of a trial: EC2's word in every case, for a trial never ends well. */
export interface Trial {
  readonly granted: 'yes' | 'no' | 'unknown';
  readonly code: string;
  readonly message: string;
}

export interface AccessCalls {
  /** One page is enough: the first is asked about. */
  machines(filters: Readonly<Record<string, string>>, call: ReadCall): Promise<Told<readonly Instance[]>>;
  versions(template: string, version: string, call: ReadCall): Promise<Told<readonly LaunchTemplateVersion[]>>;
  /** Of these the ones there are. */
  subnets(ids: readonly string[], call: ReadCall): Promise<Told<readonly Subnet[]>>;
  tryOn(action: MachineAction, id: string, call: ReadCall): Promise<Trial>;
  tryLaunch(request: RunInstancesCommandInput, call: ReadCall): Promise<Trial>;
  tryTag(id: string, key: string, call: ReadCall): Promise<Trial>;
  tryLook(action: LookAction, call: ReadCall): Promise<Trial>;
  /** EC2's clock less ours, in milliseconds, at its last answer; undefined before one. */
  skewMs(): number | undefined;
  close(): void;
}

const pageSize = 100;

/** A client of its own, for the time of one look. */
export function openAccessCalls(settings: AwsSettings, clock: Clock): AccessCalls {
  const client = connectEc2(settings);
  const skewMs = watchClock(client, clock);
  const ask = <T>(call: ReadCall, send: (abortSignal: AbortSignal) => Promise<T>): Promise<Told<T>> =>
    askWithin(clock, call, { name: 'EC2', outcomeOf: awsOutcomeOf }, send);
  const trial = async (call: ReadCall, send: (abortSignal: AbortSignal) => Promise<unknown>): Promise<Trial> =>
    trialOf(await ask(call, send));
  return {
    machines: (filters, call) =>
      ask(call, async (abortSignal) => {
        const Filters = Object.entries(filters).map(([Name, value]) => ({ Name, Values: [value] }));
        const command = new DescribeInstancesCommand({ Filters, MaxResults: pageSize });
        const { Reservations = [] } = await client.send(command, { abortSignal });
        return Reservations.flatMap(({ Instances = [] }) => Instances);
      }),
    versions: (template, version, call) =>
      ask(call, async (abortSignal) => {
        const command = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: template, Versions: [version] });
        const { LaunchTemplateVersions = [] } = await client.send(command, { abortSignal });
        return LaunchTemplateVersions;
      }),
    // By filter: by id one that is missing would hide the others.
    subnets: (ids, call) =>
      ask(call, async (abortSignal) => {
        const command = new DescribeSubnetsCommand({ Filters: [{ Name: 'subnet-id', Values: [...ids] }] });
        return (await client.send(command, { abortSignal })).Subnets ?? [];
      }),
    tryOn: (action, id, call) =>
      trial(call, (abortSignal) =>
        client.send(commandOf(action, { InstanceIds: [id], DryRun: true }), { abortSignal }),
      ),
    tryLaunch: (request, call) =>
      trial(call, (abortSignal) => client.send(new RunInstancesCommand({ ...request, DryRun: true }), { abortSignal })),
    tryTag: (id, key, call) =>
      trial(call, (abortSignal) =>
        client.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: key, Value: '' }], DryRun: true }), {
          abortSignal,
        }),
      ),
    tryLook: (action, call) =>
      trial(call, (abortSignal) => client.send(looks[action]() as DescribeInstanceStatusCommand, { abortSignal })),
    skewMs,
    close: () => client.destroy(),
  };
}

function commandOf(action: MachineAction, input: { InstanceIds: string[]; DryRun: true }) {
  switch (action) {
    case 'StartInstances':
      return new StartInstancesCommand(input);
    case 'StopInstances':
      return new StopInstancesCommand(input);
    case 'TerminateInstances':
      return new TerminateInstancesCommand(input);
  }
}

/**
 * "If you have the required permissions, the error response is DryRunOperation. Otherwise, it is UnauthorizedOperation."
 * (`DryRun` of API_StartInstances and of every other action here, checked 2026-11-27.) Any other answer says neither.
 */
function trialOf(told: Told<unknown>): Trial {
  if (told.kind === 'done') return { granted: 'unknown', code: 'NoAnswer', message: 'EC2 gave a trial no answer' };
  const { code, message } = told.error;
  const granted = code === 'DryRunOperation' ? 'yes' : code === 'UnauthorizedOperation' ? 'no' : 'unknown';
  return { granted, code, message: withoutCipher(message) };
}

/** What only EC2 can read, and fills a screen. */
function withoutCipher(message: string): string {
  return message.replace(/\s*Encoded authorization failure message:[\s\S]*$/, '');
}

/** Every answer has the date in its head, to the second. */
function watchClock(client: EC2Client, clock: Clock): () => number | undefined {
  let skewMs: number | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const date = headerOf(result.response, 'date');
      const atMs = date === undefined ? Number.NaN : Date.parse(date);
      if (!Number.isNaN(atMs)) skewMs = atMs - clock.nowMs();
      return result;
    },
    // Nearest to the wire: before an answer that is an error is thrown.
    { step: 'deserialize', priority: 'low', name: 'watchClock' },
  );
  return () => skewMs;
}

function headerOf(response: unknown, name: string): string | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined;
  const { headers } = response;
  const value = typeof headers === 'object' && headers !== null ? Reflect.get(headers, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}
