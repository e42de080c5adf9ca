/** What EC2 is asked before and after a machine: what it has, for how much, and what it will do to ours. */
import {
  type CapacityReservation,
  DescribeCapacityReservationsCommand,
  DescribeInstanceStatusCommand,
  DescribeInstanceTopologyCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeSpotInstanceRequestsCommand,
  DescribeSpotPriceHistoryCommand,
  type EC2Client,
  type InstanceStatus,
  type InstanceTopology,
  type InstanceTypeInfo,
  type InstanceTypeOffering,
  type SpotInstanceRequest,
  type SpotPrice,
} from '@aws-sdk/client-ec2';
import type { ReadCall } from '../../ports/call.ts';
import type { Told } from '../shared/told.ts';
import { allPages, filtersOf, pageSize } from './pages.ts';

type MachineType = NonNullable<SpotPrice['InstanceType']>;

export interface Ec2Reads {
  /** In which zones these machine types are to be had at all. */
  offered(machines: readonly string[], call: ReadCall): Promise<Told<readonly InstanceTypeOffering[]>>;
  /** What these machine types are; one that the region has not is `invalid`. */
  types(machines: readonly string[], call: ReadCall): Promise<Told<readonly InstanceTypeInfo[]>>;
  /** What these cost as spot machines with Linux now, per zone. */
  spotPrices(machines: readonly string[], nowMs: number, call: ReadCall): Promise<Told<readonly SpotPrice[]>>;
  /** Of these machine types, in whatever state. */
  reservations(machines: readonly string[], call: ReadCall): Promise<Told<readonly CapacityReservation[]>>;
  /** Machines of the account for which something is scheduled, or was until a week ago. */
  scheduled(call: ReadCall): Promise<Told<readonly InstanceStatus[]>>;
  /** Where these machines stand, of those that run; at most 100. One id that is not there is `not-found` for all. */
  topology(ids: readonly string[], call: ReadCall): Promise<Told<readonly InstanceTopology[]>>;
  /** Of those ids that are there: they go some hours after their machines. */
  spotRequests(ids: readonly string[], call: ReadCall): Promise<Told<readonly SpotInstanceRequest[]>>;
}

export type Ask = <T>(call: ReadCall, send: (abortSignal: AbortSignal) => Promise<T>) => Promise<Told<T>>;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceStatusEvent.html, checked 2026-11-27. */
const eventCodes = ['instance-reboot', 'system-reboot', 'system-maintenance', 'instance-retirement', 'instance-stop'];

export function openReads(client: EC2Client, ask: Ask): Ec2Reads {
  return { ...openCatalogue(client, ask), ...openOutlook(client, ask) };
}

function openCatalogue(client: EC2Client, ask: Ask): Omit<Ec2Reads, 'scheduled' | 'topology' | 'spotRequests'> {
  return {
    offered: (machines, call) =>
      ask(call, (abortSignal) => {
        const input = { Filters: filtersOf({ 'instance-type': machines }), MaxResults: pageSize };
        const where = { LocationType: 'availability-zone' } as const;
        return allPages(
          (page) =>
            client.send(new DescribeInstanceTypeOfferingsCommand({ ...input, ...where, ...page }), { abortSignal }),
          ({ InstanceTypeOfferings = [] }) => InstanceTypeOfferings,
        );
      }),
    types: (machines, call) =>
      ask(call, async (abortSignal) => {
        const command = new DescribeInstanceTypesCommand({ InstanceTypes: [...machines] as MachineType[] });
        return (await client.send(command, { abortSignal })).InstanceTypes ?? [];
      }),
    spotPrices: (machines, nowMs, call) =>
      ask(call, (abortSignal) => {
        // From now on: what is given then is the price that stands, of each type in each zone.
        const input = {
          InstanceTypes: [...machines] as MachineType[],
          ...{ ProductDescriptions: ['Linux/UNIX'], StartTime: new Date(nowMs), MaxResults: pageSize },
        };
        return allPages(
          (page) => client.send(new DescribeSpotPriceHistoryCommand({ ...input, ...page }), { abortSignal }),
          ({ SpotPriceHistory = [] }) => SpotPriceHistory,
        );
      }),
    reservations: (machines, call) =>
      ask(call, (abortSignal) => {
        const input = { Filters: filtersOf({ 'instance-type': machines }), MaxResults: pageSize };
        return allPages(
          (page) => client.send(new DescribeCapacityReservationsCommand({ ...input, ...page }), { abortSignal }),
          ({ CapacityReservations = [] }) => CapacityReservations,
        );
      }),
  };
}

function openOutlook(client: EC2Client, ask: Ask): Pick<Ec2Reads, 'scheduled' | 'topology' | 'spotRequests'> {
  return {
    scheduled: (call) =>
      ask(call, (abortSignal) => {
        const input = { Filters: filtersOf({ 'event.code': eventCodes }), MaxResults: pageSize };
        return allPages(
          (page) => client.send(new DescribeInstanceStatusCommand({ ...input, ...page }), { abortSignal }),
          ({ InstanceStatuses = [] }) => InstanceStatuses,
        );
      }),
    // With ids the API takes no page size, and the answer is one page.
    topology: (ids, call) =>
      ask(call, async (abortSignal) => {
        const command = new DescribeInstanceTopologyCommand({ InstanceIds: [...ids] });
        return (await client.send(command, { abortSignal })).Instances ?? [];
      }),
    spotRequests: (ids, call) =>
      ask(call, async (abortSignal) => {
        // By a filter: one that is not there any more would make the whole call fail.
        const Filters = filtersOf({ 'spot-instance-request-id': ids });
        const command = new DescribeSpotInstanceRequestsCommand({ Filters });
        return (await client.send(command, { abortSignal })).SpotInstanceRequests ?? [];
      }),
  };
}
