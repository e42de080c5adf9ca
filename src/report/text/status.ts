/** The one screen of a deployment: what users get, what happened, where traffic goes, what is safe to do. 80 × 24. */
import type { Operation } from '../../model/operation.ts';
import type { ServiceState, StatusView } from '../status-view.ts';
import { stateWords, toneOfState } from './operation.ts';
import { reasonWord } from './reason.ts';
import { sanitize } from './sanitize.ts';
import { percent, seconds, siteTable } from './site-table.ts';
import { glyph, type Style, type Tone, tint } from './style.ts';
import { table } from './table.ts';
import { age, clockTime } from './time.ts';
import { cut, padEnd, padStart, widthOf, wrap } from './width.ts';

/** Column where the text after a heading starts. */
const indent = 15;

const serviceTones: Readonly<Record<ServiceState, Tone>> = {
  serving: 'good',
  degraded: 'warn',
  down: 'bad',
  unknown: 'unknown',
};

/** Lines without the last line break; none is wider than `style.width`. */
export function statusText(view: StatusView, style: Style, columns: 'usual' | 'wide' = 'usual'): string {
  return [
    header(view, style),
    service(view, style),
    ...figures(view, style),
    ...happened(view, style),
    ...siteTable(view, style, columns),
    ...failoverAgain(view, style),
    ...labelled('Controller', controllerText(view), style),
    ...unseen(view, style),
    ...labelled('Next', view.next.join('  |  '), style),
  ].join('\n');
}

function header({ environment, atMs, sources }: StatusView, style: Style): string {
  const { controller } = sources;
  const data =
    controller.kind === 'unseen'
      ? 'no data of a controller'
      : `data ${age(atMs - controller.asOfMs)} old${controller.isStale ? ', STALE' : ''}`;
  const right = `${clockTime(atMs)}, ${data}`;
  const left = cut(sanitize(environment, 60), style.width - widthOf(right) - 2);
  const gap = ' '.repeat(Math.max(1, style.width - widthOf(left) - widthOf(right)));
  const isOld = controller.kind === 'unseen' || controller.isStale;
  return left + gap + (isOld ? style.paint.warn(right) : right);
}

function service({ deployment, service: { state, why } }: StatusView, style: Style): string {
  const tone = serviceTones[state];
  const name = cut(sanitize(deployment, 40), Math.min(30, style.width - 16));
  const mark = glyph(tone, style);
  const rest = `: ${sanitize(why)}`;
  const room = style.width - widthOf(name) - 3 - state.length - 1;
  return `${style.paint.bold(name)}  ${tint(tone, `${mark} ${state.toUpperCase()}`, style)}${cut(rest, room)}`;
}

function figures({ traffic }: StatusView, style: Style): string[] {
  if (traffic === undefined) return [];
  const { attemptsPerSecond: rate, firstTokenP95Ms, errorRatio, held, totals } = traffic;
  const parts = [
    `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} rps`,
    `TTFT p95 ${firstTokenP95Ms === undefined ? '-' : seconds(firstTokenP95Ms)}`,
    `errors ${errorRatio === undefined ? '-' : percent(errorRatio)}`,
    `waiting ${held}`,
    `failed ${totals.failed}, cut ${totals.cut} of ${totals.requests}`,
  ];
  return [cut(`  ${parts.join('  ')}`, style.width)];
}

function happened({ open, last, atMs, sources }: StatusView, style: Style): string[] {
  const lines: string[] = [];
  if (open !== undefined) {
    const step = `step ${Math.min(open.step + 1, open.plan.steps.length)} of ${open.plan.steps.length}`;
    lines.push(...operationLines('In progress', open, `${step}, for ${age(atMs - open.openedAtMs)}`, style));
  }
  if (last !== undefined) {
    const ended = `${age(atMs - (last.endedAtMs ?? last.openedAtMs))} ago`;
    // With two operations on the screen the one in progress says why.
    lines.push(...operationLines('What happened', last, ended, style).slice(0, open === undefined ? 4 : 2));
  }
  if (lines.length > 0) return lines;
  return labelled('What happened', sources.store.kind === 'seen' ? 'nothing yet' : 'cannot be seen', style);
}

function operationLines(label: string, operation: Operation, when: string, style: Style): string[] {
  const { plan, state, id } = operation;
  const away = plan.from === undefined ? '' : `, away from ${sanitize(plan.from, 40)}`;
  const mark = glyph(toneOfState(state), style);
  const head = `${plan.trigger} ${plan.kind} ${sanitize(id, 20)} ${mark} ${stateWords(operation)}, ${when}${away}`;
  const because = operation.error ?? plan.because[0];
  const why =
    because === undefined
      ? []
      : wrap(`${sanitize(because.code, 60)}: ${sanitize(because.message)}`, style.width - indent, 2);
  return [...labelled(label, head, style), ...why.map((line) => ' '.repeat(indent) + line)];
}

function failoverAgain({ failoverReady, atMs }: StatusView, style: Style): string[] {
  const { value, to, isTargetReady, reasons } = failoverReady;
  const label = 'Fail over again?';
  if (value === 'yes') {
    const caveat = isTargetReady ? '' : ' (not ready now: it would be started or proven first)';
    const where = cut(sanitize(to ?? 'another site', 40) + caveat, style.width - label.length - 10);
    return [`${label}  ${tint('good', 'YES', style)}, to ${where}`];
  }
  const word = value === 'no' ? 'NO' : 'UNKNOWN';
  const [first] = reasons;
  const more = reasons.slice(1, 3).map((reason) => reasonWord(reason, atMs));
  const why = first === undefined ? '' : [`${reasonWord(first, atMs)}, ${sanitize(first.message)}`, ...more].join('; ');
  const [head = '', ...rest] = wrap(why, style.width - label.length - word.length - 4, 2);
  const margin = ' '.repeat(label.length + word.length + 4);
  return [`${label}  ${tint('bad', word, style)}: ${head}`, ...rest.map((line) => margin + line)];
}

function controllerText({ controller, mode, atMs }: StatusView): string {
  if (controller.kind === 'unseen') return `cannot be seen; mode ${mode}`;
  const { holder, renewedAtMs } = controller;
  const who = holder === undefined ? '' : `${sanitize(holder.name, 30)}@${sanitize(holder.host, 30)} pid ${holder.pid}`;
  const when = renewedAtMs === undefined ? '' : `, lease renewed ${age(atMs - renewedAtMs)} ago`;
  return controller.kind === 'live'
    ? `${who}${when}; mode ${mode}`
    : `NONE: nobody watches${who === '' ? '' : ` (last ${who}${when})`}; mode ${mode}`;
}

/** What is missing above, and why. */
function unseen({ sources }: StatusView, style: Style): string[] {
  const missing = new Map<string, string[]>();
  for (const [name, source] of Object.entries(sources)) {
    if (source.kind === 'unseen') missing.set(source.why, [...(missing.get(source.why) ?? []), name]);
  }
  return [...missing].flatMap(([why, names]) =>
    labelled('Cannot see', `${names.join(', ')}: ${sanitize(why)}`, style)
      .slice(0, missing.size > 1 ? 1 : 2)
      .map((line) => style.paint.warn(line)),
  );
}

function labelled(label: string, text: string, style: Style): string[] {
  const lines = wrap(text, style.width - indent, 2);
  return lines.map((line, index) => padEnd(index === 0 ? label : '', indent) + line);
}

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
      `${glyph(tone, style)} ${view.service.state}`,
      view.traffic === undefined ? '?' : view.traffic.attemptsPerSecond.toFixed(1),
      at.join(', ') || '?',
      last === undefined ? '-' : `${sanitize(last.id, 20)} ${last.plan.kind} ${stateWords(last)}`,
    ];
  });
  const [head = '', ...lines] = table(
    [
      { title: 'DEPLOYMENT', align: 'left', maxWidth: 24 },
      { title: 'STATE', align: 'left', maxWidth: 12 },
      { title: 'RPS', align: 'right', maxWidth: 8 },
      { title: 'SERVED FROM', align: 'left', maxWidth: 30 },
      { title: 'LAST OPERATION', align: 'left', maxWidth: 40 },
    ],
    rows,
    style.width,
  );
  const colored = lines.map((line, index) => tint(serviceTones[views[index]?.service.state ?? 'unknown'], line, style));
  const [any] = views;
  const top =
    any === undefined
      ? []
      : [`${padEnd(cut(sanitize(any.environment, 40), 40), 40)}${padStart(clockTime(any.atMs), style.width - 40)}`];
  return [...top, style.paint.bold(head), ...colored, 'Next  godwit status DEPLOYMENT'].join('\n');
}
