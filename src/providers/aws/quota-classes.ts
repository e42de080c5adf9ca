/** Which vCPU quota a machine type counts against, and how much of it is left. Pure. */
import type { CapacityReservation, Instance } from '@aws-sdk/client-ec2';
import type { Market } from '../../model/error-verdict.ts';

/** Machine families that share one quota for each market, by the letters before the first digit. */
export interface QuotaClass {
  readonly letters: readonly string[];
  /** Codes of Service Quotas, of the service `ec2`; undefined: none is known. */
  readonly codes: { readonly 'on-demand': string; readonly spot: string | undefined };
}

/**
 * Spot classes: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-limits.html, checked 2026-11-27. The codes, and
 * the on-demand classes by these, as several accounts' published answers of `aws service-quotas list-service-quotas
 * --service-code ec2` agree on them, looked at on the same day; among these is none for UltraServers.
 */
const classes: readonly QuotaClass[] = [
  { letters: ['p'], codes: { 'on-demand': 'L-417A185B', spot: 'L-7212CCBC' } },
  { letters: ['g', 'gr', 'vt'], codes: { 'on-demand': 'L-DB2E81BA', spot: 'L-3819A6DF' } },
  { letters: ['inf'], codes: { 'on-demand': 'L-1945791B', spot: 'L-B5D1601B' } },
  { letters: ['trn'], codes: { 'on-demand': 'L-2C3B7624', spot: 'L-6B0D517C' } },
  { letters: ['dl'], codes: { 'on-demand': 'L-6E869C2A', spot: 'L-85EED4F7' } },
  { letters: ['f'], codes: { 'on-demand': 'L-74FC7D96', spot: 'L-88CF9481' } },
  { letters: ['x'], codes: { 'on-demand': 'L-7295265B', spot: 'L-E3A00192' } },
  { letters: ['hpc'], codes: { 'on-demand': 'L-F7808C92', spot: undefined } },
  {
    letters: ['a', 'c', 'd', 'h', 'i', 'im', 'is', 'm', 'r', 't', 'z'],
    codes: { 'on-demand': 'L-1216C47A', spot: 'L-34B43A08' },
  },
];

/** Undefined for a family that is not in the list: then nothing is known of its quota. */
export function quotaClassOf(machine: string): QuotaClass | undefined {
  const letters = /^[a-z]+/.exec(machine)?.[0] ?? '';
  return classes.find((each) => each.letters.includes(letters));
}

/** Patterns of machine types that may count against it; some of another class may fit too. */
export function patternsOf({ letters }: QuotaClass): readonly string[] {
  return letters.map((each) => `${each}*`);
}

export interface InUse {
  readonly machines: readonly Instance[];
  /** What is held free by a reservation counts as in use; undefined: not known, so counted as none. */
  readonly reservations: readonly CapacityReservation[] | undefined;
  readonly vcpus: ReadonlyMap<string, number>;
}

/**
 * vCPUs of the class in use in one market; undefined when the size of one machine is not known. Spot machines and those of
 * Capacity Blocks do not count as on-demand. That unused reservations do is how their limits are known in the field; the
 * stored copies of https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-reservations.html, looked at on
 * 2026-11-27, do not reach that far: counted too high, an offer is only left out that may have been had.
 */
export function vcpusInUse(
  wanted: QuotaClass,
  market: Exclude<Market, 'reserved'>,
  { machines, reservations = [], vcpus }: InUse,
): number | undefined {
  const running = machines
    .filter(({ InstanceLifecycle }) => InstanceLifecycle === (market === 'spot' ? 'spot' : undefined))
    .map(({ InstanceType = '' }) => ({ type: InstanceType as string, count: 1 }));
  const held = market === 'spot' ? [] : reservations.filter(isHeld);
  const free = held.map(({ InstanceType = '', AvailableInstanceCount = 0 }) => ({
    type: InstanceType,
    count: AvailableInstanceCount,
  }));
  const counted = [...running, ...free].filter(({ type }) => quotaClassOf(type) === wanted);
  const sizes = counted.map(({ type, count }) => (vcpus.get(type) ?? Number.NaN) * count);
  const sum = sizes.reduce((all, each) => all + each, 0);
  return Number.isNaN(sum) ? undefined : sum;
}

function isHeld({ ReservationType, State }: CapacityReservation): boolean {
  return ReservationType !== 'capacity-block' && State === 'active';
}
