/** Wrong on a cloud's bad days: errors rounded, lost answers guessed, calls that are over. */
import type { ErrorClass } from '../../../src/testkit/index.ts';
import type { Failed, Link, Told } from './tiny-link.ts';
import {
  answering,
  calling,
  nothingSeen,
  starting,
  stopping,
  type Wrong,
  withoutDeadline,
  withoutSignal,
} from './wrong.ts';

/** Reads this class as that one, wherever it comes. */
function rounding(from: ErrorClass, to: ErrorClass): Wrong['twist'] {
  const rounded = <T>(told: Told<T>): Told<T> =>
    told.kind === 'done' || told.error.class !== from
      ? told
      : ({ ...told, error: { ...told.error, class: to } } satisfies Failed);
  return { link: (good) => ((...asked: Parameters<Link>) => good(...asked).then(rounded)) as Link };
}

const startPasses = 'start: passes on each class of error, and what has no answer as unknown';
const stopPasses = 'stop: passes on each class of error, and what has no answer as unknown';

export const wrongTroubles: readonly Wrong[] = [
  {
    name: 'takes throttled for sold out',
    twist: rounding('throttled', 'capacity'),
    breaks: startPasses,
    says: 'throttled',
  },
  {
    name: 'takes a quota for sold out',
    twist: rounding('quota', 'capacity'),
    breaks: startPasses,
    says: 'quota',
  },
  {
    name: 'takes a lost credential for a machine that is not there',
    twist: rounding('auth', 'not-found'),
    breaks: stopPasses,
    says: 'auth',
  },
  {
    name: 'calls every error transient',
    twist: answering(({ list }) => ({
      async list(selector, call) {
        const sight = await list(selector, call);
        return sight.kind === 'seen' ? sight : { ...sight, error: { ...sight.error, class: 'transient' } };
      },
    })),
    breaks: 'list: passes on each class of error, and what has no answer as unknown',
    says: 'the cloud’s error is auth, and is passed on as transient',
  },
  {
    name: 'finds another way to do what was refused',
    twist: calling('DeleteMachine', async (ask, call, good) => {
      const told = await good('DeleteMachine', ask, call);
      if (told.kind === 'refused') await good('KillMachine', ask, call);
      return told;
    }),
    breaks: stopPasses,
    says: 'nothing was done of it',
  },
  {
    name: 'asks the cloud though the call is over',
    twist: answering(({ offers }, { clock }) => ({
      offers: async (need, call) => {
        const anew = { ...withoutSignal(call), deadlineAtMonoMs: clock.monoMs() + 1000 };
        return (await offers?.(need, anew)) ?? nothingSeen;
      },
    })),
    breaks: 'offers: asks the cloud nothing for a call that is over before it began',
    says: 'and the answer is',
  },
  {
    name: 'takes a lost answer for a refusal',
    twist: starting((good) => async (request, call) => {
      const reply = await good.start(request, call);
      if (reply.kind !== 'unknown') return reply;
      return { kind: 'refused', error: { ...reply.error, class: 'transient' } };
    }),
    breaks: startPasses,
    says: 'unknown',
  },
  {
    name: 'refuses with the class unknown where nobody knows',
    twist: starting((good) => async (request, call) => {
      const reply = await good.start(request, call);
      return reply.kind === 'unknown' ? { ...reply, kind: 'refused' } : reply;
    }),
    breaks: startPasses,
    says: 'neither yes nor no',
  },
  {
    name: 'is not sure of what was plainly refused',
    twist: starting((good) => async (request, call) => {
      const reply = await good.start(request, call);
      return reply.kind === 'refused' ? { ...reply, kind: 'unknown' } : reply;
    }),
    breaks: startPasses,
    says: 'that is no doubt',
  },
  {
    name: 'takes a lost answer for done',
    twist: stopping((good) => async (replica, how, call) => {
      const reply = await good.stop(replica, how, call);
      return reply.kind === 'unknown' ? { kind: 'done', value: undefined } : reply;
    }),
    breaks: stopPasses,
    says: 'unknown',
  },
  {
    name: 'lets no one give a call up',
    twist: { link: (good) => (action, ask, call) => good(action, ask, withoutSignal(call)) },
    breaks: 'list: lets go of a silent cloud when the call is given up',
    says: 'given up',
  },
  {
    name: 'waits as long as the cloud does',
    twist: { link: (good) => (action, ask, call) => good(action, ask, withoutDeadline(call)) },
    breaks: 'list: keeps its deadline while the cloud is silent, and says that it does not know',
    says: 'deadline',
  },
  {
    name: 'waits as long as the cloud does, whatever the caller says',
    twist: { link: (good) => (action, ask, call) => good(action, ask, withoutSignal(withoutDeadline(call))) },
    breaks: 'start: lets go of a silent cloud when the call is given up',
    says: 'has not answered',
  },
  {
    name: 'starts for a call that is over',
    twist: starting(
      (good, { clock }) =>
        (request, call) =>
          good.start(request, { ...withoutSignal(call), deadlineAtMonoMs: clock.monoMs() + 15_000 }),
    ),
    breaks: 'starts nothing for a call whose deadline has passed',
    says: 'over',
  },
  {
    name: 'stops for a call that was given up',
    twist: stopping((good) => (replica, how, call) => good.stop(replica, how, withoutSignal(call))),
    breaks: 'stops nothing for a call that was given up before',
    says: 'given up',
  },
  {
    name: 'remembers a refusal and gives it for ever',
    twist: starting((good) => {
      let last: Awaited<ReturnType<typeof good.start>> | undefined;
      return async (request, call) => {
        if (last?.kind === 'refused' && last.error.class === 'transient') return last;
        last = await good.start(request, call);
        return last;
      };
    }),
    breaks: 'start: asks again under the same key after a refusal, and once is enough',
    says: 'not done within',
  },
  {
    name: 'gives an error without its code',
    twist: answering(({ list }) => ({
      async list(selector, call) {
        const sight = await list(selector, call);
        return sight.kind === 'seen' ? sight : { ...sight, error: { ...sight.error, code: '' } };
      },
    })),
    breaks: 'list: passes on each class of error, and what has no answer as unknown',
    says: 'code',
  },
  {
    name: 'answers that it is under way',
    twist: starting((good) => async (request, call) => {
      const reply = await good.start(request, call);
      return reply.kind === 'done' ? ({ ...reply, kind: 'pending' } as object as typeof reply) : reply;
    }),
    breaks: 'starts a replica and lists it as started',
    says: 'which is none of done, refused, unknown',
  },
  {
    name: 'gives an error of a class of its own',
    twist: answering(({ list }) => ({
      async list(selector, call) {
        const sight = await list(selector, call);
        return sight.kind === 'seen' ? sight : { ...sight, error: { ...sight.error, class: 'sad' as 'auth' } };
      },
    })),
    breaks: 'list: asks the cloud nothing for a call that is over before it began',
    says: 'is none of the classes',
  },
];
