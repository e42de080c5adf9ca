/** What a fake region does for each action, true to the API's own rules; nothing here knows of HTTP. */
import type { Instance } from '@aws-sdk/client-ec2';
import { type Catalogue, catalogued, createCatalogue, isCatalogued, lookUp } from './catalogue.ts';
import type { Policy } from './iam.ts';
import { Machine, type Metadata, type State } from './machines.ts';
import { listOf, type Params, RefusedError, structOf, textsOf } from './protocol.ts';
import { createTokenShelf, recall, type TokenShelf } from './tokens.ts';

export interface RegionTerms {
  /** The region's own time, epoch milliseconds. */
  readonly nowMs: () => number;
  readonly zones: readonly string[];
  readonly templates: readonly string[];
  /** By id, the zone each is in. */
  readonly subnets: Readonly<Record<string, string>>;
}

/** The truth behind the API, and its moods. */
export interface Region {
  nowMs(): number;
  readonly machines: readonly Machine[];
  /** By how much what is listed lags behind what is, in milliseconds of the region's time. */
  lagMs: number;
  /** How long after its launch a machine's topology lacks its UltraServer, in milliseconds of the region's time. */
  topologyLagMs: number;
  /** Machines that are terminated from now on shut down without an end. */
  isStuck: boolean;
  /** What the template says of the volumes of new machines: they stay when their machine ends. */
  keepsVolumes: boolean;
  /** Where new machines answer, for a test that has a server there. */
  address?: string;
  /** What the caller may do; absent: everything. */
  policy?: Policy;
  /** Machines per page at most, whatever is asked for. */
  pageSize: number;
  /** `TYPE ZONE`: none is free. */
  readonly soldOut: Set<string>;
  /** `TYPE ZONE` → the code its launches end with after they were accepted. */
  readonly failingLate: Map<string, string>;
  readonly catalogue: Catalogue;
  /** What is not the caller's: a machine that bears no tag of ours. */
  addStranger(): Machine;
  stateOf(machine: Machine): State | undefined;
  /** The action's result as the SDK names it; throws a refusal. */
  act(action: string, params: Params): object;
}

/** Actions the fake models, with the parameters it heeds: any other is answered 501, never ignored. */
export const modelled: Readonly<Record<string, readonly string[]>> = {
  DescribeInstances: ['InstanceIds', 'Filters', 'MaxResults', 'NextToken'],
  RunInstances: [
    ...['MinCount', 'MaxCount', 'ClientToken', 'LaunchTemplate', 'InstanceType', 'SubnetId', 'Placement'],
    ...['TagSpecifications', 'InstanceMarketOptions', 'CapacityReservationSpecification'],
    ...['UserData', 'MetadataOptions'],
  ],
  DescribeInstanceTopology: ['InstanceIds'],
  StartInstances: ['InstanceIds'],
  StopInstances: ['InstanceIds'],
  TerminateInstances: ['InstanceIds'],
  CreateTags: ['Resources', 'Tags'],
  ...catalogued,
  DescribeLaunchTemplateVersions: ['LaunchTemplateId', 'Versions'],
  DescribeSubnets: ['Filters'],
};

export function createRegion(terms: RegionTerms): Region {
  const machines: Machine[] = [];
  const tokens = createTokenShelf<Machine>();
  const region: Region = {
    nowMs: terms.nowMs,
    machines,
    lagMs: 0,
    topologyLagMs: 0,
    isStuck: false,
    keepsVolumes: false,
    pageSize: 1000,
    soldOut: new Set(),
    failingLate: new Map(),
    catalogue: createCatalogue(),
    stateOf: (machine) => machine.stateAt(terms.nowMs()),
    addStranger() {
      const index = machines.length + 1;
      const id = `i-${index.toString(16).padStart(17, '0')}`;
      const kind = { type: 'm5.large', zone: terms.zones[0] ?? '', isBlock: false, keepsVolume: false, token: '' };
      const stranger = new Machine(
        { id, index, ...kind, tags: new Map([['Name', 'database']]), userData: undefined, metadata: undefined },
        terms.nowMs() - 3_600_000,
      );
      machines.push(stranger);
      return stranger;
    },
    act(action, params) {
      if (params['DryRun'] === 'true') throw tryOut(region, terms, action, params);
      if (isCatalogued(action)) return lookUp(region.catalogue, aroundOf(region, terms), action, params);
      switch (action) {
        case 'DescribeInstances':
          return describe(region, terms, params);
        case 'DescribeInstanceTopology':
          return describeTopology(region, terms, params);
        case 'RunInstances':
          return { Instances: [run(region, terms, { machines, tokens }, params)] };
        case 'StartInstances':
          return { StartingInstances: eachOf(region, params, (machine) => startAgain(region, terms, machine)) };
        case 'StopInstances':
          return { StoppingInstances: eachOf(region, params, (machine) => stop(region, terms, machine)) };
        case 'TerminateInstances':
          return { TerminatingInstances: eachOf(region, params, (machine) => terminate(region, terms, machine)) };
        case 'DescribeLaunchTemplateVersions':
          return describeVersions(terms, params);
        case 'DescribeSubnets':
          return describeSubnets(terms, params);
        default:
          for (const id of textsOf(params['Resources'])) tagAll(machineOf(region, id), params['Tags']);
          return {};
      }
    },
  };
  return region;
}

/** The caller may; whether it would come to something is looked at as far as EC2 does before it begins. */
function tryOut(region: Region, terms: RegionTerms, action: string, params: Params): RefusedError {
  const zone = String(structOf(params['Placement'])['AvailabilityZone'] ?? terms.zones[0] ?? '');
  if (action === 'RunInstances') check(terms, params, zone);
  for (const id of [...textsOf(params['InstanceIds']), ...textsOf(params['Resources'])]) machineOf(region, id);
  return new RefusedError(412, 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
}

/** Every template has three versions, of which the first is the default. */
function describeVersions({ templates }: RegionTerms, params: Params): object {
  const id = String(params['LaunchTemplateId']);
  if (!templates.includes(id)) throw noTemplate(id);
  const numbers: Readonly<Record<string, number>> = { $Default: 1, $Latest: 3, 1: 1, 2: 2, 3: 3 };
  const found = textsOf(params['Versions']).map((version) => {
    const number = numbers[version];
    if (number !== undefined) return { LaunchTemplateId: id, VersionNumber: number, DefaultVersion: number === 1 };
    throw new RefusedError(
      400,
      'InvalidLaunchTemplateId.VersionNotFound',
      `Could not find the specified version ${version} for the launch template with ID ${id}.`,
    );
  });
  return { LaunchTemplateVersions: found };
}

function describeSubnets({ subnets }: RegionTerms, params: Params): object {
  const [filter] = listOf(params['Filters']);
  if (filter?.['Name'] !== 'subnet-id') throw new RefusedError(501, 'NotModelled', 'the fake filters subnets by id');
  const found = textsOf(filter['Values']).filter((id) => subnets[id] !== undefined);
  return { Subnets: found.map((id) => ({ SubnetId: id, AvailabilityZone: subnets[id] })) };
}

function noTemplate(id: string): RefusedError {
  return new RefusedError(
    400,
    'InvalidLaunchTemplateId.NotFound',
    `The specified launch template, with template ID ${id}, does not exist.`,
  );
}

function describe(region: Region, { nowMs }: RegionTerms, params: Params): object {
  const ids = textsOf(params['InstanceIds']);
  const { MaxResults: asked, NextToken: next } = params;
  if (ids.length > 0 && asked !== undefined)
    throw new RefusedError(
      400,
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
    );
  if (asked !== undefined && !(Number(asked) >= 5 && Number(asked) <= 1000))
    throw new RefusedError(
      400,
      'InvalidParameterValue',
      `Value ( ${String(asked)} ) for parameter maxResults is invalid`,
    );
  const seen = region.machines.flatMap((machine) => machine.shownAt(nowMs() - region.lagMs) ?? []);
  const missing = ids.find((id) => !seen.some(({ InstanceId }) => InstanceId === id));
  for (const id of ids) checkId(id);
  if (missing !== undefined) throw notFound(missing);
  const filters = listOf(params['Filters']);
  const found = seen.filter(
    (each) =>
      (ids.length === 0 || ids.includes(each.InstanceId ?? '')) && filters.every((filter) => fits(each, filter)),
  );
  const from = next === undefined ? 0 : Number(next);
  const size = Math.min(region.pageSize, Number(asked ?? 1000));
  const page = found.slice(from, from + size);
  return {
    Reservations: page.map((each, index) => ({
      ReservationId: `r-${from + index}`,
      OwnerId: '123456789012',
      Instances: [each],
    })),
    ...(from + size < found.length ? { NextToken: String(from + size) } : {}),
  };
}

/** Only of machines that run; of an UltraServer's machines with its block, which a reservation's launch status tells apart. */
function describeTopology(region: Region, { nowMs }: RegionTerms, params: Params): object {
  const ids = textsOf(params['InstanceIds']);
  if (ids.length === 0 || ids.length > 100)
    throw new RefusedError(501, 'NotModelled', 'the fake tells the topology of 1 to 100 machines by id');
  const running = ids.map((id) => machineOf(region, id)).filter((each) => region.stateOf(each) === 'running');
  return {
    Instances: running.map((machine) => {
      const { id, type, zone, reservation } = machine.terms;
      const held = region.catalogue.reservations.find((each) => each.CapacityReservationId === reservation);
      const launchedAtMs = machine.shownAt(nowMs())?.LaunchTime?.getTime() ?? 0;
      const isTold = held?.LaunchStatus !== undefined && nowMs() - launchedAtMs >= region.topologyLagMs;
      return {
        ...{ InstanceId: id, InstanceType: type, AvailabilityZone: zone, NetworkNodes: ['nn-1', 'nn-2', 'nn-3'] },
        ...(isTold ? { CapacityBlockId: held.CapacityBlockId } : {}),
      };
    }),
  };
}

function fits(instance: Instance, { Name, Values }: Params): boolean {
  const name = String(Name);
  const has = (value: string | undefined): boolean => value !== undefined && textsOf(Values).includes(value);
  if (name === 'client-token') return has(instance.ClientToken);
  if (name === 'instance-state-name') return has(instance.State?.Name);
  if (name === 'instance-type') return textsOf(Values).some((value) => isLike(instance.InstanceType ?? '', value));
  if (name.startsWith('tag:')) return has(instance.Tags?.find(({ Key }) => Key === name.slice('tag:'.length))?.Value);
  throw new RefusedError(501, 'NotModelled', `the fake has no filter ${name}`);
}

/** `*` stands for any letters. */
function isLike(text: string, pattern: string): boolean {
  const [before = '', after] = pattern.split('*');
  return after === undefined ? text === pattern : text.startsWith(before) && text.endsWith(after);
}

function aroundOf(region: Region, { nowMs, zones }: RegionTerms) {
  const spot = region.machines.flatMap(({ terms: { id, spotRequest } }) =>
    spotRequest === undefined ? [] : [{ request: spotRequest, machine: id }],
  );
  const { pageSize } = region;
  return { nowMs: nowMs(), zones, pageSize, spot, available: (each: Reservation) => availableIn(region, each) };
}

type Reservation = Catalogue['reservations'][number];

/** A machine is in its reservation until it has stopped or ended. */
function availableIn(region: Region, { CapacityReservationId, TotalInstanceCount = 0 }: Reservation): number {
  const taken = region.machines.filter(
    (each) =>
      each.terms.reservation === CapacityReservationId &&
      !['stopped', 'terminated', undefined].includes(region.stateOf(each)),
  );
  return TotalInstanceCount - taken.length;
}

/** What a launch that asks for a reservation gets; undefined where it asks for none. */
function reservationFor(region: Region, params: Params, type: string, zone: string): Reservation | undefined {
  const { CapacityReservationPreference: preference, CapacityReservationTarget: target } = structOf(
    params['CapacityReservationSpecification'],
  );
  const id = structOf(target)['CapacityReservationId'];
  if (preference === undefined && id === undefined) return undefined;
  if (id === undefined && preference !== 'capacity-reservations-only')
    throw new RefusedError(501, 'NotModelled', `the fake has no preference ${String(preference)}`);
  const fits = region.catalogue.reservations.filter(
    (each) => each.InstanceType === type && each.AvailabilityZone === zone && each.State === 'active',
  );
  const wanted = fits.filter((each) =>
    id === undefined ? each.InstanceMatchCriteria === 'open' : each.CapacityReservationId === id,
  );
  const free = wanted.find((each) => availableIn(region, each) > 0);
  if (free === undefined)
    throw new RefusedError(
      400,
      'ReservationCapacityExceeded',
      'The requested reservation does not have sufficient capacity.',
    );
  const isBlock = structOf(params['InstanceMarketOptions'])['MarketType'] === 'capacity-block';
  if (isBlock !== (free.ReservationType === 'capacity-block'))
    throw new RefusedError(400, 'InvalidParameterCombination', 'The market type does not fit the reservation.');
  return free;
}

interface Stock {
  readonly machines: Machine[];
  readonly tokens: TokenShelf<Machine>;
}

function run(region: Region, terms: RegionTerms, { machines, tokens }: Stock, params: Params): Instance {
  const asked = structOf(params['Placement'])['AvailabilityZone'];
  const nowMs = terms.nowMs();
  const known = tokens.find(params);
  const before = known && recall(known, known.made.endedAtMs(nowMs), nowMs);
  if (before !== undefined) return before.shownAt(nowMs) ?? {};
  const type = String(params['InstanceType']);
  const zone = String(asked ?? terms.zones[0]);
  check(terms, params, zone);
  checkOffered(region, type, zone);
  const reservation = reservationFor(region, params, type, zone);
  if (reservation === undefined && region.soldOut.has(`${type} ${zone}`)) throw soldOut(type, zone);
  const market = structOf(params['InstanceMarketOptions'])['MarketType'];
  const index = machines.length + 1;
  const machine = new Machine(
    {
      ...{ id: `i-${index.toString(16).padStart(17, '0')}`, index, type, zone },
      ...(market === 'spot' ? { spotRequest: `sir-${index.toString(16).padStart(8, '0')}` } : {}),
      ...(reservation?.CapacityReservationId === undefined ? {} : { reservation: reservation.CapacityReservationId }),
      isBlock: market === 'capacity-block',
      keepsVolume: region.keepsVolumes,
      ...(reservation?.CapacityBlockId === undefined ? {} : { block: reservation.CapacityBlockId }),
      token: String(params['ClientToken'] ?? ''),
      userData: params['UserData'] === undefined ? undefined : String(params['UserData']),
      metadata: params['MetadataOptions'] === undefined ? undefined : metadataOf(structOf(params['MetadataOptions'])),
      tags: tagsOf(listOf(params['TagSpecifications']).find((each) => each['ResourceType'] === 'instance')?.['Tags']),
      ...(region.address === undefined ? {} : { address: region.address }),
    },
    nowMs,
  );
  const late = region.failingLate.get(`${type} ${zone}`);
  if (late !== undefined) machine.failLate(nowMs, late);
  machines.push(machine);
  tokens.keep(params, machine);
  return machine.shownAt(nowMs) ?? {};
}

function check({ templates, zones }: RegionTerms, params: Params, zone: string): void {
  const template = String(structOf(params['LaunchTemplate'])['LaunchTemplateId']);
  if (params['MinCount'] !== '1' || params['MaxCount'] !== '1')
    throw new RefusedError(501, 'NotModelled', 'the fake starts one machine at a time');
  if (String(params['ClientToken'] ?? '').length > 64)
    throw new RefusedError(400, 'InvalidParameterValue', 'clientToken exceeds the maximum length of 64');
  if (params['UserData'] !== undefined) checkUserData(String(params['UserData']));
  if (!templates.includes(template)) throw noTemplate(template);
  if (!zones.includes(zone))
    throw new RefusedError(400, 'InvalidParameterValue', `Invalid availability zone: [${zone}]`);
}

/** As it is shown; what is not said has the API's own default. */
function metadataOf({ HttpEndpoint, HttpTokens, HttpPutResponseHopLimit, ...rest }: Params): Metadata {
  const [other] = Object.keys(rest);
  if (other !== undefined) throw new RefusedError(501, 'NotModelled', `the fake does not model ${other}`);
  return {
    State: 'applied',
    HttpEndpoint: HttpEndpoint === 'disabled' ? 'disabled' : 'enabled',
    HttpTokens: HttpTokens === 'required' ? 'required' : 'optional',
    HttpPutResponseHopLimit: Number(HttpPutResponseHopLimit ?? 1),
  };
}

/** Base64, and at most 16 KB before it was that. */
function checkUserData(given: string): void {
  const raw = Buffer.from(given, 'base64');
  if (raw.toString('base64') !== given)
    throw new RefusedError(400, 'InvalidParameterValue', 'Invalid BASE64 encoding of user data.');
  if (raw.length > 16_384) throw new RefusedError(400, 'InvalidParameterValue', 'User data is limited to 16384 bytes');
}

function checkOffered({ catalogue: { notOffered, vcpus } }: Region, type: string, zone: string): void {
  if (!vcpus.has(type)) throw new RefusedError(400, 'InvalidInstanceType', `Invalid instance type: ${type}`);
  if (notOffered.has(`${type} ${zone}`))
    throw new RefusedError(
      400,
      'Unsupported',
      `Your requested instance type (${type}) is not supported in your requested Availability Zone (${zone}).`,
    );
}

function soldOut(type: string, zone: string): RefusedError {
  return new RefusedError(
    500,
    'InsufficientInstanceCapacity',
    `We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${zone}).`,
  );
}

function startAgain(region: Region, { nowMs }: RegionTerms, machine: Machine): void {
  const state = region.stateOf(machine);
  if (state === 'running' || state === 'pending') return;
  if (state !== 'stopped') throw wrongState(machine, 'started');
  const { type, zone } = machine.terms;
  if (region.soldOut.has(`${type} ${zone}`)) throw soldOut(type, zone);
  machine.start(nowMs());
}

function stop(region: Region, { nowMs }: RegionTerms, machine: Machine): void {
  const state = region.stateOf(machine);
  if (machine.terms.spotRequest !== undefined)
    throw new RefusedError(
      400,
      'UnsupportedOperation',
      `You can't stop the Spot Instance '${machine.terms.id}' because it is associated with a one-time Spot Instance request.`,
    );
  if (state === 'stopping' || state === 'stopped') return;
  if (state !== 'running') throw wrongState(machine, 'stopped');
  machine.stop(nowMs());
}

function terminate(region: Region, { nowMs }: RegionTerms, machine: Machine): void {
  const state = region.stateOf(machine);
  if (state === 'shutting-down' || state === 'terminated') return;
  if (region.isStuck) machine.stick(nowMs());
  else machine.end(nowMs());
}

/** The changes' own list, by the truth and not by the lagging list. */
function eachOf(region: Region, params: Params, change: (machine: Machine) => void): object[] {
  return textsOf(params['InstanceIds']).map((id) => {
    const machine = machineOf(region, id);
    const before = region.stateOf(machine);
    change(machine);
    return { InstanceId: id, CurrentState: { Name: region.stateOf(machine) }, PreviousState: { Name: before } };
  });
}

function machineOf(region: Region, id: string): Machine {
  checkId(id);
  const found = region.machines.find(({ terms }) => terms.id === id);
  if (found === undefined || region.stateOf(found) === undefined) throw notFound(id);
  return found;
}

function checkId(id: string): void {
  if (!/^i-[0-9a-f]{8}([0-9a-f]{9})?$/.test(id))
    throw new RefusedError(400, 'InvalidInstanceID.Malformed', `Invalid id: "${id}"`);
}

function notFound(id: string): RefusedError {
  return new RefusedError(400, 'InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
}

function wrongState({ terms: { id } }: Machine, what: string): RefusedError {
  return new RefusedError(
    400,
    'IncorrectInstanceState',
    `The instance '${id}' is not in a state from which it can be ${what}.`,
  );
}

function tagAll(machine: Machine, given: Params[string]): void {
  for (const [key, value] of tagsOf(given)) machine.tags.set(key, value);
}

function tagsOf(given: Params[string]): ReadonlyMap<string, string> {
  return new Map(listOf(given).map(({ Key, Value }) => [String(Key), String(Value)]));
}
