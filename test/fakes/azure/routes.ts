/** What each operation answers: the group's truth in the API's own shapes. */
import type { Catalog } from './catalog.ts';
import { at, type Group, itemsOf } from './group.ts';
import type { Machine, Sibling } from './machines.ts';
import type { Operations, Told } from './operations.ts';
import { type OperationName, RefusedError } from './spec.ts';

export interface Asked {
  readonly values: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  header(name: string): string | undefined;
  /** Of the address that was asked, to make the next page's from. */
  readonly url: string;
}

type Answers = Partial<Record<OperationName, (asked: Asked) => Told>>;

/** Operations the fake models; any other of the specification is answered 501, never ignored. */
export function answersOf(group: Group, operations: Operations, catalog: Catalog): Answers {
  const nameOf = ({ values }: Asked): string => values['vmName'] ?? values['diskName'] ?? '';
  return {
    VirtualMachines_List(asked) {
      only(asked.query, ['api-version', 'page']);
      return pageOf(
        group,
        asked,
        group.listed().map((each) => machineBody(group, each, { lagMs: group.lagMs })),
      );
    },
    VirtualMachines_Get(asked) {
      const expand = asked.query.get('$expand');
      if (expand !== null && expand !== 'instanceView') throw notModelled(`$expand=${expand}`);
      return { status: 200, body: machineBody(group, group.find(nameOf(asked)), { withView: expand !== null }) };
    },
    VirtualMachines_CreateOrUpdate(asked) {
      const { machine, change } = group.create(nameOf(asked), at(asked.body), asked.header('if-none-match') === '*');
      const result = (): object => machineBody(group, machine, {});
      return {
        ...{ status: 201, body: machineBody(group, machine, { isNew: true }) },
        headers: operations.begin(change, machine, result),
      };
    },
    VirtualMachines_Update(asked) {
      const { tags, ...others } = at(asked.body);
      if (Object.keys(others).length > 0) throw notModelled(`changing ${Object.keys(others).join()} of a machine`);
      const match = asked.header('if-match');
      const machine = group.tag(nameOf(asked), at(tags) as Record<string, string>, match);
      return { status: 200, body: machineBody(group, machine, {}) };
    },
    VirtualMachines_Delete(asked) {
      only(asked.query, ['api-version']);
      const removed = group.remove(nameOf(asked));
      if (removed === undefined) return { status: 204 };
      if (removed.preempted !== undefined) operations.cancel(removed.preempted);
      return { status: 202, headers: operations.begin(removed.change) };
    },
    VirtualMachines_Start: (asked) => ({
      status: 202,
      headers: operations.begin(group.start(nameOf(asked)), group.find(nameOf(asked))),
    }),
    VirtualMachines_Deallocate(asked) {
      only(asked.query, ['api-version']);
      return { status: 202, headers: operations.begin(group.deallocate(nameOf(asked)), group.find(nameOf(asked))) };
    },
    Disks_ListByResourceGroup: (asked) =>
      pageOf(
        group,
        asked,
        group.listedSiblings('disks').map((each) => diskBody(group, each)),
      ),
    Disks_Get: (asked) => ({ status: 200, body: diskBody(group, group.findSibling('disks', nameOf(asked))) }),
    GalleryImages_Get: (asked) => catalog.named(new URL(asked.url).pathname, group.terms.images),
    ResourceSkus_List(asked) {
      const { region } = group.terms;
      if (asked.query.get('$filter') !== `location eq '${region}'`) throw notModelled('another filter of sizes');
      return catalog.skuList(region);
    },
    Usage_List: () => catalog.usageList(),
    Disks_Delete: (asked) => removedSibling(group, operations, 'disks', nameOf(asked)),
  };
}

/** Microsoft.Network has no specification here: its shapes are ours, and hold only what is read of them. */
export function networkAnswer(
  group: Group,
  operations: Operations,
  method: string,
  kind: NetworkKind,
  name: string | undefined,
  asked: Asked,
): Told {
  if (method === 'GET' && name === undefined)
    return pageOf(
      group,
      asked,
      group.listedSiblings(kind).map((each) => networkBody(group, each)),
    );
  if (method === 'GET') return { status: 200, body: networkBody(group, group.findSibling(kind, name ?? '')) };
  if (method === 'DELETE' && name !== undefined) return removedSibling(group, operations, kind, name);
  throw notModelled(`${method} of ${kind}`);
}

export type NetworkKind = 'networkInterfaces' | 'publicIPAddresses';

function removedSibling(group: Group, operations: Operations, kind: Sibling['kind'], name: string): Told {
  const change = group.removeSibling(kind, name);
  return change === undefined ? { status: 204 } : { status: 202, headers: operations.begin(change) };
}

function only(query: URLSearchParams, known: readonly string[]): void {
  const other = [...query.keys()].find((key) => !known.includes(key));
  if (other !== undefined) throw notModelled(other);
}

function notModelled(what: string): RefusedError {
  return new RefusedError(501, 'NotModelled', `the fake does not model ${what}`);
}

function pageOf({ pageSize }: Group, { query, url }: Asked, all: readonly object[]): Told {
  const from = Number(query.get('page') ?? 0);
  const next = new URL(url);
  next.searchParams.set('page', String(from + pageSize));
  const isMore = from + pageSize < all.length;
  return { status: 200, body: { value: all.slice(from, from + pageSize), ...(isMore ? { nextLink: next.href } : {}) } };
}

interface View {
  /** The instance view too. */
  readonly withView?: boolean;
  readonly lagMs?: number;
  /** In the answer to the create itself: its interfaces are not there yet. */
  readonly isNew?: boolean;
}

function idOf({ terms: { name, subscription } }: Group, provider: string, kind: string, own: string): string {
  return `/subscriptions/${subscription}/resourceGroups/${name}/providers/${provider}/${kind}/${own}`;
}

function machineBody(group: Group, machine: Machine, { withView = false, lagMs = 0, isNew = false }: View): object {
  const { body, name, vmId } = machine.terms;
  const state = machine.at(group.nowMs() - lagMs);
  const { networkProfile, ...properties } = at(body, 'properties');
  const [nic] = itemsOf(at(networkProfile)['networkInterfaceConfigurations']);
  const nicId = idOf(group, 'Microsoft.Network', 'networkInterfaces', String(at(nic)['name']));
  return {
    ...body,
    ...{
      name,
      id: idOf(group, 'Microsoft.Compute', 'virtualMachines', name),
      type: 'Microsoft.Compute/virtualMachines',
    },
    ...{ tags: machine.tags, etag: String(machine.etag) },
    properties: {
      ...properties,
      networkProfile: isNew ? networkProfile : { networkInterfaces: [{ id: nicId, properties: { primary: true } }] },
      ...{ vmId, provisioningState: state?.provisioning, timeCreated: new Date(machine.createdAtMs).toISOString() },
      ...(withView ? { instanceView: { statuses: statusesOf(state), ...maintenanceOf(group, machine) } } : {}),
    },
  };
}

/** As https://learn.microsoft.com/azure/virtual-machines/states-billing has them, checked 2026-11-27. */
function statusesOf(state: ReturnType<Machine['at']>): readonly object[] {
  if (state === undefined) return [];
  const { failure, power, provisioning } = state;
  const word =
    provisioning === 'Failed' && failure !== undefined ? `failed/${failure.code}` : provisioning.toLowerCase();
  return [
    {
      ...{
        code: `ProvisioningState/${word}`,
        level: failure === undefined ? 'Info' : 'Error',
        displayStatus: `Provisioning ${word}`,
      },
      ...(failure === undefined ? {} : { message: failure.message }),
    },
    ...(power === undefined ? [] : [{ code: `PowerState/${power}`, level: 'Info', displayStatus: `VM ${power}` }]),
  ];
}

/** Only while something is planned: https://docs.azure.cn/en-us/virtual-machines/maintenance-notifications-powershell, checked 2026-11-27. */
function maintenanceOf(group: Group, machine: Machine): object {
  if (!group.announced.has(machine)) return {};
  const inDays = (days: number): string => new Date(group.nowMs() + days * 86_400_000).toISOString();
  return {
    maintenanceRedeployStatus: {
      ...{ isCustomerInitiatedMaintenanceAllowed: true, maintenanceWindowStartTime: inDays(14) },
      maintenanceWindowEndTime: inDays(21),
    },
  };
}

function diskBody(group: Group, { name }: Sibling): object {
  const { region } = group.terms;
  return {
    ...{ name, id: idOf(group, 'Microsoft.Compute', 'disks', name), location: region },
    properties: { creationData: { createOption: 'FromImage' }, provisioningState: 'Succeeded' },
  };
}

function networkBody(group: Group, { kind, name, address, machine }: Sibling): object {
  const shared = { name, id: idOf(group, 'Microsoft.Network', kind, name), location: group.terms.region };
  if (kind === 'publicIPAddresses')
    return {
      ...shared,
      properties: { ipAddress: address.replace(/^10\.0\./, '198.51.'), publicIPAllocationMethod: 'Static' },
    };
  const publicIp = group.siblings.find((each) => each.kind === 'publicIPAddresses' && each.machine === machine);
  const publicIPAddress = publicIp && { id: idOf(group, 'Microsoft.Network', 'publicIPAddresses', publicIp.name) };
  const properties = { privateIPAddress: address, ...(publicIPAddress === undefined ? {} : { publicIPAddress }) };
  return {
    ...shared,
    properties: { provisioningState: 'Succeeded', ipConfigurations: [{ name: 'main', properties }] },
  };
}
