import { describe, test } from 'vitest';
import { providerContract } from '../../src/testkit/provider-contract.ts';
import { makeAwsSite } from '../providers/aws/support/site.ts';

describe('the provider aws, against the fake region', () => {
  for (const { name, run } of providerContract(() => makeAwsSite())) test(name, run);
});

describe('the provider aws, against a fake region whose lists lag by five seconds', () => {
  const make = async () => {
    const site = await makeAwsSite();
    site.ec2.region.lagMs = 5000;
    return site;
  };
  for (const { name, run } of providerContract(make)) test(name, run);
});
