/** The language of expressions for editors: one regular expression that takes whatever is understood, and little else. */
import {
  type ExpressionUse,
  namedConditions,
  type Signal,
  type SignalScope,
  signalTable,
  usableSignals,
} from '../model/expression.ts';
import { mostParts } from './expression.ts';

const time = '\\d+(?:\\.\\d+)?(?:ms|s|m|h|d)';
const comparator = '(?:[<>]=?|!?=)';
const values = { time, share: '\\d+(?:\\.\\d+)?%', count: '\\d{1,6}', word: '[A-Za-z]+' } as const;

/** Ranges and codes are left to the reader of the text. */
export function expressionPattern(use: ExpressionUse): string {
  const scopes: readonly SignalScope[] = use === 'claim' ? ['run', 'moment'] : ['moment'];
  const comparisons = scopes.map((scope) => {
    const known = usableSignals[use].filter((each) => signalTable[each].scope === scope);
    const spans = spansOf(use, scope);
    return `${anyOf(comparisonsOf(known))}${spans.length === 0 ? '' : `(?:\\s+${anyOf(spans)})?`}`;
  });
  const conditions = namedConditions.map((each) => each.replaceAll(' ', '\\s+'));
  const part = anyOf([...comparisons, ...(use === 'watch' ? conditions : [])]);
  return `^\\s*${part}(?:\\s+(?:and|or)\\s+${part}){0,${mostParts - 1}}\\s*$`;
}

function comparisonsOf(known: readonly Signal[]): readonly string[] {
  return Object.entries(values).flatMap(([measure, value]) => {
    const names = known.filter((each) => signalTable[each].measure === measure).map((each) => each.replace('.', '\\.'));
    return names.length === 0 ? [] : [`${anyOf(names)}\\s*${comparator}\\s*${value}`];
  });
}

function spansOf(use: ExpressionUse, scope: SignalScope): readonly string[] {
  if (use === 'gate' || use === 'detector') return [];
  if (use === 'watch') return [`for\\s+${time}`];
  const whole = 'over\\s+the\\s+whole\\s+drill';
  return scope === 'run' ? [whole] : [whole, `within\\s+${time}\\s+of\\s+(?:fault|detection)`];
}

function anyOf(texts: readonly string[]): string {
  return texts.length === 1 ? texts.join('') : `(?:${texts.join('|')})`;
}
