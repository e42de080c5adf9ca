/** Notices: what the cloud will do, of our replicas and nobody else's. Of a cloud with `notices`. */
import assert from 'node:assert/strict';
import { type Notice, noticeKinds } from '../../model/notice.ts';
import type { ContractCase } from '../contract-case.ts';
import { hookOf, type MakeCloud } from './cloud-subject.ts';
import { type Bench, deployment, done, providerCase, seen } from './subject.ts';

export function noticeCases(make: MakeCloud): readonly ContractCase[] {
  return [
    providerCase(make, 'has no notice where nothing is announced', async (bench) => {
      await bench.started('k1');
      await bench.until('it is listed', (all) => all.length === 1);
      assert.deepEqual(await noticesOf(bench), [], 'nothing is announced, and there is a notice');
    }),
    providerCase(make, 'says what is announced for a replica, and of which one', async (bench) => {
      const announce = hookOf(bench.subject.cloud, 'announce');
      const [replica] = [await bench.started('k1', 0), await bench.started('k2', 1)];
      await bench.until('both are listed', (all) => all.length === 2);
      announce(replica);
      const notices = await noticesOf(bench);
      assert.deepEqual(
        notices.map(({ replicaId, deployment: name }) => [replicaId, name]),
        [[replica.id, deployment]],
        `of two replicas one was announced for, ${replica.id}`,
      );
      for (const notice of notices) checkNotice(notice);
      await bench.runs(2, 'a look changes nothing');
    }),
    providerCase(make, 'says nothing of a machine that is none of ours', async (bench) => {
      const announce = hookOf(bench.subject.cloud, 'announce');
      await bench.started('k1');
      await bench.until('it is listed', (all) => all.length === 1);
      announce(undefined);
      assert.deepEqual(await noticesOf(bench), [], 'it is announced for a machine that is none of ours');
    }),
    providerCase(make, 'says what is announced for replicas of every deployment', async (bench) => {
      const announce = hookOf(bench.subject.cloud, 'announce');
      const other = { ...bench.request(), deployment: 'another' };
      const replica = done(await bench.provider.start(other, bench.write('k1')));
      announce(replica);
      const untilMonoMs = bench.subject.clock.monoMs() + bench.provider.listLagMs;
      let notices = await noticesOf(bench);
      while (notices.length === 0 && bench.subject.clock.monoMs() < untilMonoMs) {
        await bench.subject.clock.sleep(20, new AbortController().signal);
        notices = await noticesOf(bench);
      }
      assert.deepEqual(
        notices.map(({ deployment: name }) => name),
        ['another'],
        'it is announced for a replica of another deployment of this site',
      );
    }),
  ];
}

async function noticesOf(bench: Bench): Promise<readonly Notice[]> {
  assert.ok(bench.provider.notices !== undefined, 'the session has no notices');
  return seen(await bench.provider.notices(bench.read()));
}

function checkNotice({ kind, code, message, atMs }: Notice): void {
  assert.ok(noticeKinds.includes(kind), `a notice is "${kind}", which is none of ${noticeKinds.join(', ')}`);
  assert.ok(code !== '' && message !== '', `a notice of ${kind} lacks its code or message`);
  assert.ok(atMs === undefined || (Number.isFinite(atMs) && atMs > 0), `announced for ${atMs}`);
}
