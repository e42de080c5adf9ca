/** What is typed every day: what is served, and what keeps it so. */
import type { CommandEntry } from './entry.ts';

export const daily: readonly CommandEntry[] = [
  {
    name: 'status',
    summary: 'Show what is served, from where, and what is safe to do',
    load: async () => (await import('../commands/status.ts')).status,
  },
  {
    name: 'run',
    summary: 'Watch the deployments and fail over when a site fails (the controller)',
    load: async () => (await import('../commands/run.ts')).run,
  },
  {
    name: 'gateway',
    summary: 'Carry the requests: the data plane, in the foreground',
    load: async () => (await import('../commands/gateway.ts')).gateway,
  },
];
