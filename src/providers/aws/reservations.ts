/** Capacity reservations and Capacity Blocks: what is left in them, and when they end. Pure. */
import type { CapacityReservation } from '@aws-sdk/client-ec2';

/** Machines of a Capacity Block begin to be terminated so long before its end, in milliseconds. */
const blockEndsBeforeMs = 30 * 60_000;

/**
 * When the machines in it begin to be terminated, epoch milliseconds; undefined where they are not: those of another
 * reservation go on after its end. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-blocks-using.html and
 * capacity-reservations-using.html, checked 2026-11-27.
 */
export function endOfMachinesMs({ EndDate, ReservationType }: CapacityReservation): number | undefined {
  if (ReservationType !== 'capacity-block' || EndDate === undefined) return undefined;
  return EndDate.getTime() - blockEndsBeforeMs;
}
