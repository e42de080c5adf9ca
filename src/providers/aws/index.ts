/** Sites are regions of an AWS account; a replica is an EC2 instance made from a launch template. */
import type { ProviderPlugin } from '../../ports/provider.ts';
import { awsSettings } from './schema.ts';

export const aws: ProviderPlugin = {
  kind: 'aws',
  capabilities: {
    ...{ idempotentStart: 'yes', warmStandby: 'yes' },
    ...{ offers: 'yes', prices: 'yes', drain: 'yes', notices: 'yes', accessCheck: 'yes', disturb: 'no' },
  },
  configSchema: awsSettings,
  async connect(site, deps) {
    const settings = awsSettings.parse({ ...Object(site.settings), region: site.region });
    // The SDK is 90 MB of memory and a fifth of a second: paid for where a region is really asked.
    const [{ openEc2 }, { openQuotas }, { openSite }] = await Promise.all([
      import('./client.ts'),
      import('./quotas.ts'),
      import('./site.ts'),
    ]);
    const quotas = await openQuotas(settings, deps.clock);
    return openSite({ site: site.name, settings, ec2: openEc2(settings, deps.clock), quotas, ...deps });
  },
};
