/** The kit's case of markets, at sites that have several: where the others run there is one. */
import { expect, test } from 'vitest';
import { aws } from '../../src/providers/aws/index.ts';
import { azure } from '../../src/providers/azure/index.ts';
import { gcp } from '../../src/providers/gcp/index.ts';
import type { CloudSubject } from '../../src/testkit/index.ts';
import { cloudContract } from '../../src/testkit/provider-contract.ts';
import { makeAwsSite } from '../providers/aws/support/site.ts';
import { makeAzureSite } from '../providers/azure/support/site.ts';
import { makeGcpSite } from '../providers/gcp/support/site.ts';
import { createFastClock } from '../providers/support/fast-clock.ts';

interface Opened extends CloudSubject {
  openWith(change: { readonly settings: object }): ReturnType<CloudSubject['open']>;
}

/** Whatever opens a session of it has these markets. */
function inMarkets<S extends Opened>(site: S, ...market: readonly string[]): S {
  return Object.assign(site, {
    open: () => site.openWith({ settings: { market } }),
  });
}

test.for([
  ['aws', aws, async () => inMarkets(await makeAwsSite(), 'on-demand', 'spot')],
  [
    'azure',
    azure,
    async () => inMarkets(await makeAzureSite({ clock: createFastClock(2), speed: 100 }), 'on-demand', 'spot'),
  ],
  ['gcp', gcp, async () => inMarkets(await makeGcpSite(), 'on-demand', 'spot')],
] as const)('%s lists what it started in the market it was had in', async ([, plugin, make]) => {
  const found = cloudContract(plugin, make).find(({ name }) => name.includes('in the market it was had in'));
  expect(found).toBeDefined();
  await found?.run();
});
