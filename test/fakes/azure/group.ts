/** What a fake resource group does for each operation, true to the API's own rules; nothing here knows of HTTP. */
import { type Change, type Failure, isThere, Machine, type Sibling } from './machines.ts';
import { RefusedError } from './spec.ts';

export interface GroupTerms {
  /** The group's own time, epoch milliseconds. */
  readonly nowMs: () => number;
  readonly subscription: string;
  readonly name: string;
  readonly region: string;
  readonly images: readonly string[];
  readonly subnets: readonly string[];
}

/** What a launch that fails late leaves behind: the machine with what is beside it, or only that. */
export interface LateFailure {
  readonly code: string;
  readonly leaves: 'machine' | 'siblings';
}

type Body = Readonly<Record<string, unknown>>;

/** The truth behind the API, and its moods. */
export class Group {
  readonly terms: GroupTerms;
  readonly machines: Machine[] = [];
  readonly siblings: Sibling[] = [];
  /** By how much lists lag behind what is, in milliseconds of the group's time. */
  lagMs = 0;
  /** For how long a new machine is not found by its name either. */
  hiddenMs = 0;
  /** Machines that are deleted from now on have no end. */
  isStuck = false;
  /** Things per page at most. */
  pageSize = 50;
  /** Where new machines answer, for a test that has a server there. */
  address: string | undefined;
  /** `SIZE` or `SIZE ZONE`: none is free. */
  readonly soldOut = new Set<string>();
  /** `SIZE` or `SIZE ZONE` → how its launches end after they were accepted. */
  readonly failingLate = new Map<string, LateFailure>();
  /** Machines whose maintenance is planned. */
  readonly announced = new Set<Machine>();
  /** Code that every start from deallocated ends with after it was accepted. */
  failingWake: string | undefined;

  constructor(terms: GroupTerms) {
    this.terms = terms;
  }

  nowMs(): number {
    return this.terms.nowMs();
  }

  /** What the lists show. */
  listed(): readonly Machine[] {
    return this.machines.filter((each) => each.at(this.nowMs() - this.lagMs) !== undefined);
  }

  listedSiblings(kind: Sibling['kind']): readonly Sibling[] {
    return this.siblings.filter((each) => each.kind === kind && isThere(each, this.nowMs() - this.lagMs));
  }

  find(name: string): Machine {
    const nowMs = this.nowMs();
    const found = this.machines.find((each) => each.terms.name === name && each.at(nowMs) !== undefined);
    if (found === undefined || nowMs - found.createdAtMs < this.hiddenMs)
      throw notFound('virtualMachines', name, this.terms);
    return found;
  }

  findSibling(kind: Sibling['kind'], name: string): Sibling {
    const found = this.siblings.find((each) => each.kind === kind && each.name === name && isThere(each, this.nowMs()));
    if (found === undefined) throw notFound(kind, name, this.terms);
    return found;
  }

  /** `onlyNew`: `If-None-Match: *`. */
  create(name: string, body: Body, onlyNew: boolean): { readonly machine: Machine; readonly change: Change } {
    const nowMs = this.nowMs();
    const present = this.machines.find((each) => each.terms.name === name && each.at(nowMs) !== undefined);
    if (present?.at(nowMs)?.provisioning === 'Deleting')
      throw new RefusedError(
        409,
        'OperationNotAllowed',
        `Operation 'startTenantUpdate' is not allowed on VM '${name}' since the VM is marked for deletion. You can only retry the Delete operation (or wait for an ongoing one to complete).`,
      );
    if (present !== undefined && onlyNew)
      throw new RefusedError(
        412,
        'PreconditionFailed',
        `The condition '*' in the If-None-Match header was not satisfied.`,
      );
    if (present !== undefined)
      throw new RefusedError(501, 'NotModelled', 'the fake does not model changing a machine by PUT');
    const machine = this.makeMachine(name, body, nowMs);
    const made = siblingsOf(
      body,
      machine,
      nowMs,
      this.address ?? `10.0.${this.machines.length >> 8}.${this.machines.length & 255}`,
    );
    const taken = made.find((each) =>
      this.siblings.some((other) => other.kind === each.kind && other.name === each.name && isThere(other, nowMs)),
    );
    if (taken !== undefined)
      throw new RefusedError(
        400,
        'NicReservedForAnotherVm',
        `${taken.kind} ${taken.name} is reserved for another virtual machine. Please retry after 180 seconds.`,
      );
    const key = keysOf(machine).find((each) => this.failingLate.has(each));
    const late = key === undefined ? undefined : this.failingLate.get(key);
    this.machines.push(machine);
    this.siblings.push(...made.map((each) => ({ ...each, goesAlong: each.goesAlong && late === undefined })));
    if (late === undefined) return { machine, change: machine.change };
    machine.failLate(nowMs, failureOf(late.code), { vanishes: late.leaves === 'siblings' });
    return { machine, change: machine.change };
  }

  private makeMachine(name: string, body: Body, nowMs: number): Machine {
    const properties = at(body, 'properties');
    const { images, region, subnets } = this.terms;
    if (body['location'] !== region)
      throw new RefusedError(
        400,
        'LocationNotAvailableForResourceType',
        `The provided location '${String(body['location'])}' is not available.`,
      );
    const image = at(properties, 'storageProfile', 'imageReference')['id'];
    if (!images.includes(String(image)))
      throw new RefusedError(
        404,
        'ImageNotFound',
        `The Image '${String(image)}' cannot be found in '${region}' region.`,
      );
    const [nic] = itemsOf(at(properties, 'networkProfile')['networkInterfaceConfigurations']);
    const [ip] = itemsOf(at(nic, 'properties')['ipConfigurations']);
    const subnet = at(ip, 'properties', 'subnet')['id'];
    if (!subnets.includes(String(subnet)))
      throw new RefusedError(
        400,
        'InvalidResourceReference',
        `Resource ${String(subnet)} referenced by ${name} was not found.`,
      );
    const zone = itemsOf(body['zones'])[0];
    const reserved = at(properties, 'capacityReservation', 'capacityReservationGroup')['id'] !== undefined;
    const terms = {
      ...{ name, vmId: `00000000-0000-4000-8000-${String(this.machines.length + 1).padStart(12, '0')}`, body },
      size: String(at(properties, 'hardwareProfile')['vmSize']),
      zone: zone === undefined ? undefined : String(zone),
      market: properties['priority'] === 'Spot' ? 'spot' : reserved ? 'reserved' : 'on-demand',
    } as const;
    const machine = new Machine(terms, at(body, 'tags') as Record<string, string>, nowMs);
    if (keysOf(machine).some((each) => this.soldOut.has(each))) throw soldOut(machine);
    return machine;
  }

  /** A machine of somebody else's in the same group. */
  addForeign(): Machine {
    const vmId = `00000000-0000-4000-8000-${String(this.machines.length + 1).padStart(12, '0')}`;
    const body = { location: this.terms.region };
    const terms = {
      name: 'foreign',
      vmId,
      body,
      size: 'Standard_D2s_v5',
      zone: undefined,
      market: 'on-demand',
    } as const;
    const machine = new Machine(terms, { owner: 'somebody' }, this.nowMs());
    this.machines.push(machine);
    return machine;
  }

  /** `match`: `If-Match`. */
  tag(name: string, tags: Readonly<Record<string, string>>, match: string | undefined): Machine {
    const machine = this.find(name);
    const state = machine.at(this.nowMs());
    if (match !== undefined && match !== String(machine.etag))
      throw new RefusedError(
        412,
        'PreconditionFailed',
        `The condition '${match}' in the If-Match header was not satisfied.`,
      );
    if (state?.provisioning === 'Deleting') throw marked('startTenantUpdate', machine);
    if (state?.provisioning === 'Creating' || state?.provisioning === 'Updating')
      throw new RefusedError(
        409,
        'Conflict',
        `The request failed due to conflict with a concurrent request on ${name}.`,
      );
    machine.tags = tags;
    machine.etag += 1;
    return machine;
  }

  start(name: string): Change {
    const machine = this.find(name);
    const state = machine.at(this.nowMs());
    if (state?.provisioning === 'Deleting') throw marked('start', machine);
    if (state?.power === 'starting' || state?.power === 'running') return machine.change;
    if (state?.power === 'deallocating') throw notAllowed('start', machine, 'is being deallocated');
    if (keysOf(machine).some((each) => this.soldOut.has(each))) throw soldOut(machine);
    if (this.failingWake === undefined) machine.start(this.nowMs());
    else machine.failToStart(this.nowMs(), failureOf(this.failingWake));
    return machine.change;
  }

  deallocate(name: string): Change {
    const machine = this.find(name);
    const state = machine.at(this.nowMs());
    if (state?.provisioning === 'Deleting') throw marked('deallocate', machine);
    if (state?.provisioning === 'Creating') throw notAllowed('deallocate', machine, 'is being provisioned');
    if (state?.power !== 'deallocated' && state?.power !== 'deallocating') machine.deallocate(this.nowMs());
    return machine.change;
  }

  /** 204 where there is none. A create that goes on is ended by it: `preempted`. */
  remove(name: string): { readonly change: Change; readonly preempted: Machine | undefined } | undefined {
    const nowMs = this.nowMs();
    const machine = this.machines.find((each) => each.terms.name === name && each.at(nowMs) !== undefined);
    if (machine === undefined) return undefined;
    const state = machine.at(nowMs);
    const isChanging = state?.provisioning === 'Creating' || state?.provisioning === 'Updating';
    if (state?.provisioning !== 'Deleting') machine.remove(nowMs, { isStuck: this.isStuck });
    const { endsAtMs } = machine.change;
    return {
      change: { endsAtMs: this.isStuck ? Number.POSITIVE_INFINITY : endsAtMs },
      preempted: isChanging ? machine : undefined,
    };
  }

  /** Refused while a machine has it. */
  removeSibling(kind: Sibling['kind'], name: string): Change | undefined {
    const nowMs = this.nowMs();
    const found = this.siblings.find((each) => each.kind === kind && each.name === name && isThere(each, nowMs));
    if (found === undefined) return undefined;
    if (found.machine.at(nowMs) !== undefined)
      throw new RefusedError(
        kind === 'disks' ? 409 : 400,
        kind === 'disks' ? 'OperationNotAllowed' : 'NicInUse',
        `${kind} ${name} is used by existing resource ${found.machine.terms.name}.`,
      );
    const nic = this.siblings.find(
      (each) => each.kind === 'networkInterfaces' && each.name === name && isThere(each, nowMs),
    );
    if (kind === 'publicIPAddresses' && nic !== undefined)
      throw new RefusedError(
        400,
        'PublicIPAddressCannotBeDeleted',
        `Public IP address ${name} can not be deleted since it is still allocated to resource ${nic.name}.`,
      );
    found.deletedAtMs = Math.min(found.deletedAtMs ?? Number.POSITIVE_INFINITY, nowMs + 1000);
    return { endsAtMs: nowMs + 1000 };
  }

  /** What costs money now, whatever the lists say: machines that are not deallocated, and everything beside any machine. */
  billed(): readonly string[] {
    const nowMs = this.nowMs();
    return [
      ...this.billedMachines().map(({ terms }) => terms.name),
      ...this.siblings.filter((each) => isThere(each, nowMs)).map(({ kind, name }) => `${kind} ${name}`),
    ];
  }

  /** What costs money and hangs on no machine any more. */
  loose(): readonly Sibling[] {
    const nowMs = this.nowMs();
    return this.siblings.filter((each) => isThere(each, nowMs) && each.machine.at(nowMs) === undefined);
  }

  billedMachines(): readonly Machine[] {
    return this.machines.filter((each) => {
      const state = each.at(this.nowMs());
      return (
        state !== undefined &&
        state.power !== 'deallocated' &&
        state.provisioning !== 'Failed' &&
        state.provisioning !== 'Deleting'
      );
    });
  }
}

/** `SIZE` and `SIZE ZONE`. */
function keysOf({ terms: { size, zone } }: Machine): readonly string[] {
  return zone === undefined ? [size] : [size, `${size} ${zone}`];
}

function soldOut({ terms: { size, zone } }: Machine): RefusedError {
  return zone === undefined
    ? new RefusedError(409, 'AllocationFailed', failureOf('AllocationFailed').message)
    : new RefusedError(
        409,
        'ZonalAllocationFailed',
        `${failureOf('ZonalAllocationFailed').message} (${size}, zone ${zone})`,
      );
}

/** The texts as Azure has them: https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/allocation-failure, checked 2026-11-26. */
function failureOf(code: string): Failure {
  const place = code.startsWith('Zonal') ? 'in this zone' : 'in this region';
  return { code, message: `Allocation failed. We do not have sufficient capacity for the requested VM size ${place}.` };
}

function marked(operation: string, { terms: { name } }: Machine): RefusedError {
  return new RefusedError(
    409,
    'OperationNotAllowed',
    `Operation '${operation}' is not allowed on VM '${name}' since the VM is marked for deletion. You can only retry the Delete operation (or wait for an ongoing one to complete).`,
  );
}

function notAllowed(operation: string, { terms: { name } }: Machine, why: string): RefusedError {
  return new RefusedError(
    409,
    'OperationNotAllowed',
    `Operation '${operation}' is not allowed on VM '${name}' since the VM ${why}.`,
  );
}

function notFound(kind: string, name: string, { name: group }: GroupTerms): RefusedError {
  const provider = kind === 'virtualMachines' || kind === 'disks' ? 'Microsoft.Compute' : 'Microsoft.Network';
  return new RefusedError(
    404,
    'ResourceNotFound',
    `The Resource '${provider}/${kind}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

/** What the request asks for beside the machine: each goes with it only where its delete option says so. */
function siblingsOf(body: Body, machine: Machine, fromMs: number, address: string): readonly Sibling[] {
  const properties = at(body, 'properties');
  const shared = { machine, address, fromMs, deletedAtMs: undefined };
  const disk = at(properties, 'storageProfile', 'osDisk');
  const [nic] = itemsOf(at(properties, 'networkProfile')['networkInterfaceConfigurations']);
  const [ip] = itemsOf(at(nic, 'properties')['ipConfigurations']);
  const publicIp = at(ip, 'properties', 'publicIPAddressConfiguration');
  const goesAlong = (of: Body): boolean => of['deleteOption'] === 'Delete';
  return [
    { ...shared, kind: 'disks', name: String(disk['name']), goesAlong: goesAlong(disk) },
    {
      ...shared,
      kind: 'networkInterfaces',
      name: String(at(nic)['name']),
      goesAlong: goesAlong(at(nic, 'properties')),
    },
    ...(publicIp['name'] === undefined
      ? []
      : [
          {
            ...shared,
            kind: 'publicIPAddresses',
            name: String(publicIp['name']),
            goesAlong: goesAlong(at(publicIp, 'properties')),
          } as const,
        ]),
  ];
}

/** The object at a path; an empty one where there is none. */
export function at(value: unknown, ...path: readonly string[]): Body {
  const found = path.reduce<unknown>((each, key) => (each as Body | undefined)?.[key], value);
  return typeof found === 'object' && found !== null ? (found as Body) : {};
}

/** The list's items; none where it is no list. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
