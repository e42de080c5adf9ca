/** Several deployments on one screen: a line each. */
import type { StatusView } from '../status-view.ts';
import { sanitize } from './sanitize.ts';
import { serviceTones } from './status.ts';
import { mark, type Style, tint } from './style.ts';
import { table } from './table.ts';
import { clockTime } from './time.ts';
import { cut, padEnd, padStart } from './width.ts';

/** Several deployments: one line each. */
export function statusListText(views: readonly StatusView[], style: Style): string {
  const rows = views.map((view) => {
    const tone = serviceTones[view.service.state];
    const at = view.sites
      .filter(({ wantPct }) => (wantPct ?? 0) > 0)
      .map(({ name, wantPct }) => `${sanitize(name, 30)} ${wantPct}%`);
    const last = view.open ?? view.last;
    return [
      sanitize(view.deployment, 40),
      `${mark(tone, style)}${view.service.state}`,
      view.traffic === undefined ? '?' : view.traffic.attemptsPerSecond.toFixed(1),
      at.join(', ') || '?',
      last === undefined ? '-' : `${sanitize(last.id, 20)} ${last.plan.kind} ${last.state}`,
    ];
  });
  const [head = '', ...lines] = table(
    [
      { title: 'DEPLOYMENT', align: 'left', maxWidth: 24 },
      { title: 'STATE', align: 'left', maxWidth: 12 },
      { title: 'RPS', align: 'right', maxWidth: 8, spoken: 'requests per second' },
      { title: 'SERVED FROM', align: 'left', maxWidth: 30 },
      { title: 'LAST OPERATION', align: 'left', maxWidth: 40 },
    ],
    rows,
    style,
  );
  const colored = lines.map((line, index) => tint(serviceTones[views[index]?.service.state ?? 'unknown'], line, style));
  return [...listHead(views[0], style), style.paint.bold(head), ...colored, 'Next  godwit status DEPLOYMENT'].join(
    '\n',
  );
}

function listHead(any: StatusView | undefined, style: Style): string[] {
  if (any === undefined) return [];
  const environment = cut(sanitize(any.environment, 40), 40);
  if (style.isAccessible) return [`${environment}, ${clockTime(any.atMs)}`];
  return [`${padEnd(environment, 40)}${padStart(clockTime(any.atMs), style.width - 40)}`];
}
