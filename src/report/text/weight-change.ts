/** What an order makes of the weights, on a few lines: shown before anybody is asked. */
import type { Weights } from '../../model/route.ts';
import { sanitize } from './sanitize.ts';
import type { Style } from './style.ts';
import { type Column, table } from './table.ts';

/** More sites than this are counted, not shown. */
const mostSites = 20;

const columns: readonly Column[] = [
  { title: 'SITE', align: 'left', maxWidth: 24 },
  { title: 'NOW', align: 'right', maxWidth: 5 },
  { title: 'THEN', align: 'right', maxWidth: 5 },
];

/** `now` undefined: the gateway is not seen, which is said. Whatever has weight now or then is listed. */
export function weightChangeLines(now: Weights | undefined, then: Weights, style: Style): readonly string[] {
  const sites = [...new Set([...Object.keys(now ?? {}), ...Object.keys(then)])];
  const rows = sites.slice(0, mostSites).map((site) => {
    const nowPct = now === undefined ? '?' : `${now[site] ?? 0}%`;
    return [sanitize(site, 24), nowPct, `${then[site] ?? 0}%`];
  });
  return [
    ...table(columns, rows, style).map((line) => line.trimEnd()),
    ...(sites.length > mostSites ? [`and ${sites.length - mostSites} more sites`] : []),
    ...(now === undefined ? ['The gateway is not seen: the weights in force now are not known.'] : []),
  ];
}
