/** What a fake region has, for how much and for how long: machine types, spot prices, reservations, and what is announced. */
import type {
  CapacityReservation,
  InstanceStatusEvent,
  InstanceTypeInfo,
  SpotInstanceRequest,
  SpotPrice,
} from '@aws-sdk/client-ec2';
import { listOf, type Params, RefusedError, textsOf } from './protocol.ts';

export interface Catalogue {
  /** Machine types with their vCPUs. */
  readonly vcpus: Map<string, number>;
  /** And what else EC2 says of them, in its own shape. */
  readonly details: Map<string, Partial<InstanceTypeInfo>>;
  /** `TYPE ZONE`: the zone has no such machines at all. */
  readonly notOffered: Set<string>;
  /** `TYPE ZONE` → dollars an hour, as text. */
  readonly spotPrices: Map<string, string>;
  /** Total counts are as given; what is available is counted from the machines in it. */
  readonly reservations: Omit<CapacityReservation, 'AvailableInstanceCount'>[];
  /** Of machines, ours or not. */
  readonly events: { readonly machine: string; readonly event: InstanceStatusEvent }[];
  /** Machine → status of its spot request; default: fulfilled. */
  readonly spotStatuses: Map<string, string>;
}

export function createCatalogue(): Catalogue {
  const types = { 'p5.48xlarge': 192, 'p5.4xlarge': 16, 'p4d.24xlarge': 96, 'g6.xlarge': 4, 'p6e-gb200.36xlarge': 144 };
  const gpus = { 'p5.48xlarge': { Name: 'H100', Count: 8 }, 'p4d.24xlarge': { Name: 'A100', Count: 8 } };
  return {
    vcpus: new Map(Object.entries(types)),
    details: new Map(Object.entries(gpus).map(([type, gpu]) => [type, { GpuInfo: { Gpus: [gpu] } }])),
    ...{ notOffered: new Set(), spotPrices: new Map(), reservations: [], events: [], spotStatuses: new Map() },
  };
}

/** Actions of the catalogue, with the parameters it heeds. */
export const catalogued = {
  DescribeInstanceTypeOfferings: ['LocationType', 'Filters', 'MaxResults', 'NextToken'],
  DescribeInstanceTypes: ['InstanceTypes'],
  DescribeSpotPriceHistory: ['InstanceTypes', 'ProductDescriptions', 'StartTime', 'MaxResults', 'NextToken'],
  DescribeCapacityReservations: ['Filters', 'MaxResults', 'NextToken'],
  DescribeInstanceStatus: ['Filters', 'MaxResults', 'NextToken'],
  DescribeSpotInstanceRequests: ['Filters'],
} as const;

type Action = keyof typeof catalogued;

export function isCatalogued(action: string): action is Action {
  return Object.hasOwn(catalogued, action);
}

/** What the catalogue needs to know of the region beside it. */
export interface Around {
  readonly nowMs: number;
  readonly zones: readonly string[];
  readonly pageSize: number;
  /** Spot machines, by request and by id. */
  readonly spot: readonly { readonly request: string; readonly machine: string }[];
  available(reservation: Catalogue['reservations'][number]): number;
}

export function lookUp(catalogue: Catalogue, around: Around, action: Action, params: Params): object {
  switch (action) {
    case 'DescribeInstanceTypeOfferings':
      return pageOf('InstanceTypeOfferings', offeringsOf(catalogue, around, params), around, params);
    case 'DescribeInstanceTypes':
      return { InstanceTypes: typesOf(catalogue, textsOf(params['InstanceTypes'])) };
    case 'DescribeSpotPriceHistory':
      return pageOf('SpotPriceHistory', pricesOf(catalogue, around, params), around, params);
    case 'DescribeCapacityReservations': {
      const types = filterOf(params, ['instance-type'])('instance-type');
      const found = catalogue.reservations
        .filter(({ InstanceType = '' }) => types === undefined || types.includes(InstanceType))
        .map((each): CapacityReservation => ({ ...each, AvailableInstanceCount: around.available(each) }));
      return pageOf('CapacityReservations', found, around, params);
    }
    case 'DescribeInstanceStatus':
      return pageOf('InstanceStatuses', statusesOf(catalogue, params), around, params);
    case 'DescribeSpotInstanceRequests':
      return { SpotInstanceRequests: requestsOf(catalogue, around, params) };
  }
}

function offeringsOf({ vcpus, notOffered }: Catalogue, { zones }: Around, params: Params) {
  if (params['LocationType'] !== 'availability-zone')
    throw new RefusedError(501, 'NotModelled', 'the fake lists offerings by zone');
  const types = filterOf(params, ['instance-type'])('instance-type');
  return [...vcpus.keys()]
    .filter((type) => types === undefined || types.includes(type))
    .flatMap((type) => zones.map((zone) => ({ InstanceType: type, LocationType: 'availability-zone', Location: zone })))
    .filter(({ InstanceType, Location }) => !notOffered.has(`${InstanceType} ${Location}`));
}

function typesOf({ vcpus, details }: Catalogue, asked: readonly string[]): readonly InstanceTypeInfo[] {
  const unknown = asked.filter((type) => !vcpus.has(type));
  if (unknown.length > 0)
    throw new RefusedError(
      400,
      'InvalidInstanceType',
      `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
    );
  return asked.map((type) => ({
    InstanceType: type as NonNullable<InstanceTypeInfo['InstanceType']>,
    VCpuInfo: { DefaultVCpus: vcpus.get(type) ?? 0 },
    ...details.get(type),
  }));
}

/** Without an end, from now on: the price that stands. */
function pricesOf({ spotPrices }: Catalogue, { nowMs, zones }: Around, params: Params): readonly SpotPrice[] {
  if (textsOf(params['ProductDescriptions']).join() !== 'Linux/UNIX')
    throw new RefusedError(501, 'NotModelled', 'the fake has prices of Linux/UNIX');
  return textsOf(params['InstanceTypes']).flatMap((type) =>
    zones.flatMap((zone): SpotPrice[] => {
      const price = spotPrices.get(`${type} ${zone}`);
      if (price === undefined) return [];
      const what = { InstanceType: type as NonNullable<SpotPrice['InstanceType']>, AvailabilityZone: zone };
      return [{ ...what, SpotPrice: price, ProductDescription: 'Linux/UNIX', Timestamp: new Date(nowMs - 3_600_000) }];
    }),
  );
}

function statusesOf({ events }: Catalogue, params: Params) {
  const codes = filterOf(params, ['event.code'])('event.code');
  const found = events.filter(({ event: { Code = '' } }) => codes === undefined || codes.includes(Code));
  const byMachine = Map.groupBy(found, ({ machine }) => machine);
  return [...byMachine].map(([InstanceId, all]) => ({ InstanceId, Events: all.map(({ event }) => event) }));
}

function requestsOf({ spotStatuses }: Catalogue, { spot }: Around, params: Params): readonly SpotInstanceRequest[] {
  const ids = filterOf(params, ['spot-instance-request-id'])('spot-instance-request-id');
  return spot
    .filter(({ request }) => ids === undefined || ids.includes(request))
    .map(({ request, machine }) => ({
      ...{ SpotInstanceRequestId: request, InstanceId: machine },
      Status: { Code: spotStatuses.get(machine) ?? 'fulfilled' },
    }));
}

/** The values of a filter; undefined when it is not there. A filter of another name is not modelled. */
function filterOf(params: Params, names: readonly string[]): (name: string) => readonly string[] | undefined {
  const filters = listOf(params['Filters']);
  const other = filters.find(({ Name }) => !names.includes(String(Name)));
  if (other !== undefined)
    throw new RefusedError(501, 'NotModelled', `the fake has no filter ${String(other['Name'])}`);
  return (name) => {
    const found = filters.find(({ Name }) => Name === name);
    return found && textsOf(found['Values']);
  };
}

function pageOf(
  name: string,
  all: readonly unknown[],
  { pageSize }: Around,
  { MaxResults, NextToken }: Params,
): object {
  const from = NextToken === undefined ? 0 : Number(NextToken);
  const size = Math.min(pageSize, Number(MaxResults ?? 1000));
  return {
    [name]: all.slice(from, from + size),
    ...(from + size < all.length ? { NextToken: String(from + size) } : {}),
  };
}
