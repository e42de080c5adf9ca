import { describe, test } from 'vitest';
import { gcp } from '../../src/providers/gcp/index.ts';
import { cloudContract, providerContract } from '../../src/testkit/provider-contract.ts';
import { makeGcpSite } from '../providers/gcp/support/site.ts';

describe.concurrent('the provider gcp, against the fake project', () => {
  const make = () => makeGcpSite();
  for (const { name, run } of [...providerContract(gcp, make), ...cloudContract(gcp, make)]) test(name, run);
});

describe.concurrent('the provider gcp, against a fake project whose lists lag by five seconds', () => {
  const make = async () => {
    const site = await makeGcpSite();
    site.fake.project.lagMs = 5000;
    return site;
  };
  for (const { name, run } of [...providerContract(gcp, make), ...cloudContract(gcp, make)]) test(name, run);
});
