/** What an expression makes of a drill: of the whole run, and of every second of it. */
import type { Comparator, Comparison, Expression, NamedCondition, Signal } from '../../model/expression.ts';
import { signalTable } from '../../model/expression.ts';
import { compares, type Judgement, judge, judgeMeasured, unknown } from '../expression.ts';

/** One second of it. */
export interface Moment {
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly values: Readonly<Partial<Record<Signal, number>>>;
  readonly conditions: Readonly<Partial<Record<NamedCondition, boolean>>>;
}

/** All that was seen of a drill: figures of the run, and its seconds. */
export interface Facts {
  /** By signal; a list: each of them was so. Absent: not measured. */
  readonly run: Readonly<Partial<Record<Signal, number | string | readonly string[]>>>;
  /** Of what was not measured to its end: at least so much, and nobody knows how much more. */
  readonly atLeast?: Readonly<Partial<Record<Signal, number>>>;
  /** One a second, oldest first. */
  readonly moments: readonly Moment[];
  /** Epoch milliseconds; undefined: not seen. */
  readonly faultAtMs: number | undefined;
  readonly detectedAtMs: number | undefined;
  /** Until when something is claimed, epoch milliseconds. */
  readonly untilMs: number;
}

/** Longest time between two moments that still leaves nothing out, in milliseconds: three of them. */
export const longestGapMs = 3500;

/** Of something that is claimed of a whole run. */
export function judgeClaim(expression: Expression, facts: Facts): Judgement {
  return judge(expression, (comparison) =>
    signalTable[comparison.signal].scope === 'run' ? judgeRun(comparison, facts) : judgeMoments(comparison, facts),
  );
}

/** Of something that is looked at now: at the newest moment, or at every one of the span before it. */
export function watch(expression: Expression, moments: readonly Moment[], nowMs: number): Judgement {
  return judge(
    expression,
    (comparison) => {
      const spanMs = comparison.span?.kind === 'for' ? comparison.span.ms : 0;
      return spanMs === 0
        ? judgeNewest(comparison, moments, nowMs)
        : judgeSince(comparison, moments, nowMs - spanMs, nowMs);
    },
    (condition) => {
      const newest = fresh(moments, nowMs)?.conditions[condition];
      return { holds: newest === undefined ? 'unknown' : newest ? 'yes' : 'no', measured: undefined };
    },
  );
}

function judgeRun(comparison: Comparison, { run, atLeast = {} }: Facts): Judgement {
  const { signal, comparator, value } = comparison;
  const measured = run[signal];
  if (measured === undefined) return judgeLeast({ comparator, value }, atLeast[signal]);
  if (typeof measured === 'object') {
    const isThere = measured.some((each) => each === value);
    return { holds: isThere === (comparator === '=') ? 'yes' : 'no', measured: measured.join(', ') };
  }
  return judgeMeasured(comparison, measured);
}

/** Too much already is certain; in time is not. */
function judgeLeast(
  { comparator, value }: Pick<Comparison, 'comparator' | 'value'>,
  least: number | undefined,
): Judgement {
  if (least === undefined) return unknown;
  const isCertain = least > Number(value) || (least === value && comparator === '<');
  const isUpper = comparator === '<' || comparator === '<=';
  if (!isCertain || comparator === '=' || comparator === '!=') return { holds: 'unknown', measured: least };
  return { holds: isUpper ? 'no' : 'yes', measured: least };
}

function judgeMoments(comparison: Comparison, facts: Facts): Judgement {
  const { span } = comparison;
  const { faultAtMs, detectedAtMs, untilMs, moments } = facts;
  const from = span?.kind === 'within' && span.of === 'detection' ? detectedAtMs : faultAtMs;
  if (from === undefined) return unknown;
  const fromMs = from + (span?.kind === 'within' ? span.ms : 0);
  // What was to come about by then, and the record ends before: nothing is known of it.
  if (fromMs > untilMs) return unknown;
  return judgeSince(comparison, moments, fromMs, untilMs);
}

/** At every moment of it. One that is against it decides, whatever else is missing. */
function judgeSince(comparison: Comparison, moments: readonly Moment[], fromMs: number, untilMs: number): Judgement {
  const { signal, comparator, value } = comparison;
  const seen = moments
    .filter(({ atMs }) => atMs >= fromMs && atMs <= untilMs)
    .flatMap(({ atMs, values }) => (values[signal] === undefined ? [] : [{ atMs, measured: values[signal] }]));
  const worst = seen.reduce<number | undefined>(
    (before, { measured }) => (before === undefined || isWorse(measured, before, comparator) ? measured : before),
    undefined,
  );
  if (seen.some(({ measured }) => !compares(measured, comparator, value))) return { holds: 'no', measured: worst };
  const times = [fromMs, ...seen.map(({ atMs }) => atMs), untilMs];
  const hasHole = times.some((atMs, index) => atMs - (times[index - 1] ?? atMs) > longestGapMs);
  return { holds: seen.length === 0 || hasHole ? 'unknown' : 'yes', measured: worst };
}

function judgeNewest(comparison: Comparison, moments: readonly Moment[], nowMs: number): Judgement {
  return judgeMeasured(comparison, fresh(moments, nowMs)?.values[comparison.signal]);
}

function fresh(moments: readonly Moment[], nowMs: number): Moment | undefined {
  const last = moments.at(-1);
  return last !== undefined && nowMs - last.atMs <= longestGapMs ? last : undefined;
}

function isWorse(one: number, other: number, comparator: Comparator): boolean {
  return comparator === '>' || comparator === '>=' ? one < other : one > other;
}
