/** The kinds of values a command line takes, each parsed into its own type. */
import { isLoopback, type Listen, listenOf, listenPattern, mostPort } from '../model/listen.ts';
import { mostReasonLetters } from '../model/pin.ts';
import type { InputSpec, Suggestion } from './command.ts';

/** What was typed is not a value of the kind; the message says which ones are. */
export class InvalidInput extends Error {
  /** The word that is wrong and the words there are, when there is a closed set. */
  readonly among: { readonly wrong: string; readonly known: readonly string[] } | undefined;

  constructor(message: string, among?: { readonly wrong: string; readonly known: readonly string[] }) {
    super(message);
    this.among = among;
  }
}

type Suggests = Suggestion | readonly Suggestion[];

const same = (text: string): string => text;

/** An option without a value. */
export function flag(flags: string, summary: string): InputSpec<boolean> {
  return { flags, summary, isRequired: false, choices: undefined, fallback: false, parse: () => true };
}

/** The same for one of our own processes: no page of help shows it, and Tab does not offer it. */
export function hidden<T>(spec: InputSpec<T>): InputSpec<T> {
  return { ...spec, isHidden: true };
}

/** Free text that may be left out. */
export function text(flags: string, summary: string, suggests?: Suggests): InputSpec<string | undefined> {
  return { flags, summary, isRequired: false, choices: undefined, suggests, fallback: undefined, parse: same };
}

/** Text that must be given. */
export function requiredText(flags: string, summary: string, suggests?: Suggests): InputSpec<string> {
  return { flags, summary, isRequired: true, choices: undefined, suggests, fallback: undefined, parse: same };
}

/** One of a closed set of words. */
export function choice<const T extends string>(flags: string, summary: string, values: readonly T[], fallback: T) {
  const parse = (typed: string): T => oneOf(values, typed);
  return { flags, summary, isRequired: false, choices: values, fallback, parse } satisfies InputSpec<T>;
}

/** Files, each with the option before it; at least one. */
export function requiredFiles(flags: string, summary: string): InputSpec<readonly string[]> {
  const parse = (typed: string, before: unknown): readonly string[] => [
    ...(Array.isArray(before) ? (before as readonly string[]) : []),
    typed,
  ];
  return { flags, summary, isRequired: true, choices: undefined, suggests: 'file', fallback: undefined, parse };
}

/** One of a closed set of words, or nothing. */
export function optionalChoice<const T extends string>(
  flags: string,
  summary: string,
  values: readonly T[],
): InputSpec<T | undefined> {
  return { ...requiredChoice(flags, summary, values), isRequired: false };
}

/** One of a closed set of words, which must be given. */
export function requiredChoice<const T extends string>(
  flags: string,
  summary: string,
  values: readonly T[],
): InputSpec<T> {
  const parse = (typed: string): T => oneOf(values, typed);
  return { flags, summary, isRequired: true, choices: values, fallback: undefined, parse };
}

/** The word itself. Throws `InvalidInput` with the words there are. */
export function oneOf<const T extends string>(values: readonly T[], typed: string): T {
  const found = values.find((value) => value === typed);
  if (found === undefined) throw new InvalidInput(`allowed: ${values.join(', ')}`, { wrong: typed, known: values });
  return found;
}

/** A whole number from 1 to `most`. */
export function wholeNumber(flags: string, summary: string, most: number): InputSpec<number | undefined> {
  const parse = (typed: string): number => wholeOf(typed, 1, most);
  return { flags, summary, isRequired: false, choices: undefined, fallback: undefined, parse };
}

/** The same, or, where it is no number, a file that says more. */
export function wholeNumberOrFile(
  flags: string,
  summary: string,
  most: number,
): InputSpec<number | string | undefined> {
  const parse = (typed: string): number | string => (/^-?[\d.]+$/.test(typed) ? wholeOf(typed, 1, most) : typed);
  return { flags, summary, isRequired: false, choices: undefined, suggests: 'file', fallback: undefined, parse };
}

/** A whole number from 0 to `most`, which must be given. */
export function requiredCount(flags: string, summary: string, most: number): InputSpec<number> {
  const parse = (typed: string): number => wholeOf(typed, 0, most);
  return { flags, summary, isRequired: true, choices: undefined, fallback: undefined, parse };
}

function wholeOf(typed: string, least: number, most: number): number {
  const value = Number(typed);
  if (!/^\d+$/.test(typed) || value < least || value > most)
    throw new InvalidInput(`write a whole number from ${least} to ${most}`);
  return value;
}

/** Some of a closed set of words, with commas between them. */
export function choices<const T extends string>(
  flags: string,
  summary: string,
  values: readonly T[],
): InputSpec<readonly T[] | undefined> {
  const parse = (typed: string): readonly T[] => typed.split(',').map((word) => oneOf(values, word.trim()));
  return { flags, summary, isRequired: false, choices: values, isList: true, fallback: undefined, parse };
}

/** An option that switches something off which is on; `--no-wait` gives false. */
export function negation(flags: string, summary: string): InputSpec<boolean> {
  return { flags, summary, isRequired: false, choices: undefined, fallback: true, parse: () => false };
}

/** `50%` or `50`: a whole percent from 1 to 100. */
export function percent(flags: string, summary: string): InputSpec<number | undefined> {
  return { flags, summary, isRequired: false, choices: undefined, fallback: undefined, parse: parsePercent };
}

function parsePercent(typed: string): number {
  const value = Number(/^(\d{1,3})%?$/.exec(typed.trim())?.[1]);
  if (!(value >= 1 && value <= 100)) throw new InvalidInput('write a percent from 1 to 100, such as 50%');
  return value;
}

/** `10,50,100`: rising percents of a move, of which the last is all of it. */
export function risingPercents(flags: string, summary: string): InputSpec<readonly number[] | undefined> {
  const parse = (typed: string): readonly number[] => {
    const steps = typed.split(',').map(parsePercent);
    const isRising = steps.every((step, index) => index === 0 || step > (steps[index - 1] ?? 0));
    if (!isRising || steps.at(-1) !== 100) throw new InvalidInput('write rising percents up to 100, such as 10,50,100');
    return steps;
  };
  return { flags, summary, isRequired: false, choices: undefined, fallback: undefined, parse };
}

/** One of a closed set of words; the option may be given several times. */
export function repeatable<const T extends string>(
  flags: string,
  summary: string,
  values: readonly T[],
): InputSpec<readonly T[]> {
  const parse = (typed: string, before: unknown): readonly T[] => [
    ...(Array.isArray(before) ? (before as readonly T[]) : []),
    oneOf(values, typed),
  ];
  return { flags, summary, isRequired: false, choices: undefined, fallback: [], parse };
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const dayMs = 86_400_000;
const maxDurationMs = 7 * dayMs;
const mostDays = 3650;

/** `127.0.0.1:9464`: an address that only this machine can reach. */
export function loopback(flags: string, summary: string): InputSpec<Listen | undefined> {
  return { flags, summary, isRequired: false, choices: undefined, fallback: undefined, parse: parseLoopback };
}

function parseLoopback(typed: string): Listen {
  const listen = listenPattern.test(typed) ? listenOf(typed) : undefined;
  if (listen === undefined || listen.port > mostPort) throw new InvalidInput('write host:port, such as 127.0.0.1:9464');
  if (!isLoopback(listen.host))
    throw new InvalidInput(`${listen.host} can be reached from outside; allowed: 127.0.0.1, [::1], localhost`);
  return listen;
}

/** A time with its unit, such as `500ms`, `30s`, `10m` or `2h`, at most a week; in milliseconds. */
export function duration(flags: string, summary: string): InputSpec<number | undefined> {
  return { flags, summary, isRequired: false, choices: undefined, fallback: undefined, parse: parseDuration };
}

/** The same for what is kept for years: at most 3650d. */
export function longDuration(flags: string, summary: string): InputSpec<number | undefined> {
  const parse = (typed: string): number => {
    const ms = msOf(typed);
    if (!(ms > 0 && ms <= mostDays * dayMs))
      throw new InvalidInput(`write a time with its unit, such as 12h or 400d, at most ${mostDays}d`);
    return ms;
  };
  return { flags, summary, isRequired: false, choices: undefined, fallback: undefined, parse };
}

/** `YYYY-MM-DD`, a day that there is. */
export function dayText(flags: string, summary: string): InputSpec<string | undefined> {
  const parse = (typed: string): string => {
    const at = new Date(`${typed}T00:00:00Z`);
    const isDay = /^\d{4}-\d\d-\d\d$/.test(typed) && !Number.isNaN(at.getTime());
    if (!isDay || at.toISOString().slice(0, 10) !== typed) throw new InvalidInput('write a day such as 2026-12-24');
    return typed;
  };
  return { flags, summary, isRequired: false, choices: undefined, fallback: undefined, parse };
}

/** The same, and it must be given. */
export function requiredDuration(flags: string, summary: string): InputSpec<number> {
  return { flags, summary, isRequired: true, choices: undefined, fallback: undefined, parse: parseDuration };
}

/** Longer words belong where the incident is told, not into the record. */
const mostLetters = 2000;

/** What a person has to say for the record: must be given, and must say something. */
export function words(flags: string, summary: string, most = mostLetters): InputSpec<string> {
  const parse = (typed: string): string => wordsOf(typed, most);
  return { flags, summary, isRequired: true, choices: undefined, fallback: undefined, parse };
}

/** A reason that may be left out, and that the gateway keeps too while the store is down. */
export function reasonText(flags: string, summary: string): InputSpec<string | undefined> {
  const parse = (typed: string): string => wordsOf(typed, mostReasonLetters);
  return { flags, summary, isRequired: false, choices: undefined, fallback: undefined, parse };
}

function wordsOf(typed: string, most: number): string {
  if (typed.trim() === '') throw new InvalidInput('write at least a word');
  if (typed.length > most) throw new InvalidInput(`write at most ${most} letters`);
  return typed.trim();
}

function parseDuration(typed: string): number {
  const ms = msOf(typed);
  if (!(ms > 0 && ms <= maxDurationMs))
    throw new InvalidInput('write a time with its unit, such as 500ms, 30s or 10m, at most 7d');
  return ms;
}

/** NaN for what is no time. */
function msOf(typed: string): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(typed) ?? [];
  return Number(amount) * (unitMs[unit] ?? Number.NaN);
}
