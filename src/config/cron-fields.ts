/** A cron line as every cron reads it: where two of them differ, it is none. */
import type { CronFields } from '../model/cron-fields.ts';

export type CronReading =
  | { readonly kind: 'fields'; readonly fields: CronFields }
  /** `why` names the field and its text; `hint` is what to write instead. */
  | { readonly kind: 'refused'; readonly why: string; readonly hint: string };

interface FieldKind {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Words for its numbers, from the least. */
  readonly words: readonly string[];
}

const kinds: readonly FieldKind[] = [
  { name: 'minute', least: 0, most: 59, words: [] },
  { name: 'hour', least: 0, most: 23, words: [] },
  { name: 'day of the month', least: 1, most: 31, words: [] },
  {
    ...{ name: 'month', least: 1, most: 12 },
    words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  // 7 is Sunday to some of them and a mistake to others.
  { name: 'day of the week', least: 0, most: 6, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

/** Of each month, in a year that has the most. */
const daysIn = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Longer lines mean something else than a schedule. */
const mostLetters = 200;

/** Five fields of numbers, names, lists, ranges and steps. */
export function readCronFields(typed: string): CronReading {
  const texts = typed.trim().split(/\s+/);
  if (typed.length > mostLetters || texts.length !== kinds.length)
    return refused('it has no five fields', 'minute, hour, day of the month, month, day of the week: "17 * * * *"');
  const read = kinds.map((kind, index) => readField(kind, texts[index] ?? ''));
  const wrong = read.find((field) => field.kind === 'refused');
  if (wrong?.kind === 'refused') return wrong;
  const fields = read.filter((field) => field.kind === 'field');
  const [minutes, hours, daysOfMonth, months, daysOfWeek] = fields.map(({ values }) => values);
  const [, , dayText = '', , weekdayText = ''] = fields.map(({ text }) => text);
  const isFree = (text: string): boolean => text === '*' || text === '*/1';
  if (
    [dayText, weekdayText].some((text) => text.startsWith('*/') && !isFree(text)) &&
    !isFree(dayText) &&
    !isFree(weekdayText)
  )
    return refused(
      'days of the month and of the week with a step such as */2: some crons take either, some want both',
      'write the days as a list, or leave one of the two fields *',
    );
  const found: CronFields = {
    text: fields.map(({ text }) => text).join(' '),
    ...{ minutes: minutes ?? [], hours: hours ?? [], months: months ?? [] },
    daysOfMonth: isFree(dayText) ? undefined : daysOfMonth,
    daysOfWeek: isFree(weekdayText) ? undefined : daysOfWeek,
  };
  return comes(found)
    ? { kind: 'fields', fields: found }
    : refused('there is no such day', 'name a day that its months have');
}

type FieldReading =
  | { readonly kind: 'field'; readonly text: string; readonly values: readonly number[] }
  | Extract<CronReading, { kind: 'refused' }>;

function readField(kind: FieldKind, typed: string): FieldReading {
  const parts: string[] = [];
  const values = new Set<number>();
  for (const part of typed.split(',')) {
    const [found, star, fromText, toText, stepText] = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    const from = star === undefined ? numberOf(kind, fromText) : kind.least;
    const to = star === undefined ? numberOf(kind, toText ?? fromText) : kind.most;
    const step = stepText === undefined ? 1 : Number(stepText);
    // A step behind one number goes on to the end for some crons, and is a mistake for others.
    const isStepAlone = stepText !== undefined && star === undefined && toText === undefined;
    if (
      found === undefined ||
      from === undefined ||
      to === undefined ||
      from > to ||
      isStepAlone ||
      step < 1 ||
      step > kind.most
    )
      return refused(`its ${kind.name} is "${typed}"`, hintFor(kind));
    for (let value = from; value <= to; value += step) values.add(value);
    const range = star ?? (toText === undefined ? `${from}` : `${from}-${to}`);
    parts.push(stepText === undefined ? range : `${range}/${step}`);
  }
  return { kind: 'field', text: parts.join(','), values: [...values].toSorted((a, b) => a - b) };
}

function numberOf({ least, most, words }: FieldKind, text: string | undefined): number | undefined {
  const word = words.indexOf(text?.toLowerCase() ?? '');
  if (word >= 0) return least + word;
  const value = /^\d{1,2}$/.test(text ?? '') ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

function hintFor({ name, least, most, words }: FieldKind): string {
  const named = words.length === 0 ? '' : ` or ${words[0]}-${words.at(-1)}`;
  const sunday = name === 'day of the week' ? ' (Sunday is 0)' : '';
  return `${least}-${most}${named}${sunday}, with * , - and a step behind * or a range, such as */10`;
}

/** Some month has one of the days; any day of the week comes. */
function comes({ daysOfMonth, daysOfWeek, months }: CronFields): boolean {
  if (daysOfMonth === undefined || daysOfWeek !== undefined) return true;
  return months.some((month) => (daysOfMonth[0] ?? 0) <= (daysIn[month - 1] ?? 0));
}

function refused(why: string, hint: string): Extract<CronReading, { kind: 'refused' }> {
  return { kind: 'refused', why, hint };
}
