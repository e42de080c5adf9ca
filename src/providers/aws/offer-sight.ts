/** What is known of one offer from what was read: price, room, and why it would be refused. Pure. */
import type { CapacityReservation, InstanceTypeInfo, InstanceTypeOffering, SpotPrice } from '@aws-sdk/client-ec2';
import type { Offer, OfferSight } from '../../model/offer.ts';
import type { ErrorClass, ProviderError } from '../../model/provider-error.ts';
import { quotaClassOf } from './quota-classes.ts';
import type { Quota } from './quotas.ts';
import { endOfMachinesMs } from './reservations.ts';
import type { AwsSettings } from './schema.ts';

/** What was read; undefined where it was not, or could not be. */
export interface Knowledge {
  readonly settings: AwsSettings;
  readonly nowMs: number;
  readonly offered: readonly InstanceTypeOffering[];
  readonly prices: { readonly all: readonly SpotPrice[]; readonly saidAtMs: number } | undefined;
  /** By machine type; 0: EC2 names none. */
  readonly accelerators: ReadonlyMap<string, number> | undefined;
  readonly reservations: readonly CapacityReservation[] | undefined;
  /** By quota code: the limit, the vCPUs in use, and how many each machine type takes. */
  readonly quotas: ReadonlyMap<
    string,
    { readonly quota: Quota; readonly used: number; readonly vcpus: ReadonlyMap<string, number> }
  >;
}

/** Refused with the code that EC2 would refuse the launch with. */
export function sightOf(offer: Offer, known: Knowledge): OfferSight {
  if (!isOffered(offer, known)) {
    const where = offer.zone ?? known.settings.region;
    return { offer, denied: because('invalid', 'Unsupported', `${where} has no ${offer.machine}`) };
  }
  if (offer.market === 'reserved') return { offer, ...ofReservation(offer, known) };
  return { offer, ...priceOf(offer, known), ...machineOf(offer, known), ...ofQuota(offer, known) };
}

function because(errorClass: ErrorClass, code: string, message: string): ProviderError {
  return { class: errorClass, code, message };
}

function isOffered({ machine, zone }: Offer, { offered }: Knowledge): boolean {
  return offered.some(
    ({ InstanceType, Location }) => InstanceType === machine && (zone === undefined || Location === zone),
  );
}

/** The price of Linux, where the zone is known; on-demand prices are not EC2's to tell. */
function priceOf(
  { machine, market, zone }: Offer,
  { prices }: Knowledge,
): Pick<OfferSight, 'usdPerHour' | 'pricedAtMs' | 'unpriced'> {
  if (market !== 'spot') return { unpriced: 'EC2 says prices of spot machines only' };
  if (zone === undefined) return { unpriced: 'spot has a price in each zone, and the site names none (zones)' };
  if (prices === undefined) return { unpriced: 'spot prices could not be read' };
  const newest = prices.all
    .filter((each) => each.InstanceType === machine && each.AvailabilityZone === zone)
    .toSorted((a, b) => (b.Timestamp?.getTime() ?? 0) - (a.Timestamp?.getTime() ?? 0))[0];
  const usdPerHour = Number(newest?.SpotPrice ?? Number.NaN);
  return usdPerHour > 0 ? { usdPerHour, pricedAtMs: prices.saidAtMs } : {};
}

function machineOf({ machine }: Offer, { accelerators }: Knowledge): Pick<OfferSight, 'accelerators'> {
  const count = accelerators?.get(machine) ?? 0;
  return count > 0 ? { accelerators: count } : {};
}

/**
 * GPUs, or chips of Neuron, which some types name a second time as inference accelerators; 0: none, or less than one, for which
 * EC2's own count is 0. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NeuronInfo.html and API_GpuDeviceInfo.html, checked 2026-11-28.
 */
export function countAccelerators({ GpuInfo, NeuronInfo, InferenceAcceleratorInfo }: InstanceTypeInfo): number {
  const named = [GpuInfo?.Gpus, NeuronInfo?.NeuronDevices, InferenceAcceleratorInfo?.Accelerators];
  const first = named.find((devices = []) => devices.length > 0) ?? [];
  return first.reduce((sum, { Count = 0 }) => sum + Count, 0);
}

function ofQuota({ machine, market }: Offer, { quotas }: Knowledge): Pick<OfferSight, 'room' | 'denied'> {
  const code = quotaClassOf(machine)?.codes[market === 'spot' ? 'spot' : 'on-demand'];
  const found = code === undefined ? undefined : quotas.get(code);
  const each = found?.vcpus.get(machine);
  if (found === undefined || each === undefined || !(each > 0)) return {};
  const { quota, used } = found;
  const room = Math.max(0, Math.floor((quota.limit - used) / each));
  if (room > 0) return { room };
  const message = `${quota.name}: ${used} of ${quota.limit} vCPUs are in use, and one ${machine} takes ${each}`;
  const refusal = market === 'spot' ? 'MaxSpotInstanceCountExceeded' : 'VcpuLimitExceeded';
  return { room, denied: because('quota', refusal, message) };
}

type Room = Pick<OfferSight, 'room' | 'denied'>;

function full(message: string): Room {
  return { room: 0, denied: because('capacity', 'ReservationCapacityExceeded', message) };
}

function ofReservation(offer: Offer, known: Knowledge): Room {
  const { reservations } = known;
  if (reservations === undefined) return {};
  return offer.reservation === undefined
    ? ofOpenOnes(offer, reservations)
    : ofNamed(offer, offer.reservation, { ...known, reservations });
}

function ofOpenOnes({ machine, zone }: Offer, reservations: readonly CapacityReservation[]): Room {
  const open = reservations.filter(
    (each) =>
      each.State === 'active' &&
      each.InstanceMatchCriteria === 'open' &&
      each.InstanceType === machine &&
      (zone === undefined || each.AvailabilityZone === zone),
  );
  const counts = open.map(({ AvailableInstanceCount }) => AvailableInstanceCount);
  if (counts.includes(undefined)) return {};
  const room = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  if (room > 0) return { room };
  const where = zone === undefined ? '' : ` in ${zone}`;
  return full(`no open reservation of ${machine}${where} has room: there are ${open.length}`);
}

function ofNamed(
  { machine, zone }: Offer,
  id: string,
  { nowMs, reservations }: Knowledge & { readonly reservations: readonly CapacityReservation[] },
): Room {
  const found = reservations.find(({ CapacityReservationId }) => CapacityReservationId === id);
  const isHere = found?.InstanceType === machine && found.AvailabilityZone === zone;
  if (found === undefined || !isHere) {
    const message = `there is no ${id} of ${machine} in ${zone}`;
    return { denied: because('invalid', 'InvalidCapacityReservationId.NotFound', message) };
  }
  if (found.State !== 'active') return full(`${id} is ${found.State}`);
  // Only of an UltraServer's: the server is one machine, and may be out as a whole.
  if (found.LaunchStatus === 'unlaunchable') return full(`${id} takes no launches now`);
  const endMs = endOfMachinesMs(found);
  if (endMs !== undefined && nowMs >= endMs) return full(`${id} ends within half an hour, and its machines with it`);
  const { AvailableInstanceCount: room, TotalInstanceCount: all } = found;
  if (room === undefined) return {};
  return room > 0 ? { room } : full(`all ${all ?? ''} of ${id} are in use`);
}
