import { describe, test } from 'vitest';
import { azure } from '../../src/providers/azure/index.ts';
import { cloudContract, providerContract } from '../../src/testkit/provider-contract.ts';
import { makeAzureSite } from '../providers/azure/support/site.ts';
import { createFastClock } from '../providers/support/fast-clock.ts';

/** What was made a moment ago and is not found is asked for twice, two seconds apart: they need not be ours. */
const make = () => makeAzureSite({ clock: createFastClock(2), speed: 100 });

describe.concurrent('the provider azure, against the fake resource group', () => {
  for (const { name, run } of [...providerContract(azure, make), ...cloudContract(azure, make)]) test(name, run);
});

describe.concurrent('the provider azure, against a fake resource group whose lists lag by five seconds', () => {
  const makeLagging = async () => {
    const site = await make();
    site.azure.group.lagMs = 5000;
    return site;
  };
  const cases = [...providerContract(azure, makeLagging), ...cloudContract(azure, makeLagging)];
  for (const { name, run } of cases) test(name, run);
});
