/** What the next person on call must know, on one screen. Gaps have names: `[owner?]` is for a person to fill. */
import type { Operation } from '../../model/operation.ts';
import type { HandoverLine, HandoverView } from '../handover-view.ts';
import { changeText, stateWords } from './operation.ts';
import { sanitize } from './sanitize.ts';
import { standingEnd, standingText, standingWhy } from './standing.ts';
import type { Style } from './style.ts';
import { clockTime, day } from './time.ts';
import { padEnd, wrap } from './width.ts';

/** Column where the text after a heading starts. */
const indent = 13;
/** More lines of one heading are counted. */
const mostLines = 12;
const mostWrapped = 3;

/** Within `style.width`. */
export function handoverText(view: HandoverView, style: Style): string {
  const { environment, fromMs, atMs } = view;
  const shift = `${stamp(fromMs, atMs)} -> ${clockTime(atMs)}`;
  return [
    ...wrap(`Handover ${sanitize(environment, 40)}, ${shift}`, style.width, 2),
    ...handoverSections(view).flatMap(({ title, lines }) => section(title, lines, style)),
  ].join('\n');
}

export interface HandoverSection {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Each with at least one line; clean, not yet wrapped. */
export function handoverSections(view: HandoverView): readonly HandoverSection[] {
  const { impact, changed, isCut, temporary, risks, open, unseen, atMs } = view;
  const runbooks = view.runbooks.map((each) => sanitize(each, 200));
  const ops = changed.map(({ id }) => id).slice(0, 5);
  const noStore = unseen.some(({ text }) => text.startsWith('store:'));
  const none = noStore ? 'cannot be seen: [what changed?]' : 'nothing';
  return [
    { title: 'Impact now', lines: impact.map(impactLine) },
    {
      title: 'Changed',
      lines: orElse(
        [...changed.map((each) => changedLine(each, atMs)), ...(isCut ? ['and maybe more: godwit history'] : [])],
        none,
      ),
    },
    {
      title: 'Temporary',
      lines: orElse(
        temporary.map(
          (each) =>
            `${sanitize(each.deployment, 40)}: ${standingText(each)} ${standingEnd(each, atMs)}, by ${standingWhy(each)}`,
        ),
        noStore ? 'cannot be seen: [what is temporary?]' : 'nothing',
      ),
    },
    { title: 'Risks 2h', lines: orElse(risks.map(line), 'none that can be seen') },
    {
      title: 'Open',
      lines: orElse(
        open.map((each) => `[owner?] ${line(each)}`),
        '[owner?] anything that is not on record',
      ),
    },
    ...(unseen.length === 0 ? [] : [{ title: 'Cannot see', lines: unseen.map(line) }]),
    { title: 'Next check', lines: ['[time?]'] },
    {
      title: 'Links',
      lines: [[...ops, '[dashboard?]', ...(runbooks.length === 0 ? ['[runbook?]'] : runbooks)].join(', ')],
    },
  ];
}

function impactLine({ deployment, state, why }: HandoverView['impact'][number]): string {
  const name = sanitize(deployment, 40);
  return state === 'serving'
    ? `none; ${name} serving: ${sanitize(why)}`
    : `${name} ${state.toUpperCase()}: ${sanitize(why)}`;
}

function changedLine(operation: Operation, atMs: number): string {
  const { id, plan, openedAtMs } = operation;
  const because = plan.because[0];
  const why = because === undefined ? '' : ` (${because.code}: ${sanitize(because.message)})`;
  const what = `${plan.trigger} ${plan.kind} of ${sanitize(plan.deployment, 40)}, ${stateWords(operation)}`;
  return `${stamp(openedAtMs, atMs)} ${id} ${what}: ${changeText(plan, ' -> ')}${why}`;
}

function line({ deployment, text }: HandoverLine): string {
  return `${sanitize(deployment, 40)}: ${sanitize(text)}`;
}

function orElse(lines: readonly string[], none: string): readonly string[] {
  return lines.length === 0 ? [none] : lines;
}

/** With its date when that is another than today's. */
function stamp(atMs: number, todayMs: number): string {
  return day(atMs) === day(todayMs) ? clockTime(atMs) : `${day(atMs)} ${clockTime(atMs)}`;
}

function section(title: string, lines: readonly string[], style: Style): readonly string[] {
  const shown = lines.slice(0, mostLines);
  const more = lines.length > mostLines ? [`and ${lines.length - mostLines} more: -o json`] : [];
  return [...shown, ...more]
    .flatMap((each) => wrap(each, style.width - indent, mostWrapped))
    .map((each, index) => padEnd(index === 0 ? title : '', indent) + each);
}
