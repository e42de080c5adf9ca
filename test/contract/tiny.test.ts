import { describe, test } from 'vitest';
import { cloudContract, providerContract } from '../../src/testkit/index.ts';
import { tinyPlugin } from './support/tiny-provider.ts';
import { makeTinySite } from './support/tiny-site.ts';

describe('a provider from outside, written against the exported kit', () => {
  const plugin = tinyPlugin();
  const make = makeTinySite(plugin);
  for (const { name, run } of [...providerContract(plugin, make), ...cloudContract(plugin, make)]) test(name, run);
});
