/** Sites are zones of one region in a Google Cloud project; a replica is a Compute Engine instance made from a template. */
import type { ProviderPlugin } from '../../ports/provider.ts';
import { gcpSettings } from './schema.ts';

export const gcp: ProviderPlugin = {
  kind: 'gcp',
  capabilities: {
    ...{ idempotentStart: 'yes', warmStandby: 'yes' },
    ...{ offers: 'yes', prices: 'no', drain: 'yes', notices: 'yes', accessCheck: 'yes', disturb: 'no' },
  },
  configSchema: gcpSettings,
  async connect(site, deps) {
    const settings = gcpSettings.parse({ ...Object(site.settings), region: site.region });
    // The SDK is 70 MB of memory and a quarter of a second: paid for where a zone is really asked.
    const [{ openCompute }, { openSite }] = await Promise.all([import('./client.ts'), import('./site.ts')]);
    return openSite({ site: site.name, settings, compute: openCompute(settings, deps.clock), ...deps });
  },
};
