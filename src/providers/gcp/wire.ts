/** Compute Engine's shapes and ours: instances seen as replicas. Pure. */
import type { Market } from '../../model/error-verdict.ts';
import type { Answer } from '../../model/outcome.ts';
import type { Replica, ReplicaState } from '../../model/replica.ts';
import { escapeLabel, type LabelName, type Labels, readLabel } from './labels.ts';
import type { GcpSettings } from './schema.ts';

/** Something in a zone, by its name. */
export interface Place {
  readonly zone: string;
  readonly name: string;
}

/** What is read of `Instance` (compute.proto); numbers of 64 bits and times come as texts. */
export interface Instance {
  readonly id?: string | null;
  readonly name?: string | null;
  /** As an address that ends with the zone. */
  readonly zone?: string | null;
  readonly machineType?: string | null;
  readonly status?: string | null;
  readonly labels?: Labels;
  readonly labelFingerprint?: string | null;
  readonly creationTimestamp?: string | null;
  readonly lastStartTimestamp?: string | null;
  readonly lastStopTimestamp?: string | null;
  readonly scheduling?: {
    readonly provisioningModel?: string | null;
    readonly preemptible?: boolean | null;
    readonly terminationTime?: string | null;
  } | null;
  readonly reservationAffinity?: { readonly consumeReservationType?: string | null } | null;
  readonly resourceStatus?: {
    readonly reservationConsumptionInfo?: { readonly consumedReservation?: string | null } | null;
    readonly upcomingMaintenance?: {
      readonly type?: string | null;
      readonly maintenanceStatus?: string | null;
      readonly maintenanceReasons?: readonly string[];
      readonly windowStartTime?: string | null;
    } | null;
  } | null;
  readonly disks?: readonly AttachedDisk[];
  readonly networkInterfaces?: readonly {
    readonly networkIP?: string | null;
    readonly accessConfigs?: readonly { readonly natIP?: string | null }[];
  }[];
}

export interface AttachedDisk {
  readonly boot?: boolean | null;
  readonly autoDelete?: boolean | null;
  readonly deviceName?: string | null;
  /** `SCRATCH`: a local SSD. */
  readonly type?: string | null;
}

/** What is read of `Operation`. */
export interface Operation {
  readonly name?: string | null;
  readonly status?: string | null;
  /** Id of the machine it is about. */
  readonly targetId?: string | null;
  readonly error?: unknown;
}

/** What was written on it; undefined without. */
export function textOn({ labels = {} }: Instance, name: LabelName): string | undefined {
  return readLabel(labels, name);
}

/** 0 without the label. */
export function epochOf(instance: Instance): number {
  return Number(textOn(instance, 'epoch') ?? 0);
}

/** Where a machine is. */
export function placeOf({ name, zone }: Instance): Place {
  return { zone: zone?.split('/').at(-1) ?? '', name: name ?? '' };
}

/** How a replica is called: by its name in its zone, as names inside the network are built. */
export function replicaIdOf({ zone, name }: Place): string {
  return `${name}.${zone}`;
}

/** The place back from that. */
export function placeOfId(id: string): Place {
  const [name = '', zone = ''] = id.split('.');
  return { zone, name };
}

/** Its last start, as it can be written on it. Empty before the first one is known. */
export function startMarkOf({ lastStartTimestamp }: Instance): string {
  return escapeLabel(lastStartTimestamp ?? '');
}

/**
 * The number is of this machine alone, a later one of the same name has another. It is the whole mark while the machine was
 * never stopped: when it started is not known yet when it has just been made. After that each start is another boot.
 */
export function bootIdOf(instance: Instance): string {
  const { id, lastStartTimestamp: startedAt, lastStopTimestamp: stoppedAt } = instance;
  const isAgain = textOn(instance, 'wokenFrom') !== undefined || timeOf(startedAt) > timeOf(stoppedAt);
  return stoppedAt && isAgain ? `${id}@${startedAt}` : `${id}`;
}

function timeOf(timestamp: string | null | undefined): number {
  return timestamp ? Date.parse(timestamp) : Number.NEGATIVE_INFINITY;
}

/** Undefined for what is not ours: no labels, or a slot that is no number. */
export function toReplica(
  instance: Instance,
  { address = 'private', port = 8000 }: Pick<GcpSettings, 'address' | 'port'>,
): Replica | undefined {
  const [deployment, site] = [textOn(instance, 'deployment'), textOn(instance, 'site')];
  const slot = Number(textOn(instance, 'slot') ?? Number.NaN);
  if (!instance.name || deployment === undefined || site === undefined || !Number.isInteger(slot)) return undefined;
  const { state, billed } = standingOf(instance);
  const [network] = instance.networkInterfaces ?? [];
  const host = address === 'public' ? network?.accessConfigs?.[0]?.natIP : network?.networkIP;
  const answers = state === 'starting' || state === 'running' || state === 'stopping';
  const market = marketOf(instance);
  return {
    ...{ id: replicaIdOf(placeOf(instance)), bootId: bootIdOf(instance), deployment, site, slot, state, billed },
    url: !answers || !host ? undefined : `http://${host}:${port}`,
    startedAtMs: Math.max(0, timeOf(instance.lastStartTimestamp ?? instance.creationTimestamp)),
    startKey: textOn(instance, 'startKey') ?? '',
    ...(market === undefined ? {} : { market }),
  };
}

/**
 * By default a machine takes from any reservation that is open to it: then only the one it takes from says so. The models and
 * affinities are those of compute.proto (`Scheduling`, `ReservationAffinity`, `ResourceStatusReservationConsumptionInfo`), checked
 * 2026-11-28. Undefined: a model that is never asked for here.
 */
function marketOf({ scheduling, reservationAffinity, resourceStatus }: Instance): Market | undefined {
  const isReserved =
    reservationAffinity?.consumeReservationType === 'SPECIFIC_RESERVATION' ||
    !!resourceStatus?.reservationConsumptionInfo?.consumedReservation;
  switch (scheduling?.provisioningModel ?? '') {
    case 'SPOT':
      return 'spot';
    case 'RESERVATION_BOUND':
      return 'reserved';
    case 'STANDARD':
    case '':
      return scheduling?.preemptible === true ? 'spot' : isReserved ? 'reserved' : 'on-demand';
    default:
      return undefined;
  }
}

/**
 * A stopped machine is not billed, whatever hangs on it is: its disks, local SSDs that were kept, addresses. A suspended one
 * is, for its memory (`rpc Suspend`). While it stops or is repaired nobody says so for certain. The states are those of
 * compute.proto, `Instance.Status`, and https://docs.cloud.google.com/compute/docs/instances/instance-lifecycle, both
 * checked 2026-11-27.
 */
export function standingOf({ status }: Instance): { readonly state: ReplicaState; readonly billed: Answer } {
  switch (status) {
    case 'PENDING':
    case 'PROVISIONING':
    case 'STAGING':
      return { state: 'starting', billed: 'yes' };
    case 'RUNNING':
      return { state: 'running', billed: 'yes' };
    case 'PENDING_STOP':
      return { state: 'stopping', billed: 'yes' };
    case 'STOPPING':
    case 'SUSPENDING':
    case 'DEPROVISIONING':
      return { state: 'stopping', billed: 'unknown' };
    case 'SUSPENDED':
      return { state: 'stopped', billed: 'yes' };
    case 'STOPPED':
    case 'TERMINATED':
      return { state: 'stopped', billed: 'no' };
    default:
      // `REPAIRING`, or a word of theirs that is new to us: it may run and cost money.
      return { state: 'running', billed: 'unknown' };
  }
}
