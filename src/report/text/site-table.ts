/** The sites of a deployment, one line each: wanted and real share, state, what is ready, and why not. */

import { unstartable } from '../../model/doctor.ts';
import { age, span } from '../../model/words.ts';
import type { SiteRow, SiteState, StatusView } from '../status-view.ts';
import { noticesNote } from './notice.ts';
import { sanitize } from './sanitize.ts';
import { mark, type Style, type Tone, tint } from './style.ts';
import { type Column, table } from './table.ts';

/** Sites beyond this are counted, not listed, so that the screen keeps its 24 rows. */
const maxSites = 8;

const siteTones: Readonly<Record<SiteState, Tone>> = {
  healthy: 'good',
  starting: 'busy',
  degraded: 'warn',
  failing: 'bad',
  empty: 'idle',
  unknown: 'unknown',
};

const usualColumns: readonly Column[] = [
  { title: 'SITE', align: 'left', maxWidth: 20 },
  { title: 'WANT', align: 'right', maxWidth: 5, spoken: 'wanted share' },
  { title: 'REAL', align: 'right', maxWidth: 6, spoken: 'real share' },
  { title: 'STATE', align: 'left', maxWidth: 16 },
  { title: 'READY', align: 'right', maxWidth: 7 },
  { title: 'TTFT', align: 'right', maxWidth: 6, spoken: 'first token' },
];
const moreColumns: readonly Column[] = [
  { title: 'STANDBY', align: 'left', maxWidth: 7 },
  { title: 'IN FLIGHT', align: 'right', maxWidth: 9 },
];
/** Only of a deployment for which a provider tells any: most tell none. */
const domains: Column = { title: 'DOMAINS', align: 'left', maxWidth: 44, spoken: 'replicas stand in' };
const note: Column = { title: 'NOTE', align: 'left', maxWidth: 60 };

/** Within `style.width`; `wide` also says how each site stands by and what runs there, and leaves none out. */
export function siteTable(view: StatusView, style: Style, columns: 'usual' | 'wide'): readonly string[] {
  const isWide = columns === 'wide';
  const shown = isWide ? view.sites : view.sites.slice(0, maxSites);
  const isTold = isWide && shown.some(({ replicaDomains }) => replicaDomains.length > 0);
  const more = (site: SiteRow): readonly string[] => [
    ...(isWide ? [site.standby, String(site.inFlight ?? '?')] : []),
    ...(isTold ? [sanitize(site.replicaDomains.join(' '), 44)] : []),
  ];
  const rows = shown.map((site) => [...cellsOf(site, view.atMs, style), ...more(site), noteOf(site, view.atMs)]);
  const all = [...usualColumns, ...(isWide ? moreColumns : []), ...(isTold ? [domains] : []), note];
  const [head = '', ...lines] = table(all, rows, style);
  const colored = lines.map((line, index) => tint(siteTones[shown[index]?.state ?? 'unknown'], line, style));
  const left = view.sites.length - shown.length;
  return [style.paint.bold(head), ...colored, ...(left > 0 ? [`and ${left} more sites: -o wide`] : [])];
}

function cellsOf(site: SiteRow, atMs: number, style: Style): readonly string[] {
  const since = site.sinceMs === undefined || site.state === 'empty' ? '' : ` ${age(atMs - site.sinceMs)}`;
  return [
    sanitize(site.name, 40),
    site.wantPct === undefined ? '?' : `${site.wantPct}%`,
    site.realRatio === undefined ? '-' : percent(site.realRatio),
    `${mark(siteTones[site.state], style)}${site.state}${since}`,
    `${site.ready ?? '?'}/${site.replicas}`,
    site.firstTokenP95Ms === undefined ? '-' : seconds(site.firstTokenP95Ms),
  ];
}

/** What is wrong now before what will be. */
function noteOf({ state, standby, reasons: [reason], notices, examined }: SiteRow, atMs: number): string {
  const against = examined && unstartable(examined);
  const doctor = against === undefined ? [] : [`cannot start: ${against.area}`];
  if (state === 'empty') return against === undefined ? `${standby} standby` : [standby, ...doctor].join(', ');
  if (reason !== undefined) return `${reason.code}: ${sanitize(reason.message)}`;
  const announced = noticesNote(notices?.told ?? [], atMs);
  if (announced !== '') return announced;
  return [...(standby === 'hot' ? [] : [standby]), ...doctor].join(', ');
}

/** `0.2%` of a ratio. */
export function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)}%`;
}

/** Always in seconds, so that a column compares at a glance. */
export function seconds(ms: number): string {
  return ms >= 10_000 ? span(ms) : `${(ms / 1000).toFixed(2)}s`;
}
