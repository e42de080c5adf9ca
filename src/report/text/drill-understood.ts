/** A drill as it was understood: what is broken, what is looked at when, and what that means. */
import type { Drill, DrillKind, DrillSchedule, LoadPlan, PlannedFault, TokenSpread } from '../../model/drill.ts';
import type { Expression } from '../../model/expression.ts';
import { span } from '../../model/words.ts';
import { faultWords } from './drill.ts';
import { type ExpressionPlace, expressionWords } from './expression.ts';
import { sanitize } from './sanitize.ts';
import { mark, type Style, tint } from './style.ts';
import { cut, hanging } from './width.ts';

const indent = ' '.repeat(10);
/** Of one text, at most. */
const mostLines = 8;

/** `warnings`: what it cannot show all the same. */
export function drillUnderstoodText(
  drill: Drill,
  warnings: readonly { readonly about: string; readonly message: string }[],
  style: Style,
): string {
  const { name, title, deployment, kind, exit, faults } = drill;
  const row: Row = (word, text) => hanging(`  ${word.padEnd(8)}`, text, style.width, mostLines);
  const rows: Rows = (word, of, place) =>
    of.flatMap((each, index) => expressionLines(index === 0 ? word : '', each, { place, drill, style }));
  return [
    cut(
      `${sanitize(name, 60)}  ${kind}, of ${sanitize(deployment, 60)}${title === undefined ? '' : `: ${sanitize(title)}`}`,
      style.width,
    ),
    ...row('Is', isWords[kind]),
    ...(exit === undefined ? [] : row('Leaves', `${sanitize(exit.vendor, 40)}, for ${span(exit.stayMs)}`)),
    ...faults.flatMap((fault, index) => row(index === 0 ? 'Breaks' : '', faultText(fault))),
    ...(kind === 'tabletop' ? [] : row('Load', loadText(drill.load))),
    ...(kind === 'tabletop' ? [] : beforeLines(drill, row, rows)),
    ...rows('Claims', drill.hypothesis, 'hypothesis'),
    ...(kind === 'tabletop' ? [] : endLines(drill, row, rows)),
    ...(drill.schedule === undefined ? [] : row('Due', scheduleText(drill.schedule))),
    ...warnings.flatMap(({ about, message }) =>
      hanging(
        `  ${mark('warn', style)}`,
        `${sanitize(about, 200)}: ${sanitize(message, 300)}`,
        style.width,
        mostLines,
      ).map((line) => tint('warn', line, style)),
    ),
  ].join('\n');
}

type Row = (word: string, text: string) => readonly string[];
type Rows = (word: string, of: readonly Expression[], place: ExpressionPlace) => readonly string[];

const isWords: Readonly<Record<DrillKind, string>> = {
  tabletop: 'talked through over what automation would do now; nothing is touched',
  simulation: 'in the simulator; nothing is touched',
  canary: 'real, for a small share of the requests',
  live: 'real: any of the traffic may be hit',
  'provider-exit': 'real: every site of the vendor is left, and returned to',
};

function beforeLines({ steadyState }: Drill, row: Row, rows: Rows): readonly string[] {
  const looked = `it is looked at for ${span(steadyState.observeMs)}: requests must come, and no more than 1% be lost`;
  return [...row('Before', looked), ...rows('', steadyState.require, 'require')];
}

function endLines({ abortIf, recovery }: Drill, row: Row, rows: Rows): readonly string[] {
  const back = recovery.failback ? 'the traffic goes back' : 'the traffic stays where it is';
  return [
    ...rows('Aborts', abortIf, 'abortIf'),
    ...row(
      abortIf.length === 0 ? 'Aborts' : '',
      'when more than a fifth of the requests of 10s are lost, or half of them wait for an answer',
    ),
    ...row('After', `all is undone and read back; ${back}; then ${span(recovery.settleMs)} must be calm`),
  ];
}

interface Where {
  readonly place: ExpressionPlace;
  readonly drill: Drill;
  readonly style: Style;
}

function expressionLines(word: string, expression: Expression, { place, drill, style }: Where): readonly string[] {
  const { text, alternatives } = expressionWords(expression, place, drill.steadyState.observeMs);
  const isOne = alternatives.flat().length === 1;
  const means = (deep: string, part: { readonly means: string; readonly looked: string }): readonly string[] =>
    hanging(indent + deep, `${part.means} (${part.looked})`, style.width, mostLines);
  return [
    ...hanging(`  ${word.padEnd(8)}`, sanitize(text, 500), style.width, mostLines),
    ...alternatives.flatMap((parts, nth) => [
      ...(nth === 0 ? [] : [`${indent}  or`]),
      ...parts.flatMap((part) =>
        isOne
          ? means('  ', part)
          : [...hanging(`${indent}  `, sanitize(part.text, 500), style.width, mostLines), ...means('    ', part)],
      ),
    ]),
  ];
}

function faultText(fault: PlannedFault): string {
  const { exec } = fault;
  if (exec === undefined) return faultWords(fault);
  const program = (words: readonly string[]): string => sanitize(words.join(' '), 200);
  return `${faultWords(fault)}: ${program(exec.run)}; undone by ${program(exec.undo)}`;
}

function loadText(load: LoadPlan): string {
  switch (load.source) {
    case 'live-traffic':
      return 'what users send: of a second in which nobody asks, nothing is measured';
    case 'replay': {
      const rate = load.requestsPerSecond === undefined ? 'at its own times' : `${load.requestsPerSecond} a second`;
      return `the requests of ${sanitize(load.path, 200)}, ${rate}`;
    }
    case 'generated': {
      const { requestsPerSecond, streamShare, promptTokens, outputTokens } = load;
      const share = Number((streamShare * 100).toFixed(1));
      return `${requestsPerSecond} ${requestsPerSecond === 1 ? 'request' : 'requests'} a second of its own, ${share}% of them streams; tokens of prompts ${spreadText(promptTokens)}, of answers ${spreadText(outputTokens)}`;
    }
  }
}

function spreadText({ p50, p95 }: TokenSpread): string {
  return p50 === p95 ? String(p50) : `${p50} (95%: up to ${p95})`;
}

function scheduleText({ cron, timezone, skipDates }: DrillSchedule): string {
  const but = skipDates.length === 0 ? '' : `, but not on ${skipDates.map((date) => sanitize(date, 10)).join(', ')}`;
  return `${sanitize(cron, 100)} in ${sanitize(timezone, 60)}${but}`;
}
