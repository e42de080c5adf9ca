import { describe, test } from 'vitest';
import { providerContract } from '../../src/testkit/provider-contract.ts';
import { makeGcpSite } from '../providers/gcp/support/site.ts';

describe('the provider gcp, against the fake project', () => {
  for (const { name, run } of providerContract(() => makeGcpSite())) test(name, run);
});

describe('the provider gcp, against a fake project whose lists lag by five seconds', () => {
  const make = async () => {
    const site = await makeGcpSite();
    site.cloud.project.lagMs = 5000;
    return site;
  };
  for (const { name, run } of providerContract(make)) test(name, run);
});
