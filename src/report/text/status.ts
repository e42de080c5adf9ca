/** The one screen of a deployment: what users get, what happened, where traffic goes, what is safe to do. 80 × 24. */
import { unstartable } from '../../model/doctor.ts';
import type { Operation } from '../../model/operation.ts';
import { age } from '../../model/words.ts';
import type { ServiceState, StatusView } from '../status-view.ts';
import { bySoonest, noticeLine } from './notice.ts';
import { stateWords, toneOfState, whatText } from './operation.ts';
import { reasonWord } from './reason.ts';
import { sanitize } from './sanitize.ts';
import { percent, seconds, siteTable } from './site-table.ts';
import { mark, type Style, type Tone, tint } from './style.ts';
import { temporaryLines } from './temporary.ts';
import { clockTime } from './time.ts';
import { cut, padEnd, widthOf, wrap } from './width.ts';

/** Column where the text after a heading starts. */
const indent = 15;

/** The tone of what users get. */
export const serviceTones: Readonly<Record<ServiceState, Tone>> = {
  serving: 'good',
  degraded: 'warn',
  down: 'bad',
  unknown: 'unknown',
};

/** Lines on the one screen. More sites than it has room for make it longer. */
const screenRows = 24;

/** A part of the screen, and how many of its lines must stay where there are too many in all. */
interface Part {
  readonly lines: readonly string[];
  readonly least?: number;
}

/** Lines without the last line break; none is wider than `style.width`. */
export function statusText(view: StatusView, style: Style, columns: 'usual' | 'wide' = 'usual'): string {
  const whole = rowsOf(partsOf(view, style, columns, 'whole'));
  if (style.isAccessible || whole.length <= screenRows) return whole.join('\n');
  return rowsOf(fitted(partsOf(view, style, columns, 'short'))).join('\n');
}

/** `temporary`: with commands on lines of their own where they need one, or a line for each thing. */
function partsOf(
  view: StatusView,
  style: Style,
  columns: 'usual' | 'wide',
  temporary: 'whole' | 'short',
): readonly Part[] {
  return [
    { lines: [header(view, style), service(view, style), ...figures(view, style)] },
    { lines: happened(view, style), least: 4 },
    { lines: siteTable(view, style, columns) },
    { lines: announced(view, style), least: 0 },
    { lines: failoverAgain(view, style), least: 1 },
    { lines: temporaryLines(view, style, indent, temporary) },
    { lines: doctor(view, style) },
    { lines: labelled('Controller', controllerText(view), style), least: 1 },
    { lines: unseen(view, style) },
    { lines: answersFor(view, style) },
    { lines: nextLines(view.next, style), least: 1 },
  ];
}

function rowsOf(parts: readonly Part[]): readonly string[] {
  return parts.flatMap(({ lines }) => lines);
}

/** From the bottom up, second lines give way: whoever scrolls at night has lost the first ones. */
function fitted(parts: readonly Part[]): readonly Part[] {
  let over = rowsOf(parts).length - screenRows;
  return parts
    .toReversed()
    .map(({ lines, least = lines.length }) => {
      const kept = Math.max(Math.min(least, lines.length), lines.length - Math.max(0, over));
      over -= lines.length - kept;
      return { lines: lines.slice(0, kept) };
    })
    .toReversed();
}

function header({ environment, atMs, sources }: StatusView, style: Style): string {
  const { controller } = sources;
  const data =
    controller.kind === 'unseen'
      ? 'no data of a controller'
      : `data ${age(atMs - controller.asOfMs)} old${controller.isStale ? ', STALE' : ''}`;
  const right = `${clockTime(atMs)}, ${data}`;
  if (style.isAccessible) return `${sanitize(environment, 60)}, ${right}`;
  const left = cut(sanitize(environment, 60), style.width - widthOf(right) - 2);
  const gap = ' '.repeat(Math.max(1, style.width - widthOf(left) - widthOf(right)));
  const isOld = controller.kind === 'unseen' || controller.isStale;
  return left + gap + (isOld ? style.paint.warn(right) : right);
}

function service({ deployment, service: { state, why } }: StatusView, style: Style): string {
  const tone = serviceTones[state];
  const name = cut(sanitize(deployment, 40), Math.min(30, style.width - 16));
  const rest = `: ${sanitize(why)}`;
  const room = style.width - widthOf(name) - 3 - state.length - 1;
  return `${style.paint.bold(name)}  ${tint(tone, `${mark(tone, style)}${state.toUpperCase()}`, style)}${cut(rest, room)}`;
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
  const what = whatText(plan);
  const head = `${plan.trigger} ${plan.kind} ${sanitize(id, 20)} ${mark(toneOfState(state), style)}${stateWords(operation)}, ${when}${what}`;
  const because = operation.error ?? plan.because[0];
  const why =
    because === undefined
      ? []
      : wrap(`${sanitize(because.code, 60)}: ${sanitize(because.message)}`, style.width - indent, 2);
  const margin = style.isAccessible ? 2 : indent;
  return [...labelled(label, head, style), ...why.map((line) => ' '.repeat(margin) + line)];
}

/** More of them are counted, not listed. */
const maxNotices = 2;

/** What providers will do, the soonest first; with no room for it the table's notes are what is left. */
function announced({ sites, atMs }: StatusView, style: Style): string[] {
  const all = sites.flatMap(({ name, notices }) => (notices?.told ?? []).map((notice) => ({ ...notice, site: name })));
  const lines = bySoonest(all)
    .slice(0, maxNotices)
    .map((notice) => noticeLine(notice.site, notice, atMs));
  if (all.length > maxNotices) lines.push(`and ${all.length - maxNotices} more: godwit status -o json`);
  if (style.isAccessible) return lines.map((line) => `Announced: ${line}`);
  return lines.map((line, at) => padEnd(at === 0 ? 'Announced' : '', indent) + cut(line, style.width - indent));
}

function failoverAgain({ failoverReady, sites, atMs }: StatusView, style: Style): string[] {
  const { value, to, isTargetReady, reasons } = failoverReady;
  const label = 'Fail over again?';
  if (value === 'yes') {
    const examined = sites.find(({ name }) => name === to)?.examined;
    const against = examined && unstartable(examined);
    const when = age(Math.max(0, atMs - (examined?.atMs ?? atMs)));
    // What must be done first is cut off last: rather the site's name.
    const doubt = against === undefined ? 'started or proven first' : `${when} ago it could not start: ${against.area}`;
    const caveat = isTargetReady ? '' : ` (not ready: ${doubt})`;
    const room = style.width - label.length - 10;
    const where = cut(sanitize(to ?? 'another site', 40), Math.max(leastName, room - caveat.length)) + caveat;
    return [`${label}  ${tint('good', 'YES', style)}, to ${cut(where, room)}`];
  }
  const word = value === 'no' ? 'NO' : 'UNKNOWN';
  const [first] = reasons;
  const more = reasons.slice(1, 3).map((reason) => reasonWord(reason, atMs));
  const why = first === undefined ? '' : [`${reasonWord(first, atMs)}, ${sanitize(first.message)}`, ...more].join('; ');
  const [head = '', ...rest] = wrap(why, style.width - label.length - word.length - 4, 2);
  const margin = ' '.repeat(label.length + word.length + 4);
  return [`${label}  ${tint('bad', word, style)}: ${head}`, ...rest.map((line) => margin + line)];
}

/** One line: at night nobody reads on. */
function answersFor({ owner, runbook }: StatusView, style: Style): string[] {
  if (owner === undefined && runbook === undefined) return [];
  if (runbook === undefined) return labelled('Owner', sanitize(owner ?? '', 60), style).slice(0, 1);
  const who = owner === undefined ? '' : `, owner ${sanitize(owner, 30)}`;
  return labelled('Runbook', `${sanitize(runbook, 200)}${who}`, style).slice(0, 1);
}

/** Columns that a name has at least. */
const leastName = 8;

/** One line: what was found is read with the command that looks again. */
function doctor({ sites, atMs }: StatusView, style: Style): string[] {
  const found = sites.flatMap(({ examined }) =>
    examined === undefined || examined.findings.length === 0 ? [] : examined,
  );
  if (found.length === 0) return [];
  const count = found.reduce((sum, { findings }) => sum + findings.length, 0);
  const oldestMs = Math.min(...found.map((each) => each.atMs));
  const names = found.map(({ site }) => sanitize(site, 20)).join(', ');
  const where = cut(names, Math.max(leastName, style.width - indent - 44));
  const text = `${count} ${count === 1 ? 'finding' : 'findings'} ${age(Math.max(0, atMs - oldestMs))} ago (godwit doctor): ${where}`;
  return labelled('Doctor', text, style).slice(0, 1);
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

/** Broken between commands only: each is there to be copied. */
function nextLines(commands: readonly string[], style: Style): string[] {
  if (style.isAccessible) return labelled('Next', commands.join('; '), style);
  const room = style.width - indent;
  const lines: string[] = [];
  for (const command of commands) {
    const longer = `${lines.at(-1)} | ${command}`;
    if (lines.length === 0 || widthOf(longer) > room) lines.push(command);
    else lines.splice(-1, 1, longer);
  }
  return lines.slice(0, 2).map((line, at) => padEnd(at === 0 ? 'Next' : '', indent) + cut(line, room));
}

function labelled(label: string, text: string, style: Style): string[] {
  if (style.isAccessible) return [`${label}: ${text}`];
  const lines = wrap(text, style.width - indent, 2);
  return lines.map((line, index) => padEnd(index === 0 ? label : '', indent) + line);
}
