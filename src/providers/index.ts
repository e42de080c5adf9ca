/** Every provider godwit has, each loaded only when a configuration names it. */
import type { ZodType } from 'zod';
import type { ErrorTable } from '../model/error-table.ts';
import type { PolicyMaker } from '../model/permission.ts';
import type { ProviderPlugin } from '../ports/provider.ts';

export interface ProviderEntry {
  plugin(): Promise<ProviderPlugin>;
  /** The shape of a site's own settings, without the weight of the plugin. */
  settings(): Promise<ZodType>;
}

/** By kind, as written in `sites.<name>.provider`. */
export const providers: Readonly<Record<string, ProviderEntry>> = {
  aws: {
    plugin: async () => (await import('./aws/index.ts')).aws,
    settings: async () => (await import('./aws/schema.ts')).awsSettings,
  },
  azure: {
    plugin: async () => (await import('./azure/index.ts')).azure,
    settings: async () => (await import('./azure/schema.ts')).azureSettings,
  },
  gcp: {
    plugin: async () => (await import('./gcp/index.ts')).gcp,
    settings: async () => (await import('./gcp/schema.ts')).gcpSettings,
  },
  local: {
    plugin: async () => (await import('./local/index.ts')).local,
    settings: async () => (await import('./local/schema.ts')).localSettings,
  },
};

/** What the errors of each cloud mean, by kind; also of kinds that no configuration can name yet. */
export const errorTables: Readonly<Record<string, () => Promise<ErrorTable>>> = {
  aws: async () => (await import('./aws/errors.ts')).awsErrors,
  azure: async () => (await import('./azure/errors.ts')).azureErrors,
  gcp: async () => (await import('./gcp/errors.ts')).gcpErrors,
};

/** Least privilege for each cloud, by kind; also for kinds that no configuration can name yet. */
export const policyMakers: Readonly<Record<string, () => Promise<PolicyMaker>>> = {
  aws: async () => (await import('./aws/policy.ts')).awsPolicy,
  azure: async () => (await import('./azure/policy.ts')).azurePolicy,
  gcp: async () => (await import('./gcp/policy.ts')).gcpPolicy,
};
