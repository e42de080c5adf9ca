/** Runs of one drill beside each other: two of them, or the last ones in a row. */
import { type DrillRun, recoveryPhases } from '../../model/drill-run.ts';
import { span } from '../../model/words.ts';
import { type DrillFigures, figuresOf, isChange } from '../drill-figures.ts';
import { sanitize } from './sanitize.ts';
import { type Style, tint } from './style.ts';
import { type Column, table } from './table.ts';
import { iso } from './time.ts';

/** One figure of two runs. */
export interface Compared {
  readonly what: string;
  readonly measure: 'time' | 'share' | 'count';
  readonly before: number | undefined;
  readonly now: number | undefined;
  /** More than a fifth, and more than the earlier runs differed: it is told from chance. */
  readonly isChange: boolean;
}

const figures: readonly (readonly [string, Compared['measure'], (of: DrillFigures) => number | undefined])[] = [
  ['recovery', 'time', (of) => of.recoveryMs],
  ...recoveryPhases.map((phase) => [phase, 'time', (of: DrillFigures) => of.phases.get(phase)] as const),
  ['first token p95', 'time', (of) => of.firstTokenP95Ms],
  ['lost requests', 'count', (of) => of.lost],
  ['lost share', 'share', (of) => of.lostShare],
];

/** Every figure that one of them has. `earlier`: runs of the same drill before the later one. */
export function compareRuns(before: DrillRun, now: DrillRun, earlier: readonly DrillRun[]): readonly Compared[] {
  const [were, are, others] = [figuresOf(before), figuresOf(now), earlier.map(figuresOf)];
  return figures.flatMap(([what, measure, of]) => {
    const [was, is] = [of(were), of(are)];
    if (was === undefined && is === undefined) return [];
    const spread = others.flatMap((each) => of(each) ?? []);
    const changed = was !== undefined && is !== undefined && isChange(was, is, spread);
    return [{ what, measure, before: was, now: is, isChange: changed }];
  });
}

const compareColumns: readonly Column[] = [
  { title: '', align: 'left', maxWidth: 20, spoken: 'figure' },
  { title: 'BEFORE', align: 'right', maxWidth: 14 },
  { title: 'NOW', align: 'right', maxWidth: 14 },
  { title: 'CHANGE', align: 'left', maxWidth: 30 },
];

/** The two runs, then each figure of both. */
export function drillCompareText(before: DrillRun, now: DrillRun, compared: readonly Compared[], style: Style): string {
  const rows = [
    ['verdict', before.end.verdict, now.end.verdict, before.end.verdict === now.end.verdict ? '' : 'another'],
    ...compared.map((each) => [
      each.what,
      figureText(each.before, each.measure),
      figureText(each.now, each.measure),
      changeText(each),
    ]),
  ];
  const [head = '', ...lines] = table(compareColumns, rows, style);
  const isMarked = (index: number): boolean =>
    index === 0 ? rows[0]?.[3] !== '' : compared[index - 1]?.isChange === true;
  return [
    `${sanitize(now.drill.name, 60)}: ${sanitize(before.id, 60)} of ${minute(before.beganAtMs)}, and ${sanitize(now.id, 60)} of ${minute(now.beganAtMs)}`,
    head,
    ...lines.map((line, index) => (isMarked(index) ? tint('warn', line, style) : line)),
  ].join('\n');
}

function changeText({ before, now, isChange }: Compared): string {
  if (before === undefined || now === undefined) return 'not measured in one';
  if (!isChange) return '';
  const by =
    before === 0 ? 'was none' : `${now > before ? '+' : '-'}${Math.round((Math.abs(now - before) / before) * 100)}%`;
  return `${now > before ? 'more' : 'less'}: ${by}`;
}

function figureText(value: number | undefined, measure: Compared['measure']): string {
  if (value === undefined) return '?';
  if (measure === 'time') return value === 0 ? '0s' : span(value);
  return measure === 'share' ? `${Number((value * 100).toFixed(2))}%` : String(value);
}

const trendColumns: readonly Column[] = [
  { title: 'WHEN', align: 'left', maxWidth: 12 },
  { title: 'RUN', align: 'left', maxWidth: 20 },
  { title: 'VERDICT', align: 'left', maxWidth: 12 },
  { title: 'RECOVERY', align: 'right', maxWidth: 9 },
  { title: 'LOST', align: 'right', maxWidth: 8 },
  { title: 'TTFT P95', align: 'right', maxWidth: 9, spoken: 'first token, 95th percentile' },
  { title: 'SLOWEST PHASE', align: 'left', maxWidth: 20 },
];

/** Oldest first, and a line of bars for what matters most. */
export function drillTrendText(runs: readonly DrillRun[], style: Style): string {
  const all = runs.map(figuresOf);
  const rows = runs.map((run, index) => {
    const of = all[index] ?? figuresOf(run);
    const [slowest] = [...of.phases].toSorted(([, a], [, b]) => b - a);
    return [
      minute(run.beganAtMs).slice(5),
      sanitize(run.id, 60),
      run.end.verdict,
      figureText(of.recoveryMs, 'time'),
      figureText(of.lostShare, 'share'),
      figureText(of.firstTokenP95Ms, 'time'),
      slowest === undefined ? '-' : `${sanitize(slowest[0], 20)} ${span(slowest[1])}`,
    ];
  });
  const lines = table(trendColumns, rows, style);
  // Bars say nothing to a screen reader, and one bar nothing to anybody.
  if (style.isAccessible || runs.length < 2) return lines.join('\n');
  const bars = (name: string, of: (each: DrillFigures) => number | undefined): string =>
    `${name.padEnd(9)} ${sparkline(all.map(of), style)}`;
  return [
    ...lines,
    '',
    bars('recovery', (each) => each.recoveryMs),
    bars('lost', (each) => each.lostShare),
    bars('ttft p95', (each) => each.firstTokenP95Ms),
  ].join('\n');
}

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const letters = ['_', '.', ',', '-', '=', '+', '*', '#'];

/** A bar for each value, the highest one full; `?` for what was not measured. */
export function sparkline(values: readonly (number | undefined)[], { isUnicode }: Pick<Style, 'isUnicode'>): string {
  const bars = isUnicode ? blocks : letters;
  const most = Math.max(...values.map((value) => value ?? 0));
  const barOf = (value: number): string => bars[most === 0 ? 0 : Math.round((value / most) * (bars.length - 1))] ?? '';
  return values.map((value) => (value === undefined ? '?' : barOf(value))).join('');
}

function minute(atMs: number): string {
  return `${iso(atMs).slice(0, 16).replace('T', ' ')}Z`;
}
