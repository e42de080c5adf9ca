/** A cloud in a few lines that can do all a provider may do, so that the kit itself is tried: whole, and broken in one place. */

import { z } from 'zod';
import type { Denial } from '../../../src/model/denial.ts';
import { isSameOffer, nameOfOffer, type Offer } from '../../../src/model/offer.ts';
import type { Reply, Seen } from '../../../src/model/outcome.ts';
import type { ErrorClass } from '../../../src/model/provider-error.ts';
import type { Replica } from '../../../src/model/replica.ts';
import type { ReadCall, WriteCall } from '../../../src/ports/call.ts';
import type { Provider, ProviderPlugin, StartRequest } from '../../../src/ports/provider.ts';
import { createClock } from '../../../src/system/clock.ts';
import type { CloudSubject, Death, ProviderMethod } from '../../../src/testkit/index.ts';

/** One thing that is wrong with it. */
export type Flaw =
  | 'marks a machine after it was made'
  | 'takes an acknowledged end for an end'
  | 'takes for gone what no list shows yet'
  | 'calls no answer a refusal'
  | 'calls every error transient'
  | 'waits longer than it may'
  | 'hears of no giving up'
  | 'asks for a call that is over'
  | 'does what was refused'
  | 'offers the same twice'
  | 'starts when asked for its offers'
  | 'says no more than that it is denied'
  | 'says nothing against a denied offer'
  | 'asks for all its offers'
  | 'asks in its own order'
  | 'tells of no refusal'
  | 'goes on to no other offer'
  | 'stops what it drains'
  | 'drains once only'
  | 'drains for any epoch'
  | 'drains without a mark'
  | 'sees no notice'
  | 'sees notices of strangers'
  | 'sees notices of one deployment'
  | 'announces with no word'
  | 'calls every right granted'
  | 'calls all rights lost with one'
  | 'hides its drain'
  | 'may be asked for offers';

const offers: readonly Offer[] = ['big', 'small'].map((machine) => ({
  ...{ machine, family: machine, market: 'on-demand' as const, zone: 'z1' },
}));
const rights = ['look', 'make', 'end', 'mark'];

interface Machine {
  replica: Replica;
  isHidden?: boolean;
}

/** What is true; sessions come and go. */
interface World {
  readonly machines: Map<string, Machine>;
  readonly epochs: Map<string, number>;
  readonly calls: string[];
  readonly troubles: Map<ProviderMethod, ErrorClass | 'silence'>;
  readonly soldOut: Set<string>;
  readonly denied: Set<string>;
  readonly notices: (Replica | undefined)[];
  readonly withdrawn: Set<string>;
  isStuck: boolean;
  made: number;
}

const clock = createClock();
const never = new AbortController().signal;

export function pocketPlugin(flaw?: Flaw): ProviderPlugin {
  return {
    kind: 'pocket',
    capabilities: {
      ...{ idempotentStart: 'yes', warmStandby: 'yes', notices: 'yes', drain: 'yes', accessCheck: 'yes' },
      offers: flaw === 'may be asked for offers' ? 'no' : 'yes',
    },
    configSchema: z.strictObject({ city: z.string() }),
    connect: () => Promise.reject(new Error('its sessions are opened by the subject')),
  };
}

export async function makePocket(flaw?: Flaw): Promise<CloudSubject> {
  const world: World = {
    ...{ machines: new Map(), epochs: new Map(), calls: [], troubles: new Map(), soldOut: new Set() },
    ...{ denied: new Set(), notices: [], withdrawn: new Set(), isStuck: false, made: 0 },
  };
  const trouble = (method: ProviderMethod, what: ErrorClass | 'silence') => {
    world.troubles.set(method, what);
    return () => void world.troubles.delete(method);
  };
  const launch = { command: [], env: {}, startupTimeoutMs: 1000, stopGraceMs: 1000 };
  return {
    plugin: pocketPlugin(flaw),
    ...{ clock, launch, badLaunch: { ...launch, command: ['no'] }, goodSettings: { city: 'Oslo' }, badSettings: [{}] },
    open: async () => session(world, flaw),
    async killReplica({ id }) {
      const machine = world.machines.get(id);
      if (machine !== undefined) machine.replica = ended(machine.replica);
    },
    countRunning: async () => running(world).length,
    async dispose() {},
    cloud: {
      calls: world.calls,
      refuse: trouble,
      silence: (method) => trouble(method, 'silence'),
      sellOut: (offer) => void world.soldOut.add(nameOfOffer(offer)),
      neverEnd() {
        world.isStuck = true;
      },
      async openDoomed(death) {
        const { promise, resolve } = Promise.withResolvers<void>();
        return { provider: session(world, flaw, { death, die: resolve }), death: promise };
      },
      deny: (offer) => void world.denied.add(nameOfOffer(offer)),
      announce: (replica) => void world.notices.push(replica),
      withdraw(name) {
        world.withdrawn.add(name);
        return () => void world.withdrawn.delete(name);
      },
    },
  };
}

const running = (world: World): readonly Machine[] =>
  [...world.machines.values()].filter(({ replica }) => replica.billed === 'yes');
const ended = (replica: Replica): Replica => ({ ...replica, state: 'gone', billed: 'no', url: undefined });
const refused = (errorClass: ErrorClass, code: string): Extract<Reply<never>, { kind: 'refused' }> => ({
  kind: 'refused',
  error: { class: errorClass, code, message: `${code}: so it is` },
});
const noAnswer: Extract<Reply<never>, { kind: 'unknown' }> = {
  kind: 'unknown',
  error: { class: 'unknown', code: 'NoAnswer', message: 'nobody answered' },
};
const ok = <T>(value: T): Reply<T> => ({ kind: 'done', value });
const asSeen = <T>(reply: Reply<T>): Seen<T> =>
  reply.kind === 'done'
    ? { kind: 'seen', value: reply.value, asOfMs: clock.nowMs() }
    : { kind: 'unknown', error: reply.error };

interface Fate {
  readonly death: Death;
  die(): void;
}

function session(world: World, flaw: Flaw | undefined, fate?: Fate): Provider {
  let count = 0;
  /** One call to the cloud. `method`: whose trouble it meets, none where it only looks first. */
  async function ask<T>(name: string, call: ReadCall, method: ProviderMethod | undefined, effect: () => Reply<T>) {
    const isOver = call.signal.aborted || clock.monoMs() >= call.deadlineAtMonoMs;
    if (isOver && flaw !== 'asks for a call that is over') return refused('transient', 'OverBefore');
    count += 1;
    const dies = (when: Death['when']): boolean => fate?.death.calls === count && fate.death.when === when;
    if ((fate !== undefined && count > fate.death.calls) || dies('before')) return await gone(call, fate);
    world.calls.push(name);
    const trouble = method && world.troubles.get(method);
    if (trouble === 'silence') return await silence(call);
    if (trouble !== undefined && flaw === 'does what was refused') effect();
    if (trouble === 'unknown') return flaw === 'calls no answer a refusal' ? refused('unknown', 'NoAnswer') : noAnswer;
    if (trouble !== undefined)
      return refused(flaw === 'calls every error transient' ? 'transient' : trouble, `The-${trouble}`);
    const end = effect();
    return dies('after') ? await gone(call, fate) : end;
  }
  async function gone(call: ReadCall, to: Fate | undefined): Promise<Reply<never>> {
    to?.die();
    await clock.sleep(60_000, call.signal).catch(() => undefined);
    return noAnswer;
  }
  async function silence({ signal, deadlineAtMonoMs }: ReadCall): Promise<Reply<never>> {
    const extraMs = flaw === 'waits longer than it may' ? 3000 : 0;
    const leftMs = Math.max(0, deadlineAtMonoMs - clock.monoMs()) + extraMs;
    const heard = flaw === 'hears of no giving up' ? never : signal;
    await clock.sleep(Math.min(leftMs, 4000), heard).catch(() => undefined);
    return noAnswer;
  }
  const stale = (deployment: string, { epoch }: WriteCall): Reply<never> | undefined => {
    const newest = world.epochs.get(deployment) ?? 0;
    world.epochs.set(deployment, Math.max(newest, epoch));
    return newest > epoch ? refused('conflict', 'StaleEpoch') : undefined;
  };
  const isOf = ({ replica, isHidden }: Machine, deployment: string): boolean =>
    replica.deployment === deployment && isHidden !== true;
  const look = (deployment: string): Reply<readonly Replica[]> =>
    ok([...world.machines.values()].filter((each) => isOf(each, deployment)).map(({ replica }) => replica));
  const listed = (all: readonly Replica[]): readonly Replica[] =>
    [...Map.groupBy(all, ({ slot }) => slot).values()].flatMap((each) => each.slice(-1));
  const inSlot = ({ deployment, slot }: StartRequest): Replica | undefined => {
    const found = look(deployment);
    return found.kind === 'done' ? listed(found.value).find((each) => each.slot === slot) : undefined;
  };
  const make = (request: StartRequest, startKey: string, isHidden: boolean): Replica => {
    world.made += 1;
    const { deployment, slot } = request;
    const id = `m-${world.made}`;
    const replica: Replica = {
      ...{ id, bootId: `${id}@1`, deployment, site: 'pocket', slot, url: `http://${id}`, state: 'running' },
      ...{ billed: 'yes', startedAtMs: clock.nowMs(), startKey },
    };
    world.machines.set(id, { replica, ...(isHidden ? { isHidden } : {}) });
    return replica;
  };
  async function start(request: StartRequest, call: WriteCall): Promise<Reply<Replica>> {
    if (request.launch.command.length > 0) return refused('invalid', 'BadLaunch');
    const asked = request.offers ?? offers;
    const ours = flaw === 'asks for all its offers' ? offers : asked;
    const walk =
      flaw === 'asks in its own order' ? offers.filter((each) => asked.some((one) => isSameOffer(one, each))) : ours;
    const seen = await ask('look', call, undefined, () => look(request.deployment));
    if (seen.kind !== 'done') return seen;
    let last: Reply<Replica> = refused('capacity', 'NothingToAskFor');
    const names: string[] = [];
    for (const offer of walk.filter((each) => offers.some((one) => isSameOffer(one, each)))) {
      last = await ask('make', call, 'start', () => startOne(request, offer, call));
      if (last.kind !== 'refused') break;
      names.push(nameOfOffer(offer));
      last = { ...last, error: { ...last.error, message: `${names.join()}: ${last.error.message}` } };
      if (last.error.class !== 'capacity') break;
      if (flaw !== 'tells of no refusal') request.tell?.(denialOf(offer, last.error.code));
      if (flaw === 'goes on to no other offer') break;
    }
    if (last.kind === 'done' && flaw === 'marks a machine after it was made') {
      const { id } = last.value;
      await ask('mark', call, undefined, () => {
        const machine = world.machines.get(id);
        if (machine !== undefined) machine.isHidden = false;
        return ok(undefined);
      });
    }
    return last;
  }
  function startOne(request: StartRequest, offer: Offer, call: WriteCall): Reply<Replica> {
    const found = inSlot(request);
    const past = [...world.machines.values()].find(
      (each) => isOf(each, request.deployment) && each.replica.startKey === call.idempotencyKey,
    );
    const old = stale(request.deployment, call);
    if (old !== undefined) return old;
    if (past !== undefined) return ok(past.replica);
    if (found?.state === 'stopped') {
      const bootId = `${found.bootId}+`;
      const woken: Replica = { ...found, bootId, state: 'running', billed: 'yes', startKey: call.idempotencyKey };
      world.machines.set(found.id, { replica: woken });
      return ok(woken);
    }
    if (found !== undefined && found.state !== 'gone')
      return { kind: 'refused', error: { class: 'conflict', code: 'SlotTaken', message: `${found.id} is there` } };
    if (world.soldOut.has(nameOfOffer(offer))) return refused('capacity', 'SoldOut');
    return ok(make(request, call.idempotencyKey, flaw === 'marks a machine after it was made'));
  }
  const change = (replica: Replica, call: WriteCall, to: (now: Replica) => Replica): Reply<void> => {
    const machine = world.machines.get(replica.id);
    const old = stale(replica.deployment, call);
    if (old !== undefined) return old;
    if (machine !== undefined && machine.replica.billed === 'yes') machine.replica = to(machine.replica);
    return ok(undefined);
  };
  return {
    listLagMs: 0,
    list: async ({ deployment }, call) =>
      asSeen(
        await ask('look', call, 'list', () => {
          const found = look(deployment);
          return found.kind === 'done' ? ok(listed(found.value)) : found;
        }),
      ),
    start,
    async stop(replica, how, call) {
      const isYoung = clock.nowMs() - replica.startedAtMs < 1000;
      if (flaw === 'takes for gone what no list shows yet' && isYoung) return ok(undefined);
      const told = await ask('end', call, 'stop', () => {
        if (!world.isStuck)
          return change(replica, call, (now) => (how === 'delete' ? ended(now) : { ...ended(now), state: 'stopped' }));
        return ok(undefined);
      });
      if (told.kind !== 'done' || flaw === 'takes an acknowledged end for an end') return told;
      const after = await ask('look', call, undefined, () => ok(world.machines.get(replica.id)?.replica.billed));
      return after.kind === 'done' && after.value === 'yes' ? noAnswer : told;
    },
    ...(flaw === 'hides its drain' ? {} : { drain }),
    async offers(_, call) {
      if (flaw === 'starts when asked for its offers')
        make(
          {
            deployment: 'contract',
            model: '',
            slot: 5,
            launch: { command: [], env: {}, startupTimeoutMs: 1, stopGraceMs: 1 },
          },
          'x',
          false,
        );
      const sights = offers.map((offer) => {
        const isDenied = world.denied.has(nameOfOffer(offer)) && flaw !== 'says nothing against a denied offer';
        const message = flaw === 'says no more than that it is denied' ? '' : 'the limit is 0';
        return { offer, ...(isDenied ? { denied: { class: 'quota' as const, code: 'Limit', message } } : {}) };
      });
      return asSeen(
        await ask('look', call, 'offers', () => ok(flaw === 'offers the same twice' ? [...sights, ...sights] : sights)),
      );
    },
    notices: async (call) =>
      asSeen(
        await ask('look', call, 'notices', () => {
          if (flaw === 'sees no notice') return ok([]);
          const code = flaw === 'announces with no word' ? '' : 'ends-soon';
          const about = world.notices.map((replica) => ({ replica }));
          return ok(
            about
              .filter(({ replica }) => replica !== undefined || flaw === 'sees notices of strangers')
              .filter(({ replica }) => flaw !== 'sees notices of one deployment' || replica?.deployment === 'contract')
              .map(({ replica }) => ({
                ...{ kind: 'retirement' as const, code, message: 'the host ends' },
                ...{ replicaId: replica?.id ?? '', deployment: replica?.deployment ?? '' },
              })),
          );
        }),
      ),
    checkAccess: async (call) =>
      asSeen(
        await ask('look', call, 'checkAccess', () => {
          const isLost = (name: string): boolean =>
            (world.withdrawn.has(name) && flaw !== 'calls every right granted') ||
            (world.withdrawn.size > 0 && flaw === 'calls all rights lost with one');
          const permissions = rights.map((name) => ({
            ...{ name, use: 'operate' as const, granted: isLost(name) ? ('no' as const) : ('yes' as const) },
          }));
          return ok({ permissions, excess: [], parts: [{ name: 'image', present: 'yes' as const }], quotas: [] });
        }),
      ),
    async close() {},
  };
  async function drain(replica: Replica, call: WriteCall): Promise<Reply<void>> {
    return await ask('mark', call, 'drain', () => {
      const machine = world.machines.get(replica.id);
      if (flaw === 'drains without a mark' && call.epoch >= (world.epochs.get(replica.deployment) ?? 0))
        return ok(undefined);
      const old = flaw === 'drains for any epoch' ? undefined : stale(replica.deployment, call);
      if (old !== undefined) return old;
      if (machine !== undefined && flaw === 'stops what it drains') machine.replica = ended(machine.replica);
      if (machine?.isHidden === false && flaw === 'drains once only') return refused('conflict', 'DrainedAlready');
      if (machine !== undefined) machine.isHidden = false;
      return ok(undefined);
    });
  }
}

function denialOf(offer: Offer, code: string): Denial {
  const error = { class: 'capacity' as const, code, message: 'none is free' };
  const verdict = {
    ...{ class: 'capacity' as const, scope: 'offer' as const, retry: 'never' as const, because: code },
    ...{
      reach: { machines: 'type' as const, markets: 'asked' as const },
      retryAfterMs: undefined,
      expiryMs: undefined,
    },
  };
  return { offer, error, verdict };
}
