import { describe, expect, test } from 'vitest';
import { withDrilledProvider } from '../../src/faults/drilled-provider.ts';
import { withScriptedFaults } from '../../src/faults/provider.ts';
import { local } from '../../src/providers/local/index.ts';
import { providerContract } from '../../src/testkit/provider-contract.ts';
import { clock, makeSite } from '../providers/local/support/site.ts';

const calm = { site: 'here', deployments: ['contract'], faultsOf: async () => [] };

describe.each([
  { kind: 'local', make: () => makeSite() },
  { kind: 'local, with no fault armed', make: () => makeSite((inner) => withScriptedFaults(inner, [], { clock })) },
  { kind: 'local, of a site that no drill breaks', make: () => makeSite((inner) => withDrilledProvider(inner, calm)) },
])('the provider $kind', ({ make }) => {
  for (const { name, run } of providerContract(local, make)) test(name, run);
});

const boundCase = 'lists what was started within the bound it states, to every session';

/** A site whose list lags by 300 ms, each session by itself, and which says so or says something else. */
function runBoundCase(saying?: { readonly listLagMs: number }): Promise<void> {
  const lagging = () =>
    makeSite((inner) => {
      const provider = withScriptedFaults(inner, [{ kind: 'listing-lags', byMs: 300, times: 3 }], { clock });
      return { ...provider, ...saying };
    });
  const found = providerContract(local, lagging).find(({ name }) => name === boundCase);
  if (found === undefined) throw new Error(`no such case: ${boundCase}`);
  return found.run();
}

test('a list that lags keeps the contract as long as the bound says so', async () => {
  await runBoundCase();
});

test.for([0, 100])('a list that lags 300 ms and says %i ms breaks the contract', async (listLagMs) => {
  await expect(runBoundCase({ listLagMs })).rejects.toThrow(`the bound is ${listLagMs} ms`);
});

test.for([-1, Number.NaN, Number.POSITIVE_INFINITY])('%d is no bound', async (listLagMs) => {
  await expect(runBoundCase({ listLagMs })).rejects.toThrow(`listLagMs is ${listLagMs}`);
});

const hangCase = 'hangs a replica, which answers nobody and is listed as running, until it goes on';

test.for([
  { how: 'hang', says: 'it was hung, and .* answers' },
  { how: 'resume', says: 'it was told to go on, and .* does not answer' },
] as const)('one that says it is done and does not $how breaks the contract', async ({ how, says }) => {
  const idle = () =>
    makeSite((inner) => ({
      ...inner,
      async disturb(replica, asked, call) {
        if (asked === how) return { kind: 'done', value: undefined };
        return (await inner.disturb?.(replica, asked, call)) ?? { kind: 'done', value: undefined };
      },
    }));
  const found = providerContract(local, idle).find(({ name }) => name === hangCase);
  await expect(found?.run()).rejects.toThrow(new RegExp(says));
});
