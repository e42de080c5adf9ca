/** Attempts that failed at the sites, and requests that were lost to their clients. */
import type { DrillRun } from '../../model/drill-run.ts';
import { notMeasured } from '../drill-words.ts';
import { clockTime } from '../text/time.ts';
import { type Axis, drawing } from './axis.ts';
import { areaSwatch, type Chart, lineSwatch, scale } from './chart.ts';
import { html, round } from './markup.ts';
import { type Level, niceTop, stepLine } from './paths.ts';
import type { Stretch } from './series.ts';

const bottom = drawing.top + 110;

/** A second; what was tried again elsewhere and answered is an error and not a loss. */
export function lostChart(run: DrillRun, axis: Axis, stretches: readonly Stretch[]): Chart {
  const rate = (count: number | undefined, { fromMs, untilMs }: Stretch): number | undefined =>
    count === undefined ? undefined : count / ((untilMs - fromMs) / 1000);
  const rates = stretches.flatMap((each) => [rate(each.failed, each) ?? 0, rate(each.lost, each) ?? 0]);
  const top = niceTop(Math.max(1, ...rates));
  const y = (value: number): number => bottom - (value / top) * (bottom - drawing.top);
  const errors = stretches.flatMap((each): readonly Level[] => {
    const value = rate(each.failed, each);
    return value === undefined ? [] : [{ x0: axis.x(each.fromMs), x1: axis.x(each.untilMs), y: y(value) }];
  });
  const losses = stretches.flatMap((each) => {
    const value = rate(each.lost, each);
    if (value === undefined || value === 0) return [];
    const [x0, x1] = [axis.x(each.fromMs), axis.x(each.untilMs)];
    return [
      html`<rect class="bar" x="${round(x0)}" y="${round(y(value))}" width="${round(Math.max(2, x1 - x0))}" height="${round(bottom - y(value))}"/>`,
    ];
  });
  return {
    ...{ id: 'lost', title: 'Errors and lost requests, a second', finding: findingOf(run), bottom },
    body: html`${scale(drawing.top, bottom, top, (value) => String(Number(value.toFixed(2))))}${losses}<path class="line" d="${stepLine(errors)}"/>`,
    legend: [
      [areaSwatch('bar'), 'requests lost: failed, cut, or given up by the client'],
      [lineSwatch('line'), 'upstream attempts that failed: most were answered elsewhere'],
      [areaSwatch('broken'), 'behind: something was broken'],
    ],
    columns: ['failed attempts', 'lost requests'],
    cells: ({ failed, lost }) => [failed, lost].map((count) => count ?? notMeasured),
  };
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
