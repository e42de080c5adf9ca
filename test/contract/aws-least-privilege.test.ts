import { describe, test } from 'vitest';
import { aws } from '../../src/providers/aws/index.ts';
import { cloudContract, providerContract } from '../../src/testkit/provider-contract.ts';
import { printedPolicy } from '../providers/aws/support/policy.ts';
import { makeAwsSite } from '../providers/aws/support/site.ts';

describe.concurrent('the provider aws, allowed no more than the policy that is printed for it', () => {
  const make = async () => {
    const site = await makeAwsSite();
    site.ec2.region.policy = printedPolicy();
    return site;
  };
  for (const { name, run } of [...providerContract(aws, make), ...cloudContract(aws, make)]) test(name, run);
});
