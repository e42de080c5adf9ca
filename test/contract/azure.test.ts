import { describe, test } from 'vitest';
import { providerContract } from '../../src/testkit/provider-contract.ts';
import { createFastClock, makeAzureSite } from '../providers/azure/support/site.ts';

/** What is made a moment ago and is not found is asked for twice, two seconds apart: they need not be ours. */
const make = () => makeAzureSite({ clock: createFastClock(4), speed: 50 });

describe('the provider azure, against the fake resource group', () => {
  for (const { name, run } of providerContract(make)) test(name, run);
});

describe('the provider azure, against a fake resource group whose lists lag by five seconds', () => {
  const makeLagging = async () => {
    const site = await make();
    site.azure.group.lagMs = 5000;
    return site;
  };
  for (const { name, run } of providerContract(makeLagging)) test(name, run);
});
