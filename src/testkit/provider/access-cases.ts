/** The report of our rights: a right that is lost is never called granted. Of a cloud with `checkAccess`. */
import assert from 'node:assert/strict';
import type { AccessReport } from '../../model/access.ts';
import type { Provider } from '../../ports/provider.ts';
import type { ContractCase } from '../contract-case.ts';
import { hookOf, type MakeCloud } from './cloud-subject.ts';
import { type Bench, providerCase, seen } from './subject.ts';

const answers: readonly string[] = ['yes', 'no', 'unknown'];

export function accessCases(make: MakeCloud): readonly ContractCase[] {
  return [
    providerCase(make, 'reports every right it needs, each once, with an answer', async (bench) => {
      const { permissions, parts, quotas } = await accessOf(bench);
      assert.notEqual(permissions.length, 0, 'no right is reported');
      const names = permissions.map(({ name, use }) => `${name} ${use}`);
      assert.equal(new Set(names).size, names.length, `each right once: ${names.join(', ')}`);
      for (const { name, use, granted } of permissions) {
        assert.ok(name !== '' && (use === 'operate' || use === 'create'), `${name} is for ${use}`);
        assert.ok(granted === 'yes' || granted === 'unknown', `${name} is held, and reported as ${granted}`);
      }
      assert.ok(
        permissions.some(({ granted }) => granted === 'yes'),
        'no right of all is known to be held',
      );
      for (const { name, present } of parts)
        assert.ok(answers.includes(present) && present !== 'no', `${name} is there, and reported as ${present}`);
      for (const { name, limit, used, perReplica } of quotas)
        assert.ok(limit >= 0 && used >= 0 && perReplica > 0, `${name}: ${used} of ${limit}, ${perReplica} each`);
    }),
    providerCase(make, 'changes nothing when it checks its rights', async (bench) => {
      await accessOf(bench);
      assert.deepEqual(await bench.replicas(), [], 'rights were checked, and something is listed');
      await bench.runs(0, 'rights were checked');
    }),
    providerCase(make, 'never calls a right granted that was withdrawn, and no other one lost', async (bench) => {
      const withdraw = hookOf(bench.subject.cloud, 'withdraw');
      const { permissions } = await accessOf(bench);
      for (const { name } of permissions.filter(({ granted }) => granted === 'yes')) {
        const lift = withdraw(name);
        const now = await accessOf(bench, await bench.open());
        lift();
        assert.notEqual(now.permissions.find((each) => each.name === name)?.granted, 'yes', `${name} was withdrawn`);
        const lost = now.permissions.filter((each) => each.name !== name && each.granted === 'no');
        assert.deepEqual(lost, [], `${name} alone was withdrawn`);
      }
    }),
  ];
}

async function accessOf(bench: Bench, from: Provider = bench.provider): Promise<AccessReport> {
  assert.ok(from.checkAccess !== undefined, 'the session has no checkAccess');
  return seen(await from.checkAccess(bench.read()));
}
