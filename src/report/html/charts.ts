/** The drawings of a page: four on one axis over all of the run, and of a long one the same around the fault. */
import type { DrillRun } from '../../model/drill-run.ts';
import { clockTime } from '../text/time.ts';
import { type Axis, axisOf, type Window } from './axis.ts';
import { type Chart, chartFigure, closeFigure, hatchings, lineSwatch, tableSeconds } from './chart.ts';
import { firstTokenChart } from './chart-first-token.ts';
import { lostChart } from './chart-lost.ts';
import { readyChart } from './chart-ready.ts';
import { trafficChart } from './chart-traffic.ts';
import { html, type Markup } from './markup.ts';
import { stretchesOf } from './series.ts';
import { section } from './tables.ts';

const charts = [trafficChart, firstTokenChart, lostChart, readyChart];
/** Points of a drawing, and rows of a table on paper. */
const mostPoints = 240;
const mostPrinted = 30;

/** With the key to what is marked in them. */
export function chartsSection(run: DrillRun): Markup {
  if (run.samples.length === 0)
    return section('Over time', html`<p>The gateway was not sampled: there is nothing to draw.</p>`);
  const axis = axisOf(run);
  const points = stretchesOf(run, mostPoints);
  const tables = {
    stretches: stretchesOf(run, run.samples.length, tableSeconds(axis)),
    printed: stretchesOf(run, mostPrinted),
  };
  const whole = charts.map((chart) => chart(run, axis, points));
  const words =
    'All four drawings share one axis of time. Numbers above the vertical lines are lines of the timeline below.';
  return section(
    'Over time',
    html`<p>${words}</p>`,
    legend(axis),
    hatchings,
    whole.map((chart) => chartFigure(chart, axis, tables)),
    closer(run, axis, whole),
  );
}

/** Where the end of the recovery was not seen. */
const usualMs = 120_000;

/** Of a run so long that what matters most is a thin line in it. */
function closer(run: DrillRun, axis: Axis, whole: readonly Chart[]): Markup {
  const window = windowOf(run);
  if (window === undefined || window[1] - window[0] > (axis.untilMs - axis.fromMs) / 4) return html``;
  const [fromMs, untilMs] = window;
  const samples = run.samples.filter(({ atMs }) => atMs >= fromMs && atMs <= untilMs);
  const points = stretchesOf({ ...run, samples }, mostPoints);
  const near = axisOf(run, window);
  const drawn = charts.map((chart, index) => {
    const { id, title, finding, ...rest } = chart(run, near, points);
    const told = { id: `near-${id}`, title: `${title}, closer`, finding: whole[index]?.finding ?? finding };
    return closeFigure({ ...rest, ...told }, near);
  });
  return html`<h3>Closer: ${clockTime(fromMs)} to ${clockTime(untilMs)}, around the fault and the recovery</h3>${drawn}`;
}

function windowOf({ faultAtMs, end, drill: { report } }: DrillRun): Window | undefined {
  if (faultAtMs === undefined) return undefined;
  const stableAtMs = end.phases.find(({ phase }) => phase === 'stable')?.untilMs ?? faultAtMs + usualMs;
  return [faultAtMs - report.beforeMs, stableAtMs + report.afterMs];
}

const markWords = [
  ['fault', 'fault or early end'],
  ['undo', 'undo'],
  ['decision', 'decision'],
  ['step', 'operation or step'],
  ['note', 'note of a person'],
] as const;

function legend({ marks }: Axis): Markup {
  const has = (kind: string): boolean =>
    marks.some(
      (mark) =>
        mark.kind === kind ||
        (kind === 'fault' && mark.kind === 'abort') ||
        (kind === 'step' && mark.kind === 'operation'),
    );
  const items = markWords
    .filter(([kind]) => has(kind))
    .map(([kind, text]) => html`<li>${lineSwatch(`mark ${kind}`)}${text}</li>`);
  return html`<ul class="legend">${items}</ul>`;
}
