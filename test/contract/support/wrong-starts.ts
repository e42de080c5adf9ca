/** Wrong in how they start. */
import type { Denial, Offer, Replica, Reply } from '../../../src/testkit/index.ts';
import { refused } from './tiny-link.ts';
import { isOf, nameOf, offersOf, tagsOf } from './tiny-provider.ts';
import { calling, overlooking, starting, type Wrong } from './wrong.ts';

let made = 0;

/** Nobody else has this one. */
function freshName(): string {
  made += 1;
  return `vm-${made}`;
}

const nameless = calling('CreateMachine', (ask, call, good) =>
  good('CreateMachine', { ...ask, name: freshName() }, call),
);

export const wrongStarts: readonly Wrong[] = [
  {
    name: 'makes a machine for every call',
    twist: starting((_, { link, see }) => async (request, call) => {
      const ask = { name: freshName(), type: 'big', zone: 'a', tags: tagsOf(request, call) };
      const told = await link('CreateMachine', ask, call);
      return told.kind === 'done' ? { kind: 'done', value: see(told.value) } : told;
    }),
    breaks: 'makes no second replica for the same key',
    says: '2 run',
  },
  {
    name: 'looks before it makes a machine, and takes no care of who looks at the same time',
    twist: nameless,
    breaks: 'lets one of two sessions have the slot they both want',
    says: 'one of two',
  },
  {
    name: 'remembers its keys in memory alone, and names machines by nothing',
    twist: starting((_, { link, see }) => {
      const kept = new Map<string, Promise<Reply<Replica>>>();
      return (request, call) => {
        const run = async (): Promise<Reply<Replica>> => {
          const ask = { name: freshName(), type: 'big', zone: 'a', tags: tagsOf(request, call) };
          const told = await link('CreateMachine', ask, call);
          return told.kind === 'done' ? { kind: 'done', value: see(told.value) } : told;
        };
        const started = kept.get(call.idempotencyKey) ?? run();
        kept.set(call.idempotencyKey, started);
        return started;
      };
    }),
    breaks: 'adopts what an earlier session started',
    says: 'the same key gave',
  },
  {
    name: 'makes a new machine beside the stopped one of the slot',
    twist: { ...nameless, tools: overlooking(({ state }) => state !== 'released') },
    breaks: 'starts a stopped replica under its old id as a new boot',
    says: 'the stopped one is started',
  },
  {
    name: 'wakes a stopped machine and calls it the same boot',
    twist: {
      tools: ({ see }) => ({ see: (machine) => ({ ...see(machine), bootId: `${machine.id}/1` }) }),
    },
    breaks: 'starts a stopped replica under its old id as a new boot',
    says: 'another boot',
  },
  {
    name: 'makes the machine first and tags it in a second call',
    twist: calling('CreateMachine', async ({ tags, ...ask }, call, good) => {
      const told = await good('CreateMachine', { ...ask, name: freshName(), tags: {} }, call);
      if (told.kind !== 'done') return told;
      const tagged = await good('TagMachine', { id: told.value.id, tags }, call);
      return tagged.kind === 'done' ? { kind: 'done', value: { ...told.value, tags } } : tagged;
    }),
    breaks: 'a start that dies at any call leaves one machine, and a delete leaves none',
    says: 'died after its call 3',
  },
  {
    name: 'goes on to the next offer after a launch whose answer was lost',
    twist: starting((good, tools) => async (request, call) => {
      // Without an offer it looks, and starts what is there.
      const found = await good.start({ ...request, offers: [] }, call);
      if (found.kind === 'done' || found.error.code !== 'SoldOut') return found;
      for (const { machine, zone = 'a' } of request.offers ?? offersOf(tools)) {
        const ask = { name: freshName(), type: machine, zone, tags: tagsOf(request, call) };
        const told = await tools.link('CreateMachine', ask, call);
        if (told.kind === 'done') return { kind: 'done', value: tools.see(told.value) };
        if (told.kind === 'refused' && told.error.class !== 'capacity') return told;
      }
      return { kind: 'unknown', error: { class: 'unknown', code: 'NoAnswer', message: 'no launch was answered' } };
    }),
    breaks: 'start: refuses nothing that was done unheard, and does it once',
    says: 'run where',
  },
  {
    name: 'starts a dead machine anew under its old key',
    twist: { tools: overlooking(({ state }) => state !== 'ended') },
    breaks: 'never starts a dead replica anew under its old key',
    says: 'the dead one',
  },
  {
    name: 'takes over whatever holds the slot, whoever asked for it',
    twist: starting((good, { all, see }) => async (request, call) => {
      const told = await all(call);
      const holder = (told.kind === 'done' ? told.value : []).find(
        (machine) =>
          isOf(request.deployment)(machine) && machine.name === nameOf(request) && machine.state === 'running',
      );
      return holder === undefined ? await good.start(request, call) : { kind: 'done', value: see(holder) };
    }),
    breaks: 'refuses another key while the slot is taken, and names who has it',
    says: 'a refusal',
  },
  {
    name: 'ignores the offers it was given',
    twist: starting(
      (good) =>
        ({ offers: _, ...request }, call) =>
          good.start(request, call),
    ),
    breaks: 'asks only for the offers it was told to, though others are free',
    says: 'a refusal',
  },
  {
    name: 'asks for the offers in an order of its own',
    twist: starting(
      (good) => (request, call) =>
        good.start({ ...request, ...(request.offers && { offers: request.offers.toSorted(byName) }) }, call),
    ),
    breaks: 'asks for offers in the order it was told, and tells each refusal',
    says: 'in the order it was told',
  },
  {
    name: 'keeps the refusals on its way to itself',
    twist: starting(
      (good) =>
        ({ tell: _, ...request }, call) =>
          good.start(request, call),
    ),
    breaks: 'goes on to the next offer after one that is sold out, and tells of that one',
    says: 'hears of',
  },
  {
    name: 'throws when all is sold out',
    twist: starting((good) => async (request, call) => {
      const reply = await good.start(request, call);
      if (reply.kind === 'refused' && reply.error.class === 'capacity') throw new Error('SoldOut: no machine is left');
      return reply;
    }),
    breaks: 'start: passes on each class of error, and what has no answer as unknown',
    says: 'start threw',
  },
  {
    name: 'says of what was launched and not answered that it was refused',
    twist: calling('CreateMachine', async (ask, call, good) => {
      const told = await good('CreateMachine', ask, call);
      return told.kind === 'unknown' ? refused('transient', 'Internal', told.error.message) : told;
    }),
    breaks: 'start: refuses nothing that was done unheard, and does it once',
    says: 'that is no refusal',
  },
  {
    name: 'takes any machine type for the first of its own',
    twist: calling('CreateMachine', (ask, call, good) => {
      const type = ['big', 'small'].includes(ask.type) ? ask.type : 'big';
      return good('CreateMachine', { ...ask, type }, call);
    }),
    breaks: 'starts nothing that is none of its offers',
    says: 'none of its offers',
  },
  {
    name: 'tells of a machine type that is sold out as of nothing in particular',
    twist: starting((good) => ({ tell, ...request }, call) => {
      const dull = (denial: Denial) => tell?.({ ...denial, verdict: { ...denial.verdict, reach: undefined } });
      return good.start({ ...request, tell: dull }, call);
    }),
    breaks: 'tells with each refusal what the cloud said and how far it reaches',
    says: 'sold out blocks machines',
  },
  {
    name: 'asks for the first offer alone',
    twist: starting(
      (good) => (request, call) =>
        good.start({ ...request, ...(request.offers && { offers: request.offers.slice(0, 1) }) }, call),
    ),
    breaks: 'goes on to the next offer after one that is sold out, and tells of that one',
    says: 'is free',
  },
  {
    name: 'leaves the start key out of what it lists',
    twist: { tools: ({ see }) => ({ see: (machine) => ({ ...see(machine), startKey: '' }) }) },
    breaks: 'starts a replica and lists it as started',
    says: 'start key',
  },
];

function byName(one: Offer, other: Offer): number {
  return one.machine.localeCompare(other.machine);
}
