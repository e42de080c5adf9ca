/** A provider from outside, as small as a truthful one can be: written against the exported kit alone. */
import { z } from 'zod';
import type {
  Clock,
  Denial,
  Offer,
  OfferSight,
  Provider,
  ProviderPlugin,
  ReadCall,
  Replica,
  Reply,
  Seen,
  StartRequest,
  WriteCall,
} from '../../../src/testkit/index.ts';
import { allRights, type Given, type Machine, type MachineType, type Take } from './tiny-cloud.ts';
import { classOf, type Failed, type Link, openLink, refused, type Told, unknown } from './tiny-link.ts';

/** What stands at an address; a subject puts its cloud there. */
export const clouds = new Map<string, Take>();

const settingsSchema = z.strictObject({
  at: z.string().startsWith('tiny://'),
  types: z.array(z.enum(['big', 'small'])).min(1),
});

/** What the parts of a session share, and what one that is wrong on purpose is made from. */
export interface Tools {
  readonly site: string;
  readonly types: readonly string[];
  readonly clock: Clock;
  readonly link: Link;
  all(call: ReadCall): Promise<Told<readonly Machine[]>>;
  see(machine: Machine): Replica;
}

/** Where a plugin differs from the truthful one. */
export interface Twist {
  readonly plugin?: Partial<ProviderPlugin>;
  /** How it calls. */
  readonly link?: (good: Link) => Link;
  /** How it reads what machines there are. */
  readonly tools?: (good: Tools) => Partial<Tools>;
  /** What a session answers. */
  readonly session?: (good: Provider, tools: Tools) => Partial<Provider>;
}

export function tinyPlugin({ plugin, link, tools, session }: Twist = {}): ProviderPlugin {
  return {
    kind: 'tiny',
    capabilities: {
      ...{ idempotentStart: 'yes', warmStandby: 'yes' },
      ...{ offers: 'yes', prices: 'yes', drain: 'yes', notices: 'yes', accessCheck: 'yes', disturb: 'no' },
    },
    configSchema: settingsSchema,
    async connect({ name, settings }, { clock }) {
      const { at, types } = settingsSchema.parse(settings);
      const take = clouds.get(at);
      if (take === undefined) throw new Error(`nothing answers at ${at}`);
      const way = openLink(take, clock);
      const good = toolsOf({ site: name, types, clock, link: link?.(way) ?? way });
      const all = { ...good, ...tools?.(good) };
      const truthful = sessionOf(all);
      return { ...truthful, ...session?.(truthful, all) };
    },
    ...plugin,
  };
}

function toolsOf(base: Omit<Tools, 'all' | 'see'>): Tools {
  const { link, site } = base;
  return {
    ...base,
    async all(call) {
      const machines: Machine[] = [];
      for (let page: number | undefined = 0; page !== undefined; ) {
        const told: Told<Given<'ListMachines'>> = await link('ListMachines', { page }, call);
        if (told.kind !== 'done') return told;
        machines.push(...told.value.machines);
        page = told.value.next;
      }
      return { kind: 'done', value: machines };
    },
    see({ id, boot, name, tags, state, bootedAtMs }) {
      const { deployment = '', slot = '', startKey = '' } = tags;
      return {
        ...{ id, deployment, site, startKey, slot: Number(slot), bootId: `${id}/${boot}`, startedAtMs: bootedAtMs },
        url: state === 'booting' || state === 'running' ? `http://${name}.${id}.tiny:8000` : undefined,
        state: stateNames[state],
        billed: state === 'released' || state === 'ended' ? 'no' : 'yes',
      };
    },
  };
}

const stateNames = {
  ...({ booting: 'starting', running: 'running', ending: 'stopping' } as const),
  ...({ off: 'stopped', released: 'stopped', ended: 'gone' } as const),
};

function sessionOf(tools: Tools): Provider {
  const { link, clock, all, see } = tools;
  const mark = ({ deployment }: { readonly deployment: string }, call: WriteCall) =>
    link('RaiseMark', { name: deployment, mark: call.epoch }, call);
  return {
    listLagMs: 1000,
    async list({ deployment }, call) {
      const told = await all(call);
      return seen(clock, told, (machines) => machines.filter(isOf(deployment)).map(see));
    },
    async start(request, call) {
      if (request.launch.command.length > 0) return refused('invalid', 'NoCommands', 'a machine runs its image alone');
      const fenced = await mark(request, call);
      return fenced.kind === 'done' ? await startMachine(tools, request, call) : fenced;
    },
    async stop(replica, how, call) {
      const fenced = await mark(replica, call);
      return fenced.kind === 'done' ? await stopMachine(tools, replica, how, call) : fenced;
    },
    async drain(replica, call) {
      const fenced = await mark(replica, call);
      return fenced.kind === 'done' ? await link('UnrouteMachine', bootOf(replica), call) : fenced;
    },
    async offers(_, call) {
      return seen(clock, await link('ListTypes', {}, call), (types) => types.map(sightOf));
    },
    async notices(call) {
      const told = await link('ListEvents', {}, call);
      const machines = told.kind === 'done' ? await all(call) : told;
      if (told.kind !== 'done') return { kind: 'unknown', error: told.error };
      return seen(clock, machines, (ours) =>
        told.value.flatMap(({ id, what, atMs }) => {
          const deployment = ours.find((each) => each.id === id)?.tags['deployment'];
          if (deployment === undefined) return [];
          return [{ kind: 'maintenance', code: what, message: `${what} of ${id}`, replicaId: id, deployment, atMs }];
        }),
      );
    },
    async checkAccess(call) {
      const told = await link('TestRights', { names: allRights }, call);
      return seen(clock, told, (held) => ({
        ...{ excess: [], parts: [], quotas: [] },
        permissions: allRights.map((name) => {
          const use = name === 'machines.create' ? 'create' : 'operate';
          return { name, use, granted: held.includes(name) ? 'yes' : 'no' };
        }),
      }));
    },
    close: async () => undefined,
  };
}

/** A sight of what was told, or that it could not be seen. */
export function seen<T, U>(clock: Clock, told: Told<T>, read: (value: T) => U): Seen<U> {
  if (told.kind !== 'done') return { kind: 'unknown', error: told.error };
  return { kind: 'seen', value: read(told.value), asOfMs: clock.nowMs() };
}

export function isOf(deployment: string): (machine: Machine) => boolean {
  return ({ tags }) => tags['deployment'] === deployment;
}

export function bootOf({ id, bootId }: Replica): { readonly id: string; readonly boot: number } {
  return { id, boot: Number(bootId.slice(id.length + 1)) };
}

function sightOf({ type, zone, usdPerHour, closed }: MachineType): OfferSight {
  const offer: Offer = { machine: type, family: type, market: 'on-demand', zone };
  const priced = { offer, usdPerHour, accelerators: 8 };
  if (closed === undefined) return priced;
  const message = `the cloud has closed ${type} in ${zone}`;
  return { ...priced, denied: { class: classOf(closed), code: closed, message } };
}

/** The slot's machine bears the slot's name: of two starts the cloud itself turns one away, however late its lists are. */
async function startMachine(tools: Tools, request: StartRequest, call: WriteCall): Promise<Reply<Replica>> {
  const { deployment, slot } = request;
  const told = await tools.all(call);
  if (told.kind !== 'done') return told;
  const own = told.value.filter((machine) => isOf(deployment)(machine) && Number(machine.tags['slot']) === slot);
  const mine = own.find(({ tags }) => tags['startKey'] === call.idempotencyKey);
  if (mine !== undefined) return { kind: 'done', value: tools.see(mine) };
  const holder = own.find(({ state }) => state !== 'ended');
  if (holder === undefined) return await createMachine(tools, request, call);
  if (holder.state !== 'released') return taken(holder);
  const { id, boot } = holder;
  // Before it wakes: whoever dies in between leaves one that is asleep, and not one that runs for nobody.
  const routed = await tools.link('RouteMachine', { id, boot }, call);
  if (routed.kind !== 'done') return routed;
  const woken = await tools.link('WakeMachine', { id, boot, tags: tagsOf(request, call) }, call);
  return woken.kind === 'done' ? { kind: 'done', value: tools.see(woken.value) } : woken;
}

async function createMachine(tools: Tools, request: StartRequest, call: WriteCall): Promise<Reply<Replica>> {
  const refusals: string[] = [];
  for (const offer of request.offers ?? offersOf(tools)) {
    const { link, see } = tools;
    const name = nameOf(request);
    const ask = { name, type: offer.machine, zone: offer.zone ?? 'a', tags: tagsOf(request, call) };
    const told = await link('CreateMachine', ask, call);
    if (told.kind === 'done') return { kind: 'done', value: see(told.value) };
    if (told.kind === 'unknown') return told;
    if (told.error.code === 'NameTaken') return await adopt(tools, name, told, call);
    request.tell?.(denialOf(offer, told));
    if (told.error.class !== 'capacity') return told;
    refusals.push(`${offer.machine} ${offer.zone} ${offer.market}`);
  }
  return refused('capacity', 'SoldOut', `sold out: ${refusals.join(', ')}`);
}

/** Whoever has the name: an earlier try of ours, or somebody else. */
async function adopt({ link, see }: Tools, name: string, taking: Failed, call: WriteCall): Promise<Reply<Replica>> {
  const told = await link('GetMachine', { name }, call);
  if (told.kind !== 'done') return taking;
  return told.value.tags['startKey'] === call.idempotencyKey
    ? { kind: 'done', value: see(told.value) }
    : taken(told.value);
}

function taken({ id, tags }: Machine): Failed {
  return refused('conflict', 'SlotTaken', `slot ${tags['slot']} is held by ${id}`);
}

export function offersOf({ types }: Tools): readonly Offer[] {
  return types.flatMap((machine) =>
    ['a', 'b'].map((zone): Offer => ({ machine, family: machine, market: 'on-demand', zone })),
  );
}

export function nameOf({ deployment, slot }: StartRequest): string {
  return `${deployment}.${slot}`;
}

export function tagsOf({ deployment, slot }: StartRequest, call: WriteCall): Readonly<Record<string, string>> {
  return { deployment, slot: String(slot), startKey: call.idempotencyKey };
}

export function denialOf(offer: Offer, { error }: Failed): Denial {
  const isSoldOut = error.class === 'capacity';
  return {
    ...{ offer, error },
    verdict: {
      ...{ class: error.class, scope: isSoldOut ? 'offer' : 'none', because: error.code },
      reach: isSoldOut ? { machines: 'type', markets: 'asked' } : undefined,
      ...{ retry: 'never', retryAfterMs: undefined, expiryMs: isSoldOut ? 600_000 : undefined },
    },
  };
}

const pollMs = 20;

async function stopMachine(
  { link, clock }: Tools,
  replica: Replica,
  how: 'stop' | 'delete',
  call: WriteCall,
): Promise<Reply<void>> {
  const done: Reply<void> = { kind: 'done', value: undefined };
  const isOver = ({ state }: Machine): boolean => state === 'ended' || (how === 'stop' && state === 'released');
  const before = await link('GetMachine', { id: replica.id }, call);
  if (before.kind !== 'done') return before.error.class === 'not-found' ? done : before;
  if (isOver(before.value)) return done;
  const asked = await link(how === 'stop' ? 'ReleaseMachine' : 'DeleteMachine', bootOf(replica), call);
  if (asked.kind !== 'done') return asked;
  while (!call.signal.aborted && clock.monoMs() < call.deadlineAtMonoMs) {
    const told = await link('GetMachine', { id: replica.id }, call);
    if (told.kind === 'done' && isOver(told.value)) return done;
    await clock.sleep(pollMs, call.signal).catch(() => undefined);
  }
  return unknown('StillEnding', `${replica.id} was told to ${how} and has not ended yet`);
}
