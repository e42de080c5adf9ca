/** A site of the tiny cloud, as the contract kit asks for one: every session finds the cloud at the site's address, or on its own way to it. */
import {
  type CloudSubject,
  createSeededRandom,
  type Death,
  type Doomed,
  type ErrorClass,
  type LaunchSpec,
  type ProviderMethod,
  type ProviderPlugin,
} from '../../../src/testkit/index.ts';
import { createIdleClock } from './idle-clock.ts';
import { type Action, createTinyCloud, type Fault, type Take, type TinyCloud } from './tiny-cloud.ts';
import { clouds } from './tiny-provider.ts';

const launch: LaunchSpec = { command: [], env: {}, startupTimeoutMs: 60_000, stopGraceMs: 30_000 };

/** The call each method is about. */
const actions: Readonly<Record<ProviderMethod, Action>> = {
  ...({ list: 'ListMachines', start: 'CreateMachine', stop: 'DeleteMachine', offers: 'ListTypes' } as const),
  ...({ drain: 'UnrouteMachine', notices: 'ListEvents', checkAccess: 'TestRights' } as const),
};

const codes: Readonly<Partial<Record<ErrorClass, string>>> = {
  ...{ auth: 'Denied', throttled: 'TooMany', transient: 'Internal', unknown: 'lost' },
};
const codesOfStart: Readonly<Partial<Record<ErrorClass, string>>> = {
  ...{ ...codes, capacity: 'SoldOut', quota: 'OverLimit', invalid: 'BadShape' },
};

let sites = 0;

/** `plugin` may be wrong, and its subject is not. */
export function makeTinySite(plugin: ProviderPlugin): () => Promise<CloudSubject> {
  return async () => {
    sites += 1;
    const at = `tiny://${sites}`;
    const clock = createIdleClock();
    const cloud = createTinyCloud(clock);
    const addresses = [at];
    clouds.set(at, cloud.take);
    const settings = { at, types: ['big', 'small'] };
    const openAt = (address: string) => {
      const place = { residency: ['EU'], failureDomains: ['tiny'], region: undefined };
      const site = { ...place, name: 'here', provider: 'tiny', settings: { ...settings, at: address } };
      return plugin.connect(site, { clock, random: createSeededRandom(1), stateDir: '/nowhere' });
    };
    return {
      ...{ plugin, clock, launch, goodSettings: settings },
      badLaunch: { ...launch, command: ['serve'] },
      badSettings: [{}, { ...settings, at: 'http://1' }, { ...settings, types: [] }, { ...settings, types: 'big' }],
      open: () => openAt(at),
      killReplica: async ({ id }) => cloud.kill(id),
      countRunning: async () =>
        cloud.machines().filter(({ state }) => state !== 'ended' && state !== 'released').length,
      async dispose() {
        for (const each of addresses) clouds.delete(each);
      },
      cloud: {
        ...hooksOf(cloud),
        openPriced: () => openAt(at),
        async openDoomed(death): Promise<Doomed> {
          const address = `${at}/doomed-${addresses.length}`;
          const mortal = openMortalWay(cloud.take, death);
          addresses.push(address);
          clouds.set(address, mortal.take);
          return { provider: await openAt(address), death: mortal.death };
        },
      },
    };
  };
}

function hooksOf(cloud: TinyCloud): Omit<CloudSubject['cloud'], 'openDoomed'> {
  const fault = (each: Fault) => {
    cloud.faults.add(each);
    return () => void cloud.faults.delete(each);
  };
  return {
    calls: cloud.calls,
    refuse(method, errorClass) {
      const answer = (method === 'start' ? codesOfStart : codes)[errorClass];
      return answer === undefined ? undefined : fault({ action: actions[method], answer });
    },
    loseReply: (method) => fault({ action: actions[method], answer: 'lost', isDone: true }),
    countLeft: async () => cloud.looseDisks(),
    isDrained: async ({ id }) => cloud.unrouted.has(id),
    silence: (method) => fault({ action: actions[method], answer: 'none' }),
    sellOut: ({ machine, zone }) => void cloud.soldOut.add(`${machine} ${zone}`),
    neverEnd() {
      cloud.isStuck = true;
    },
    deny: ({ machine, zone }) => void cloud.closed.add(`${machine} ${zone}`),
    announce: (replica) => void cloud.events.push({ id: replica?.id ?? 'm-of-others', what: 'reboot', atMs: 1e12 }),
    withdraw(permission) {
      cloud.rights.delete(permission);
      return () => void cloud.rights.add(permission);
    },
  };
}

/** From its last call on nothing passes, and nothing is answered. */
function openMortalWay(take: Take, { calls, when }: Death) {
  const { promise: death, resolve } = Promise.withResolvers<void>();
  const never = new Promise<never>(() => undefined);
  let arrived = 0;
  const mortal: Take = async (action, ask) => {
    arrived += 1;
    if (arrived > calls) return await never;
    if (arrived < calls) return await take(action, ask);
    if (when === 'after') await take(action, ask).catch(() => undefined);
    resolve();
    return await never;
  };
  return { take: mortal, death };
}
