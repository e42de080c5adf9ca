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
  disturb: 'disturb',
} as const satisfies Partial<Record<keyof Capabilities, keyof Provider>>;

/** Of every kind of provider. */
export function capabilityCases({ capabilities }: ProviderPlugin, make: MakeProvider): readonly ContractCase[] {
  const names = ['offers', 'drain', 'notices', 'accessCheck', 'disturb'] as const;
  return [
    {
      name: 'says yes or no to every capability, never perhaps',
      async run() {
        for (const [name, answer] of Object.entries(capabilities))
          assert.ok(answer === 'yes' || answer === 'no', `yes or no, and ${name}: ${answer}`);
        await Promise.resolve();
      },
    },
    {
      name: 'says yes to idempotent starts, which no provider may be without',
      async run() {
        const { idempotentStart } = capabilities;
        assert.equal(
          idempotentStart,
          'yes',
          `idempotentStart is ${idempotentStart}, and the engine asks again under a key`,
        );
        await Promise.resolve();
      },
    },
    {
      name: 'says prices only where it has offers to say them of',
      async run() {
        const { offers, prices } = capabilities;
        assert.ok(prices === 'no' || offers === 'yes', `prices is ${prices}, and offers is ${offers}`);
        await Promise.resolve();
      },
    },
    providerCase(make, 'is the plugin whose capabilities are proven', async ({ subject }) => {
      assert.deepEqual(subject.plugin.capabilities, capabilities, 'the subject has a plugin of other capabilities');
    }),
    ...names.map((name) =>
      providerCase(make, `has ${methods[name]}, or says that it has not`, async ({ provider }) => {
        const isThere = provider[methods[name]] !== undefined;
        const said = capabilities[name];
        assert.equal(isThere, said === 'yes', `${name} is ${said}, and the session has ${isThere ? 'one' : 'none'}`);
      }),
    ),
    providerCase(make, 'states its bounds and its account once and for all', async (bench) => {
      const { listLagMs, account, stopSlackMs } = bench.provider;
      assert.ok((stopSlackMs ?? 0) >= 0 && Number.isFinite(stopSlackMs ?? 0), `stopSlackMs is ${stopSlackMs}`);
      await bench.started('k1');
      const other = await bench.open();
      for (const now of [bench.provider, other]) {
        assert.equal(now.listLagMs, listLagMs, `the bound was ${listLagMs} ms, and is ${now.listLagMs} ms`);
        assert.equal(now.stopSlackMs, stopSlackMs, `a stop took ${stopSlackMs} ms more, and now ${now.stopSlackMs} ms`);
        assert.equal(now.account, account, `the account was ${account}, and is ${now.account}`);
      }
    }),
  ];
}
