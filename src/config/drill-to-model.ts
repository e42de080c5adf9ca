/** Turns one of `drills` into the model. */
import { resolve } from 'node:path';
import { assert } from '../errors.ts';
import {
  type Drill,
  drillKinds,
  drillRoles,
  type LoadPlan,
  type PlannedFault,
  reportFormats,
  type TokenSpread,
} from '../model/drill.ts';
import { faultKinds } from '../model/fault.ts';
import { expressionsOf } from './expressions-of.ts';
import type { Part } from './part.ts';
import { parseRate } from './units.ts';

/** `given`: with every default. `dir`: the folder relative paths start from. */
export function drillOf(name: string, given: Part, dir: string): Drill {
  const recovery = given.get('recovery');
  const report = given.get('report');
  const exit = given.get('exit');
  const schedule = given.get('schedule');
  return {
    name,
    title: given.get('title').maybeText,
    deployment: given.get('deployment').text,
    kind: oneOf(drillKinds, given.get('kind').text),
    faults: given
      .get('fault')
      .items.flatMap((each) => faultsOf(each, dir))
      .sort((a, b) => a.atMs - b.atMs),
    ...(exit.isThere ? { exit: { vendor: exit.get('vendor').text, stayMs: exit.get('stay').ms } } : {}),
    hypothesis: expressionsOf(given.get('hypothesis'), 'claim'),
    steadyState: {
      observeMs: given.get('steadyState', 'observe').ms,
      require: expressionsOf(given.get('steadyState', 'require'), 'watch'),
    },
    load: loadOf(given.get('load'), dir),
    abortIf: expressionsOf(given.get('abortIf'), 'watch'),
    recovery: { failback: recovery.get('failback').flag, settleMs: recovery.get('settle').ms },
    roles: Object.fromEntries(
      drillRoles.flatMap((role) => {
        const who = given.get('roles', role).maybeText;
        return who === undefined ? [] : [[role, who]];
      }),
    ),
    ...(schedule.isThere
      ? {
          schedule: {
            cron: schedule.get('cron').text,
            timezone: schedule.get('timezone').text,
            skipDates: schedule.get('skipDates').texts,
          },
        }
      : {}),
    report: {
      formats: report.get('formats').texts.map((each) => oneOf(reportFormats, each)),
      beforeMs: report.get('window', 'before').ms,
      afterMs: report.get('window', 'after').ms,
    },
  };
}

/** One item of a drill's `fault`: the same at each of its sites, in their order. */
export function faultsOf(given: Part, dir: string): readonly PlannedFault[] {
  const site = given.get('site').maybeText;
  const sites = site === undefined ? given.get('sites').texts : [site];
  return sites.map((each) => faultAt(each, given, dir));
}

function faultAt(site: string, given: Part, dir: string): PlannedFault {
  const delay = given.get('delay');
  const run = given.get('run');
  const undo = given.get('undo');
  return {
    kind: oneOf(faultKinds, given.get('type').text),
    site,
    sharePct: given.get('share').percent,
    atMs: given.get('at').ms,
    forMs: given.get('for').ms,
    ...(delay.isThere ? { delayMs: delay.ms } : {}),
    ...(run.isThere && undo.isThere ? { exec: { run: programOf(run, dir), undo: programOf(undo, dir) } } : {}),
  };
}

/** The file of its own is meant, and never what a search path has of that name. */
function programOf(given: Part, dir: string): readonly string[] {
  const [file = '', ...words] = given.texts;
  return [resolve(dir, file), ...words];
}

function loadOf(given: Part, dir: string): LoadPlan {
  const source = given.get('source').text;
  const rate = given.get('rate').maybeText;
  const requestsPerSecond = rate === undefined ? undefined : parseRate(rate);
  if (source === 'replay')
    return {
      source,
      // A rule asks for the file where it is left out.
      path: resolve(dir, given.get('file').maybeText ?? ''),
      ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
    };
  if (source !== 'generated') return { source: 'live-traffic' };
  return {
    source,
    // A rule asks for the rate where it is left out.
    requestsPerSecond: requestsPerSecond ?? 0,
    streamShare: given.get('streams').ratio,
    promptTokens: spreadOf(given.get('promptTokens')),
    outputTokens: spreadOf(given.get('outputTokens')),
  };
}

function spreadOf(given: Part): TokenSpread {
  if (typeof given.raw === 'number') return { p50: given.raw, p95: given.raw };
  return { p50: given.get('p50').number, p95: given.get('p95').number };
}

function oneOf<T extends string>(known: readonly T[], text: string): T {
  const found = known.find((each) => each === text);
  assert(found !== undefined, `the schema lets no ${text} through`);
  return found;
}
