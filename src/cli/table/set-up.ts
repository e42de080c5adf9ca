/** What is typed before there is anything to serve, or once for a machine. */
import type { CommandEntry } from './entry.ts';

export const setUp: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'Watch a failover of real processes on this machine, in a minute',
    load: async () => (await import('../commands/demo.ts')).demo,
  },
  {
    name: 'simulate',
    summary: 'See what your configuration would do when sites and networks fail',
    load: async () => (await import('../commands/simulate.ts')).simulate,
  },
  {
    name: 'backtest',
    summary: 'Replay recorded spot capacity, and compare what godwit makes of it',
    load: async () => (await import('../commands/backtest.ts')).backtest,
  },
  {
    name: 'config validate',
    summary: 'Check the configuration and list every mistake in it',
    load: async () => (await import('../commands/config-validate.ts')).configValidate,
  },
  {
    name: 'config show',
    summary: 'Print the configuration, or with --resolved every value in force',
    load: async () => (await import('../commands/config-show.ts')).configShow,
  },
  {
    name: 'config schema',
    summary: 'Print the JSON Schema of the configuration, for editors',
    load: async () => (await import('../commands/config-schema.ts')).configSchema,
  },
  {
    name: 'doctor',
    summary: 'Check what a bad night will need: state, gateway, rights, quota, parts',
    load: async () => (await import('../commands/doctor.ts')).doctor,
  },
  {
    name: 'cron install',
    summary: 'Print files for systemd, Kubernetes, cron or GitHub; installs nothing',
    load: async () => (await import('../commands/cron-install.ts')).cronInstall,
  },
  {
    name: 'policy print',
    summary: 'Print the least that a cloud must allow, as its own document',
    load: async () => (await import('../commands/policy-print.ts')).policyPrint,
  },
  {
    name: 'completion',
    summary: 'Print what makes Tab complete in a shell: bash, zsh or fish',
    load: async () => (await import('../commands/completion.ts')).completion,
  },
];
