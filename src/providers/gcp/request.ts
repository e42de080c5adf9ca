/** What a site can ask Compute Engine for, and how: offers, names, ids, and the request for a machine. Pure. */
import { createHash } from 'node:crypto';
import type { Offer } from '../../model/offer.ts';
import type { Owner } from '../shared/slots.ts';
import { type LabelName, type Labels, labelsFor } from './labels.ts';
import type { GcpSettings } from './schema.ts';
import type { AttachedDisk } from './wire.ts';

export interface InsertRequest {
  readonly zone: string;
  readonly requestId: string;
  readonly sourceInstanceTemplate: string;
  readonly instanceResource: Readonly<Record<string, unknown>> & { readonly name: string };
}

/** What is read of `InstanceTemplate`. */
export interface Template {
  readonly properties?: {
    readonly metadata?: { readonly items?: readonly MetadataItem[] | null } | null;
    readonly disks?: readonly AttachedDisk[];
  } | null;
}

export interface MetadataItem {
  readonly key?: string | null;
  readonly value?: string | null;
}

/** Where the template is: of this project and global, where its name alone is given. */
export function templatePlaceOf({ launch: { instanceTemplate } }: Pick<GcpSettings, 'launch'>): {
  readonly project: string | undefined;
  readonly region: string | undefined;
  readonly name: string;
} {
  const part = (after: string): string | undefined =>
    new RegExp(`(?:^|/)${after}/([^/]+)/`).exec(instanceTemplate)?.[1];
  return { project: part('projects'), region: part('regions'), name: instanceTemplate.split('/').at(-1) ?? '' };
}

/** In the order they are tried: every zone of a machine type before the next type, every type before the next market. */
export function offersOf({ launch, machines, zones, market = ['on-demand'] }: GcpSettings): readonly Offer[] {
  return market.flatMap((each) =>
    machines.flatMap((machine) =>
      zones.map((zone) => ({
        ...{ machine, family: familyOf(machine), market: each, zone },
        ...(each === 'reserved' && launch.reservation !== undefined ? { reservation: launch.reservation } : {}),
      })),
    ),
  );
}

/** All but the size, as accelerators and their quotas go by: `a3-highgpu` of `a3-highgpu-8g`. */
function familyOf(machine: string): string {
  return machine.replace(/-[^-]+$/, '');
}

/**
 * One name for all that a key may ask for: in one zone the cloud has no two machines of one name, so whatever becomes of a
 * request, a second one makes nothing beside it. At most 63 of `[a-z0-9-]`:
 * https://cloud.google.com/compute/docs/reference/latest/instanceTemplates/insert, `name`, checked 2026-11-27.
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
  const { machine, market, zone = '', reservation = '' } = offer;
  const hex = digestOf([site, deployment, slot, startKey, machine, market, zone, reservation, round]);
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

/**
 * Of a deployment at a site, or of all, as the API filters: each expression in parentheses, all of them must hold
 * (compute.proto).
 */
export function filterFor(deployment: string | undefined, site: string): string {
  const wanted = deployment === undefined ? {} : labelsFor('deployment', deployment);
  const expressions = Object.entries({ ...wanted, ...labelsFor('site', site) });
  return expressions.map(([key, value]) => `(labels.${key} = "${value}")`).join(' ');
}

/** What differs from one request to the next. */
export interface Asked {
  readonly offer: Offer & { readonly zone: string };
  readonly requestId: string;
  readonly labels: Labels;
  /** In place of the template's own; absent: that stands. */
  readonly metadata?: readonly MetadataItem[] | undefined;
}

/**
 * The template's metadata with a script that Google's guest agent runs at every boot. All of it is said, as a list in a
 * request stands in place of the template's list.
 */
export function metadataWith(script: string, { properties }: Template): readonly MetadataItem[] {
  const kept = (properties?.metadata?.items ?? []).filter(({ key }) => key !== 'startup-script');
  return [...kept.map(({ key = null, value = null }) => ({ key, value })), { key: 'startup-script', value: script }];
}

/**
 * The template with what is ours laid over it, field by field; labels are added to its own. `epoch`: that of the first try,
 * so that every further one is the same request.
 */
export function insertRequest(
  { launch }: GcpSettings,
  owner: Owner,
  { offer, requestId, labels, metadata }: Asked,
): InsertRequest {
  const { instanceTemplate: template } = launch;
  return {
    zone: offer.zone,
    requestId,
    sourceInstanceTemplate: template.includes('/') ? template : `global/instanceTemplates/${template}`,
    instanceResource: {
      name: nameOf(owner),
      machineType: `zones/${offer.zone}/machineTypes/${offer.machine}`,
      labels,
      ...(metadata === undefined ? {} : { metadata: { items: metadata } }),
      ...marketOf(offer),
    },
  };
}

/**
 * On-demand says nothing: the template's own word stands. Reserved is one reservation by its name: `SPECIFIC_RESERVATION` is
 * the only way that must be served from one (compute.proto, `ReservationAffinity`, checked 2026-11-27). Spot machines cannot
 * be moved nor restarted by Google (`Scheduling`).
 */
function marketOf({ market, reservation }: Offer): object {
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
