/** What is read of Compute Engine beside machines and operations: what could be had, what is announced, what we may do. */
import type { ReadCall } from '../../ports/call.ts';
import type { Told } from '../shared/told.ts';
import { type Template, templatePlaceOf } from './request.ts';
import type { GcpSettings } from './schema.ts';
import type { Service } from './sdk.ts';
import type { Operation, Place } from './wire.ts';

/** What is read of `MachineType`. */
export interface MachineType {
  readonly name?: string | null;
  readonly accelerators?: readonly {
    readonly guestAcceleratorType?: string | null;
    readonly guestAcceleratorCount?: number | null;
  }[];
}

/** Of `Region.quotas`: a limit of this project in this region, and how much of it is taken. */
export interface RegionQuota {
  readonly metric?: string | null;
  readonly limit?: number | null;
  readonly usage?: number | null;
}

/** What is read of `Reservation`; numbers of 64 bits come as texts. */
export interface Reservation {
  readonly status?: string | null;
  readonly specificReservation?: {
    readonly count?: string | number | null;
    readonly inUseCount?: string | number | null;
    readonly instanceProperties?: { readonly machineType?: string | null } | null;
  } | null;
}

export interface ComputeReads {
  /** What replicas are made from. */
  template(call: ReadCall): Promise<Told<Template>>;
  /** A type that the zone does not have is `not-found`. */
  machineType(at: Place, call: ReadCall): Promise<Told<MachineType>>;
  quotas(call: ReadCall): Promise<Told<readonly RegionQuota[]>>;
  /** A reservation of this project or of another, by its name in the settings. */
  reservation(zone: string, name: string, call: ReadCall): Promise<Told<Reservation>>;
  /** Machines that Google has begun to take back, newest first. */
  preemptions(zone: string, call: ReadCall): Promise<Told<readonly Operation[]>>;
  /** Which of these we may do to this machine. */
  permitted(at: Place, permissions: readonly string[], call: ReadCall): Promise<Told<readonly string[]>>;
}

type One = <T>(service: Service, method: string, request: object, call: ReadCall) => Promise<Told<T>>;

/** Operations that are looked at: what began long ago is no notice. */
const newestOperations = 100;

/** `one`: sends a request, and gives the first part of what is answered. */
export function readsOf(settings: GcpSettings, one: One): ComputeReads {
  const { project, region } = settings;
  return {
    template(call) {
      const { project: owner = project, region: where, name } = templatePlaceOf(settings);
      const at = { project: owner, instanceTemplate: name };
      if (where === undefined) return one('InstanceTemplates', 'get', at, call);
      return one('RegionInstanceTemplates', 'get', { ...at, region: where }, call);
    },
    machineType: ({ zone, name }, call) => one('MachineTypes', 'get', { zone, machineType: name }, call),
    async quotas(call) {
      const told = await one<{ readonly quotas?: readonly RegionQuota[] }>('Regions', 'get', { region }, call);
      return told.kind === 'done' ? { kind: 'done', value: told.value.quotas ?? [] } : told;
    },
    reservation(zone, name, call) {
      const owner = /^projects\/([^/]+)\//.exec(name)?.[1] ?? project;
      const reservation = name.split('/').at(-1) ?? '';
      return one('Reservations', 'get', { project: owner, zone, reservation }, call);
    },
    preemptions: (zone, call) =>
      one(
        'ZoneOperations',
        'list',
        {
          zone,
          filter: 'operationType = "compute.instances.preempted"',
          orderBy: 'creationTimestamp desc',
          maxResults: newestOperations,
        },
        call,
      ),
    async permitted({ zone, name }, permissions, call) {
      const told = await one<{ readonly permissions?: readonly string[] }>(
        'Instances',
        'testIamPermissions',
        { zone, resource: name, testPermissionsRequestResource: { permissions: [...permissions] } },
        call,
      );
      return told.kind === 'done' ? { kind: 'done', value: told.value.permissions ?? [] } : told;
    },
  };
}
