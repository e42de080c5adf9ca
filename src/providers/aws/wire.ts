/** EC2's shapes and ours: instances seen as replicas, tags, offers, and the request for a machine. Pure. */
import { createHash } from 'node:crypto';
import type { Instance, RunInstancesCommandInput, Tag } from '@aws-sdk/client-ec2';
import type { Offer } from '../../model/offer.ts';
import type { Answer } from '../../model/outcome.ts';
import type { Replica, ReplicaState } from '../../model/replica.ts';
import type { Owner } from '../shared/slots.ts';
import type { StartupData } from '../shared/startup-data.ts';
import type { Refused } from '../shared/told.ts';
import type { AwsSettings } from './schema.ts';
import { readStateReason } from './wire-errors.ts';

/** Tags on every machine and volume of ours. The first three find it; the others are what the cloud remembers for us. */
export const tags = {
  deployment: 'godwit:deployment',
  site: 'godwit:site',
  slot: 'godwit:slot',
  /** The idempotency key of the start that made this boot. */
  startKey: 'godwit:start-key',
  /** The highest lease epoch that changed it. */
  epoch: 'godwit:epoch',
  /** Launch time before the last start from `stopped` was asked for: while it is the present one, that start did not come. */
  wokenFrom: 'godwit:woken-from',
} as const;

/** In the order they are tried: every zone of a machine type before the next type, every type before the next market. */
export function offersOf({ machines, zones = [], market = ['on-demand'] }: AwsSettings): readonly Offer[] {
  const places = zones.map((zone) => (typeof zone === 'string' ? { zone } : zone));
  return market.flatMap((each) =>
    machines.flatMap((machine) =>
      (places.length === 0 ? [{}] : places).map((place) => ({
        machine,
        family: familyOf(machine),
        market: each,
        ...place,
      })),
    ),
  );
}

/** The part before the point, as quotas and sold-out zones are told by: `p5` of `p5.48xlarge`. */
function familyOf(machine: string): string {
  return machine.split('.')[0] ?? machine;
}

/**
 * The same for every try of one key at one offer, at most 64 characters. Each offer has its own: a token is bound to the
 * request's parameters, and counts per zone when the request names one. What may change between two tries (template,
 * epoch) is not in it: then EC2 says so instead of making a second machine.
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html, checked 2026-11-26.
 */
export function tokenOf({ site, deployment, slot, startKey }: Owner, { machine, market, zone, subnet }: Offer): string {
  const parts = [site, deployment, slot, startKey, machine, market, zone ?? '', subnet ?? ''];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

export interface Asked {
  readonly offer: Offer;
  /** That of the first try, so that every further one is the same request. */
  readonly epoch: number;
  readonly startup: Exclude<StartupData, Refused>;
}

/** One machine, with our tags on it from the start. */
export function runRequest(
  { launch: { template, version = '$Default', metadataHops = 1 } }: AwsSettings,
  owner: Owner,
  { offer, epoch, startup }: Asked,
): RunInstancesCommandInput {
  const ours = toTags({
    [tags.deployment]: owner.deployment,
    [tags.site]: owner.site,
    [tags.slot]: String(owner.slot),
    [tags.startKey]: owner.startKey,
    [tags.epoch]: String(epoch),
  });
  return {
    MinCount: 1,
    MaxCount: 1,
    ClientToken: tokenOf(owner, offer),
    LaunchTemplate: { LaunchTemplateId: template, Version: String(version) },
    InstanceType: offer.machine as NonNullable<RunInstancesCommandInput['InstanceType']>,
    TagSpecifications: [
      { ResourceType: 'instance', Tags: ours },
      { ResourceType: 'volume', Tags: ours },
    ],
    ...(offer.subnet === undefined ? {} : { SubnetId: offer.subnet }),
    ...(offer.zone === undefined || offer.subnet !== undefined ? {} : { Placement: { AvailabilityZone: offer.zone } }),
    ...marketOf(offer),
    ...(startup.kind === 'none' ? {} : startupOf(startup.text, metadataHops)),
  };
}

/**
 * In place of the template's own user data. A model server answers strangers, so it does not get the machine's role with
 * it: the metadata service asks for a token, and a token goes one hop, which ends before a container's own network. Two
 * hops reach into it: for servers that read their weights by the machine's role.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html, checked 2026-11-27.
 */
function startupOf(text: string, hops: number): Partial<RunInstancesCommandInput> {
  return {
    UserData: Buffer.from(text).toString('base64'),
    MetadataOptions: { HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: hops },
  };
}

/** On-demand says nothing: the launch template's own word on reservations stands. */
function marketOf({ market }: Offer): Partial<RunInstancesCommandInput> {
  switch (market) {
    case 'on-demand':
      return {};
    case 'reserved':
      return { CapacityReservationSpecification: { CapacityReservationPreference: 'capacity-reservations-only' } };
    case 'spot':
      return { InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { SpotInstanceType: 'one-time' } } };
  }
}

function toTags(values: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(values).map(([Key, Value]) => ({ Key, Value }));
}

/** Undefined: it does not carry the tag. */
export function tagOf({ Tags = [] }: Instance, key: string): string | undefined {
  return Tags.find(({ Key }) => Key === key)?.Value;
}

/** 0 without the tag. */
export function epochOf(instance: Instance): number {
  return Number(tagOf(instance, tags.epoch) ?? 0);
}

/**
 * The launch time is that of the last start, so a machine that was stopped and started is another boot.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Stop_Start.html, checked 2026-11-26.
 */
export function bootIdOf({ InstanceId = '', LaunchTime }: Instance): string {
  return `${InstanceId}@${LaunchTime?.toISOString() ?? ''}`;
}

/** Undefined for what is not ours: no tags, or a slot that is no number. */
export function toReplica(
  instance: Instance,
  { address = 'private', port = 8000 }: Pick<AwsSettings, 'address' | 'port'>,
): Replica | undefined {
  const [deployment, site] = [tagOf(instance, tags.deployment), tagOf(instance, tags.site)];
  const slot = Number(tagOf(instance, tags.slot) ?? Number.NaN);
  const { InstanceId: id, LaunchTime, PrivateIpAddress, PublicIpAddress } = instance;
  if (id === undefined || deployment === undefined || site === undefined || !Number.isInteger(slot)) return undefined;
  const { state, billed } = standingOf(instance);
  const host = address === 'public' ? PublicIpAddress : PrivateIpAddress;
  const answers = state === 'starting' || state === 'running' || state === 'stopping';
  return {
    ...{ id, bootId: bootIdOf(instance), deployment, site, slot, state, billed },
    url: !answers || host === undefined || host === '' ? undefined : `http://${host}:${port}`,
    startedAtMs: LaunchTime?.getTime() ?? 0,
    startKey: tagOf(instance, tags.startKey) ?? '',
  };
}

/**
 * Billing begins with `running`, which `pending` becomes by itself, and ends with `stopped` or `terminated`: while
 * `stopping` it depends on hibernation, and `shutting-down` may last for hours, so both are unknown until they are over.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html, checked 2026-11-26. Volumes of a stopped
 * machine are billed all along; what is asked here is the machine.
 */
export function standingOf({ State }: Instance): { readonly state: ReplicaState; readonly billed: Answer } {
  switch (State?.Name) {
    case 'pending':
      return { state: 'starting', billed: 'yes' };
    case 'running':
      return { state: 'running', billed: 'yes' };
    case 'stopping':
    case 'shutting-down':
      return { state: 'stopping', billed: 'unknown' };
    case 'stopped':
      return { state: 'stopped', billed: 'no' };
    case 'terminated':
      return { state: 'gone', billed: 'no' };
    default:
      // A word of theirs that is new to us: it may run and cost money.
      return { state: 'running', billed: 'unknown' };
  }
}

/** Ended by its own launch, before it ever ran: a refusal that came late. */
const failedLaunches = new Set([
  ...['Server.InsufficientInstanceCapacity', 'Server.InternalError', 'Client.InternalError'],
  ...['Client.VolumeLimitExceeded', 'Client.InvalidSnapshot.NotFound'],
]);

/**
 * Why the launch failed after it was accepted; undefined when it did not. The codes are those of
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html, checked 2026-11-26.
 */
export function lateFailureOf({ State, StateReason }: Instance) {
  const isEnding = State?.Name === 'shutting-down' || State?.Name === 'terminated';
  const { code, message } = readStateReason(StateReason) ?? {};
  return isEnding && code !== undefined && failedLaunches.has(code) ? { code, message } : undefined;
}
