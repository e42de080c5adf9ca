/**
 * A cloud in memory with what clouds have: machines that boot and end in their own time, names that only one machine bears,
 * lists that come in pages and lag, disks that outlive their machine, and calls that are refused, lost or never answered.
 */
import type { Clock } from '../../../src/testkit/index.ts';

/** `off`: powered off, and paid for like one that runs. `released`: it keeps its disk and is not paid for. */
export type MachineState = 'booting' | 'running' | 'ending' | 'off' | 'released' | 'ended';

export interface Machine {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly zone: string;
  readonly boot: number;
  readonly state: MachineState;
  readonly bootedAtMs: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface MachineType {
  readonly type: string;
  readonly zone: string;
  readonly usdPerHour: number;
  /** What it would be refused with. */
  readonly closed?: string;
}

interface Target {
  readonly id: string;
  /** Only this boot of it. */
  readonly boot?: number;
}

/** What can be asked for; each gives its answer or throws a `CloudError`. */
export interface CloudApi {
  ListMachines(ask: { readonly page: number }): { readonly machines: readonly Machine[]; readonly next?: number };
  GetMachine(ask: { readonly id: string } | { readonly name: string }): Machine;
  CreateMachine(ask: Pick<Machine, 'name' | 'type' | 'zone' | 'tags'>): Machine;
  WakeMachine(ask: Target & Pick<Machine, 'tags'>): Machine;
  TagMachine(ask: Target & Pick<Machine, 'tags'>): void;
  UnrouteMachine(ask: Target): void;
  RouteMachine(ask: Target): void;
  PowerOff(ask: Target): void;
  /** At once, with no regard for what runs on it. */
  KillMachine(ask: Target): void;
  ReleaseMachine(ask: Target): void;
  DeleteMachine(ask: Target & { readonly keepDisk?: boolean }): void;
  /** Keeps the highest number under a name, and refuses a lower one. */
  RaiseMark(ask: { readonly name: string; readonly mark: number }): void;
  ListTypes(ask: object): readonly MachineType[];
  ListEvents(ask: object): readonly { readonly id: string; readonly what: string; readonly atMs: number }[];
  TestRights(ask: { readonly names: readonly string[] }): readonly string[];
}

export type Action = keyof CloudApi;
export type Ask<A extends Action> = Parameters<CloudApi[A]>[0];
export type Given<A extends Action> = ReturnType<CloudApi[A]>;

export class CloudError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Rejects with a `CloudError`; with anything else when the answer is lost; never settles when there is none. */
export type Take = <A extends Action>(action: A, ask: Ask<A>) => Promise<Given<A>>;

export interface Fault {
  readonly action: Action;
  /** A code, or what becomes of the answer. */
  readonly answer: string | 'lost' | 'none';
  /** It was done all the same. */
  readonly isDone?: boolean;
}

export interface TinyCloud {
  readonly calls: readonly Action[];
  readonly faults: Set<Fault>;
  readonly soldOut: Set<string>;
  readonly closed: Set<string>;
  /** Machines that get no new requests. */
  readonly unrouted: Set<string>;
  readonly rights: Set<string>;
  readonly events: { readonly id: string; readonly what: string; readonly atMs: number }[];
  /** What ends does not come to its end. */
  isStuck: boolean;
  take: Take;
  machines(): readonly Machine[];
  /** Disks whose machine has ended. */
  looseDisks(): number;
  kill(id: string): void;
}

export const allRights = ['machines.list', 'machines.create', 'machines.change', 'machines.delete'];
/** How long a new machine is missing in the list, in milliseconds. */
export const lagMs = 100;
const callMs = 5;
const bootMs = 30;
const endMs = 150;
const pageSize = 2;
const types = ['big', 'small'].flatMap((type, index) => [
  { type, zone: 'a', usdPerHour: 8 - index * 4 },
  { type, zone: 'b', usdPerHour: 8 - index * 4 },
]);

type Body = { -readonly [K in keyof Machine]: Machine[K] } & {
  readonly bornMonoMs: number;
  hasDisk: boolean;
  leavesDisk: boolean;
};

export function createTinyCloud(clock: Clock): TinyCloud {
  const bodies: Body[] = [];
  const marks = new Map<string, number>();
  const calls: Action[] = [];
  const cloud: TinyCloud = {
    ...{
      calls,
      faults: new Set(),
      soldOut: new Set(),
      closed: new Set(),
      unrouted: new Set(),
      rights: new Set(allRights),
      events: [],
    },
    isStuck: false,
    async take(action, ask) {
      calls.push(action);
      await clock.sleep(callMs, new AbortController().signal);
      const fault = [...cloud.faults].find((each) => each.action === action);
      if (fault === undefined) return perform(action, ask);
      if (fault.isDone === true) perform(action, ask);
      if (fault.answer === 'none') return await new Promise(() => undefined);
      if (fault.answer === 'lost') throw new Error('connection reset');
      throw new CloudError(fault.answer, `the cloud says ${fault.answer}`);
    },
    machines: () => bodies.map(shown),
    looseDisks: () => bodies.filter(({ state, hasDisk }) => state === 'ended' && hasDisk).length,
    kill: (id) => finish(bodyOf({ id }), 'ended'),
  };
  const shown = ({ bornMonoMs: _, hasDisk: __, leavesDisk: ___, ...machine }: Body): Machine => machine;

  function bodyOf({ id, boot }: Target): Body {
    const body = bodies.find((each) => each.id === id);
    if (body === undefined) throw new CloudError('NoSuchMachine', `there is no ${id}`);
    if (boot !== undefined && boot !== body.boot) throw new CloudError('OtherBoot', `${id} was booted again`);
    return body;
  }
  function boot(body: Body): void {
    const number = body.boot + 1;
    Object.assign(body, { boot: number, state: 'booting', bootedAtMs: clock.nowMs() });
    clock.after(bootMs, () => {
      if (body.state === 'booting' && body.boot === number) body.state = 'running';
    });
  }
  function finish(body: Body, to: MachineState): void {
    body.state = to;
    if (to === 'ended' && !body.leavesDisk) body.hasDisk = false;
  }
  function end(target: Target, to: MachineState): void {
    const body = bodyOf(target);
    if (body.state === 'ended' || body.state === to) return;
    body.state = 'ending';
    clock.after(endMs, () => {
      if (!cloud.isStuck && body.state !== 'ended') finish(body, to);
    });
  }
  function refuseSoldOut({ type, zone }: Pick<Machine, 'type' | 'zone'>): void {
    if (cloud.soldOut.has(`${type} ${zone}`)) throw new CloudError('SoldOut', `no ${type} is left in ${zone}`);
  }

  const api: CloudApi = {
    ListMachines({ page }) {
      const old = bodies.filter(({ bornMonoMs }) => clock.monoMs() - bornMonoMs >= lagMs).map(shown);
      const machines = old.slice(page * pageSize, (page + 1) * pageSize);
      return { machines, ...((page + 1) * pageSize < old.length ? { next: page + 1 } : {}) };
    },
    GetMachine(ask) {
      if ('id' in ask) return shown(bodyOf(ask));
      const body = bodies.find(({ name, state }) => name === ask.name && state !== 'ended');
      if (body === undefined) throw new CloudError('NoSuchMachine', `there is no ${ask.name}`);
      return shown(body);
    },
    CreateMachine(ask) {
      if (bodies.some(({ name, state }) => name === ask.name && state !== 'ended'))
        throw new CloudError('NameTaken', `${ask.name} is there`);
      if (!types.some(({ type, zone }) => type === ask.type && zone === ask.zone))
        throw new CloudError('BadShape', `there is no ${ask.type} in ${ask.zone}`);
      refuseSoldOut(ask);
      const id = `m-${bodies.length + 1}`;
      const state = 'booting';
      const own = { bornMonoMs: clock.monoMs(), hasDisk: true, leavesDisk: false };
      const body: Body = { ...ask, ...own, id, state, boot: 0, bootedAtMs: 0 };
      bodies.push(body);
      boot(body);
      return shown(body);
    },
    WakeMachine({ tags, ...target }) {
      const body = bodyOf(target);
      if (body.state !== 'released' && body.state !== 'off') throw new CloudError('NotAsleep', `${body.id} runs`);
      refuseSoldOut(body);
      body.tags = { ...body.tags, ...tags };
      boot(body);
      return shown(body);
    },
    TagMachine({ tags, ...target }) {
      const body = bodyOf(target);
      body.tags = { ...body.tags, ...tags };
    },
    UnrouteMachine: (target) => void cloud.unrouted.add(bodyOf(target).id),
    RouteMachine: (target) => void cloud.unrouted.delete(bodyOf(target).id),
    PowerOff: (target) => end(target, 'off'),
    KillMachine: (target) => finish(bodyOf(target), 'ended'),
    ReleaseMachine: (target) => end(target, 'released'),
    DeleteMachine({ keepDisk, ...target }) {
      bodyOf(target).leavesDisk = keepDisk === true;
      end(target, 'ended');
    },
    RaiseMark({ name, mark }) {
      const last = marks.get(name) ?? 0;
      if (mark < last) throw new CloudError('StaleMark', `${name} is at ${last}, and this is ${mark}`);
      marks.set(name, mark);
    },
    ListTypes: () =>
      types.map((each) => (cloud.closed.has(`${each.type} ${each.zone}`) ? { ...each, closed: 'SoldOut' } : each)),
    ListEvents: () => [...cloud.events],
    TestRights: ({ names }) => names.filter((name) => cloud.rights.has(name)),
  };
  const perform: TinyCloudPerform = (action, ask) => (api[action] as (ask: unknown) => never)(ask);
  return cloud;
}

type TinyCloudPerform = <A extends Action>(action: A, ask: Ask<A>) => Given<A>;
