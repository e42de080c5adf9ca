/** Turns one of `drills` into the model. */
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
import type { Expression } from '../model/expression.ts';
import { faultKinds } from '../model/fault.ts';
import { parseRate } from './drill-schema.ts';
import { type ExpressionUse, parseExpression } from './expression.ts';
import type { Part } from './part.ts';

/** `given`: with every default. */
export function drillOf(name: string, given: Part): Drill {
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
      .items.map(faultOf)
      .sort((a, b) => a.atMs - b.atMs),
    ...(exit.isThere ? { exit: { vendor: exit.get('vendor').text, stayMs: exit.get('stay').ms } } : {}),
    hypothesis: expressionsOf(given.get('hypothesis'), 'claim'),
    steadyState: {
      observeMs: given.get('steadyState', 'observe').ms,
      require: expressionsOf(given.get('steadyState', 'require'), 'watch'),
    },
    load: loadOf(given.get('load')),
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

/** One item of a drill's `fault`. */
export function faultOf(given: Part): PlannedFault {
  const delay = given.get('delay');
  const run = given.get('run');
  const undo = given.get('undo');
  return {
    kind: oneOf(faultKinds, given.get('type').text),
    site: given.get('site').text,
    sharePct: given.get('share').percent,
    atMs: given.get('at').ms,
    forMs: given.get('for').ms,
    ...(delay.isThere ? { delayMs: delay.ms } : {}),
    ...(run.isThere && undo.isThere ? { exec: { run: run.texts, undo: undo.texts } } : {}),
  };
}

function loadOf(given: Part): LoadPlan {
  const source = given.get('source').text;
  const rate = given.get('rate').maybeText;
  const requestsPerSecond = rate === undefined ? undefined : parseRate(rate);
  if (source === 'replay')
    return {
      source,
      path: given.get('file').maybeText ?? '',
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

function expressionsOf(given: Part, use: ExpressionUse): readonly Expression[] {
  return given.texts.map((text) => {
    const end = parseExpression(text, use);
    assert(end.kind === 'expression', 'the schema lets only expressions through');
    return end.expression;
  });
}

function oneOf<T extends string>(known: readonly T[], text: string): T {
  const found = known.find((each) => each === text);
  assert(found !== undefined, `the schema lets no ${text} through`);
  return found;
}
