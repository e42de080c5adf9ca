/** The kit against providers that are wrong on purpose: each must be refused, by the case of the promise it breaks, in words. */
import { expect, test } from 'vitest';
import { cloudContract, type ProviderPlugin, providerContract } from '../../src/testkit/index.ts';
import { tinyPlugin } from './support/tiny-provider.ts';
import { makeTinySite } from './support/tiny-site.ts';
import { wrongSights } from './support/wrong-sights.ts';
import { wrongStarts } from './support/wrong-starts.ts';
import { wrongStops } from './support/wrong-stops.ts';
import { wrongTroubles } from './support/wrong-troubles.ts';

/** Every case that refuses the plugin, with what it says. */
async function refusalsOf(plugin: ProviderPlugin): Promise<ReadonlyMap<string, string>> {
  const make = makeTinySite(plugin);
  const refusals = new Map<string, string>();
  for (const { name, run } of [...providerContract(plugin, make), ...cloudContract(plugin, make)]) {
    await run().catch((error: unknown) => refusals.set(name, error instanceof Error ? error.message : String(error)));
  }
  return refusals;
}

/** What a comparison says by itself: two values, and not what they are of. */
function isBare(message: string): boolean {
  return /^(Expected (values|"actual")|The expression evaluated|\W*\w+\W*$)/.test(message);
}

const wrongs = [...wrongStarts, ...wrongStops, ...wrongSights, ...wrongTroubles];

test.for(wrongs)('the kit refuses a provider that $name', async ({ twist, breaks, says }) => {
  const refusals = await refusalsOf(tinyPlugin(twist));
  expect([...refusals.keys()]).toContain(breaks);
  expect(refusals.get(breaks)).toContain(says);
  expect([...refusals.values()].filter(isBare), 'whoever reads a refusal is told in words').toEqual([]);
});
