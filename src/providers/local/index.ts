/** Sites are child processes on this machine. The embedded default; used by drills, tests and the demo. */

import { assert } from '../../errors.ts';
import type { ProviderPlugin } from '../../ports/provider.ts';
import { localSettings, parsePorts } from './schema.ts';

export const local: ProviderPlugin = {
  kind: 'local',
  capabilities: {
    ...{ idempotentStart: 'yes', warmStandby: 'yes' },
    ...{ offers: 'no', prices: 'no', drain: 'no', notices: 'no', accessCheck: 'yes', disturb: 'yes' },
  },
  configSchema: localSettings,
  async connect(site, deps) {
    const { openSupervisor } = await import('./supervisor.ts');
    const settings = localSettings.parse(site.settings);
    const ports = parsePorts(settings.ports);
    assert(ports !== undefined, 'the schema lets only port ranges through');
    return openSupervisor({ site: site.name, ports, env: settings.env ?? {}, ...deps });
  },
};
