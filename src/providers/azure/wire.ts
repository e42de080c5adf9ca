/** Our words in Azure's shapes and back: offers, names, the request for a machine, machines seen as replicas. Pure. */
import { createHash } from 'node:crypto';
import type { VirtualMachine } from '@azure/arm-compute';
import type { Offer } from '../../model/offer.ts';
import type { Replica } from '../../model/replica.ts';
import type { Owner } from '../shared/slots.ts';
import type { StartupData } from '../shared/startup-data.ts';
import type { Refused } from '../shared/told.ts';
import { bootIdOf, type Machine, standingOf, startedAtMsOf, tags } from './machine.ts';
import type { AzureSettings } from './schema.ts';

/** In the order they are tried: every zone of a machine size before the next size, every size before the next market. */
export function offersOf({ machines, zones = [], market = ['on-demand'] }: AzureSettings): readonly Offer[] {
  const places = zones.length === 0 ? [{}] : zones.map((zone) => ({ zone: String(zone) }));
  return market.flatMap((each) =>
    machines.flatMap((machine) =>
      places.map((place) => ({ machine, family: familyOf(machine), market: each, ...place })),
    ),
  );
}

/**
 * A size without its number of cores, which is what the sizes of one family differ in: `ND isr_H100_v5` of
 * `Standard_ND96isr_H100_v5`. https://github.com/MicrosoftDocs/azure-compute-docs articles/virtual-machines/sizes/overview.md,
 * checked 2026-11-27.
 */
export function familyOf(machine: string): string {
  const [, letters, rest] = /^Standard_([A-Z]+)\d+(?:-\d+)?(.*)$/.exec(machine) ?? [];
  return letters === undefined ? machine : `${letters}${rest}`;
}

function digestOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 10);
}

/**
 * The same for whoever starts this slot: Azure itself sees to it that there is only one machine of a name in the group. At
 * most 64 letters, as its own host name may have (`OSProfile.computerName` in @azure/arm-compute, checked 2026-11-27).
 */
export function machineNameOf({ site, deployment, slot }: Pick<Owner, 'site' | 'deployment' | 'slot'>): string {
  const readable = deployment
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 32);
  return `godwit-${readable}-${slot}-${digestOf([site, deployment, slot])}`;
}

/**
 * Name of what is made beside a machine: of each try its own, so that what a launch that failed left behind does not stand
 * in the way of the next one (Azure holds a network interface for 180 s for the machine it was made for).
 */
export function siblingNameOf(owner: Owner, { machine, market, zone }: Offer): string {
  return `${machineNameOf(owner)}-${digestOf([owner.startKey, machine, market, zone ?? ''])}`;
}

/** Version of Microsoft.Network's API by which network interfaces are made and read: the newest the SDK names. */
export const networkApiVersion = '2022-11-01';

export interface Asked {
  readonly offer: Offer;
  /** That of the first try, so that every further one is the same request. */
  readonly epoch: number;
  readonly startup: Exclude<StartupData, Refused>;
}

/** One machine, with our tags on it from the start. */
export function createRequest(settings: AzureSettings, owner: Owner, { offer, epoch, startup }: Asked): VirtualMachine {
  const { launch, region } = settings;
  const beside = siblingNameOf(owner, offer);
  const ours = {
    [tags.deployment]: owner.deployment,
    [tags.site]: owner.site,
    [tags.slot]: String(owner.slot),
    [tags.startKey]: owner.startKey,
    [tags.epoch]: String(epoch),
  };
  return {
    location: region,
    tags: ours,
    ...(offer.zone === undefined ? {} : { zones: [offer.zone] }),
    hardwareProfile: { vmSize: offer.machine },
    storageProfile: {
      imageReference: { id: launch.image },
      osDisk: { name: beside, createOption: 'FromImage', deleteOption: 'Delete' },
    },
    networkProfile: {
      networkApiVersion,
      networkInterfaceConfigurations: [
        {
          name: beside,
          primary: true,
          deleteOption: 'Delete',
          ipConfigurations: [
            { name: 'main', primary: true, subnet: { id: launch.subnet }, ...publicAddress(settings, beside) },
          ],
        },
      ],
    },
    ...user(settings, machineNameOf(owner), startup),
    ...marketOf(settings, offer),
  };
}

/** Of the standard kind, and gone with its machine. */
function publicAddress({ address = 'private' }: AzureSettings, name: string) {
  if (address === 'private') return {};
  return {
    publicIPAddressConfiguration: {
      ...{ name, deleteOption: 'Delete', publicIPAllocationMethod: 'Static' },
      sku: { name: 'Standard', tier: 'Regional' },
    },
  };
}

/**
 * A specialized image has its users and gets no `osProfile`; a generalized one gets a user, without a password. Data to start
 * with is a part of that profile (`OSProfile.customData` in @azure/arm-compute, checked 2026-11-27).
 */
function user({ launch: { sshKey } }: AzureSettings, computerName: string, startup: Asked['startup']) {
  if (sshKey === undefined) return {};
  const ssh = { publicKeys: [{ path: '/home/godwit/.ssh/authorized_keys', keyData: sshKey }] };
  const linuxConfiguration = { disablePasswordAuthentication: true, ssh };
  const data = startup.kind === 'none' ? {} : { customData: Buffer.from(startup.text).toString('base64') };
  return { osProfile: { computerName, adminUsername: 'godwit', linuxConfiguration, ...data } };
}

/**
 * Spot machines that are taken back are deleted: one that stays there deallocated would hold its slot for a size that was
 * just taken away. -1: at most the on-demand price, so never taken back for its price alone.
 * https://github.com/MicrosoftDocs/azure-docs articles/virtual-machines/linux/spot-template.md, checked 2026-11-27.
 */
function marketOf({ reservation = '' }: AzureSettings, { market }: Offer): Partial<VirtualMachine> {
  switch (market) {
    case 'on-demand':
      return {};
    case 'reserved':
      return { capacityReservation: { capacityReservationGroup: { id: reservation } } };
    case 'spot':
      return { priority: 'Spot', evictionPolicy: 'Delete', billingProfile: { maxPrice: -1 } };
  }
}

/** What a machine was asked for as, whether or not the site's settings still have it. */
export function offerOf({ size, zone, market }: Machine): Offer {
  return { machine: size, family: familyOf(size), market, ...(zone === undefined ? {} : { zone }) };
}

/** Whether it belongs to a deployment at a site. */
export function isOf({ tags: own }: Machine, { site, deployment }: Pick<Owner, 'site' | 'deployment'>): boolean {
  return own[tags.site] === site && own[tags.deployment] === deployment;
}

/** Undefined for what is not ours: no tags, or a slot that is no number. `host`: undefined until it is known. */
export function toReplica(
  machine: Machine,
  host: string | undefined,
  { port = 8000 }: Pick<AzureSettings, 'port'>,
): Replica | undefined {
  const { [tags.deployment]: deployment, [tags.site]: site, [tags.startKey]: startKey = '' } = machine.tags;
  const slot = Number(machine.tags[tags.slot] ?? Number.NaN);
  if (deployment === undefined || site === undefined || !Number.isInteger(slot)) return undefined;
  const { state, billed } = standingOf(machine);
  const answers = state === 'starting' || state === 'running' || state === 'stopping';
  return {
    ...{ id: machine.name, bootId: bootIdOf(machine), deployment, site, slot, state, billed },
    url: !answers || host === undefined ? undefined : `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    startedAtMs: startedAtMsOf(machine),
    ...{ startKey, market: machine.market },
  };
}

/** What a boot was, once nothing of its machine is left. */
export function goneReplica(owner: Owner, bootId: string): Replica {
  const startedAtMs = Date.parse(bootId.slice(bootId.indexOf('@') + 1));
  const { deployment, site, slot, startKey } = owner;
  return {
    ...{ id: machineNameOf(owner), bootId, deployment, site, slot, startKey },
    ...{ url: undefined, state: 'gone', billed: 'no', startedAtMs: Number.isNaN(startedAtMs) ? 0 : startedAtMs },
  };
}

/** Whose slot something is beside, by its name; undefined when it is not of this deployment at this site. */
export function slotOfSibling(owner: Pick<Owner, 'site' | 'deployment'>, name: string) {
  const [, machineName = '', slot] = /^(godwit-.*-(\d+)-[0-9a-f]{10})-[0-9a-f]{10}/.exec(name) ?? [];
  return slot !== undefined && machineNameOf({ ...owner, slot: Number(slot) }) === machineName
    ? { machineName, slot: Number(slot) }
    : undefined;
}

/** What is left of a machine that is not there: nothing runs, and it costs money until it is deleted. */
export function leftover({ site, deployment, slot }: Pick<Owner, 'site' | 'deployment' | 'slot'>): Replica {
  return {
    ...{ id: machineNameOf({ site, deployment, slot }), bootId: '', deployment, site, slot, startKey: '' },
    ...{ url: undefined, state: 'gone', billed: 'yes', startedAtMs: 0 },
  };
}
