/** A drill's report as one page: no network, no script, and nothing that is not in its record. */
import type { DrillRun } from '../../model/drill-run.ts';
import { type Axis, axisOf } from './axis.ts';
import { chartFigure, hatchings, lineSwatch, tableSeconds } from './chart.ts';
import { firstTokenChart } from './chart-first-token.ts';
import { lostChart } from './chart-lost.ts';
import { readyChart } from './chart-ready.ts';
import { trafficChart } from './chart-traffic.ts';
import { html, type Markup } from './markup.ts';
import { phasesSection } from './phases.ts';
import * as sections from './sections.ts';
import { stretchesOf } from './series.ts';
import { styleHash, styleText } from './styles.ts';
import { section } from './tables.ts';

export interface DrillPageOptions {
  /** Runs of the same drill: the parts of the last six before this one are drawn beside its own. */
  readonly history?: readonly DrillRun[];
  /** Minutes that local time was ahead of UTC when it began; absent: nothing is said of local time. */
  readonly offsetMin?: number;
}

/** With its last line break. */
export function drillReportHtml(run: DrillRun, { history = [], offsetMin }: DrillPageOptions = {}): string {
  const title = `${run.drill.title ?? run.drill.name}: ${run.end.verdict} (${run.id})`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>${title}</title><style>${{ markup: styleText }}</style></head>
<body><main>
${[
  sections.verdictSection(run),
  sections.aboutSection(run, offsetMin),
  sections.footingSection(run),
  phasesSection(run, history),
  charts(run),
  sections.timelineSection(run),
  sections.doneSections(run),
  sections.decidedSections(run),
  sections.lessonSections(run),
]}
</main><footer>
<p>Everything here comes from the record <code>drill.json</code> of run ${run.id}, which also holds every sample.
Its last entry has the hash</p><p class="digest">${run.head}</p>
<p>Whoever noted that hash elsewhere can tell that nothing was changed:
<code>godwit drill report verify ${run.id}</code> checks the chain and computes every figure again.</p></footer>
</body></html>
`;
  return page.markup;
}

/** Nothing is loaded from anywhere, and only the one style below applies. */
const policy = `default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'`;

/** Points of a drawing, and rows of a table on paper. */
const mostPoints = 240;
const mostPrinted = 30;

function charts(run: DrillRun): Markup {
  if (run.samples.length === 0)
    return section('Over time', html`<p>The gateway was not sampled: there is nothing to draw.</p>`);
  const axis = axisOf(run);
  const points = stretchesOf(run, mostPoints);
  const tables = {
    stretches: stretchesOf(run, run.samples.length, tableSeconds(axis)),
    printed: stretchesOf(run, mostPrinted),
  };
  const drawn = [trafficChart, firstTokenChart, lostChart, readyChart].map((chart) =>
    chartFigure(chart(run, axis, points), axis, tables),
  );
  const words =
    'All four drawings share one axis of time. Numbers above the vertical lines are lines of the timeline below.';
  return section('Over time', html`<p>${words}</p>`, legend(axis), hatchings, drawn);
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
