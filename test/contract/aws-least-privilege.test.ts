import { describe, test } from 'vitest';
import { aws } from '../../src/providers/aws/index.ts';
import { hookOf } from '../../src/testkit/provider/cloud-subject.ts';
import { cloudContract, providerContract } from '../../src/testkit/provider-contract.ts';
import { printedPolicy, site as printedSite } from '../providers/aws/support/policy.ts';
import { makeAwsSite } from '../providers/aws/support/site.ts';

const spotSite = { ...printedSite, settings: { ...printedSite.settings, market: ['spot'] } };

describe.concurrent('the provider aws, allowed no more than the policy that is printed for it', () => {
  const make = async () => {
    const site = await makeAwsSite();
    site.ec2.region.policy = printedPolicy();
    const { cloud } = site;
    // Prices are of spot machines: a site that uses them has a policy of its own.
    const openPriced = () => {
      site.ec2.region.policy = printedPolicy(['operate', 'create'], [spotSite]);
      return hookOf(cloud, 'openPriced')();
    };
    return Object.assign(site, { cloud: { ...cloud, openPriced } });
  };
  for (const { name, run } of [...providerContract(aws, make), ...cloudContract(aws, make)]) test(name, run);
});
