/** What a site offers by its settings, and the request for one machine of it. Pure. */
import { createHash } from 'node:crypto';
import type { RunInstancesCommandInput, Tag } from '@aws-sdk/client-ec2';
import type { Offer } from '../../model/offer.ts';
import type { Owner } from '../shared/slots.ts';
import type { StartupData } from '../shared/startup-data.ts';
import type { Refused } from '../shared/told.ts';
import type { AwsSettings } from './schema.ts';
import { tags } from './wire.ts';

/** In the order they are tried: every zone of a machine type before the next type, every type before the next market. */
export function offersOf(settings: AwsSettings): readonly Offer[] {
  const { machines, reservations, zones = [], market = defaultMarkets(settings) } = settings;
  const places = zones.map((zone) => (typeof zone === 'string' ? { zone } : zone));
  return market.flatMap((each): readonly Offer[] => {
    if (each === 'reserved' && reservations !== undefined)
      return reservations.map(({ id, machine, zone }) => {
        const place = places.find((one) => one.zone === zone) ?? { zone };
        return { machine, family: familyOf(machine), market: each, ...place, reservation: id };
      });
    return machines.flatMap((machine) =>
      (places.length === 0 ? [{}] : places).map((place) => ({
        ...{ machine, family: familyOf(machine), market: each },
        ...place,
      })),
    );
  });
}

/** What is paid for already comes first. */
function defaultMarkets({ reservations }: AwsSettings): readonly Offer['market'][] {
  return reservations === undefined ? ['on-demand'] : ['reserved', 'on-demand'];
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
export function tokenOf({ site, deployment, slot, startKey }: Owner, offer: Offer): string {
  const { machine, market, zone = '', subnet = '', reservation } = offer;
  const from = reservation === undefined ? [] : [reservation];
  const parts = [site, deployment, slot, startKey, machine, market, zone, subnet, ...from];
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
  settings: AwsSettings,
  owner: Owner,
  { offer, epoch, startup }: Asked,
): RunInstancesCommandInput {
  const { template, version = '$Default', metadataHops = 1 } = settings.launch;
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
    ...marketOf(settings, offer),
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

/**
 * On-demand says nothing: the launch template's own word on reservations stands. A Capacity Block is a market of its own and
 * always named. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-blocks-launch.html, checked 2026-11-27.
 */
function marketOf(
  { reservations = [] }: AwsSettings,
  { market, reservation }: Offer,
): Partial<RunInstancesCommandInput> {
  switch (market) {
    case 'on-demand':
      return {};
    case 'reserved': {
      if (reservation === undefined)
        return { CapacityReservationSpecification: { CapacityReservationPreference: 'capacity-reservations-only' } };
      const isBlock = reservations.some(({ id, block = false }) => id === reservation && block);
      return {
        CapacityReservationSpecification: { CapacityReservationTarget: { CapacityReservationId: reservation } },
        ...(isBlock ? { InstanceMarketOptions: { MarketType: 'capacity-block' } } : {}),
      };
    }
    case 'spot':
      return { InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { SpotInstanceType: 'one-time' } } };
  }
}

function toTags(values: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(values).map(([Key, Value]) => ({ Key, Value }));
}
