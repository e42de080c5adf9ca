/** Breaking a replica on purpose: that it breaks, that it is made whole, and that nobody else is hit. Of sessions with `disturb`. */
import assert from 'node:assert/strict';
import type { Reply } from '../../model/outcome.ts';
import type { Replica } from '../../model/replica.ts';
import type { Disturbance, Provider, ReplicaBoot } from '../../ports/provider.ts';
import type { ContractCase } from '../contract-case.ts';
import { type Bench, done, type MakeProvider, providerCase, refusal } from './subject.ts';

const pollMs = 20;
/** In milliseconds. */
const answersWithinMs = 5000;

export function disturbCases(make: MakeProvider): readonly ContractCase[] {
  return [...hangCases(make), ...killCases(make)];
}

function hangCases(make: MakeProvider): readonly ContractCase[] {
  return [
    providerCase(
      make,
      'hangs a replica, which answers nobody and is listed as running, until it goes on',
      async (bench) => {
        const [replica, other] = [await serving(bench, 'k1', 0), await serving(bench, 'k2', 1)];
        done(await disturb(bench, replica, 'hang'));
        await answers(bench, replica, false, 'it was hung');
        await answers(bench, other, true, 'another was hung, and not this one');
        await isUp(bench, replica);
        await bench.runs(2, 'what hangs runs still');
        done(await disturb(bench, replica, 'resume'));
        await answers(bench, replica, true, 'it was told to go on');
      },
    ),
    providerCase(make, 'hangs again what hangs, and lets go on what goes on, by any session', async (bench) => {
      const replica = await serving(bench, 'k1');
      done(await disturb(bench, replica, 'resume'), 'it never hung');
      await answers(bench, replica, true, 'it never hung, and was told to go on');
      done(await disturb(bench, replica, 'hang'));
      done(await disturb(bench, replica, 'hang'), 'it hangs already');
      const other = { ...bench, provider: await bench.open() };
      done(await disturb(other, replica, 'resume'));
      done(await disturb(other, replica, 'resume'), 'it goes on already');
      await answers(bench, replica, true, 'it was told to go on');
    }),
    providerCase(make, 'deletes what hangs', async (bench) => {
      const replica = await serving(bench, 'k1');
      done(await disturb(bench, replica, 'hang'));
      done(await bench.provider.stop(replica, 'delete', bench.write('k2')), 'it hangs');
      await bench.runs(0, 'what hung was deleted');
      done(await disturb(bench, replica, 'resume'), 'it is gone: nothing of it hangs');
      await bench.runs(0, 'what was deleted was told to go on');
    }),
    providerCase(make, 'neither hangs nor kills a boot that is over, nor the one that came after it', async (bench) => {
      const old = await serving(bench, 'k1');
      done(await bench.provider.stop(old, 'delete', bench.write('k2')));
      refusal(await disturb(bench, old, 'hang'), 'conflict', 'that boot is over');
      const young = await serving(bench, 'k3');
      refusal(await disturb(bench, old, 'hang'), 'conflict', 'that boot is over, and another came after it');
      done(await disturb(bench, old, 'kill'), 'that boot is over');
      done(await disturb(bench, old, 'resume'), 'that boot is over');
      await answers(bench, young, true, 'an older boot was meant');
    }),
  ];
}

function killCases(make: MakeProvider): readonly ContractCase[] {
  return [
    providerCase(make, 'kills a replica as if it had crashed, and that one alone', async (bench) => {
      const [replica, other] = [await serving(bench, 'k1', 0), await serving(bench, 'k2', 1)];
      done(await disturb(bench, replica, 'kill'));
      await bench.runs(1, 'one of two was killed');
      await bench.until('it is listed as gone, and not billed', (all) =>
        all.every(({ id, state, billed }) => id !== replica.id || (state === 'gone' && billed === 'no')),
      );
      done(await disturb(bench, replica, 'kill'), 'it is dead already');
      await answers(bench, other, true, 'another was killed, and not this one');
    }),
    providerCase(make, 'kills what hangs', async (bench) => {
      const replica = await serving(bench, 'k1');
      done(await disturb(bench, replica, 'hang'));
      done(await disturb(bench, replica, 'kill'), 'it hangs');
      await bench.runs(0, 'what hung was killed');
    }),
  ];
}

async function disturb(
  { provider, read }: Pick<Bench, 'provider' | 'read'>,
  { id, bootId }: ReplicaBoot,
  how: Disturbance,
): Promise<Reply<void>> {
  const session: Provider = provider;
  assert.ok(session.disturb !== undefined, 'the session has no disturb');
  return await session.disturb({ id, bootId }, how, read());
}

async function serving(bench: Bench, key: string, slot?: number): Promise<Replica> {
  const replica = await bench.started(key, slot);
  await bench.listed(replica);
  await answers(bench, replica, true, 'it was started');
  return replica;
}

/** Asked again until it is so: one that has just been started, or has just gone on, needs a moment. */
async function answers({ subject }: Bench, replica: Replica, wanted: boolean, why: string): Promise<void> {
  const { clock } = subject;
  assert.ok(subject.isAnswering !== undefined, 'the provider has what cannot be shown: its subject has no isAnswering');
  const untilMonoMs = clock.monoMs() + answersWithinMs;
  while ((await subject.isAnswering(replica)) !== wanted) {
    const is = wanted ? 'does not answer' : 'answers';
    assert.ok(clock.monoMs() < untilMonoMs, `${why}, and ${replica.id} ${is}`);
    await clock.sleep(pollMs, new AbortController().signal);
  }
}

async function isUp(bench: Bench, { id, bootId }: Replica): Promise<void> {
  const listed = (await bench.replicas()).find((each) => each.id === id);
  const is = listed === undefined ? 'not at all' : `${listed.state}, billed: ${listed.billed}`;
  const isAsItWas = listed?.bootId === bootId && listed.state === 'running' && listed.billed === 'yes';
  assert.ok(isAsItWas, `it hangs, as its provider cannot know, and is listed as ${is}`);
}
