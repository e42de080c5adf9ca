import { describe, test } from 'vitest';
import { aws } from '../../src/providers/aws/index.ts';
import { cloudContract, providerContract } from '../../src/testkit/provider-contract.ts';
import { makeAwsSite } from '../providers/aws/support/site.ts';

describe.concurrent('the provider aws, against the fake region', () => {
  const make = () => makeAwsSite();
  for (const { name, run } of [...providerContract(aws, make), ...cloudContract(aws, make)]) test(name, run);
});

describe.concurrent('the provider aws, against a fake region whose lists lag by five seconds', () => {
  const make = async () => {
    const site = await makeAwsSite();
    site.ec2.region.lagMs = 5000;
    return site;
  };
  for (const { name, run } of [...providerContract(aws, make), ...cloudContract(aws, make)]) test(name, run);
});
