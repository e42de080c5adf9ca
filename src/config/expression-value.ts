/** The values of expressions: what each signal takes, and what a wrong one may have been meant for. */
import { type Measure, type Signal, signalTable } from '../model/expression.ts';
import { reasonCodes } from '../model/reason.ts';
import { suggestion } from './nearest.ts';
import { parseDuration, parseShare } from './units.ts';

/** In the signal's measure; undefined: it takes no such value. */
export function parseValue(text: string, signal: Signal): number | string | undefined {
  return measures[signalTable[signal].measure].parse(text, signal);
}

/** What is wrong with a value that the signal does not take. `rest`: what follows it. */
export function wrongValue(
  value: string,
  rest: string,
  signal: Signal,
): { readonly message: string; readonly hint: string } {
  const { measure } = signalTable[signal];
  const { takes, units } = measures[measure];
  if (measure === 'word') {
    const known = wordsOf(signal);
    const message =
      signal === 'reason'
        ? 'reason is a reason code, as decisions have them'
        : `${signal} is one of ${known.join(', ')}`;
    return { message, hint: suggestion(value, known) ?? `such as "${exampleOf(signal)}"` };
  }
  const [next = ''] = rest.split(/\s/u, 1);
  if (next !== '' && parseValue(value + next, signal) !== undefined)
    return { message: 'a unit follows its number without a space', hint: `did you mean ${value}${next}?` };
  const meant = units.map((unit) => value + unit).filter((each) => parseValue(each, signal) !== undefined);
  const other = (['time', 'share'] as const).find((each) => measures[each].parse(value, signal) !== undefined);
  return {
    message: `${signal} takes ${takes}${other === undefined || other === measure ? '' : `, not ${measures[other].noun}`}`,
    hint: meant.length === 0 ? `such as "${exampleOf(signal)}"` : `did you mean ${meant.join(' or ')}?`,
  };
}

/** A comparison of that signal, as one would write it. */
export function exampleOf(signal: Signal): string {
  const fallback = signalTable[signal].measure === 'time' ? '<= 2s' : '< 1%';
  return `${signal} ${exampleValues[signal] ?? fallback}`;
}

const exampleValues: Readonly<Partial<Record<Signal, string>>> = {
  availability: '>= 99.5%',
  lostRequests: '<= 0.5%',
  recoveryTime: '<= 120s',
  detectionTime: '<= 60s',
  moves: '= 0',
  decision: '= act',
  reason: '= NoReadyCapacity',
  'ttft.p50': '<= 1s',
  'capacity.healthy': '>= 50%',
};

interface Taking {
  readonly noun: string;
  readonly takes: string;
  /** What a number without one may have been meant with, likeliest first. */
  readonly units: readonly string[];
  parse(text: string, signal: Signal): number | string | undefined;
}

const measures: Readonly<Record<Measure, Taking>> = {
  time: { noun: 'a time', takes: 'a time with its unit', units: ['s', 'm'], parse: parseDuration },
  share: {
    noun: 'a share',
    takes: 'a share from 0% to 100%',
    units: ['%'],
    parse(text) {
      const percent = parseShare(text);
      return percent === undefined ? undefined : percent / 100;
    },
  },
  count: {
    noun: 'a number',
    takes: 'a whole number',
    units: [],
    parse: (text) => (/^\d{1,6}$/.test(text) ? Number(text) : undefined),
  },
  word: {
    noun: 'a word',
    takes: 'a word',
    units: [],
    parse: (text, signal) => wordsOf(signal).find((each) => each === text),
  },
};

function wordsOf(signal: Signal): readonly string[] {
  return signal === 'reason' ? reasonCodes : ['act', 'advise', 'stay'];
}
