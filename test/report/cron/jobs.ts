import { readCronFields } from '../../../src/config/cron-fields.ts';
import type { CronFields } from '../../../src/model/cron-fields.ts';
import type { ScheduledJob } from '../../../src/report/cron/ready-file.ts';

export function fieldsOf(line: string): CronFields {
  const reading = readCronFields(line);
  if (reading.kind !== 'fields') throw new Error(reading.why);
  return reading.fields;
}

/** A rebalance with everything that is usual; a test sets only what it is about. */
export function jobOf({
  line = '17 * * * *',
  ...over
}: Partial<ScheduledJob> & { readonly line?: string } = {}): ScheduledJob {
  return {
    name: 'godwit-rebalance',
    title: 'godwit rebalance (production)',
    words: ['rebalance', '--cron', '--deadline', '20m'],
    configPath: '/etc/godwit/godwit.yaml',
    stateDir: '/var/lib/godwit',
    writesTo: [],
    fields: fieldsOf(line),
    timezone: 'UTC',
    jitter: { ms: 90_000, words: ['--jitter', '90s'] },
    limitMs: 1_500_000,
    latestStartMs: 600_000,
    hasGuard: false,
    startsHere: false,
    program: { node: '/usr/bin/node', launcher: '/usr/lib/node_modules/godwit/bin/godwit.js', user: 'godwit' },
    ...over,
  };
}

/** A drill begins when it is due and ends by its own limits. */
export function drillJob(over: Partial<ScheduledJob> = {}): ScheduledJob {
  return jobOf({
    ...{ name: 'godwit-drill-site-loss', title: 'godwit drill site-loss (production)', line: '0 10 * * Wed' },
    words: ['drill', 'run', 'site-loss', '--scheduled', '--yes', '--no-input'],
    ...{
      timezone: 'Europe/Stockholm',
      hasGuard: true,
      jitter: undefined,
      limitMs: undefined,
      latestStartMs: 3_600_000,
    },
    ...over,
  });
}
