/** How long clients waited for the first token, against what was claimed of it. */
import type { DrillRun } from '../../model/drill-run.ts';
import type { Comparison } from '../../model/expression.ts';
import { span } from '../../model/words.ts';
import { comparisonsIn, notMeasured } from '../drill-words.ts';
import { clockTime } from '../text/time.ts';
import { type Axis, drawing } from './axis.ts';
import { areaSwatch, type Chart, lineSwatch, scale } from './chart.ts';
import { html, type Markup, round } from './markup.ts';
import { niceTop, pointLine } from './paths.ts';
import { type Stretch, stretchesOf } from './series.ts';

const bottom = drawing.top + 150;

/** The worst of each stretch, so that no peak is drawn away. */
export function firstTokenChart(run: DrillRun, axis: Axis, stretches: readonly Stretch[]): Chart {
  const limits = run.drill.hypothesis.flatMap(comparisonsIn).filter(isLimit);
  const values = [
    ...stretches.flatMap(({ p50Ms, p95Ms }) => [p50Ms ?? 0, p95Ms ?? 0]),
    ...limits.map(({ value }) => Number(value)),
  ];
  // A limit at the very top would lie in the numbers of the marks.
  const top = niceTop((Math.max(0, ...values) / 1000) * 1.1) * 1000;
  const y = (ms: number): number => bottom - (ms / top) * (bottom - drawing.top);
  const line = (of: (stretch: Stretch) => number | undefined): Markup =>
    pointLine(
      stretches.map((each) => {
        const ms = of(each);
        return ms === undefined ? undefined : ([axis.x((each.fromMs + each.untilMs) / 2), y(ms)] as const);
      }),
    );
  return {
    ...{ id: 'first-token', title: 'Time to the first token', finding: findingOf(run), bottom },
    marks: 'behind',
    body: html`${scale(drawing.top, bottom, top, (ms) => (ms === 0 ? '0' : span(ms)))}
      <path class="line dash" d="${line(({ p50Ms }) => p50Ms)}"/><path class="line b" d="${line(({ p95Ms }) => p95Ms)}"/>
      ${limits.map((limit) => limitLine(limit, run, axis, y))}`,
    legend: [
      [lineSwatch('line b'), '95th percentile'],
      [lineSwatch('line dash'), 'median'],
      ...(limits.length === 0
        ? []
        : [[lineSwatch('line limit'), 'limit of an objective, from when it holds'] as const]),
      [areaSwatch('broken'), 'behind: something was broken'],
    ],
    columns: ['median', '95th percentile'],
    cells: ({ p50Ms, p95Ms }) => [p50Ms, p95Ms].map((ms) => (ms === undefined ? notMeasured : `${Math.round(ms)} ms`)),
  };
}

function isLimit({ signal, comparator, value }: Comparison): boolean {
  return signal.startsWith('ttft.') && comparator.startsWith('<') && typeof value === 'number';
}

/** From when on it is claimed until the undo; nowhere when it counts from something that was not seen. */
function limitLine(limit: Comparison, run: DrillRun, axis: Axis, y: (ms: number) => number): Markup {
  const { text, value } = limit;
  const fromMs = claimedFrom(limit, run);
  if (fromMs === undefined || fromMs >= axis.untilMs) return html``;
  const from = axis.x(fromMs);
  const until = axis.x(run.undoneAtMs ?? axis.untilMs);
  const at = y(Number(value));
  // Its words would not fit behind it.
  const isLate = from > drawing.width - 300;
  return html`<path class="line limit" d="M${round(from)} ${round(at)}H${round(Math.max(from, until))}"/>
    <text class="inside" x="${round(isLate ? until : from + 6)}" y="${round(at - 6)}"
    text-anchor="${isLate ? 'end' : 'start'}">${text}</text>`;
}

function claimedFrom({ span: during }: Comparison, { faultAtMs, end }: DrillRun): number | undefined {
  if (during?.kind !== 'within') return faultAtMs;
  const detectedAtMs = end.phases.find(({ phase }) => phase === 'detect')?.untilMs;
  const sinceMs = during.of === 'fault' ? faultAtMs : detectedAtMs;
  return sinceMs === undefined ? undefined : sinceMs + during.ms;
}

function findingOf(run: DrillRun): string {
  const { load, faultAtMs } = run;
  const stretches = stretchesOf(run, run.samples.length);
  const who =
    load.length > 0
      ? 'As the clients of the load saw it'
      : 'As the gateway saw it, at the slowest site that had traffic';
  const worst = (of: readonly Stretch[]): Stretch | undefined =>
    of.filter(({ p95Ms }) => p95Ms !== undefined).toSorted((a, b) => (b.p95Ms ?? 0) - (a.p95Ms ?? 0))[0];
  const all = worst(stretches);
  if (all === undefined) return 'It was not measured.';
  const most = `${who}, the 95th percentile was at most ${span(all.p95Ms ?? 0)} (at ${clockTime(all.fromMs)})`;
  const before = worst(stretches.filter(({ untilMs }) => faultAtMs !== undefined && untilMs <= faultAtMs));
  return before === undefined ? `${most}.` : `${most}, and before the fault at most ${span(before.p95Ms ?? 0)}.`;
}
