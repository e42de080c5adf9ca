/** A backtest as one page: no network, no script. A strip for each way to place replicas, over one axis of time. */
import type { Backtest, BacktestRow, ServedSpan } from '../../model/backtest.ts';
import { backtestAbout, backtestColumns, backtestNotes, poolName, poolWords } from '../backtest-words.ts';
import { drawing } from './axis.ts';
import { areaSwatch, drawingFrame, leftText, lineSwatch } from './chart.ts';
import { html, Markup, round } from './markup.ts';
import { type Band, stepArea, stepLine } from './paths.ts';
import { styleHash, styleText } from './styles.ts';
import { dataTable, section } from './tables.ts';

const height = 34;
const gap = 24;
const hourMs = 3_600_000;
const chart = { id: 'served', title: 'Replicas that served, over time' } as const;

/** With its last line break. */
export function backtestHtml(backtest: Backtest): string {
  const title = 'Backtest: ways to place replicas over a recorded trace';
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>${title}</title><style>${new Markup(styleText)}</style></head>
<body><main><header><h1>${title}</h1><p>${backtestAbout(backtest)}</p></header>
${comparison(backtest)}${timeline(backtest)}${pools(backtest)}
</main></body></html>
`;
  return page.markup;
}

/** Nothing is loaded from anywhere, and only the one style applies. */
const policy = `default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'`;

function comparison(backtest: Backtest): Markup {
  const { rows } = backtest;
  const columns = backtestColumns(backtest, false);
  const heads = columns.map(({ head }) => head);
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const violations = rows.flatMap((row) => row.violations ?? []);
  return section(
    'Availability first, then cost',
    dataTable('All rows are counted alike', heads, cells, 'figures'),
    html`<ul>${backtestNotes(backtest).map((note) => html`<li>${note}</li>`)}</ul>`,
    violations.length === 0 ? '' : html`<ul>${violations.map((each) => html`<li>Violation of ${each}</li>`)}</ul>`,
  );
}

function pools({ pools: all }: Backtest): Markup {
  const rows = all.map((pool) => [poolName(pool), ...poolWords(pool)]);
  return section('What the trace has', dataTable('Pools, and what was declared', ['pool', 'had', 'price'], rows));
}

function timeline({ rows, wanted, demand, endMs }: Backtest): Markup {
  const bottom = drawing.top + rows.length * (height + gap);
  const x = (atMs: number): number => drawing.left + (atMs / endMs) * (drawing.width - drawing.left - drawing.right);
  const least = rows.map(({ name, downRatio }) => `${name} ${(downRatio * 100).toFixed(1)}% of the time`);
  const finding = `None served: ${least.join(', ')}.`;
  const points = demand ?? [{ atMs: 0, replicas: wanted }];
  const steps = points.map(({ atMs, replicas }, index) => {
    return { x0: x(atMs), x1: x(Math.min(endMs, points[index + 1]?.atMs ?? endMs)), replicas };
  });
  const layers = [rows.map((row, index) => strip(row, index, { wanted, steps, x })), hours(endMs, bottom, x)];
  return section(
    chart.title,
    html`<figure><p>${finding}</p>${drawingFrame({ ...chart, finding }, bottom + 24, layers)}
    <ul class="legend"><li>${areaSwatch('area s0')}replicas that served</li><li>${lineSwatch('line want')}wanted</li></ul></figure>`,
  );
}

interface Plot {
  readonly wanted: number;
  /** What is wanted, left to right. */
  readonly steps: readonly { readonly x0: number; readonly x1: number; readonly replicas: number }[];
  readonly x: (atMs: number) => number;
}

function strip({ name, served }: BacktestRow, index: number, { wanted, steps, x }: Plot): Markup {
  const base = drawing.top + (index + 1) * (height + gap) - 4;
  const y = (replicas: number): number => base - (Math.min(replicas, wanted) / wanted) * height;
  const bands = served.map(({ fromMs, untilMs, replicas }: ServedSpan): Band => {
    return { x0: x(fromMs), x1: x(untilMs), y: y(replicas), below: base };
  });
  return html`<path class="area s0" d="${stepArea(bands)}"/>
    <path class="grid" d="M${drawing.left} ${base}H${drawing.width - drawing.right}"/>
    <path class="line want" d="${stepLine(steps.map((each) => ({ ...each, y: y(each.replicas) })))}"/>
    <text x="${drawing.left}" y="${round(base - height - 5)}">${name}</text>
    ${leftText(`0 to ${wanted}`, base - height / 2 + 4, 'tick')}`;
}

const tickHours = [0.25, 0.5, 1, 2, 3, 6, 12, 24, 48];

/** Ticks at whole hours since the trace's begin, at most twelve. */
function hours(endMs: number, bottom: number, x: (atMs: number) => number): Markup {
  const step = tickHours.find((each) => endMs / hourMs / each <= 12) ?? Math.ceil(endMs / hourMs / 12);
  const ticks = Array.from({ length: Math.floor(endMs / hourMs / step) + 1 }, (_, index) => index * step);
  return html`<path class="axis" d="M${drawing.left} ${bottom}H${drawing.width - drawing.right}"/>${ticks.map(
    (each) => {
      const at = x(each * hourMs);
      return html`<path class="axis" d="M${round(at)} ${bottom}v4"/>
    <text class="tick" x="${round(at)}" y="${bottom + 17}" text-anchor="${at > drawing.width - 40 ? 'end' : 'middle'}">${each} h</text>`;
    },
  )}`;
}
