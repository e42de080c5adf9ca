/** Sites are child processes on this machine. The embedded default; used by drills, tests and the demo. */
import type { ProviderPlugin } from '../../ports/provider.ts';
import { localSettings } from './schema.ts';

export const local: ProviderPlugin = {
  kind: 'local',
  capabilities: { idempotentStart: 'yes', warmStandby: 'yes' },
  configSchema: localSettings,
  async connect(site, deps) {
    const { openSupervisor } = await import('./supervisor.ts');
    return openSupervisor({ site: site.name, settings: localSettings.parse(site.settings), ...deps });
  },
};
