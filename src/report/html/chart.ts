/** What every drawing of a page has: its words, its frame, its marks, and its figures as a table. */
import { clockTime } from '../text/time.ts';
import { type Axis, brokenGround, drawing, markLines, timeAxis } from './axis.ts';
import { html, Markup, type Part, round } from './markup.ts';
import { niceSeconds, type Stretch } from './series.ts';
import { dataTable } from './tables.ts';

export interface Chart {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** What it shows, for whoever cannot see it, and for everybody else. */
  readonly finding: string;
  /** Where the plot ends, in units of the drawing. */
  readonly bottom: number;
  readonly body: Markup;
  /** Marks lie behind thin lines and before grounds: neither may hide the other. */
  readonly marks: 'behind' | 'before';
  readonly legend: readonly (readonly [swatch: Markup, text: string])[];
  /** Columns beside the time. */
  readonly columns: readonly string[];
  readonly cells: (stretch: Stretch) => readonly Part[];
}

/** `stretches`: for the table; `printed`: fewer, for paper. */
export function chartFigure(
  chart: Chart,
  axis: Axis,
  tables: { readonly stretches: readonly Stretch[]; readonly printed: readonly Stretch[] },
): Markup {
  const { title, finding, legend } = chart;
  const { stretches, printed } = tables;
  return html`<figure><h3>${title}</h3><p>${finding}</p>${plot(chart, axis)}
    <ul class="legend">${legend.map(([swatch, text]) => html`<li>${swatch}${text}</li>`)}</ul>
    <details><summary>${title}: the figures ${byWords(stretches)}</summary>${tableOf(chart, stretches)}</details>
    <div class="print-only">${tableOf(chart, printed)}</div></figure>
    `;
}

/** The same of a part of the time: its words, its key and its figures stand with the whole. */
export function closeFigure(chart: Chart, axis: Axis): Markup {
  return html`<figure><figcaption>${chart.title}</figcaption>${plot(chart, axis)}</figure>`;
}

function plot(chart: Chart, axis: Axis): Markup {
  const { bottom, body, marks } = chart;
  const lines = markLines(axis, bottom);
  const layers = marks === 'behind' ? [lines, body] : [body, lines];
  return drawingFrame(chart, bottom + 24, [brokenGround(axis, bottom), layers, timeAxis(axis, bottom)]);
}

/** Its title and what it says come with it; on a narrow screen it is scrolled alone. */
export function drawingFrame(
  { id, title, finding }: Pick<Chart, 'id' | 'title' | 'finding'>,
  height: number,
  layers: Part,
): Markup {
  return html`<div class="scroll" role="region" aria-label="Drawing: ${title}" tabindex="0">
    <svg class="chart" role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 ${drawing.width} ${height}">
    <title id="${id}-title">${title}</title><desc id="${id}-desc">${finding}</desc>${layers}</svg></div>`;
}

/** `by second`, `by 10 seconds`, `by minute`. */
function byWords(stretches: readonly Stretch[]): string {
  const seconds = Math.min(...stretches.map(({ fromMs, untilMs }) => (untilMs - fromMs) / 1000));
  if (seconds % 60 === 0) return seconds === 60 ? 'by the minute' : `by ${seconds / 60} minutes`;
  return seconds === 1 ? 'by the second' : `by ${seconds} seconds`;
}

function tableOf({ title, columns, cells }: Chart, stretches: readonly Stretch[]): Markup {
  const rows = stretches.map((each) => [clockTime(each.fromMs).slice(0, 8), ...cells(each)]);
  return dataTable(`${title}, ${byWords(stretches)}, times in UTC`, ['from', ...columns], rows, 'figures');
}

/** Seconds in a row of the table: each one of a run of up to ten minutes, minutes of a longer one. */
export function tableSeconds(axis: Axis): number {
  const seconds = (axis.untilMs - axis.fromMs) / 1000;
  return seconds <= 600 ? 1 : niceSeconds(Math.max(60, seconds / 120));
}

/** Lines across at round values, and what they are. */
export function scale(top: number, bottom: number, most: number, text: (value: number) => string): Markup {
  return html`${[0, 0.5, 1].map((part) => {
    const y = bottom - part * (bottom - top);
    return html`<path class="grid" d="M${drawing.left} ${round(y)}H${drawing.width - drawing.right}"/>
      ${leftText(text(most * part), y + 4, 'tick')}`;
  })}`;
}

/** Before the plot: what a line across or a strip is. */
export function leftText(text: string, y: number, look: '' | 'tick' = ''): Markup {
  return html`<text class="${look}" x="${drawing.left - 6}" y="${round(y)}" text-anchor="end">${text}</text>`;
}

/** A line as it is drawn. */
export function lineSwatch(look: string): Markup {
  return html`<svg aria-hidden="true" viewBox="0 0 26 12"><path class="${look}" d="M0 6H26"/></svg>`;
}

/** A ground as it is drawn. */
export function areaSwatch(look: string): Markup {
  return html`<svg aria-hidden="true" viewBox="0 0 26 12"><path class="${look}" d="M0 0H26V12H0Z"/></svg>`;
}

/** More sites than this share the last colour. */
const colours = 8;
/** Hatchings tell sites apart without colour; the first is none. */
const hatches = 4;

/** A site's area: its colour, and its hatching over it. */
export function siteArea(index: number, path: Markup): Markup {
  const hatch = index % hatches;
  return html`<path class="area s${Math.min(index, colours - 1)}" d="${path}"/>
    ${hatch === 0 ? '' : html`<path fill="url(#h${hatch})" d="${path}"/>`}`;
}

/** The same, for the legend. */
export function siteSwatch(index: number): Markup {
  return html`<svg aria-hidden="true" viewBox="0 0 26 12">${siteArea(index, new Markup('M0 0H26V12H0Z'))}</svg>`;
}

/** Once in a page, before any drawing. */
export const hatchings: Markup = html`<svg class="defs" aria-hidden="true" width="0" height="0"><defs>
  <pattern id="h1" width="7" height="7" patternUnits="userSpaceOnUse"><path class="hatch" d="M-1 8L8 -1"/></pattern>
  <pattern id="h2" width="6" height="6" patternUnits="userSpaceOnUse"><path class="hatch" d="M0 3H6"/></pattern>
  <pattern id="h3" width="7" height="7" patternUnits="userSpaceOnUse"><path class="hatch" d="M-1 -1L8 8"/></pattern>
  </defs></svg>`;
