/** A virtual machine as Azure Resource Manager shows it, read field by field, and what its states mean. Pure. */
import type { Market, RawError } from '../../model/error-verdict.ts';
import type { Answer } from '../../model/outcome.ts';
import type { ReplicaState } from '../../model/replica.ts';
import { fieldsOf, itemsOf, textOf } from '../../model/wire-fields.ts';
import { sharedTags } from '../shared/tags.ts';
import { readInstanceView } from './wire-errors.ts';

/** Tags on every machine of ours. The first three find it; the others are what the cloud remembers for us. */
export const tags = {
  ...sharedTags,
  /** When it was last told to start from deallocated: a part of what makes its boots differ. Absent on its first boot. */
  wokenAt: 'godwit:woken-at',
  /** Absent: it was never stopped. `yes`: it was told to deallocate, for later. `waking`: it was told to start again. */
  kept: 'godwit:kept',
} as const;

export interface Machine {
  readonly name: string;
  /** Azure's own identity for it: another machine of the same name has another. Empty where the answer has none. */
  readonly vmId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** `Creating`, `Updating`, `Succeeded`, `Failed`, `Deleting` and whatever else Azure says. */
  readonly provisioning: string;
  /** `running`, `deallocated` and so on; undefined where there is no instance view, or none yet. */
  readonly power: string | undefined;
  /** Why its last operation failed, from the instance view. */
  readonly failures: readonly RawError[];
  readonly size: string;
  readonly zone: string | undefined;
  readonly market: Market;
  readonly diskName: string | undefined;
  readonly nicIds: readonly string[];
  readonly etag: string | undefined;
  readonly createdAtMs: number;
}

/** Undefined when it is none: no name. */
export function readMachine(body: unknown): Machine | undefined {
  const vm = fieldsOf(body);
  const properties = fieldsOf(vm['properties']);
  const name = textOf(vm['name']);
  if (name === undefined) return undefined;
  const view = fieldsOf(properties['instanceView']);
  const nics = itemsOf(fieldsOf(properties['networkProfile'])['networkInterfaces']);
  const createdAtMs = Date.parse(textOf(properties['timeCreated']) ?? '');
  return {
    name,
    vmId: textOf(properties['vmId']) ?? '',
    tags: Object.fromEntries(
      Object.entries(fieldsOf(vm['tags'])).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
    ),
    provisioning: textOf(properties['provisioningState']) ?? '',
    power: powerOf(view),
    failures: readInstanceView(view),
    size: textOf(fieldsOf(properties['hardwareProfile'])['vmSize']) ?? '',
    zone: textOf(itemsOf(vm['zones'])[0]),
    market: marketOf(properties),
    diskName: textOf(fieldsOf(fieldsOf(properties['storageProfile'])['osDisk'])['name']),
    nicIds: nics.flatMap((each) => textOf(fieldsOf(each)['id']) ?? []),
    etag: textOf(vm['etag']),
    createdAtMs: Number.isNaN(createdAtMs) ? 0 : createdAtMs,
  };
}

function powerOf(view: ReturnType<typeof fieldsOf>): string | undefined {
  const codes = itemsOf(view['statuses']).map((each) => textOf(fieldsOf(each)['code']) ?? '');
  return codes.find((code) => code.startsWith('PowerState/'))?.slice('PowerState/'.length);
}

function marketOf(properties: ReturnType<typeof fieldsOf>): Market {
  if (textOf(properties['priority']) === 'Spot') return 'spot';
  const { id } = fieldsOf(fieldsOf(properties['capacityReservation'])['capacityReservationGroup']);
  return textOf(id) === undefined ? 'on-demand' : 'reserved';
}

/** 0 without the tag. */
export function epochOf({ tags: own }: Machine): number {
  return Number(own[tags.epoch] ?? 0);
}

/** Its identity, which the name is not, and when this boot of it was asked for: a start from deallocated is another. */
export function bootIdOf(machine: Machine): string {
  return `${machine.vmId}@${new Date(startedAtMsOf(machine)).toISOString()}`;
}

/** When this boot was asked for, epoch milliseconds; 0 where nobody says. */
export function startedAtMsOf({ tags: own, createdAtMs }: Machine): number {
  const wokenAtMs = Date.parse(own[tags.wokenAt] ?? '');
  return Number.isNaN(wokenAtMs) ? createdAtMs : wokenAtMs;
}

/** Inside an operation of Azure's: what it comes to is not there to be read yet. */
export function isChanging({ provisioning }: Machine): boolean {
  return provisioning === 'Creating' || provisioning === 'Updating' || provisioning === 'Deleting';
}

export interface Standing {
  readonly state: ReplicaState;
  readonly billed: Answer;
}

/**
 * Billed by its power state: `starting`, `running`, `stopping` and `stopped` are, for the host stays allocated; only
 * `deallocated` is not. https://learn.microsoft.com/azure/virtual-machines/states-billing, checked 2026-11-27. Creating is
 * said to be free there, and becomes `running` by itself. Disks and addresses are billed as long as they exist; what is
 * asked here is the machine, except where nothing but those is left: a launch that failed is gone, and still costs.
 */
export function standingOf(machine: Machine): Standing {
  const { provisioning, power } = machine;
  if (provisioning === 'Deleting') return { state: 'stopping', billed: 'unknown' };
  if (isFailedLaunch(machine)) return { state: 'gone', billed: 'yes' };
  switch (power) {
    case 'starting':
      return { state: 'starting', billed: 'yes' };
    case 'running':
      return { state: 'running', billed: 'yes' };
    case 'stopping':
      return { state: 'stopping', billed: 'yes' };
    case 'stopped':
      return { state: 'stopped', billed: 'yes' };
    case 'deallocating':
      return { state: 'stopping', billed: 'unknown' };
    case 'deallocated':
      return isComing(machine) ? { state: 'starting', billed: 'yes' } : { state: 'stopped', billed: 'no' };
    case undefined:
      if (provisioning === 'Creating') return { state: 'starting', billed: 'yes' };
      break;
    default:
  }
  // A word of theirs that is new to us, or none: it may run and cost money.
  return { state: 'running', billed: 'unknown' };
}

/** Told to start, and Azure is at it: the power state follows later. */
function isComing({ provisioning, tags: own }: Machine): boolean {
  return provisioning === 'Updating' && own[tags.kept] === 'waking';
}

/**
 * Accepted, and ended before it ever ran: the machine stays there in `Failed`, with its disk and its network interface. One
 * that runs all the same (`OSProvisioningTimedOut`), or that was kept for later before, is none.
 */
export function isFailedLaunch({ provisioning, power, tags: own }: Machine): boolean {
  const neverRan = power === undefined || power === 'deallocated';
  return provisioning === 'Failed' && neverRan && own[tags.kept] === undefined;
}
