/** Attempts that failed at the sites, and requests that were lost to their clients. */
import type { DrillRun } from '../../model/drill-run.ts';
import { notMeasured } from '../drill-words.ts';
import { clockTime } from '../text/time.ts';
import { type Axis, drawing } from './axis.ts';
import { areaSwatch, type Chart, lineSwatch, scale } from './chart.ts';
import { html, type Markup } from './markup.ts';
import { type Band, niceTop, stepArea, stepLine } from './paths.ts';
import type { Stretch } from './series.ts';

const strips = {
  errors: [drawing.top, drawing.top + 62],
  lost: [drawing.top + 84, drawing.top + 146],
} as const;

/** A second, each on a scale of its own: what was tried again elsewhere and answered is an error and not a loss. */
export function lostChart(run: DrillRun, axis: Axis, stretches: readonly Stretch[]): Chart {
  return {
    ...{ id: 'lost', title: 'Errors and lost requests, a second', finding: findingOf(run), bottom: strips.lost[1] },
    marks: 'behind',
    body: html`${strip('errors', axis, stretches)}${strip('lost', axis, stretches)}`,
    legend: [
      [lineSwatch('line'), 'errors: upstream attempts that failed'],
      [areaSwatch('bar'), 'lost: requests that failed, were cut, or were given up by the client'],
      [areaSwatch('broken'), 'behind: something was broken'],
    ],
    columns: ['errors', 'lost requests'],
    cells: ({ failed, lost }) => [failed, lost].map((count) => count ?? notMeasured),
  };
}

function strip(name: 'errors' | 'lost', axis: Axis, stretches: readonly Stretch[]): Markup {
  const [top, bottom] = strips[name];
  const rates = stretches.flatMap(({ fromMs, untilMs, failed, lost }) => {
    const count = name === 'errors' ? failed : lost;
    return count === undefined ? [] : [{ fromMs, untilMs, rate: count / ((untilMs - fromMs) / 1000) }];
  });
  const most = niceTop(Math.max(1, ...rates.map(({ rate }) => rate)));
  const levels = rates.map(({ fromMs, untilMs, rate }) => ({
    ...{ x0: axis.x(fromMs), x1: axis.x(untilMs), y: bottom - (rate / most) * (bottom - top), below: bottom },
  }));
  const drawn =
    name === 'errors'
      ? html`<path class="line" d="${stepLine(levels)}"/>`
      : html`<path class="bar" d="${stepArea(levels.filter(({ y }) => y < bottom).map(visible))}"/>`;
  return html`${scale(top, bottom, most, (value) => String(Number(value.toFixed(2))))}${drawn}
    <text class="inside" x="${drawing.left + 6}" y="${top + 14}">${name}</text>`;
}

/** One lost request of an hour is seen too. */
function visible(band: Band): Band {
  return { ...band, x1: Math.max(band.x1, band.x0 + 2) };
}

function findingOf({ samples }: DrillRun): string {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return 'The gateway was not sampled.';
  if (
    samples.some(
      ({ ended, lost }, index) => ended < (samples[index - 1]?.ended ?? 0) || lost < (samples[index - 1]?.lost ?? 0),
    )
  )
    return 'The gateway was started anew meanwhile and its counts began again: how many were lost is not known.';
  const [lost, ended] = [last.lost - first.lost, last.ended - first.ended];
  if (lost === 0) return `Of ${ended} requests that ended, none was lost.`;
  const seen = samples.findLast((sample, index) => sample.lost > (samples[index - 1]?.lost ?? sample.lost));
  const when = seen === undefined ? '' : `; the last loss was seen at ${clockTime(seen.atMs)}`;
  return `Of ${ended} requests that ended, ${lost} ${lost === 1 ? 'was' : 'were'} lost${when}.`;
}
