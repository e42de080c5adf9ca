/** Compute Engine's shapes and ours: instances seen as replicas, offers, names, and the request for a machine. Pure. */
import { createHash } from 'node:crypto';
import type { Offer } from '../../model/offer.ts';
import type { Answer } from '../../model/outcome.ts';
import type { Replica, ReplicaState } from '../../model/replica.ts';
import type { Owner } from '../shared/slots.ts';
import { escapeLabel, type LabelName, type Labels, labelsFor, readLabel } from './labels.ts';
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

export interface InsertRequest {
  readonly zone: string;
  readonly requestId: string;
  readonly sourceInstanceTemplate: string;
  readonly instanceResource: Readonly<Record<string, unknown>> & { readonly name: string };
}

/** In the order they are tried: every zone of a machine type before the next type, every type before the next market. */
export function offersOf({ machines, zones, market = ['on-demand'] }: GcpSettings): readonly Offer[] {
  return market.flatMap((each) =>
    machines.flatMap((machine) => zones.map((zone) => ({ machine, family: familyOf(machine), market: each, zone }))),
  );
}

/** All but the size, as accelerators and their quotas go by: `a3-highgpu` of `a3-highgpu-8g`. */
function familyOf(machine: string): string {
  return machine.replace(/-[^-]+$/, '');
}

/**
 * One name for all that a key may ask for: in one zone the cloud has no two machines of one name, so whatever becomes of a
 * request, a second one makes nothing beside it. At most 63 of `[a-z0-9-]`:
 * https://docs.cloud.google.com/compute/docs/naming-resources, checked 2026-11-27.
 */
export function nameOf({ site, deployment, slot, startKey }: Owner): string {
  const readable = deployment
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 24);
  return `godwit-${readable}-${slot}-${digestOf([site, deployment, slot, startKey]).slice(0, 12)}`;
}

/**
 * The same for every try of one key at one offer, in the shape of a UUID and never zero, as the API wants it. An operation
 * that failed is remembered under its id too, so each new round over the offers has ids of its own.
 */
export function requestIdOf({ site, deployment, slot, startKey }: Owner, offer: Offer, round: number): string {
  const { machine, market, zone } = offer;
  const hex = digestOf([site, deployment, slot, startKey, machine, market, zone ?? '', round]);
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** Rounds that are told apart. */
const mostRounds = 10_000;

/** Which round an id is of; undefined: of none, as when it is of another key or offer. */
export function roundOf(owner: Owner, offer: Offer, requestId: string): number | undefined {
  for (let round = 0; round < mostRounds; round += 1) if (requestIdOf(owner, offer, round) === requestId) return round;
  return undefined;
}

function digestOf(parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Undefined: our names are too long to be written on a machine. */
export function ownLabels(owner: Owner, epoch: number): Labels | undefined {
  const texts: readonly (readonly [LabelName, string])[] = [
    ['deployment', owner.deployment],
    ['site', owner.site],
    ['slot', String(owner.slot)],
    ['startKey', owner.startKey],
    ['epoch', String(epoch)],
  ];
  const labels = texts.map(([name, text]) => labelsFor(name, text));
  return labels.includes(undefined) ? undefined : Object.assign({}, ...labels);
}

/** Of a deployment at a site, as the API filters: each expression in parentheses, all of them must hold (compute.proto). */
export function filterFor(deployment: string, site: string): string {
  const expressions = Object.entries({ ...labelsFor('deployment', deployment), ...labelsFor('site', site) });
  return expressions.map(([key, value]) => `(labels.${key} = "${value}")`).join(' ');
}

/**
 * The template with what is ours laid over it, field by field; labels are added to its own. `epoch`: that of the first try,
 * so that every further one is the same request.
 */
export function insertRequest(
  { launch }: GcpSettings,
  owner: Owner,
  {
    offer,
    requestId,
    labels,
  }: { readonly offer: Offer & { readonly zone: string }; readonly requestId: string; readonly labels: Labels },
): InsertRequest {
  const { instanceTemplate: template, reservation } = launch;
  return {
    zone: offer.zone,
    requestId,
    sourceInstanceTemplate: template.includes('/') ? template : `global/instanceTemplates/${template}`,
    instanceResource: {
      name: nameOf(owner),
      machineType: `zones/${offer.zone}/machineTypes/${offer.machine}`,
      labels,
      ...marketOf(offer, reservation),
    },
  };
}

/**
 * On-demand says nothing: the template's own word stands. Reserved is one reservation by its name: any other way to take
 * from reservations falls back to capacity at the full price (compute.proto, `ReservationAffinity`, checked 2026-11-27).
 * Spot machines cannot be moved nor restarted by Google (`Scheduling`).
 */
function marketOf({ market }: Offer, reservation: string | undefined): object {
  switch (market) {
    case 'on-demand':
      return {};
    case 'reserved':
      return {
        reservationAffinity: {
          consumeReservationType: 'SPECIFIC_RESERVATION',
          key: 'compute.googleapis.com/reservation-name',
          values: [reservation],
        },
      };
    case 'spot':
      return {
        scheduling: {
          provisioningModel: 'SPOT',
          preemptible: true,
          automaticRestart: false,
          onHostMaintenance: 'TERMINATE',
        },
      };
  }
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
  return {
    ...{ id: replicaIdOf(placeOf(instance)), bootId: bootIdOf(instance), deployment, site, slot, state, billed },
    url: !answers || !host ? undefined : `http://${host}:${port}`,
    startedAtMs: Math.max(0, timeOf(instance.lastStartTimestamp ?? instance.creationTimestamp)),
    startKey: textOn(instance, 'startKey') ?? '',
  };
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
