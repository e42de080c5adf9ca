import { readCronFields } from '../../config/cron-fields.ts';
import { GodwitError } from '../../errors.ts';
import type { CronFields } from '../../model/cron-fields.ts';
import type { ReadyFile, ScheduledJob } from '../../report/cron/ready-file.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import { defineCommand, type InputSpec } from '../command.ts';
import { type Asked, refuseForScheduler, type Scheduler, scheduledJob, schedulers } from '../cron-job.ts';
import { duration, flag, InvalidInput, text } from '../inputs.ts';
import { readForLooking } from '../open-config.ts';
import { writeNewFiles } from '../write-out.ts';

export const cronInstall = defineCommand({
  name: 'cron install',
  summary: 'Print files for systemd, Kubernetes, cron or GitHub; installs nothing',
  arguments: {},
  options: {
    systemd: flag('--systemd', 'a service and its timer'),
    kubernetes: flag('--kubernetes', 'a CronJob; needs --image'),
    crontab: flag('--crontab', 'lines for a crontab'),
    github: flag('--github', 'a workflow for a runner of your own'),
    for: text('--for <what>', 'rebalance (the default), or a drill that has a schedule', 'drill'),
    schedule: cronLine('--schedule <line>', 'five fields of cron; otherwise hourly, or as the drill says'),
    timezone: text('--timezone <zone>', 'an IANA name; otherwise UTC, of the machine with --crontab, or the drill’s'),
    deadline: duration('--deadline <time>', 'rebalance begins no step that ends later; otherwise 20m'),
    jitter: duration('--jitter <time>', 'rebalance begins up to this late, each host otherwise; otherwise 90s'),
    image: text('--image <image>', 'with --kubernetes: what has godwit on its PATH'),
    out: text('--out <folder>', 'write them there; nothing is overwritten', 'file'),
  },
  examples: [
    'godwit cron install --systemd',
    'godwit cron install --systemd --out /etc/systemd/system',
    'godwit cron install --kubernetes --image registry.example.com/godwit:1',
    'godwit cron install --crontab --schedule "7 */2 * * Mon-Fri"',
    'godwit cron install --github --for site-loss        a drill, when it is due',
  ],
  formats: ['table', 'json', 'yaml', 'name'],
  async run({ options, globals }, app) {
    const scheduler = chosen(options);
    const config = await readForLooking(app, globals.config);
    const asked: Asked = { ...options, what: options.for ?? 'rebalance', scheduler };
    const job = scheduledJob(config, asked, await app.program());
    refuseForScheduler(job, asked, config);
    const files = await filesFor(job, scheduler, options.image ?? '');
    const written = options.out === undefined ? undefined : await writeNewFiles(options.out, files);
    return {
      exit: 'done',
      json: {
        kind: 'CronFiles',
        ...{ scheduler, name: job.name, schedule: job.fields.text, timezone: job.timezone },
        files,
        written: written ?? null,
      },
      names: files.map(({ name }) => name),
      text:
        written === undefined
          ? files.map((file) => file.text.trimEnd()).join('\n\n')
          : written.map((path) => sanitize(path, 200)).join('\n'),
      note: 'Nothing was installed: the first lines of each file say where it belongs.',
    };
  },
});

function chosen(options: Readonly<Record<Scheduler, boolean>>): Scheduler {
  const [scheduler, another] = schedulers.filter((each) => options[each]);
  if (scheduler !== undefined && another === undefined) return scheduler;
  const known = schedulers.map((each) => `--${each}`).join(', ');
  throw new GodwitError('UsageInvalid', `for which scheduler? Say one of ${known}`);
}

async function filesFor(job: ScheduledJob, scheduler: Scheduler, image: string): Promise<readonly ReadyFile[]> {
  switch (scheduler) {
    case 'systemd':
      return (await import('../../report/cron/systemd.ts')).systemdFiles(job);
    case 'kubernetes':
      return [(await import('../../report/cron/kubernetes.ts')).cronJobFile(job, image)];
    case 'crontab':
      return [(await import('../../report/cron/crontab.ts')).crontabFile(job)];
    case 'github':
      return [(await import('../../report/cron/github.ts')).workflowFile(job)];
  }
}

function cronLine(flags: string, summary: string): InputSpec<CronFields | undefined> {
  const parse = (typed: string): CronFields => {
    const reading = readCronFields(typed);
    if (reading.kind === 'refused') throw new InvalidInput(`${reading.why}; write ${reading.hint}`);
    return reading.fields;
  };
  return { flags, summary, isRequired: false, choices: undefined, fallback: undefined, parse };
}
