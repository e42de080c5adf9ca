/** Wrong in what they say of the world: lists, offers, notices, rights, capabilities, settings. */
import { z } from 'zod';
import type { Capabilities } from '../../../src/testkit/index.ts';
import { seen } from './tiny-provider.ts';
import { answering, calling, nothingSeen, type Wrong } from './wrong.ts';

const all: Capabilities = {
  ...{ idempotentStart: 'yes', warmStandby: 'yes' },
  ...{ offers: 'yes', prices: 'yes', drain: 'yes', notices: 'yes', accessCheck: 'yes', disturb: 'no' },
};

export const wrongSights: readonly Wrong[] = [
  {
    name: 'lists an empty site when it cannot see',
    twist: answering(({ list }, { clock }) => ({
      async list(selector, call) {
        const sight = await list(selector, call);
        return sight.kind === 'seen' ? sight : { kind: 'seen', value: [], asOfMs: clock.nowMs() };
      },
    })),
    breaks: 'lists with an answer, never with a rejection',
    says: 'not seeing is not an empty site',
  },
  {
    name: 'rejects when it cannot see',
    twist: answering(({ list }) => ({
      async list(selector, call) {
        const sight = await list(selector, call);
        if (sight.kind === 'unknown') throw new Error(sight.error.code);
        return sight;
      },
    })),
    breaks: 'lists with an answer, never with a rejection',
    says: 'list threw',
  },
  {
    name: 'lists all that it started as spot',
    twist: answering(({ list }) => ({
      async list(selector, call) {
        const sight = await list(selector, call);
        if (sight.kind === 'unknown') return sight;
        return { ...sight, value: sight.value.map((each) => ({ ...each, market: 'spot' as const })) };
      },
    })),
    breaks: 'lists what it started in the market it was had in, or in none',
    says: 'is listed as spot',
  },
  {
    name: 'lists what runs and hides what is stopped',
    twist: answering(({ list }) => ({
      async list(selector, call) {
        const sight = await list(selector, call);
        if (sight.kind === 'unknown') return sight;
        return { ...sight, value: sight.value.filter(({ state }) => state !== 'stopped') };
      },
    })),
    breaks: 'keeps a stopped replica for later, without running or billing it',
    says: 'is kept',
  },
  {
    name: 'lists the machines of every deployment',
    twist: answering((_, tools) => ({
      list: async (_selector, call) => seen(tools.clock, await tools.all(call), (machines) => machines.map(tools.see)),
    })),
    breaks: 'lists one deployment without the replicas of another',
    says: 'another',
  },
  {
    name: 'lists the first page alone',
    twist: calling('ListMachines', async (ask, call, good) => {
      const told = await good('ListMachines', ask, call);
      return told.kind === 'done' ? { kind: 'done', value: { machines: told.value.machines } } : told;
    }),
    breaks: 'lists what was started within the bound it states, to every session',
    says: 'is not listed',
  },
  {
    name: 'lists what it saw at first for ten seconds',
    twist: answering(({ list }, { clock }) => {
      let last: { readonly untilMonoMs: number; readonly sight: Awaited<ReturnType<typeof list>> } | undefined;
      return {
        async list(selector, call) {
          if (last === undefined || last.untilMonoMs < clock.monoMs())
            last = { untilMonoMs: clock.monoMs() + 10_000, sight: await list(selector, call) };
          return last.sight;
        },
      };
    }),
    breaks: 'lists what was started within the bound it states, to every session',
    says: 'is not listed',
  },
  {
    name: 'lists the dead as running',
    twist: {
      tools: ({ see }) => ({
        see: (machine) => ({
          ...see(machine),
          ...(machine.state === 'ended' ? { state: 'running', billed: 'yes' } : {}),
        }),
      }),
    },
    breaks: 'sees that a replica died, and deletes what is left of it',
    says: 'until the dead replica is not billed',
  },
  {
    name: 'says that its starts may be doubled',
    twist: { plugin: { capabilities: { ...all, idempotentStart: 'no' } } },
    breaks: 'says yes to idempotent starts, which no provider may be without',
    says: 'idempotentStart is no',
  },
  {
    name: 'states a bound that its list does not keep',
    twist: answering(() => ({ listLagMs: 50 })),
    breaks: 'lists what was started within the bound it states, to every session',
    says: 'the bound is 50 ms',
  },
  {
    name: 'states another bound in each session',
    twist: answering(() => ({ listLagMs: 1000 + Math.random() })),
    breaks: 'states its bounds and its account once and for all',
    says: 'bound',
  },
  {
    name: 'says that a stop may take for ever',
    twist: answering(() => ({ stopSlackMs: Number.POSITIVE_INFINITY })),
    breaks: 'states its bounds and its account once and for all',
    says: 'stopSlackMs is Infinity',
  },
  {
    name: 'says when it looked in seconds',
    twist: answering(({ list }) => ({
      async list(selector, call) {
        const sight = await list(selector, call);
        return sight.kind === 'seen' ? { ...sight, asOfMs: Math.floor(sight.asOfMs / 1000) } : sight;
      },
    })),
    breaks: 'starts a replica and lists it as started',
    says: 'epoch milliseconds',
  },
  {
    name: 'offers the same thing twice',
    twist: calling('ListTypes', async (ask, call, good) => {
      const told = await good('ListTypes', ask, call);
      return told.kind === 'done' ? { kind: 'done', value: [...told.value, ...told.value] } : told;
    }),
    breaks: 'says what it offers, each once, and nothing that it cannot know',
    says: 'each offer once',
  },
  {
    name: 'says nothing of what it knows to be closed',
    twist: calling('ListTypes', async (ask, call, good) => {
      const told = await good('ListTypes', ask, call);
      return told.kind === 'done' ? { kind: 'done', value: told.value.map(({ closed: _, ...type }) => type) } : told;
    }),
    breaks: 'says why of an offer that it knows would be refused',
    says: 'nothing is said against',
  },
  {
    name: 'starts something when it is asked for its offers',
    twist: calling('ListTypes', async (ask, call, good) => {
      const name = `trial-${call.deadlineAtMonoMs}`;
      await good('CreateMachine', { name, type: 'small', zone: 'a', tags: {} }, call);
      return await good('ListTypes', ask, call);
    }),
    breaks: 'changes nothing when it is asked for its offers',
    says: 'it was asked for its offers',
  },
  {
    name: 'says no more than that it is denied',
    twist: answering(({ offers }) => ({
      async offers(need, call) {
        const sight = (await offers?.(need, call)) ?? nothingSeen;
        if (sight.kind === 'unknown') return sight;
        const value = sight.value.map(({ denied, ...rest }) =>
          denied === undefined ? rest : { ...rest, denied: { ...denied, message: '' } },
        );
        return { ...sight, value };
      },
    })),
    breaks: 'says why of an offer that it knows would be refused',
    says: 'is denied, and not why',
  },
  {
    name: 'says no to offers and has them',
    twist: { plugin: { capabilities: { ...all, offers: 'no' } } },
    breaks: 'has offers, or says that it has not',
    says: 'offers is no, and the session has one',
  },
  {
    name: 'says what a machine costs and not what it is made of',
    twist: answering(({ offers }) => ({
      async offers(need, call) {
        const sight = (await offers?.(need, call)) ?? nothingSeen;
        if (sight.kind === 'unknown') return sight;
        return { ...sight, value: sight.value.map(({ accelerators: _, ...rest }) => rest) };
      },
    })),
    breaks: 'says what an offer costs, when that was so, and how many accelerators it has',
    says: 'cannot be compared',
  },
  {
    name: 'says no to prices and has them',
    twist: { plugin: { capabilities: { ...all, prices: 'no' } } },
    breaks: 'says no price of an offer, as it says that it has none',
    says: 'prices is no, and an offer has one',
  },
  {
    name: 'says yes to prices and no to offers',
    twist: { plugin: { capabilities: { ...all, offers: 'no' } } },
    breaks: 'says prices only where it has offers to say them of',
    says: 'prices is yes, and offers is no',
  },
  {
    name: 'sees no notice',
    twist: calling('ListEvents', async () => ({ kind: 'done', value: [] })),
    breaks: 'says what is announced for a replica, and of which one',
    says: 'of two replicas one was announced for',
  },
  {
    name: 'announces without a word of what',
    twist: calling('ListEvents', async (ask, call, good) => {
      const told = await good('ListEvents', ask, call);
      if (told.kind !== 'done') return told;
      return { kind: 'done', value: told.value.map((event) => ({ ...event, what: '' })) };
    }),
    breaks: 'says what is announced for a replica, and of which one',
    says: 'lacks its code or message',
  },
  {
    name: 'sees the notices of one deployment',
    twist: answering(({ notices }) => ({
      async notices(call) {
        const sight = (await notices?.(call)) ?? nothingSeen;
        if (sight.kind === 'unknown') return sight;
        return { ...sight, value: sight.value.filter(({ deployment }) => deployment === 'contract') };
      },
    })),
    breaks: 'says what is announced for replicas of every deployment',
    says: 'a replica of another deployment',
  },
  {
    name: 'takes all rights for lost with one',
    twist: calling('TestRights', async ({ names }, call, good) => {
      const told = await good('TestRights', { names }, call);
      return told.kind === 'done' && told.value.length < names.length ? { kind: 'done', value: [] } : told;
    }),
    breaks: 'never calls a right granted that was withdrawn, and no other one lost',
    says: 'alone was withdrawn',
  },
  {
    name: 'passes on the notices of the whole account',
    twist: answering((_, { clock, link }) => ({
      async notices(call) {
        const told = await link('ListEvents', {}, call);
        return seen(clock, told, (events) =>
          events.map(({ id, what, atMs }) => ({
            ...({ kind: 'maintenance', code: what, message: what } as const),
            ...{ replicaId: id, deployment: 'contract', atMs },
          })),
        );
      },
    })),
    breaks: 'says nothing of a machine that is none of ours',
    says: 'none of ours',
  },
  {
    name: 'has no notice while it cannot see any',
    twist: answering(({ notices }, { clock }) => ({
      async notices(call) {
        const sight = await notices?.(call);
        return sight?.kind === 'seen' ? sight : { kind: 'seen', value: [], asOfMs: clock.nowMs() };
      },
    })),
    breaks: 'notices: passes on each class of error, and what has no answer as unknown',
    says: 'notices, auth',
  },
  {
    name: 'takes a right that it holds no more for granted',
    twist: calling('TestRights', async ({ names }, call, good) => {
      const told = await good('TestRights', { names }, call);
      return told.kind === 'done' ? { kind: 'done', value: names } : told;
    }),
    breaks: 'never calls a right granted that was withdrawn, and no other one lost',
    says: 'was withdrawn',
  },
  {
    name: 'says yes to drain and has none',
    twist: answering(() => ({ drain: undefined }) as object),
    breaks: 'has drain, or says that it has not',
    says: 'drain',
  },
  {
    name: 'says no to drain and has one',
    twist: { plugin: { capabilities: { ...all, drain: 'no' } } },
    breaks: 'has drain, or says that it has not',
    says: 'drain',
  },
  {
    name: 'says perhaps',
    twist: { plugin: { capabilities: { ...all, notices: 'unknown' } } },
    breaks: 'says yes or no to every capability, never perhaps',
    says: 'notices: unknown',
  },
  {
    name: 'takes any settings',
    twist: { plugin: { configSchema: z.any() } },
    breaks: 'takes good settings and refuses bad ones',
    says: 'settings that must be refused are taken',
  },
  {
    name: 'takes settings with keys that it does not know',
    twist: {
      plugin: {
        configSchema: z.object({
          at: z.string().startsWith('tiny://'),
          types: z.array(z.enum(['big', 'small'])).min(1),
        }),
      },
    },
    breaks: 'refuses settings with a key that it does not know',
    says: 'unknown key',
  },
];
