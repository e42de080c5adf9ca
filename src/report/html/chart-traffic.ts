/** Where the traffic was meant to go, and where it went. */
import type { DrillRun } from '../../model/drill-run.ts';
import { sameWeights } from '../../model/weights.ts';
import { allWeightsText, notMeasured } from '../drill-words.ts';
import { clockTime } from '../text/time.ts';
import { type Axis, drawing } from './axis.ts';
import { areaSwatch, type Chart, leftText, siteArea, siteSwatch } from './chart.ts';
import { html, type Markup, round } from './markup.ts';
import { type Band, stepArea } from './paths.ts';
import { type Stretch, sitesOf } from './series.ts';

const bands = {
  wanted: [drawing.top, drawing.top + 78],
  real: [drawing.top + 92, drawing.top + 170],
} as const;

/** Two stacks of the same sites, one under the other. */
export function trafficChart(run: DrillRun, axis: Axis, stretches: readonly Stretch[]): Chart {
  const sites = sitesOf(run);
  const stacks = (['wanted', 'real'] as const).map((name) => stack(name, sites, axis, stretches));
  return {
    ...{ id: 'traffic', title: 'Traffic by site, wanted and real', finding: findingOf(run), bottom: bands.real[1] },
    marks: 'before',
    body: html`${stacks}`,
    legend: [
      ...sites.map((site, index) => [siteSwatch(index), site] as const),
      [areaSwatch('broken'), 'behind: something was broken'],
    ],
    columns: sites.flatMap((site) => [`${site} wanted`, `${site} real`]),
    cells: ({ weights, real }) =>
      sites.flatMap((site) => [
        `${weights[site] ?? 0}%`,
        real === undefined ? notMeasured : `${Math.round(real.get(site) ?? 0)}%`,
      ]),
  };
}

function stack(name: 'wanted' | 'real', sites: readonly string[], axis: Axis, stretches: readonly Stretch[]): Markup {
  const [top, bottom] = bands[name];
  const areas = sites.map((_, index) => siteBands(name, sites, index, axis, stretches));
  return html`${areas.map((area, index) => siteArea(index, stepArea(area)))}
    ${areas.map((area, index) => nameIn(sites[index] ?? '', area))}
    ${leftText(name, (top + bottom) / 2 + 4)}${leftText('100%', top + 10, 'tick')}${leftText('0%', bottom, 'tick')}`;
}

function siteBands(
  name: 'wanted' | 'real',
  sites: readonly string[],
  index: number,
  axis: Axis,
  stretches: readonly Stretch[],
): readonly Band[] {
  const [top, bottom] = bands[name];
  return stretches.flatMap((stretch) => {
    if (name === 'real' && stretch.real === undefined) return [];
    const share = (site: string): number => (name === 'real' ? stretch.real?.get(site) : stretch.weights[site]) ?? 0;
    const under = sites.slice(0, index).reduce((sum, site) => sum + share(site), 0);
    const y = (pct: number): number => bottom - (pct / 100) * (bottom - top);
    return [
      {
        x0: axis.x(stretch.fromMs),
        x1: axis.x(stretch.untilMs),
        y: y(under + share(sites[index] ?? '')),
        below: y(under),
      },
    ];
  });
}

/** Where the site is high enough for so long that its name fits; nowhere, and the legend says it. */
function nameIn(site: string, area: readonly Band[]): Markup {
  const width = site.length * 8 + 10;
  let best: { from: number; until: number; band: Band } | undefined;
  let from: number | undefined;
  for (const [index, band] of area.entries()) {
    const isHigh = band.below - band.y >= 16;
    const before = area[index - 1];
    if (!isHigh) from = undefined;
    else if (from === undefined || before === undefined || Math.abs(before.y - band.y) > 8) from = band.x0;
    if (from !== undefined && band.x1 - from > (best === undefined ? width : best.until - best.from))
      best = { from, until: band.x1, band };
  }
  if (best === undefined) return html``;
  const { from: start, until, band } = best;
  const [x, y] = [(start + until) / 2, (band.y + band.below) / 2 + 4];
  return html`<text class="inside" x="${round(x)}" y="${round(y)}" text-anchor="middle">${site}</text>`;
}

function findingOf({ samples }: DrillRun): string {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return 'The gateway was not sampled.';
  const changes = samples.filter(({ weights }, index) => {
    const before = samples[index - 1];
    return before !== undefined && !sameWeights(before.weights, weights);
  });
  const begin = `At the first sample the weights were ${allWeightsText(first.weights)}`;
  const lastChange = changes.at(-1);
  if (lastChange === undefined) return `${begin}, and they did not change.`;
  const times = changes.length === 1 ? 'once' : `${changes.length} times`;
  const end = `at the last sample they were ${allWeightsText(last.weights)}`;
  return `${begin}. They changed ${times}, the last time at ${clockTime(lastChange.atMs)}, and ${end}.`;
}
