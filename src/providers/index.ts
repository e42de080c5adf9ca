/** Every provider godwit has, each loaded only when a configuration names it. */
import type { ZodType } from 'zod';
import type { ProviderPlugin } from '../ports/provider.ts';

export interface ProviderEntry {
  plugin(): Promise<ProviderPlugin>;
  /** The shape of a site's own settings, without the weight of the plugin. */
  settings(): Promise<ZodType>;
}

/** By kind, as written in `sites.<name>.provider`. */
export const providers: Readonly<Record<string, ProviderEntry>> = {
  local: {
    plugin: async () => (await import('./local/index.ts')).local,
    settings: async () => (await import('./local/schema.ts')).localSettings,
  },
};
