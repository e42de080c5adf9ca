/** Replicas that could serve, against those that the configuration wants, at each site. */
import type { DrillRun } from '../../model/drill-run.ts';
import { notMeasured } from '../drill-words.ts';
import { type Axis, drawing } from './axis.ts';
import { areaSwatch, type Chart, leftText, lineSwatch, siteArea } from './chart.ts';
import { html, type Markup } from './markup.ts';
import { type Level, stepArea, stepLine } from './paths.ts';
import { type Stretch, sitesOf } from './series.ts';

const height = 38;
const gap = 14;

/** A strip for each site. */
export function readyChart(run: DrillRun, axis: Axis, stretches: readonly Stretch[]): Chart {
  const sites = sitesOf(run);
  const bottom = drawing.top + Math.max(1, sites.length) * (height + gap);
  return {
    ...{ id: 'ready', title: 'Ready replicas against wanted', finding: findingOf(sites, stretches), bottom },
    marks: 'before',
    body: html`${sites.map((site, index) => strip(site, index, axis, stretches))}`,
    legend: [
      [areaSwatch('area s0'), 'ready: in the gateway’s table and fit for requests'],
      [lineSwatch('line want'), 'wanted by the configuration'],
      [areaSwatch('broken'), 'behind: something was broken'],
    ],
    columns: sites.map((site) => `${site}, ready of wanted`),
    cells: ({ ready, wanted }) =>
      sites.map((site) => (ready.has(site) ? `${ready.get(site)} of ${wanted.get(site) ?? 0}` : notMeasured)),
  };
}

function strip(site: string, index: number, axis: Axis, stretches: readonly Stretch[]): Markup {
  const base = drawing.top + index * (height + gap) + gap + height;
  const most = Math.max(1, ...stretches.flatMap(({ ready, wanted }) => [ready.get(site) ?? 0, wanted.get(site) ?? 0]));
  const levels = (of: ReadonlyMap<string, number>, { fromMs, untilMs }: Stretch): readonly Level[] => {
    const value = of.get(site);
    return value === undefined ? [] : [{ x0: axis.x(fromMs), x1: axis.x(untilMs), y: base - (value / most) * height }];
  };
  const ready = stretches.flatMap((each) => levels(each.ready, each).map((level) => ({ ...level, below: base })));
  const wanted = stretches.flatMap((each) => levels(each.wanted, each));
  return html`${siteArea(index, stepArea(ready))}
    <path class="grid" d="M${drawing.left} ${base}H${drawing.width - drawing.right}"/>
    <path class="line want" d="${stepLine(wanted)}"/>
    ${leftText(site.length > 9 ? `${site.slice(0, 8)}…` : site, base - height / 2 + 4)}
    ${leftText(`0 to ${most}`, base - height / 2 + 17, 'tick')}`;
}

function findingOf(sites: readonly string[], stretches: readonly Stretch[]): string {
  const fewest = sites.flatMap((site) => {
    const seen = stretches.filter(({ ready }) => ready.has(site));
    if (seen.length === 0) return [];
    const least = Math.min(...seen.map(({ ready }) => ready.get(site) ?? 0));
    const wanted = Math.max(...seen.map((each) => each.wanted.get(site) ?? 0));
    return [`${site} ${least} of ${wanted}`];
  });
  return fewest.length === 0
    ? 'The gateway was not sampled.'
    : `The fewest that were ready at once: ${fewest.join(', ')}.`;
}
