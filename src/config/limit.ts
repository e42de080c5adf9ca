/** Reads a limit: one comparison of the language of expressions, whose comparator is the only one that can be meant. */
import type { Comparator, Signal } from '../model/expression.ts';
import { type ExpressionEnd, parseExpression } from './expression.ts';

/** `gate`: what a step of a move must show to go on. `detector`: what makes a site bad. */
export type LimitUse = 'gate' | 'detector';

export type LimitEnd =
  /** In the signal's measure: milliseconds, or a share 0–1. */
  | { readonly kind: 'limit'; readonly signal: Signal; readonly value: number }
  | Extract<ExpressionEnd, { readonly kind: 'mistake' }>;

/** A gate passes at its limit, and a site is bad at its limit. */
export const limitComparators: Readonly<Record<LimitUse, Comparator>> = { gate: '<=', detector: '>=' };
const joining: Readonly<Record<LimitUse, string>> = {
  gate: 'all lines must hold: write each on a line of its own',
  detector: 'any line is enough: write each on a line of its own',
};

/** Pure: the same text gives the same limit. */
export function parseLimit(text: string, use: LimitUse): LimitEnd {
  const end = parseExpression(text, use);
  if (end.kind === 'mistake') return end;
  const { expression } = end;
  if (expression.kind !== 'comparison' || typeof expression.value !== 'number')
    return { kind: 'mistake', message: 'one comparison is one line here', hint: joining[use] };
  const { signal, value, comparator } = expression;
  if (comparator !== limitComparators[use]) {
    const message =
      use === 'gate' ? 'a step passes at its limit, and below it' : 'a site is bad at its limit, and above it';
    return { kind: 'mistake', message, hint: `write ${signal} ${limitComparators[use]}` };
  }
  return { kind: 'limit', signal, value };
}

/** The limit of that signal among them, where there is one; each was read before. */
export function limitOf(texts: readonly string[], use: LimitUse, signal: Signal): number | undefined {
  for (const text of texts) {
    const end = parseLimit(text, use);
    if (end.kind === 'limit' && end.signal === signal) return end.value;
  }
  return undefined;
}
