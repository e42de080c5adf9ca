/** What a scheduler is to run, from the configuration and what was typed; or why that scheduler cannot. */
import { dirname } from 'node:path';
import { readCronFields } from '../config/cron-fields.ts';
import { writeDuration } from '../config/write-duration.ts';
import { isZone } from '../config/zone.ts';
import { GodwitError } from '../errors.ts';
import type { Config } from '../model/config.ts';
import type { CronFields } from '../model/cron-fields.ts';
import type { Drill } from '../model/drill.ts';
import type { ProgramFacts } from '../model/program-facts.ts';
import { gapMin, leastGapMin, mostJobNameLetters, neverInUnits } from '../report/cron/limits.ts';
import type { ScheduledJob } from '../report/cron/ready-file.ts';
import { latestStartMs } from './drill-slots.ts';
import { findDrill } from './open-config.ts';

export const schedulers = ['systemd', 'kubernetes', 'crontab', 'github'] as const;
export type Scheduler = (typeof schedulers)[number];

/** What was typed. */
export interface Asked {
  readonly scheduler: Scheduler;
  /** `rebalance`, or a drill's name. */
  readonly what: string;
  readonly schedule: CronFields | undefined;
  readonly timezone: string | undefined;
  /** Both in milliseconds. */
  readonly deadline: number | undefined;
  readonly jitter: number | undefined;
  readonly image: string | undefined;
}

/** Not at a full hour, when everybody else begins. */
const hourly: CronFields = {
  text: '17 * * * *',
  ...{ minutes: [17], hours: Array.from({ length: 24 }, (_, hour) => hour) },
  ...{ daysOfMonth: undefined, months: Array.from({ length: 12 }, (_, month) => month + 1), daysOfWeek: undefined },
};

const usualDeadlineMs = 20 * 60_000;
const usualJitterMs = 90_000;

/** For the step that is under way at the deadline. */
const graceMs = 5 * 60_000;

/** A rebalance that begins later than this is left to the next slot. */
const rebalanceLatestMs = 10 * 60_000;

/** Throws `UsageInvalid` for what cannot be meant, `NotFound` for a drill there is not. */
export function scheduledJob(config: Config, asked: Asked, program: ProgramFacts): ScheduledJob {
  if (config.path === '-')
    throw new GodwitError('UsageInvalid', 'what comes on standard input is not there when a scheduler runs it', {
      hint: 'name a file:  --config PATH',
    });
  const job = asked.what === 'rebalance' ? rebalanceOf(config, asked) : drillOf(config, asked);
  return {
    ...job,
    title: `${job.title} (${config.environment})`,
    ...{ configPath: config.path, stateDir: config.stateDir },
    // Whoever types this may well be root, and the controller another user.
    program: { ...program, user: program.ownerOf(config.stateDir) ?? program.ownerOf(config.path) ?? program.user },
    timezone: zoneOf(asked, job.timezone, program),
    startsHere: config.sites.some(({ provider }) => provider === 'local'),
  };
}

type Work = Omit<ScheduledJob, 'configPath' | 'stateDir' | 'program' | 'startsHere' | 'timezone'> & {
  /** Of its schedule, where it has one. */
  readonly timezone: string | undefined;
};

/** What the configuration says of a run is not said again. */
function rebalanceOf({ rebalance }: Config, { schedule, deadline: typed, jitter }: Asked): Work {
  const { deadlineMs, jitterMs: ownJitterMs = 0, everyMs = 0, logFile, textfileDir } = rebalance?.run ?? {};
  const deadline = typed ?? (deadlineMs === undefined ? usualDeadlineMs : undefined);
  const spreadsItself = jitter === undefined && ownJitterMs > 0;
  const jitterMs = jitter ?? usualJitterMs;
  const limitMs = (deadline ?? deadlineMs ?? usualDeadlineMs) + graceMs + (spreadsItself ? ownJitterMs : 0);
  return {
    ...{ name: 'godwit-rebalance', title: 'godwit rebalance', timezone: undefined },
    fields: schedule ?? everyHours(everyMs / hourMs),
    words: ['rebalance', '--cron', ...(deadline === undefined ? [] : ['--deadline', writeDuration(deadline)])],
    jitter: spreadsItself ? undefined : { ms: jitterMs, words: ['--jitter', writeDuration(jitterMs)] },
    ...{ hasGuard: false, limitMs, latestStartMs: rebalanceLatestMs },
    writesTo: [...new Set([logFile && dirname(logFile), textfileDir].flatMap((folder) => folder ?? []))],
  };
}

const hourMs = 3_600_000;

/** As often as a run counts, where that is a number of hours that divides the day; else hourly. */
function everyHours(hours: number): CronFields {
  if (!Number.isInteger(hours) || hours < 2 || 24 % hours !== 0) return hourly;
  const own = (hourly.hours ?? []).filter((hour) => hour % hours === 0);
  return { ...hourly, text: `17 */${hours} * * *`, hours: own };
}

/** It is asked for with `--scheduled`: once for each time, and never on a day that its schedule leaves out. */
function drillOf(config: Config, { what, schedule: typed, deadline, jitter }: Asked): Work {
  const drill = findDrill(config, what);
  const { name, schedule, deployment } = drill;
  if (schedule === undefined)
    throw new GodwitError('UsageInvalid', `${name} has no schedule`, {
      hint: `give it one in ${config.path}: drills.${name}.schedule`,
    });
  if (deadline !== undefined || jitter !== undefined)
    throw new GodwitError('UsageInvalid', `--deadline and --jitter are of a rebalance, and ${name} is a drill`, {
      hint: 'leave them out: a drill begins when it is due, and ends by limits of its own',
    });
  const consent = config.isProtected === true ? ['--confirm', deployment, '--reason', 'as scheduled'] : ['--yes'];
  return {
    ...{ name: `godwit-drill-${name}`, title: `godwit drill ${name}`, fields: typed ?? fieldsOf(drill, schedule.cron) },
    writesTo: [],
    words: ['drill', 'run', name, '--scheduled', ...consent, '--no-input'],
    timezone: typed === undefined ? schedule.timezone : undefined,
    // One that is ended in the middle leaves its undo to its guard.
    ...{ hasGuard: true, jitter: undefined, limitMs: undefined, latestStartMs },
  };
}

function fieldsOf({ name }: Drill, cron: string): CronFields {
  const reading = readCronFields(cron);
  if (reading.kind === 'fields') return reading.fields;
  throw new GodwitError('UsageInvalid', `no scheduler has the schedule "${cron}" of ${name}: ${reading.why}`, {
    hint: `write ${reading.hint}, or say another with --schedule: the drill is run once for each time of its own`,
  });
}

function zoneOf({ scheduler, timezone: typed }: Asked, own: string | undefined, here: ProgramFacts): string {
  const machine = spelled(here.timezone);
  const zone = typed ?? own ?? (scheduler === 'crontab' ? machine : 'UTC');
  if (!isZone(zone) || !/^[A-Za-z]/.test(zone))
    throw new GodwitError('UsageInvalid', `there is no time zone "${zone}"`, { hint: 'write it as Europe/Stockholm' });
  if (scheduler !== 'crontab' || canonical(zone) === canonical(machine)) return spelled(zone);
  throw new GodwitError('UsageInvalid', `a crontab goes by the machine’s clock, ${machine}, and not by ${zone}`, {
    hint: `write the times in ${machine} with --schedule and leave out --timezone, or take --systemd`,
  });
}

/** In the letters that the zone's file has; another name of the same zone stays. */
function spelled(zone: string): string {
  const timeZone = canonical(zone);
  return timeZone.toLowerCase() === zone.toLowerCase() || timeZone === 'UTC' ? timeZone : zone;
}

function canonical(zone: string): string {
  return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
}

/** Throws `UsageInvalid` for what this scheduler cannot run. */
export function refuseForScheduler(job: ScheduledJob, { scheduler, image }: Asked, config: Config): void {
  const { node, launcher, user } = job.program;
  const written = [node, launcher, user, job.configPath, job.stateDir, ...job.writesTo, ...job.words];
  const strange = (pattern: RegExp): string | undefined => written.find((word) => pattern.test(word));
  refuse(strange(/\p{Cc}/u), 'no file for a scheduler can hold', 'rename the folder');
  if (scheduler !== 'kubernetes' && image !== undefined)
    throw new GodwitError('UsageInvalid', `--image is for --kubernetes, not for --${scheduler}`, {
      hint: 'leave it out',
    });
  if (scheduler === 'systemd') refuse(strange(neverInUnits), 'no unit of systemd can hold', 'rename the folder');
  if (scheduler === 'github') {
    refuse(strange(/\$\{\{/), 'a workflow would read an expression in', 'rename the folder');
    if (gapMin(job.fields) < leastGapMin)
      throw new GodwitError('UsageInvalid', `GitHub runs nothing more often than every ${leastGapMin} minutes`, {
        hint: 'write times further apart, such as */5, or take --systemd',
      });
  }
  if (scheduler === 'kubernetes') refuseInCluster(job, image, config);
}

function refuseInCluster(job: ScheduledJob, image: string | undefined, config: Config): void {
  if (image === undefined)
    throw new GodwitError('UsageInvalid', '--kubernetes needs --image, with godwit on its PATH', {
      hint: '--image registry.example.com/godwit:1',
    });
  if (!/^[\w./:@-]{1,512}$/.test(image))
    throw new GodwitError('UsageInvalid', 'what follows --image is no image', {
      hint: '--image registry.example.com/godwit:1',
    });
  const local = config.sites.find(({ provider }) => provider === 'local');
  if (local !== undefined)
    throw new GodwitError(
      'UsageInvalid',
      `${local.name} is this machine: a Job of Kubernetes would start its replicas elsewhere`,
      {
        hint: 'take --systemd or --crontab on this machine',
      },
    );
  if (job.name.length > mostJobNameLetters)
    throw new GodwitError(
      'UsageInvalid',
      `${job.name} is longer than the ${mostJobNameLetters} letters that a CronJob may have`,
      {
        hint: 'give the drill a shorter name',
      },
    );
}

function refuse(word: string | undefined, why: string, hint: string): void {
  if (word !== undefined) throw new GodwitError('UsageInvalid', `${why} ${JSON.stringify(word)}`, { hint });
}
