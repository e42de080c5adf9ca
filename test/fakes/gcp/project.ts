/** What a fake project does for each call, true to the API's own rules; nothing here knows of HTTP. */
import { lasts, Machine, type Status, timestamp } from './machines.ts';
import { RefusedError } from './refusal.ts';
import type { Call } from './spec.ts';

export interface ProjectTerms {
  readonly project: string;
  /** The project's own time, epoch milliseconds. */
  readonly nowMs: () => number;
  readonly zones: readonly string[];
  readonly templates: readonly string[];
}

/** An operation that was accepted, and what it comes to. */
interface Operation {
  readonly name: string;
  readonly zone: string;
  readonly operationType: string;
  readonly target: Machine;
  readonly requestId: string | undefined;
  readonly fromMs: number;
  untilMs: number;
  error: { readonly code: string; readonly message: string; readonly status: number } | undefined;
}

/** The truth behind the API, and its moods. */
export interface Project {
  nowMs(): number;
  readonly machines: readonly Machine[];
  readonly operations: readonly Operation[];
  /** By how much what is listed lags behind what is, in milliseconds of the project's time. */
  lagMs: number;
  /** Machines that are deleted from now on stop without an end. */
  isStuck: boolean;
  /** Where new machines answer, for a test that has a server there. */
  address?: string;
  /** Machines per page at most, whatever is asked for. */
  pageSize: number;
  /** What new machines are made with, by their template. */
  isBootDiskTied: boolean;
  hasLocalSsd: boolean;
  /** `TYPE ZONE` that are not there. */
  readonly absentTypes: Set<string>;
  /** By metric. */
  readonly quotas: Map<string, { readonly metric: string; limit: number; usage: number }>;
  /** `NAME ZONE` → as the API shows it. */
  readonly reservations: Map<string, object>;
  /** Rights that our credentials lack. */
  readonly withdrawn: Set<string>;
  /** Zones that lists leave out, and say so. */
  readonly unreachable: Set<string>;
  /** `TYPE ZONE`: none is free, which the operation says after its request was accepted. */
  readonly soldOut: Set<string>;
  /** `TYPE ZONE` → the code its launches end with, after the machine was seen for a while. */
  readonly failingLate: Map<string, string>;
  statusOf(machine: Machine): Status | undefined;
  /** A machine that is none of ours, for which this is announced. */
  addStranger(maintenance: object): void;
  /** Google takes a spot machine back: it has half a minute. */
  preempt(machine: Machine): void;
  /** The call's answer; throws a refusal. */
  act: (call: Call) => object;
}

/** How long an operation takes that changes nothing that runs, and until sold out is said, in milliseconds. */
const [shortMs, soldOutMs, lateMs] = [500, 2500, 5000];
/** For so long the same request id is the same request; Google promises as much of its other APIs. */
const requestIdLastsMs = 3_600_000;

/** Calls the fake models, with the parameters it heeds beside `project`: any other is answered 501, never ignored. */
const modelled: Readonly<Record<string, readonly string[]>> = {
  'Instances.AggregatedList': ['filter', 'maxResults', 'pageToken'],
  'Instances.Get': ['zone', 'instance'],
  'Instances.Insert': ['zone', 'requestId', 'sourceInstanceTemplate'],
  'Instances.Start': ['zone', 'instance'],
  'Instances.Resume': ['zone', 'instance'],
  'Instances.Stop': ['zone', 'instance', 'discardLocalSsd'],
  'Instances.Delete': ['zone', 'instance'],
  'Instances.SetLabels': ['zone', 'instance'],
  'Instances.SetDiskAutoDelete': ['zone', 'instance', 'autoDelete', 'deviceName'],
  'ZoneOperations.Get': ['zone', 'operation'],
  'InstanceTemplates.Get': ['instanceTemplate'],
  'RegionInstanceTemplates.Get': ['region', 'instanceTemplate'],
  'ZoneOperations.List': ['zone', 'filter', 'orderBy', 'maxResults'],
  'MachineTypes.Get': ['zone', 'machineType'],
  'Regions.Get': ['region'],
  'Reservations.Get': ['zone', 'reservation'],
  'Instances.TestIamPermissions': ['zone', 'resource'],
};
const modelledBody = ['name', 'machineType', 'labels', 'metadata', 'scheduling', 'reservationAffinity'];

export function createProject(terms: ProjectTerms): Project {
  const machines: Machine[] = [];
  const operations: Operation[] = [];
  const state: State = { terms, machines, operations };
  const project: Project = {
    nowMs: terms.nowMs,
    machines,
    operations,
    lagMs: 0,
    isStuck: false,
    pageSize: 500,
    isBootDiskTied: true,
    hasLocalSsd: false,
    absentTypes: new Set(),
    quotas: new Map(),
    reservations: new Map(),
    withdrawn: new Set(),
    unreachable: new Set(),
    soldOut: new Set(),
    failingLate: new Map(),
    statusOf: (machine) => machine.statusAt(terms.nowMs()),
    addStranger(maintenance) {
      const index = machines.length + 1;
      const machine = new Machine(
        {
          ...{ id: String(index), index, name: 'theirs', zone: terms.zones[0] ?? '', type: 'a3-highgpu-8g' },
          ...{ isSpot: false, hasLocalSsd: false, createdAtMs: terms.nowMs(), metadata: undefined },
          reservationAffinity: undefined,
        },
        { owner: 'somebody' },
        true,
      );
      machine.boot(terms.nowMs() - 60_000);
      machine.maintenance = maintenance;
      machines.push(machine);
    },
    preempt(machine) {
      begun(state, machine, preempted, machine.stop(terms.nowMs()) - terms.nowMs());
    },
    act(call) {
      checkModelled(call);
      if (call.params['project'] !== terms.project) throw notFound(`projects/${call.params['project']}`);
      const right = rights[call.method];
      if (right !== undefined && project.withdrawn.has(right))
        throw new RefusedError(403, 'forbidden', `Required '${right}' permission for 'projects/${terms.project}'`);
      return acts[call.method]?.(project, state, call) ?? {};
    },
  };
  return project;
}

interface State {
  readonly terms: ProjectTerms;
  readonly machines: Machine[];
  readonly operations: Operation[];
}

type Act = (project: Project, state: State, call: Call) => object;

const acts: Readonly<Record<string, Act>> = {
  'Instances.AggregatedList': list,
  'Instances.Get': (_, state, call) => shown(state, machineOf(state, call)),
  'Instances.Insert': insert,
  'Instances.Start': startAgain,
  'Instances.Resume': startAgain,
  'Instances.Stop': stop,
  'Instances.Delete': remove,
  'Instances.SetLabels': setLabels,
  'Instances.SetDiskAutoDelete': (_, state, call) => {
    const machine = machineOf(state, call);
    machine.isBootDiskTied = call.params['autoDelete'] === 'true';
    return begun(state, machine, 'setDiskAutoDelete', shortMs);
  },
  'InstanceTemplates.Get': template,
  'ZoneOperations.List': listPreempted,
  'MachineTypes.Get': machineType,
  'Regions.Get': ({ quotas }, _, { params: { region } }) => ({
    kind: 'compute#region',
    name: region,
    quotas: [...quotas.values()],
  }),
  'Reservations.Get': ({ reservations }, _, { params: { zone, reservation } }) => {
    const found = reservations.get(`${reservation} ${zone}`);
    if (found === undefined) throw notFound(`zones/${zone}/reservations/${reservation}`);
    return found;
  },
  'Instances.TestIamPermissions': ({ withdrawn }, state, { params: { zone = '', resource = '' }, body = {} }) => {
    machineOf(state, { params: { zone, instance: resource } });
    const asked = (body['permissions'] ?? []) as readonly string[];
    return { permissions: asked.filter((each) => !withdrawn.has(each)) };
  },
  'RegionInstanceTemplates.Get': template,
  'ZoneOperations.Get': (_, state, { params: { zone, operation } }) => {
    const found = state.operations.find((each) => each.zone === zone && each.name === operation);
    if (found === undefined) throw notFound(`zones/${zone}/operations/${operation}`);
    return written(state, found);
  },
};

function checkModelled({ method, params, body = {} }: Call): void {
  const heeded = modelled[method];
  if (heeded === undefined) throw new RefusedError(501, 'notModelled', `the fake does not model ${method}`);
  const given = Object.keys(params).find((each) => each !== 'project' && !heeded.includes(each));
  const part =
    method === 'Instances.Insert' ? Object.keys(body).find((each) => !modelledBody.includes(each)) : undefined;
  const ignored = given ?? part;
  if (ignored !== undefined)
    throw new RefusedError(501, 'notModelled', `the fake does not model ${ignored} of ${method}`);
}

function list(project: Project, { terms, machines }: State, { params }: Call): object {
  const size = Math.min(project.pageSize, Number(params['maxResults'] ?? 500));
  if (size < 0 || size > 500) throw new RefusedError(400, 'invalid', "Invalid value for field 'maxResults'");
  const atMs = terms.nowMs() - project.lagMs;
  const fits = filterOf(params['filter'] ?? '');
  const found = machines.filter(
    (each) => each.statusAt(atMs) !== undefined && fits(each.labels) && !project.unreachable.has(each.terms.zone),
  );
  const from = Number(params['pageToken'] ?? 0);
  const page = found.slice(from, from + size);
  const items = Object.fromEntries(
    terms.zones.map((zone) => {
      const instances = page
        .filter((each) => each.terms.zone === zone)
        .map((each) => each.shownAt(atMs, terms.project));
      const warning = { code: 'NO_RESULTS_ON_PAGE', message: 'There are no results for this scope on this page.' };
      return [`zones/${zone}`, instances.length > 0 ? { instances } : { warning }];
    }),
  );
  return {
    ...{ kind: 'compute#instanceAggregatedList', items },
    ...(project.unreachable.size > 0 ? { unreachables: [...project.unreachable].map((zone) => `zones/${zone}`) } : {}),
    ...(from + size < found.length ? { nextPageToken: String(from + size) } : {}),
  };
}

/** Labels that must all be as said; any other filter is not modelled. */
function filterOf(filter: string): (labels: Readonly<Record<string, string>>) => boolean {
  const expressions = [...filter.matchAll(/\(labels\.([a-z][a-z0-9_-]*) = "([^"]*)"\)/g)];
  if (expressions.map(([whole]) => whole).join(' ') !== filter)
    throw new RefusedError(501, 'notModelled', `the fake has no filter ${filter}`);
  return (labels) => expressions.every(([, key = '', value]) => labels[key] === value);
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The same request id within its time is answered with the same operation, whatever came of it, and does nothing more. */
function insert(project: Project, state: State, { params, body = {} }: Call): object {
  const { zone = '', requestId } = params;
  const { terms, machines, operations } = state;
  const nowMs = terms.nowMs();
  if (!terms.zones.includes(zone)) throw new RefusedError(400, 'invalid', `Invalid value for field 'zone': '${zone}'.`);
  if (requestId !== undefined && !uuid.test(requestId))
    throw new RefusedError(
      400,
      'invalid',
      `Invalid value for field 'requestId': '${requestId}'. Must be a valid UUID.`,
    );
  const before = operations.find((each) => each.requestId === requestId && nowMs - each.fromMs < requestIdLastsMs);
  if (requestId !== undefined && before !== undefined) return written(state, before);
  const { name, type } = checkBody(terms, params, body);
  if (machines.some((each) => each.terms.zone === zone && each.terms.name === name && !each.isGoneAt(nowMs)))
    throw new RefusedError(
      409,
      'alreadyExists',
      `The resource 'projects/${terms.project}/zones/${zone}/instances/${name}' already exists`,
    );
  const index = machines.length + 1;
  const scheduling = body['scheduling'] as { readonly provisioningModel?: string } | undefined;
  const machine = new Machine(
    {
      ...{ id: String(4_000_000_000_000_000_000n + BigInt(index)), index, name, zone, type, createdAtMs: nowMs },
      ...{ isSpot: scheduling?.provisioningModel === 'SPOT', hasLocalSsd: project.hasLocalSsd },
      metadata: body['metadata'] as object | undefined,
      reservationAffinity: body['reservationAffinity'] as object | undefined,
      ...(project.address === undefined ? {} : { address: project.address }),
    },
    (body['labels'] ?? {}) as Readonly<Record<string, string>>,
    project.isBootDiskTied,
  );
  machines.push(machine);
  const late = project.failingLate.get(`${type} ${zone}`);
  const isSoldOut = project.soldOut.has(`${type} ${zone}`);
  if (!isSoldOut && late === undefined)
    return begun(state, machine, 'insert', machine.boot(nowMs) - nowMs, { requestId });
  const takesMs = isSoldOut ? soldOutMs : lateMs;
  machine.failLate(nowMs, nowMs + takesMs, !isSoldOut);
  const code = late ?? 'ZONE_RESOURCE_POOL_EXHAUSTED';
  const message = `The zone 'projects/${terms.project}/zones/${zone}' does not have enough resources available to fulfill the request.  Try a different zone, or try again later.`;
  return begun(state, machine, 'insert', takesMs, { requestId, error: { code, message, status: 503 } });
}

function template(project: Project, { terms }: State, { params: { instanceTemplate: name = '' } }: Call): object {
  if (!terms.templates.includes(name)) throw notFound(`projects/${terms.project}/global/instanceTemplates/${name}`);
  const metadata = {
    items: [
      { key: 'enable-oslogin', value: 'TRUE' },
      { key: 'startup-script', value: 'echo template' },
    ],
  };
  const disks = [
    { boot: true, autoDelete: project.isBootDiskTied, type: 'PERSISTENT', deviceName: 'persistent-disk-0' },
  ];
  return { kind: 'compute#instanceTemplate', name, properties: { machineType: 'a3-highgpu-8g', metadata, disks } };
}

/** The right that each read needs. */
const rights: Readonly<Record<string, string>> = {
  'Instances.AggregatedList': 'compute.instances.list',
  'InstanceTemplates.Get': 'compute.instanceTemplates.get',
  'RegionInstanceTemplates.Get': 'compute.instanceTemplates.get',
  'Regions.Get': 'compute.regions.get',
};

/** Accelerators of the machine types there are. */
const accelerators: Readonly<Record<string, string>> = {
  'a3-highgpu-8g': 'nvidia-h100-80gb',
  'a2-ultragpu-8g': 'nvidia-a100-80gb',
};

function machineType(project: Project, _: State, { params: { zone = '', machineType: name = '' } }: Call): object {
  const type = accelerators[name];
  if (type === undefined || project.absentTypes.has(`${name} ${zone}`))
    throw notFound(`zones/${zone}/machineTypes/${name}`);
  return {
    kind: 'compute#machineType',
    name,
    accelerators: [{ guestAcceleratorType: type, guestAcceleratorCount: 8 }],
  };
}

const preempted = 'compute.instances.preempted';

function listPreempted(
  _: Project,
  state: State,
  { params: { zone, filter, orderBy, maxResults = '500' } }: Call,
): object {
  if (filter !== `operationType = "${preempted}"` || orderBy !== 'creationTimestamp desc')
    throw new RefusedError(501, 'notModelled', `the fake has no filter ${filter}`);
  const found = state.operations.filter((each) => each.zone === zone && each.operationType === preempted).toReversed();
  return {
    kind: 'compute#operationList',
    items: found.slice(0, Number(maxResults)).map((each) => written(state, each)),
  };
}

function checkBody(
  { project, templates }: ProjectTerms,
  { zone, sourceInstanceTemplate: template = '' }: Call['params'],
  body: Readonly<Record<string, unknown>>,
): { readonly name: string; readonly type: string } {
  const [name, labels] = [String(body['name'] ?? ''), (body['labels'] ?? {}) as Readonly<Record<string, string>>];
  const invalid = (field: string, value: string): RefusedError =>
    new RefusedError(400, 'invalid', `Invalid value for field 'resource.${field}': '${value}'.`);
  if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) throw invalid('name', name);
  for (const [key, value] of Object.entries(labels))
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(key) || !/^[a-z0-9_-]{0,63}$/.test(value)) throw invalid('labels', value);
  const template0 = template.split('/').at(-1) ?? '';
  if (!templates.includes(template0)) throw notFound(`projects/${project}/global/instanceTemplates/${template0}`);
  const type = new RegExp(`^zones/${zone}/machineTypes/([a-z0-9-]+)$`).exec(String(body['machineType']))?.[1];
  if (type === undefined) throw invalid('machineType', String(body['machineType']));
  return { name, type };
}

function startAgain(project: Project, state: State, call: Call): object {
  const machine = machineOf(state, call);
  const nowMs = state.terms.nowMs();
  const status = machine.statusAt(nowMs);
  const { type, zone } = machine.terms;
  const [operationType] = call.method === 'Instances.Resume' ? ['resume'] : ['start'];
  if (status === 'RUNNING' || status === 'STAGING') return begun(state, machine, operationType, shortMs);
  const from = operationType === 'resume' ? 'SUSPENDED' : 'TERMINATED';
  if (status !== from) throw notReady(state, machine);
  if (!project.soldOut.has(`${type} ${zone}`))
    return begun(state, machine, operationType, machine.startAgain(nowMs) - nowMs);
  const message = `The zone 'projects/${state.terms.project}/zones/${zone}' does not have enough resources available to fulfill the request.`;
  const error = { code: 'ZONE_RESOURCE_POOL_EXHAUSTED', message, status: 503 };
  return begun(state, machine, operationType, soldOutMs, { error });
}

function stop(_: Project, state: State, call: Call): object {
  const machine = machineOf(state, call);
  const nowMs = state.terms.nowMs();
  const status = machine.statusAt(nowMs);
  if (machine.terms.hasLocalSsd && call.params['discardLocalSsd'] === undefined)
    throw new RefusedError(
      400,
      'invalid',
      'VM has a Local SSD attached but an undefined value for `discard-local-ssd`. If using gcloud, please add `--discard-local-ssd=false` or `--discard-local-ssd=true` to your command.',
    );
  if (status === 'PROVISIONING' || status === 'STAGING') throw notReady(state, machine);
  if (status === 'TERMINATED') return begun(state, machine, 'stop', shortMs);
  return begun(state, machine, 'stop', machine.stop(nowMs) - nowMs);
}

/** A launch that is not over fails when its machine is deleted: piercefreeman/cloud-gpu-reliability #5, checked 2026-11-27. */
function remove(project: Project, state: State, call: Call): object {
  const machine = machineOf(state, call);
  const nowMs = state.terms.nowMs();
  const launch = state.operations.find(
    (each) => each.target === machine && each.operationType === 'insert' && each.untilMs > nowMs,
  );
  if (launch !== undefined) {
    launch.untilMs = nowMs + shortMs;
    launch.error = { code: 'CONFLICT', message: 'The instance was deleted while it was created.', status: 409 };
  }
  if (project.isStuck) {
    machine.stick(nowMs);
    return begun(state, machine, 'delete', Number.POSITIVE_INFINITY);
  }
  return begun(state, machine, 'delete', machine.remove(nowMs) - nowMs);
}

function setLabels(_: Project, state: State, call: Call): object {
  const machine = machineOf(state, call);
  const { labels = {}, labelFingerprint } = call.body as {
    readonly labels?: Readonly<Record<string, string>>;
    readonly labelFingerprint?: string;
  };
  if (labelFingerprint !== Buffer.from(`f${machine.fingerprint}`).toString('base64'))
    throw new RefusedError(412, 'conditionNotMet', 'Labels fingerprint either invalid or resource labels have changed');
  machine.labels = labels;
  machine.fingerprint += 1;
  return begun(state, machine, 'setLabels', shortMs);
}

interface Course {
  readonly requestId?: string | undefined;
  readonly error?: Operation['error'];
}

function begun(state: State, target: Machine, operationType: string, takesMs: number, course: Course = {}): object {
  const fromMs = state.terms.nowMs();
  const operation: Operation = {
    ...{ name: `operation-${state.operations.length + 1}`, zone: target.terms.zone, operationType, target, fromMs },
    ...{ untilMs: fromMs + takesMs, requestId: course.requestId, error: course.error },
  };
  state.operations.push(operation);
  return written(state, operation);
}

function written({ terms }: State, operation: Operation): object {
  const { name, zone, operationType, target, requestId, fromMs, untilMs, error } = operation;
  const nowMs = terms.nowMs();
  const isDone = nowMs >= untilMs;
  const base = `https://www.googleapis.com/compute/v1/projects/${terms.project}/zones/${zone}`;
  return {
    ...{ kind: 'compute#operation', name, operationType, zone: base, user: 'nobody@example.com' },
    ...{ targetId: target.terms.id, targetLink: `${base}/instances/${target.terms.name}` },
    ...(requestId === undefined ? {} : { clientOperationId: requestId }),
    status: isDone ? 'DONE' : nowMs - fromMs < lasts.hidden ? 'PENDING' : 'RUNNING',
    progress: isDone ? 100 : 0,
    insertTime: timestamp(fromMs),
    ...(isDone ? { endTime: timestamp(untilMs) } : {}),
    ...(isDone && error !== undefined
      ? {
          httpErrorStatusCode: error.status,
          httpErrorMessage: 'FAILED',
          error: { errors: [{ code: error.code, message: error.message }] },
        }
      : {}),
  };
}

/** Found by its name, which a machine that has only been accepted is not. */
function machineOf({ terms, machines }: State, { params: { zone, instance } }: Pick<Call, 'params'>): Machine {
  const found = machines.findLast(
    (each) => each.terms.zone === zone && each.terms.name === instance && each.statusAt(terms.nowMs()) !== undefined,
  );
  if (found === undefined) throw notFound(`projects/${terms.project}/zones/${zone}/instances/${instance}`);
  return found;
}

function shown({ terms }: State, machine: Machine): object {
  return machine.shownAt(terms.nowMs(), terms.project) ?? {};
}

function notFound(what: string): RefusedError {
  return new RefusedError(404, 'notFound', `The resource '${what}' was not found`);
}

function notReady({ terms: { project } }: State, { terms: { zone, name } }: Machine): RefusedError {
  return new RefusedError(
    400,
    'resourceNotReady',
    `The resource 'projects/${project}/zones/${zone}/instances/${name}' is not ready`,
  );
}
