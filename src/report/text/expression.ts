/** An expression of a drill in plain words: what it means, and when it is looked at. */
import { type Comparator, type Comparison, type Expression, type Signal, signalTable } from '../../model/expression.ts';
import { span } from '../../model/words.ts';

/** Where it stands. */
export type ExpressionPlace = 'require' | 'hypothesis' | 'abortIf';

/** One part between `and` and `or`. */
export interface ExpressionPart {
  readonly text: string;
  readonly means: string;
  readonly looked: string;
}

/** `any`: one of them is enough. One that has no parts is one. */
export interface ExpressionWords {
  readonly text: string;
  /** Each holds when all of its parts do; several: one of them is enough. */
  readonly alternatives: readonly (readonly ExpressionPart[])[];
}

/** `observeMs`: how long the steady state is looked at. */
export function expressionWords(expression: Expression, place: ExpressionPlace, observeMs: number): ExpressionWords {
  const partsOf = (each: Expression): readonly ExpressionPart[] =>
    'of' in each
      ? each.of.flatMap(partsOf)
      : [{ text: each.text.trim(), means: meaning(each), looked: lookedAt(each, place, observeMs) }];
  const alternatives = expression.kind === 'any' ? expression.of : [expression];
  return { text: expression.text.trim(), alternatives: alternatives.map(partsOf) };
}

type Part = Exclude<Expression, { readonly kind: 'all' | 'any' }>;

const nouns: Readonly<Record<Signal, string>> = {
  availability: 'of the requests since the first fault, those answered without error',
  lostRequests: 'of the requests since the first fault, those that failed, were cut or given up',
  recoveryTime: 'from the first fault to the beginning of the last request that is lost',
  detectionTime: 'from the first fault to the first diagnosis that may be acted on',
  moves: 'moves of traffic that automation opens after the first fault',
  decision: 'the farthest that automation goes after the first fault',
  reason: 'among the reasons that decisions give after the first fault',
  errorRate: 'of the requests that ended in the last 10s, those that were lost',
  lateRate: 'of the attempts at the site, those whose first byte was late',
  'ttft.p50': 'half of the requests have their first token in',
  'ttft.p95': '95% of the requests have their first token in',
  'capacity.healthy': 'of the replicas that are wanted, those that are ready',
};

const comparatorWords: Readonly<Record<Comparator, string>> = {
  '<=': 'at most',
  '<': 'less than',
  '>=': 'at least',
  '>': 'more than',
  '=': 'exactly',
  '!=': 'anything but',
};

function meaning(part: Part): string {
  if (part.kind === 'condition') return 'every site without traffic has the replicas it is to have ready';
  const { signal, comparator } = part;
  if (signal === 'reason') return `${nouns.reason} is ${comparator === '=' ? '' : 'not '}${part.value}`;
  if (signalTable[signal].measure === 'word' && comparator === '=') return `${nouns[signal]}: ${part.value}`;
  return `${nouns[signal]}: ${comparatorWords[comparator]} ${valueText(part)}`;
}

function valueText({ signal, value }: Comparison): string {
  if (typeof value === 'string') return value;
  const { measure } = signalTable[signal];
  if (measure === 'time') return span(value);
  return measure === 'share' ? `${Number((value * 100).toFixed(4))}%` : String(value);
}

function lookedAt(part: Part, place: ExpressionPlace, observeMs: number): string {
  const over = part.kind === 'comparison' ? part.span : undefined;
  if (place === 'hypothesis') {
    if (part.kind === 'comparison' && signalTable[part.signal].scope === 'run') return 'once, when it is over';
    if (over?.kind !== 'within') return 'every second from the first fault on';
    return `every second from ${span(over.ms)} after ${over.of === 'fault' ? 'the first fault' : 'the detection'} on`;
  }
  if (place === 'require') {
    const when = `once, after ${span(observeMs)}`;
    return over === undefined ? when : `${when}: whether it was so for ${span(over.ms)} without a break`;
  }
  return over === undefined
    ? 'every second of the faults'
    : `every second of the faults: whether it was so for ${span(over.ms)} without a break`;
}
