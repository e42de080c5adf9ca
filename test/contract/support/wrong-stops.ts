/** Wrong in how they stop and drain. */
import { refused } from './tiny-link.ts';
import { bootOf } from './tiny-provider.ts';
import { calling, starting, stopping, type Wrong } from './wrong.ts';

export const wrongStops: readonly Wrong[] = [
  {
    name: 'is done when the cloud has acknowledged',
    twist: stopping((_, { link }) => async (replica, how, call) => {
      const told = await link(how === 'stop' ? 'ReleaseMachine' : 'DeleteMachine', bootOf(replica), call);
      return told.kind === 'done' ? { kind: 'done', value: undefined } : told;
    }),
    breaks: 'is not sure that a machine has ended until it has',
    says: 'acknowledge',
  },
  {
    name: 'says that what ends is not billed any more',
    twist: {
      tools: ({ see }) => ({
        see: (machine) => ({ ...see(machine), ...(machine.state === 'ending' ? { billed: 'no' } : {}) }),
      }),
    },
    breaks: 'is not sure that a machine has ended until it has',
    says: 'not ended',
  },
  {
    name: 'powers off, calls it stopped and not billed',
    twist: {
      tools: ({ see }) => ({
        see: (machine) => ({ ...see(machine), ...(machine.state === 'off' ? { billed: 'no' } : {}) }),
      }),
      session: (good, { link, clock }) => ({
        async stop(replica, how, call) {
          if (how === 'delete') return await good.stop(replica, how, call);
          const told = await link('PowerOff', bootOf(replica), call);
          await clock.sleep(1000, call.signal);
          return told.kind === 'done' ? { kind: 'done', value: undefined } : told;
        },
      }),
    },
    breaks: 'keeps a stopped replica for later, without running or billing it',
    says: 'billed',
  },
  {
    name: 'deletes where it was told to stop',
    twist: stopping((good) => (replica, _, call) => good.stop(replica, 'delete', call)),
    breaks: 'keeps a stopped replica for later, without running or billing it',
    says: 'is kept',
  },
  {
    name: 'stops where it was told to delete',
    twist: stopping((good) => (replica, _, call) => good.stop(replica, 'stop', call)),
    breaks: 'deletes so that nothing runs, is listed or is billed',
    says: 'gone',
  },
  {
    name: 'refuses to stop what does not run',
    twist: stopping(({ list, stop }) => async (replica, how, call) => {
      const sight = await list(replica, call);
      const found = sight.kind === 'seen' ? sight.value.find(({ id }) => id === replica.id) : undefined;
      if (how === 'stop' && found?.state === 'stopped')
        return refused('conflict', 'NotRunning', `${replica.id} is off`);
      return await stop(replica, how, call);
    }),
    breaks: 'stops again what is stopped already',
    says: 'it is stopped',
  },
  {
    name: 'takes what is stopped for deleted, as it costs nothing',
    twist: stopping(({ list, stop }) => async (replica, how, call) => {
      const sight = await list(replica, call);
      const found = sight.kind === 'seen' ? sight.value.find(({ id }) => id === replica.id) : undefined;
      return found?.billed === 'no' ? { kind: 'done', value: undefined } : await stop(replica, how, call);
    }),
    breaks: 'deletes what is stopped, and keeps nothing of it',
    says: 'the delete of what was stopped is done, and it is listed',
  },
  {
    name: 'takes a machine that somebody else has just woken for woken by itself',
    twist: calling('WakeMachine', async (ask, call, good) => {
      const told = await good('WakeMachine', ask, call);
      const isAwake = told.kind === 'refused' && told.error.class === 'conflict';
      return isAwake ? await good('GetMachine', { id: ask.id }, call) : told;
    }),
    breaks: 'lets one of two sessions wake the replica they both want',
    says: 'one of two has the slot',
  },
  {
    name: 'stops whatever boot now bears the id',
    twist: calling('DeleteMachine', ({ boot: _, ...ask }, call, good) => good('DeleteMachine', ask, call)),
    breaks: 'does not stop a replica that was woken meanwhile',
    says: 'a refusal',
  },
  {
    name: 'stops whatever machine now bears the name',
    twist: {
      session: (good, { link }) => ({
        async stop(replica, how, call) {
          const told = await link('GetMachine', { name: `${replica.deployment}.${replica.slot}` }, call);
          if (told.kind !== 'done') return await good.stop(replica, how, call);
          const { id, boot } = told.value;
          return await good.stop({ ...replica, id, bootId: `${id}/${boot}` }, how, call);
        },
      }),
    },
    breaks: 'does not stop a replica that was started anew meanwhile',
    says: 'the younger one',
  },
  {
    name: 'takes what one list does not show for gone',
    twist: {
      session: (good, { all }) => ({
        async stop(replica, how, call) {
          const told = await all(call);
          const isThere = told.kind !== 'done' || told.value.some(({ id }) => id === replica.id);
          return isThere ? await good.stop(replica, how, call) : { kind: 'done', value: undefined };
        },
      }),
    },
    breaks: 'deletes what was started a moment ago, whether a list shows it yet or not',
    says: 'a moment after its start',
  },
  {
    name: 'refuses to delete what is gone already',
    twist: stopping(({ list, stop }) => async (replica, how, call) => {
      const sight = await list(replica, call);
      const found = sight.kind === 'seen' && sight.value.find(({ id }) => id === replica.id);
      if (found && found.state === 'gone') {
        const message = `${replica.id} is not there`;
        return { kind: 'refused', error: { class: 'not-found', code: 'NoSuchMachine', message } };
      }
      return await stop(replica, how, call);
    }),
    breaks: 'deletes again what is deleted already',
    says: 'expected done',
  },
  {
    name: 'deletes the machine and leaves its disk',
    twist: calling('DeleteMachine', (ask, call, good) => good('DeleteMachine', { ...ask, keepDisk: true }, call)),
    breaks: 'deletes what belongs to a replica with it',
    says: 'is left',
  },
  {
    name: 'says that it keeps nothing warm, and keeps it',
    twist: {
      plugin: {
        capabilities: {
          ...{ idempotentStart: 'yes', warmStandby: 'no' },
          ...{ offers: 'yes', prices: 'yes', drain: 'yes', notices: 'yes', accessCheck: 'yes', disturb: 'no' },
        },
      },
    },
    breaks: 'keeps nothing that is stopped, as it says',
    says: 'warmStandby is no',
  },
  {
    name: 'drains once only',
    twist: {
      session: ({ drain }, { link }) => ({
        async drain(replica, call) {
          const told = await link('GetMachine', { id: replica.id }, call);
          if (told.kind === 'done' && told.value.tags['drained'] !== undefined)
            return refused('conflict', 'DrainedAlready', `${replica.id} is drained`);
          await link('TagMachine', { id: replica.id, tags: { drained: 'yes' } }, call);
          return (await drain?.(replica, call)) ?? refused('invalid', 'NoDrain', 'there is no drain');
        },
      }),
    },
    breaks: 'drains again what is drained already, by any session',
    says: 'DrainedAlready',
  },
  {
    name: 'forgets the epoch of what it drained',
    twist: {
      session: ({ drain }) => (drain ? { drain: (replica, call) => drain(replica, { ...call, epoch: 1 }) } : {}),
    },
    breaks: 'lets no drain be followed by a call under an older epoch',
    says: 'older epoch',
  },
  {
    name: 'says that it has drained, and drains nothing',
    twist: calling('UnrouteMachine', async () => ({ kind: 'done', value: undefined })),
    breaks: 'drains so that the cloud sends no new requests, to that replica alone',
    says: 'sends it new requests',
  },
  {
    name: 'leaves drained what it wakes',
    twist: calling('RouteMachine', async () => ({ kind: 'done', value: undefined })),
    breaks: 'drains one boot: what is woken later has new requests again',
    says: 'still gets no new requests',
  },
  {
    name: 'ends its machines with its session',
    twist: {
      session: (good, { all, link, clock }) => ({
        async close() {
          const call = { signal: new AbortController().signal, deadlineAtMonoMs: clock.monoMs() + 5000 };
          await clock.sleep(1000, call.signal);
          const told = await all(call);
          for (const { id } of told.kind === 'done' ? told.value : []) await link('DeleteMachine', { id }, call);
          await clock.sleep(1000, call.signal);
          await good.close();
        },
      }),
    },
    breaks: 'adopts what an earlier session started',
    says: 'outlive the session',
  },
  {
    name: 'forgets the epoch of what it stopped',
    twist: stopping((good) => (replica, how, call) => good.stop(replica, how, { ...call, epoch: 1 })),
    breaks: 'lets no stop be followed by a call under an older epoch',
    says: 'older epoch',
  },
  {
    name: 'drains by ending the machine',
    twist: calling('UnrouteMachine', (ask, call, good) => good('ReleaseMachine', ask, call)),
    breaks: 'drains a replica, which is still listed, runs and is billed',
    says: 'drain',
  },
  {
    name: 'takes starts under an epoch that is over',
    twist: starting((good) => (request, call) => good.start(request, { ...call, epoch: 99 })),
    breaks: 'turns away a start under an epoch older than one it saw',
    says: 'older epoch',
  },
  {
    name: 'takes stops under an epoch that is over',
    twist: stopping((good) => (replica, how, call) => good.stop(replica, how, { ...call, epoch: 99 })),
    breaks: 'turns away a stop under an epoch older than one it saw',
    says: 'older epoch',
  },
  {
    name: 'takes drains without a look at their epoch',
    twist: {
      session: (_, { link }) => ({ drain: (replica, call) => link('UnrouteMachine', bootOf(replica), call) }),
    },
    breaks: 'turns away a drain under an epoch older than one it saw',
    says: 'older epoch',
  },
  {
    name: 'keeps one epoch for all deployments',
    twist: calling('RaiseMark', (ask, call, good) => good('RaiseMark', { ...ask, name: 'all' }, call)),
    breaks: 'counts epochs of each deployment by itself',
    says: 'expected done',
  },
];
