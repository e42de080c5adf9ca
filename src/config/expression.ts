/** Reads an expression: `signal comparator value`, a span after it where there is one, and `and` and `or` between them. */
import {
  type Comparator,
  type Comparison,
  comparators,
  type Expression,
  type ExpressionSpan,
  type ExpressionUse,
  namedConditions,
  type Signal,
  signals,
  signalTable,
  usableSignals,
} from '../model/expression.ts';
import { exampleOf, parseValue, wrongValue } from './expression-value.ts';
import { nearest, suggestion } from './nearest.ts';
import { parseDuration } from './units.ts';

export type ExpressionEnd =
  | { readonly kind: 'expression'; readonly expression: Expression }
  /** Quotes nothing of the text that is not a number, a unit or a word of ours: it may come from the environment. */
  | { readonly kind: 'mistake'; readonly message: string; readonly hint: string };

/** Characters. */
const longestText = 500;
/** As far back as the samples are looked at, in milliseconds. */
const longestSpanMs = 3_600_000;
/** Parts between `and` and `or`. */
export const mostParts = 10;

/** For the schema's page. */
export const expressionExamples: Readonly<Record<ExpressionUse, readonly string[]>> = {
  claim: [
    'recoveryTime <= 120s',
    'lostRequests <= 0.5%',
    'ttft.p95 <= 2s within 3m of detection',
    'decision = act',
    'moves = 0',
  ],
  watch: ['errorRate > 10% for 20s', 'capacity.healthy < 50%', 'errorRate < 1% and every standby is ready'],
  gate: ['errorRate <= 2%', 'ttft.p95 <= 2s'],
  detector: ['errorRate >= 50%', 'lateRate >= 50%'],
};

/** Pure: the same text gives the same expression. `and` binds tighter than `or`. */
export function parseExpression(text: string, use: ExpressionUse): ExpressionEnd {
  if (text.length > longestText)
    return mistake(`an expression has at most ${longestText} characters`, 'say it shorter');
  const trimmed = text.trim();
  if (/[()]/.test(trimmed))
    return mistake('there are no brackets', '`and` binds tighter than `or`; list several lines');
  if (/&|\||\b(?:AND|OR)\b/u.test(trimmed))
    return mistake('what is joined is joined by a word in small letters', 'write `and`, or `or`');
  const alternatives = trimmed.split(/\s+or\s+/u).map((each) => each.split(/\s+and\s+/u));
  if (alternatives.flat().length > mostParts)
    return mistake(`an expression has at most ${mostParts} parts`, 'list several lines instead');
  const any: Expression[] = [];
  for (const parts of alternatives) {
    const all: Expression[] = [];
    for (const part of parts) {
      const end = parsePart(part, use);
      if (end.kind === 'mistake') return end;
      all.push(end.expression);
    }
    any.push(joined('all', parts.join(' and '), all));
  }
  return { kind: 'expression', expression: joined('any', text, any, text) };
}

/** One is itself; `text` as the user wrote it. */
function joined(kind: 'all' | 'any', text: string, of: readonly Expression[], written?: string): Expression {
  const [only] = of;
  if (only !== undefined && of.length === 1) return written === undefined ? only : { ...only, text: written };
  return { kind, text, of };
}

const partsPattern = /^([^\s<>=!≤≥]*)\s*([<>=!≤≥]*)\s*(\S*)\s*(.*)$/su;

function parsePart(text: string, use: ExpressionUse): ExpressionEnd {
  const condition = namedConditions.find((each) => each === text.replace(/\s+/gu, ' '));
  if (condition !== undefined)
    return use === 'watch'
      ? { kind: 'expression', expression: { kind: 'condition', text, condition } }
      : mistake(
          use === 'claim' ? `\`${condition}\` is looked at, not claimed` : `\`${condition}\` is for drills`,
          'it belongs under steadyState.require or abortIf',
        );
  const [, word = '', comparison = '', value = '', rest = ''] = partsPattern.exec(text) ?? [];
  const signal = signals.find((each) => each === word);
  if (word === '' || comparison === '' || value === '') return noComparison(text, signal, use);
  if (signal === undefined) return mistake('there is no such signal', meantSignal(word, use));
  if (!usableSignals[use].includes(signal)) return misplaced(signal, use);
  return parseComparison({ text, signal, comparison, value, rest }, use);
}

function misplaced(signal: Signal, use: ExpressionUse): ExpressionEnd {
  const isDrill = use === 'claim' || use === 'watch';
  if (isDrill && signalTable[signal].uses.every((each) => each === 'detector'))
    return mistake(`${signal} is counted at a site, not in a drill`, 'it belongs under detector.unhealthyWhen');
  const isEarly = use === 'watch' && signalTable[signal].scope === 'run';
  return mistake(
    isEarly ? `${signal} is known only when the drill is over` : `${signal} is not known here`,
    `here: ${usableSignals[use].join(', ')}`,
  );
}

/** A condition may have been meant, where there are some. */
function noComparison(text: string, signal: Signal | undefined, use: ExpressionUse): ExpressionEnd {
  const near = use === 'watch' && signal === undefined ? nearest(text, namedConditions) : [];
  const example = exampleOf(signal ?? (use === 'claim' ? 'recoveryTime' : 'errorRate'));
  return mistake(
    'an expression is written signal comparator value',
    near.length > 0 ? `did you mean "${near.join('" or "')}"?` : `such as "${example}"`,
  );
}

/** Half a name is enough to know what was meant. */
function meantSignal(word: string, use: ExpressionUse): string {
  const known = usableSignals[use];
  const begun = known.filter((each) => word !== '' && each.toLowerCase().startsWith(`${word.toLowerCase()}.`));
  if (begun.length > 0) return `did you mean ${begun.map((each) => `"${each}"`).join(' or ')}?`;
  return suggestion(word, known) ?? `known: ${known.join(', ')}`;
}

interface Parts {
  readonly text: string;
  readonly signal: Signal;
  readonly comparison: string;
  readonly value: string;
  readonly rest: string;
}

function parseComparison(parts: Parts, use: ExpressionUse): ExpressionEnd {
  const { text, signal, comparison, rest } = parts;
  const { measure } = signalTable[signal];
  const comparator = comparators.find((each) => each === comparison);
  if (comparator === undefined)
    return mistake(`a comparator is one of ${comparators.join(' ')}`, meantComparator[comparison] ?? '');
  if (measure === 'word' && comparator !== '=' && comparator !== '!=')
    return mistake(`${signal} is a word: only = and != are understood`, `such as "${exampleOf(signal)}"`);
  const value = parseValue(parts.value, signal);
  if (value === undefined) return { kind: 'mistake', ...wrongValue(parts.value, rest, signal) };
  const span = parseSpan(rest, { ...parts, comparator }, use);
  if (typeof span === 'object' && span.kind === 'mistake') return span;
  const comparison_: Comparison = { kind: 'comparison', text, signal, comparator, value };
  return { kind: 'expression', expression: span === undefined ? comparison_ : { ...comparison_, span } };
}

const meantComparator: Readonly<Record<string, string>> = {
  '≤': 'write <=',
  '≥': 'write >=',
  '=<': 'write <=',
  '=>': 'write >=',
  '==': 'write =',
  '===': 'write =',
  '<>': 'write !=',
};

type SpanEnd = ExpressionSpan | undefined | Extract<ExpressionEnd, { kind: 'mistake' }>;

function parseSpan(
  rest: string,
  { signal, comparator, value }: Parts & { comparator: Comparator },
  use: ExpressionUse,
): SpanEnd {
  const words = rest.replace(/\s+/gu, ' ').trim();
  if (words === '') return undefined;
  const isMoment = signalTable[signal].scope === 'moment';
  if (words === 'over the whole drill' && use === 'claim') return undefined;
  const write = `write "${signal} ${comparator} ${value}"`;
  if (use === 'gate') return mistake('a step is watched for `holdEach`: here is no span', write);
  if (use === 'detector') return mistake('how long it must be so says `failAfter`: here is no span', write);
  const [, kind = '', length = '', of = ''] = /^(for|within) (\S+)(?: of (\S+))?$/.exec(words) ?? [];
  if (kind === '')
    return mistake('what follows the value is not understood: `for 20s`, or `within 3m of detection`', write);
  const ms = parseDuration(length);
  if (ms === undefined || ms <= 0) return mistake(`\`${kind}\` takes a time with its unit`, `such as ${kind} 20s`);
  if (ms > longestSpanMs) return mistake(`\`${kind}\` is at most 1h`, `such as ${kind} 20s`);
  if (!isMoment) return mistake(`${signal} is one value for the whole drill: it has no span`, write);
  if (kind === 'for') {
    if (of !== '') return mistake('`for` is a time alone', `write for ${length}`);
    return use === 'watch'
      ? { kind, ms }
      : mistake('a claim holds for all of the drill, or `within` a time of something', write);
  }
  if (use === 'watch')
    return mistake('`within` is for claims: here it is looked at every second', `write for ${length}`);
  if (of !== 'fault' && of !== 'detection')
    return mistake('`within` a time of what?', `write within ${length} of fault, or of detection`);
  return { kind: 'within', ms, of };
}

function mistake(message: string, hint: string): Extract<ExpressionEnd, { kind: 'mistake' }> {
  return { kind: 'mistake', message, hint };
}
