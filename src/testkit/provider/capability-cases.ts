/** What a provider says it can do, it does; what it says it cannot do is not there. */
import assert from 'node:assert/strict';
import type { Capabilities, Provider, ProviderPlugin } from '../../ports/provider.ts';
import type { ContractCase } from '../contract-case.ts';
import { type MakeProvider, providerCase } from './subject.ts';

/** Which method each capability is about. */
const methods = {
  offers: 'offers',
  drain: 'drain',
  notices: 'notices',
  accessCheck: 'checkAccess',
} as const satisfies Partial<Record<keyof Capabilities, keyof Provider>>;

/** Of every kind of provider. */
export function capabilityCases({ capabilities }: ProviderPlugin, make: MakeProvider): readonly ContractCase[] {
  const names = ['offers', 'drain', 'notices', 'accessCheck'] as const;
  return [
    {
      name: 'says yes or no to every capability, never perhaps',
      async run() {
        for (const [name, answer] of Object.entries(capabilities))
          assert.ok(answer === 'yes' || answer === 'no', `${name}: ${answer}`);
        await Promise.resolve();
      },
    },
    providerCase(make, 'is the plugin whose capabilities are proven', async ({ subject }) => {
      assert.deepEqual(subject.plugin.capabilities, capabilities);
    }),
    ...names.map((name) =>
      providerCase(make, `has ${methods[name]}, or says that it has not`, async ({ provider }) => {
        const isThere = provider[methods[name]] !== undefined;
        assert.equal(isThere, capabilities[name] === 'yes', `${name}: ${capabilities[name]}`);
      }),
    ),
    providerCase(make, 'states its bound and its account once and for all', async (bench) => {
      const { listLagMs, account } = bench.provider;
      await bench.started('k1');
      const other = await bench.open();
      assert.deepEqual([bench.provider.listLagMs, bench.provider.account], [listLagMs, account]);
      assert.deepEqual([other.listLagMs, other.account], [listLagMs, account]);
    }),
  ];
}
