/** A process that dies at any of its calls to the cloud leaves nothing that its successor does not find. */
import assert from 'node:assert/strict';
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { WriteCall } from '../../ports/call.ts';
import type { Provider, ProviderPlugin } from '../../ports/provider.ts';
import type { ContractCase } from '../contract-case.ts';
import type { CloudSubject, Death, MakeCloud } from './cloud-subject.ts';
import { type Bench, done, onFreshSite, providerCase } from './subject.ts';

export function crashCases({ capabilities }: ProviderPlugin, make: MakeCloud): readonly ContractCase[] {
  return [
    eachDeath(make, 'a start that dies at any call leaves one machine, and a delete leaves none', {
      prepare: async () => undefined,
      act: (session, bench, call) => session.start(bench.request(), call),
      async settle(bench) {
        const later = await bench.open();
        const replica = await bench.insist(() => later.start(bench.request(), bench.write('k1', { epoch: 2 })));
        assert.equal(await bench.subject.countRunning(), 1);
        await leavesNone(bench, replica);
      },
    }),
    eachDeath(make, 'a delete that dies at any call is done by whoever asks again', {
      prepare: (bench) => bench.started('k0'),
      act: (session, _, call, replica) => session.stop(known(replica), 'delete', call),
      settle: (bench, replica) => leavesNone(bench, known(replica)),
    }),
    ...(capabilities.warmStandby === 'yes' ? [wakeThatDies(make)] : []),
    notEnded(make),
  ];
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
      assert.deepEqual([woken.id, woken.bootId === replica?.bootId], [replica?.id, false]);
      assert.equal(await bench.subject.countRunning(), 1);
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
    assert.equal(reply.kind, 'unknown', JSON.stringify(reply));
    const [listed] = await bench.replicas();
    assert.ok(listed !== undefined && listed.billed !== 'no' && listed.state !== 'gone', JSON.stringify(listed));
  });
}

function known(replica: Replica | undefined): Replica {
  assert.ok(replica !== undefined, 'the case prepares a replica');
  return replica;
}

async function leavesNone(bench: Bench<CloudSubject>, replica: Replica): Promise<void> {
  const last = await bench.open();
  await bench.insist(() => last.stop(replica, 'delete', bench.write('k9', { epoch: 3 })));
  assert.equal(await bench.subject.countRunning(), 0);
  const left = (await bench.replicas(last)).filter(({ billed }) => billed !== 'no');
  assert.deepEqual(left, []);
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

/** Dies before the first call, after it, before the second, and so on, each on a site of its own, until nothing is left to die at. */
function eachDeath(make: MakeCloud, name: string, doing: Doing): ContractCase {
  return {
    name,
    async run() {
      for (let calls = 1; calls <= mostCalls; calls += 1) {
        const isDead = await dies(make, doing, { calls, when: 'before' });
        if (!isDead) return assert.notEqual(calls, 1, 'it asked the cloud nothing');
        await dies(make, doing, { calls, when: 'after' });
      }
      assert.fail(`still not done after ${mostCalls} calls`);
    },
  };
}

/** False: it was done before it came to that call. */
function dies(make: MakeCloud, { prepare, act, settle }: Doing, death: Death): Promise<boolean> {
  return onFreshSite(make, async (bench) => {
    const replica = await prepare(bench);
    const doomed = await bench.subject.cloud.openDoomed(death);
    const given = new AbortController();
    const acting = act(doomed.provider, bench, bench.write('k1', { signal: given.signal, epoch: 1 }), replica);
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
