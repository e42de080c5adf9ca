/** Sites are resource groups in a region of an Azure subscription; a replica is a virtual machine made from an image. */
import type { ProviderPlugin } from '../../ports/provider.ts';
import { azureSettings } from './schema.ts';

export const azure: ProviderPlugin = {
  kind: 'azure',
  capabilities: {
    ...{ idempotentStart: 'yes', warmStandby: 'yes' },
    ...{ offers: 'yes', prices: 'yes', drain: 'no', notices: 'yes', accessCheck: 'yes', disturb: 'no' },
  },
  configSchema: azureSettings,
  async connect(site, deps) {
    const settings = azureSettings.parse({ ...Object(site.settings), region: site.region });
    // The SDKs are 50 MB of memory and a quarter of a second: paid for where Azure is really asked.
    const [{ openAzure }, { openSite }] = await Promise.all([import('./client.ts'), import('./site.ts')]);
    return openSite({ site: site.name, settings, azure: openAzure(settings, deps.clock), ...deps });
  },
};
