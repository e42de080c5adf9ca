/** What moves traffic and capacity: each change, and its preview below `plan`. */
import type { Commands } from '../change/define.ts';
import type { CommandEntry } from './entry.ts';

/** Each verb is a command, and one below `plan` that only shows what it would do. */
const verbCommands: readonly { readonly verb: string; readonly summary: string; load(): Promise<Commands> }[] = [
  {
    verb: 'failover',
    summary: 'Move a deployment away from a site that is bad',
    load: async () => (await import('../commands/failover.ts')).failover,
  },
  {
    verb: 'switchover',
    summary: 'Move a deployment to another site while both are healthy',
    load: async () => (await import('../commands/switchover.ts')).switchover,
  },
  {
    verb: 'shift',
    summary: "Move part of a site's traffic elsewhere, until an expiry",
    load: async () => (await import('../commands/shift.ts')).shift,
  },
  {
    verb: 'failback',
    summary: 'Give the traffic back to where the configuration wants it',
    load: async () => (await import('../commands/failback.ts')).failback,
  },
  {
    verb: 'drain',
    summary: 'Take the traffic off a site and let what runs there finish',
    load: async () => (await import('../commands/drain.ts')).drain,
  },
  {
    verb: 'start',
    summary: 'Start what a site lacks, or replicas wherever there is capacity',
    load: async () => (await import('../commands/start.ts')).start,
  },
  {
    verb: 'stop',
    summary: 'Stop a deployment at a site that has no traffic',
    load: async () => (await import('../commands/stop.ts')).stop,
  },
  {
    verb: 'migrate',
    summary: 'Move a deployment to another site, then stop it where it was',
    load: async () => (await import('../commands/migrate.ts')).migrate,
  },
  {
    verb: 'scale',
    summary: 'Give a site another number of replicas, in place of the configured one',
    load: async () => (await import('../commands/scale.ts')).scale,
  },
];

export const moveTraffic: readonly CommandEntry[] = [
  ...verbCommands.map(({ verb, summary, load }) => ({
    name: verb,
    summary,
    load: async () => (await load()).change,
  })),
  ...verbCommands.map(({ verb, summary, load }) => ({
    name: `plan ${verb}`,
    summary: `Preview: ${summary.charAt(0).toLowerCase()}${summary.slice(1)}`,
    load: async () => (await load()).plan,
  })),
  {
    name: 'apply',
    summary: 'Carry out a plan from a file, if the world is as it was then',
    load: async () => (await import('../commands/apply.ts')).apply,
  },
  {
    name: 'evacuate',
    summary: 'Take the traffic of every deployment off one site, for a time',
    load: async () => (await import('../commands/evacuate.ts')).evacuate.change,
  },
  {
    name: 'plan evacuate',
    summary: 'Preview: take the traffic of every deployment off one site, for a time',
    load: async () => (await import('../commands/evacuate.ts')).evacuate.plan,
  },
  {
    name: 'rebalance',
    summary: 'Put capacity and traffic where they cost least within the rules',
    load: async () => (await import('../commands/rebalance.ts')).rebalance,
  },
  {
    name: 'plan rebalance',
    summary: 'Preview: capacity and traffic where they cost least within the rules',
    load: async () => (await import('../commands/plan-rebalance.ts')).planRebalance,
  },
  {
    name: 'return',
    summary: 'Give a site back the traffic that was taken off it for a time',
    load: async () => (await import('../commands/return.ts')).returnSite,
  },
];
