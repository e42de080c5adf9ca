/** What is known of one offer from what was read: room, and why it would be refused. Google tells no prices here. Pure. */
import type { Offer, OfferSight } from '../../model/offer.ts';
import type { ErrorClass, ProviderError } from '../../model/provider-error.ts';
import type { MachineType, RegionQuota, Reservation } from './client-reads.ts';

/** What was read; undefined where it was not, or could not be. */
export interface Knowledge {
  /** By `TYPE ZONE`; null: the zone does not have it. */
  readonly types: ReadonlyMap<string, MachineType | null>;
  readonly quotas: readonly RegionQuota[] | undefined;
  /** By zone; null: there is none of this name. */
  readonly reservations: ReadonlyMap<string, Reservation | null>;
}

/** Refused with the code that Google would refuse the launch with. */
export function sightOf(offer: Offer, { types, quotas, reservations }: Knowledge): OfferSight {
  const { machine, zone = '' } = offer;
  const type = types.get(`${machine} ${zone}`);
  if (type === null) {
    const message = `Machine type with name '${machine}' does not exist in zone '${zone}'.`;
    return { offer, denied: because('invalid', 'INVALID_FIELD_VALUE', message) };
  }
  if (offer.market === 'reserved') return { offer, ...ofReservation(offer, reservations.get(zone)) };
  return { offer, ...(type === undefined || quotas === undefined ? {} : ofQuotas(offer, type, quotas)) };
}

type Room = Pick<OfferSight, 'room' | 'denied'>;

function because(errorClass: ErrorClass, code: string, message: string): ProviderError {
  return { class: errorClass, code, message };
}

function ofReservation({ machine, zone, reservation: name }: Offer, found: Reservation | null | undefined): Room {
  if (found === undefined) return {};
  if (found === null)
    return { denied: because('invalid', 'CONDITION_NOT_MET', `reservation ${name} does not exist in ${zone}`) };
  const { count, inUseCount, instanceProperties } = found.specificReservation ?? {};
  const type = instanceProperties?.machineType;
  if (type && type.split('/').at(-1) !== machine)
    return {
      denied: because(
        'invalid',
        'CONDITION_NOT_MET',
        `reservation ${name} is of ${type}, and must exist for ${machine}`,
      ),
    };
  if (count === undefined || count === null) return {};
  const room = Math.max(0, Number(count) - Number(inUseCount ?? 0));
  if (room > 0) return { room };
  const message = `reservation ${name} does not have available resources: all ${count} are in use`;
  return { room, denied: because('capacity', 'CONDITION_NOT_MET', message) };
}

/** A quota that one replica of an offer takes from. */
export interface QuotaUse {
  readonly metric: string;
  readonly limit: number;
  readonly usage: number;
  readonly each: number;
}

/**
 * The region's quotas of the accelerators in a machine type: `NVIDIA_A100_80GB_GPUS` for `nvidia-a100-80gb`, `NVIDIA_T4_GPUS` for
 * `nvidia-tesla-t4`, and where there is none of that memory alone, `NVIDIA_H100_GPUS` for `nvidia-h100-80gb`; for spot machines
 * with `PREEMPTIBLE_` before it (compute.proto, `Quota.Metric`, checked 2026-11-27). Where no name fits nothing is known.
 */
export function quotasOf(
  { market }: Pick<Offer, 'market'>,
  { accelerators = [] }: MachineType,
  quotas: readonly RegionQuota[],
): readonly QuotaUse[] {
  return accelerators.flatMap(({ guestAcceleratorType, guestAcceleratorCount }): readonly QuotaUse[] => {
    const type = (guestAcceleratorType ?? '').toUpperCase().replaceAll('-', '_').replace('_TESLA_', '_');
    const prefix = market === 'spot' ? 'PREEMPTIBLE_' : '';
    const names = [type, type.replace(/_\d+GB$/, '')].map((name) => `${prefix}${name}_GPUS`);
    const found = names.flatMap((name) => quotas.find(({ metric }) => metric === name) ?? [])[0];
    const each = guestAcceleratorCount ?? 0;
    if (found?.metric === undefined || found.metric === null || each <= 0) return [];
    return [{ metric: found.metric, limit: found.limit ?? 0, usage: found.usage ?? 0, each }];
  });
}

function ofQuotas(offer: Offer, type: MachineType, quotas: readonly RegionQuota[]): Room {
  const uses = quotasOf(offer, type, quotas);
  const [least] = uses
    .map((use) => ({ ...use, room: Math.max(0, Math.floor((use.limit - use.usage) / use.each)) }))
    .toSorted((a, b) => a.room - b.room);
  if (least === undefined) return {};
  const { metric, limit, usage, each, room } = least;
  if (room > 0) return { room };
  const message = `Quota '${metric}' exceeded: ${usage} of ${limit} are in use, and one ${offer.machine} takes ${each}`;
  return { room, denied: because('quota', 'QUOTA_EXCEEDED', message) };
}
