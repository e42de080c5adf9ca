/** A process that dies at any of its calls to the cloud leaves nothing that its successor does not find. */
import assert from 'node:assert/strict';
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import type { Provider, ProviderPlugin } from '../../ports/provider.ts';
import type { ContractCase } from '../contract-case.ts';
import type { CloudSubject, Death, MakeCloud } from './cloud-subject.ts';
import { type Bench, done, onFreshSite, providerCase } from './subject.ts';
import { watched } from './watched.ts';

export function crashCases({ capabilities }: ProviderPlugin, make: MakeCloud): readonly ContractCase[] {
  return [
    eachDeath(make, 'a start that dies at any call leaves one machine, and a delete leaves none', {
      prepare: async () => undefined,
      act: (session, bench, call) => session.start(bench.request(), call),
      async settle(bench) {
        const later = await bench.open();
        const replica = await bench.insist(() => later.start(bench.request(), bench.write('k1', { epoch: 2 })));
        await bench.runs(1, 'the start was asked for again until it was done');
        await leavesNone(bench, replica);
      },
    }),
    eachDeath(make, 'a delete that dies at any call is done by whoever asks again', {
      prepare: (bench) => bench.started('k0'),
      act: (session, _, call, replica) => session.stop(known(replica), 'delete', call),
      settle: (bench, replica) => leavesNone(bench, known(replica)),
    }),
    ...(capabilities.warmStandby === 'yes' ? [stopThatDies(make), wakeThatDies(make)] : []),
    notEnded(make),
    providerCase(make, 'deletes what belongs to a replica with it', async (bench) => {
      const replica = await bench.started('k1');
      done(await bench.provider.stop(replica, 'delete', bench.write('k2')));
      await leavesNothing(bench);
    }),
  ];
}

/** Of a subject that can count it. */
async function leavesNothing({ subject: { cloud } }: Bench<CloudSubject>): Promise<void> {
  const left = (await cloud.countLeft?.()) ?? 0;
  assert.equal(left, 0, `the machine has ended, and ${left} of what belonged to it is left and billed`);
}

function stopThatDies(make: MakeCloud): ContractCase {
  return eachDeath(make, 'a stop that dies at any call keeps the machine, stopped, for whoever asks again', {
    prepare: (bench) => bench.started('k0'),
    act: (session, _, call, replica) => session.stop(known(replica), 'stop', call),
    async settle(bench, replica) {
      const later = await bench.open();
      await bench.insist(() => later.stop(known(replica), 'stop', bench.write('k1', { epoch: 2 })));
      await bench.runs(0, 'the stop was asked for again until it was done');
      const kept = (await bench.replicas(later)).find(({ id }) => id === replica?.id);
      assert.equal(kept?.state, 'stopped', `the stop was done, and it is ${kept?.state ?? 'not listed'}`);
      await leavesNone(bench, known(replica));
    },
  });
}

function wakeThatDies(make: MakeCloud): ContractCase {
  return eachDeath(make, 'a warm start that dies at any call leaves the one machine that was there', {
    async prepare(bench) {
      const replica = await bench.started('k0');
      done(await bench.provider.stop(replica, 'stop', bench.write('k00')));
      return replica;
    },
    act: (session, bench, call) => session.start(bench.request(), call),
    async settle(bench, replica) {
      const later = await bench.open();
      const woken = await bench.insist(() => later.start(bench.request(), bench.write('k1', { epoch: 2 })));
      assert.equal(woken.id, replica?.id, `the stopped one is started before a new one is made: got ${woken.id}`);
      assert.notEqual(woken.bootId, replica?.bootId, 'what was stopped and started is another boot');
      await bench.runs(1, 'the stopped one was started');
      await leavesNone(bench, woken);
    },
  });
}

/** Whether what was told to end has ended is said by looking, never by the acknowledgement. */
function notEnded(make: MakeCloud): ContractCase {
  return providerCase(make, 'is not sure that a machine has ended until it has', async (bench) => {
    const replica = await bench.started('k1');
    await bench.listed(replica);
    bench.subject.cloud.neverEnd();
    const deadlineAtMonoMs = bench.subject.clock.monoMs() + 1000;
    const reply = await bench.provider.stop(replica, 'delete', bench.write('k2', { deadlineAtMonoMs }));
    assert.equal(reply.kind, 'unknown', `it has not ended, whatever was acknowledged: ${JSON.stringify(reply)}`);
    const [listed] = await bench.replicas();
    const isThere = listed !== undefined && listed.billed !== 'no' && listed.state !== 'gone';
    assert.ok(isThere, `it has not ended, and is listed as ended or not billed: ${JSON.stringify(listed)}`);
  });
}

function known(replica: Replica | undefined): Replica {
  assert.ok(replica !== undefined, 'the case prepares a replica');
  return replica;
}

async function leavesNone(bench: Bench<CloudSubject>, replica: Replica): Promise<void> {
  const last = await bench.open();
  await bench.insist(() => last.stop(replica, 'delete', bench.write('k9', { epoch: 3 })));
  await bench.runs(0, 'the delete was asked for again until it was done');
  const left = (await bench.replicas(last)).filter(({ billed }) => billed !== 'no');
  assert.deepEqual(left, [], 'the delete was done, and something is listed as billed');
  await leavesNothing(bench);
}

interface Doing {
  prepare(bench: Bench<CloudSubject>): Promise<Replica | undefined>;
  act(
    session: Provider,
    bench: Bench<CloudSubject>,
    call: WriteCall,
    replica: Replica | undefined,
  ): Promise<Reply<unknown>>;
  /** What must hold after a death. */
  settle(bench: Bench<CloudSubject>, replica: Replica | undefined): Promise<void>;
}

/** More calls than any one change needs. */
const mostCalls = 60;

/** Calls whose deaths are tried side by side: nearly all of their time passes in waiting for a cloud. */
const callsAtOnce = 4;

/** Dies before the first call, after it, before the second, and so on, each on a site of its own, until nothing is left to die at. */
function eachDeath(make: MakeCloud, name: string, doing: Doing): ContractCase {
  return {
    name,
    async run() {
      for (let first = 1; first <= mostCalls; first += callsAtOnce) {
        const tried = Array.from({ length: callsAtOnce }, (_, index) => first + index);
        const ends = await Promise.all(tried.map((calls) => Promise.allSettled(deathsAt(make, doing, calls))));
        // In order: what comes after the last call tells nothing, and the first that goes wrong tells most.
        for (const [index, [before, after]] of ends.entries()) {
          if (!endOf(before)) return assert.notEqual(first + index, 1, 'it asked the cloud nothing');
          endOf(after);
        }
      }
      assert.fail(`still not done after ${mostCalls} calls`);
    },
  };
}

function deathsAt(make: MakeCloud, doing: Doing, calls: number): [Promise<boolean>, Promise<boolean>] {
  return [dies(make, doing, { calls, when: 'before' }), dies(make, doing, { calls, when: 'after' })];
}

function endOf<T>(end: PromiseSettledResult<T>): T {
  if (end.status === 'rejected') throw end.reason;
  return end.value;
}

/** False: it was done before it came to that call. */
function dies(make: MakeCloud, { prepare, act, settle }: Doing, death: Death): Promise<boolean> {
  return onFreshSite(make, async (bench) => {
    const replica = await prepare(bench);
    const { clock, cloud } = bench.subject;
    const doomed = await cloud.openDoomed(death);
    const given = new AbortController();
    const acting = act(
      watched(doomed.provider, clock),
      bench,
      bench.write('k1', { signal: given.signal, epoch: 1 }),
      replica,
    );
    try {
      const isDead = await Promise.race([doomed.death.then(() => true), acting.then(() => false)]);
      if (isDead) await settle(bench, replica).catch((error: unknown) => failAt(death, error));
      return isDead;
    } finally {
      // What is left of it in this process waits for an answer that never comes.
      given.abort();
      await acting;
      await doomed.provider.close();
    }
  });
}

function failAt({ calls, when }: Death, cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new Error(`died ${when} its call ${calls}: ${why}`, { cause });
}
