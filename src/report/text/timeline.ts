/** What happened around an operation, for people: in UTC and in local time, one line each. */
import type { Actor } from '../../model/operation.ts';
import type { Timeline, TimelineItem } from '../../model/timeline.ts';
import { span } from '../../model/words.ts';
import { ofDecision } from './event-line.ts';
import { noticeText } from './notice.ts';
import { changeText } from './operation.ts';
import { sanitize } from './sanitize.ts';
import { standingEnd, standingText } from './standing.ts';
import { type Style, tint } from './style.ts';
import { clockTime, day, localTime, offsetText } from './time.ts';
import { cut, wrap } from './width.ts';

/** Minutes that local time is ahead of UTC at a moment. */
export type OffsetMin = (atMs: number) => number;

/** Columns before the words. */
const indent = 21;
/** More lines of one item are cut: a note may be long. */
const mostLines = 6;

/** None is wider than `style.width`. */
export function timelineText({ operation, items, isCut }: Timeline, offset: OffsetMin, style: Style): string {
  const { id, plan, openedAtMs } = operation;
  const head = `${id}  ${plan.trigger} ${plan.kind} of ${sanitize(plan.deployment, 40)}`;
  const zone = `${day(openedAtMs)}, UTC and local (${offsetText(offset(openedAtMs))})`;
  return [
    cut(`${head}  ${zone}`, style.width),
    ...(isCut ? ['(the oldest entries are left out: there were more than 1000)'] : []),
    ...items.flatMap((item) => lines(item, offset, style)),
  ].join('\n');
}

function lines(item: TimelineItem, offset: OffsetMin, style: Style): readonly string[] {
  const said = timelineWords(item);
  if (said === undefined) return [];
  const who = whoMatters(item) ? `${whoOf(item.by)}: ` : '';
  const [first = '', ...more] = wrap(who + said, style.width - indent, mostLines);
  const times = `${clockTime(item.atMs)}  ${localTime(item.atMs, offset(item.atMs))}`;
  const text = item.kind === 'note' ? style.paint.bold(first) : first;
  return [`${tint('idle', times, style)}  ${text}`, ...more.map((line) => ' '.repeat(indent) + line)];
}

/** What a person did, and who went on with something, is told with the name. */
export function whoMatters({ kind, by }: TimelineItem): boolean {
  return by.kind === 'person' || kind === 'taken-up' || kind === 'lease';
}

/** Short: a line has to say more. */
export function whoOf({ kind, name, host }: Actor): string {
  return `${kind === 'controller' ? 'controller ' : ''}${sanitize(name, 40)}@${sanitize(host, 40)}`;
}

/** One line; undefined when it is no news to a person. */
export function timelineWords(item: TimelineItem): string | undefined {
  switch (item.kind) {
    case 'decision':
      return ofDecision(item.decision)?.[1];
    case 'opened': {
      const { plan } = item.operation;
      return `begun: ${plan.trigger} ${plan.kind}, ${changeText(plan, ' to ')}`;
    }
    case 'taken-up':
      return `taken up, epoch ${item.operation.epoch}`;
    case 'state':
      return `now ${item.operation.state}`;
    case 'order':
      return orderWords(item);
    case 'ended':
      return endWords(item);
    case 'step':
      return stepWords(item);
    case 'standing':
      return standingWords(item);
    case 'notice':
      return `announced at ${sanitize(item.site, 40)}: ${noticeText(item.notice, item.atMs)}`;
    case 'note':
      return `note: ${sanitize(item.text, 2000)}`;
    case 'lease':
      return `lease ${item.event}`;
  }
}

function orderWords({ order }: Extract<TimelineItem, { kind: 'order' }>): string {
  if (order === undefined) return 'told to go on';
  const why = order.reason === undefined ? '' : `: ${sanitize(order.reason)}`;
  return `told to ${order.kind} by ${sanitize(order.by.name, 40)}@${sanitize(order.by.host, 40)}${why}`;
}

function endWords({ operation, atMs }: Extract<TimelineItem, { operation: unknown }>): string {
  const { state, openedAtMs, endedAtMs = atMs, error } = operation;
  const why = error === undefined ? '' : `: ${sanitize(error.code, 60)}: ${sanitize(error.message)}`;
  return `ended: ${state} after ${span(endedAtMs - openedAtMs)}${why}`;
}

function stepWords({ step: { step, index, part, state, error, detail } }: Extract<TimelineItem, { kind: 'step' }>) {
  const which = `step ${index + 1} ${sanitize(step, 60)}${part === undefined ? '' : ` (${sanitize(part, 20)})`}`;
  const why = error === undefined ? detail : `${error.code}: ${error.message}`;
  return `${which} ${state === 'intended' ? 'begun' : state}${why === undefined ? '' : `: ${sanitize(why)}`}`;
}

function standingWords({ key, standing, why, atMs }: Extract<TimelineItem, { kind: 'standing' }>): string {
  if (standing === undefined) return `no longer: ${sanitize(key, 60)} (${sanitize(why)})`;
  const end = standing.untilMs === undefined ? '' : `, ${standingEnd(standing, atMs)}`;
  return `set: ${standingText(standing)}${end} (${sanitize(why)})`;
}
