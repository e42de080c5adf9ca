/** Reads one claim of a drill's hypothesis: `signal <= value` and nothing more. */
import { type Claim, type Signal, signals } from '../model/drill.ts';
import { suggestion } from './nearest.ts';
import { parseDuration, parseShare } from './units.ts';

export type ClaimEnd =
  | { readonly kind: 'claim'; readonly claim: Claim }
  /** Quotes nothing of the text that is not a number, a unit or a word of ours: it may come from the environment. */
  | { readonly kind: 'mistake'; readonly message: string; readonly hint: string };

interface Measure {
  readonly noun: string;
  readonly takes: string;
  readonly example: string;
  /** What a number without one may have been meant with, likeliest first. */
  readonly units: readonly string[];
  /** In the unit of `Claim.atMost`; undefined for anything else. */
  readonly parse: (text: string) => number | undefined;
}

const time: Measure = {
  noun: 'a time',
  takes: 'a time with its unit',
  example: '120s',
  units: ['s', 'm'],
  parse: parseDuration,
};
const share: Measure = {
  noun: 'a share',
  takes: 'a share from 0% to 100%',
  example: '0.5%',
  units: ['%'],
  parse(text) {
    const percent = parseShare(text);
    return percent === undefined ? undefined : percent / 100;
  },
};
const measures: Readonly<Record<Signal, Measure>> = { recoveryTime: time, lostRequests: share };

/** For editors: as much of the language as a pattern can say. */
export const claimPattern = String.raw`^\s*(recoveryTime\s*<=\s*\d+(\.\d+)?(ms|s|m|h|d)|lostRequests\s*<=\s*\d+(\.\d+)?%)\s*$`;
/** One for each signal. */
export const claimExamples: readonly string[] = signals.map(exampleOf);

const partsPattern = /^([^\s<>=!≤≥]*)\s*([<>=!≤≥]*)\s*(\S*)\s*(.*)$/su;

/** Pure: the same text gives the same claim. */
export function parseClaim(text: string): ClaimEnd {
  const [, word = '', comparison = '', value = '', rest = ''] = partsPattern.exec(text.trim()) ?? [];
  const signal = signals.find((each) => each === word);
  if (word === '' || comparison === '' || value === '')
    return mistake('a claim is written signal <= value', `such as "${exampleOf(signal ?? 'recoveryTime')}"`);
  if (signal === undefined) return mistake(`a claim is about ${signals.join(' or ')}`, suggestion(word, signals) ?? '');
  const atMost = measures[signal].parse(value);
  const meant = atMost === undefined ? exampleOf(signal) : `${signal} <= ${value}`;
  if (comparison !== '<=') return mistake('a claim sets a limit: only <= is understood', `write "${meant}"`);
  if (atMost === undefined) return wrongValue(signal, value, rest);
  if (rest !== '')
    return mistake('what follows the value is not understood: a claim is signal <= value', `write "${meant}"`);
  return { kind: 'claim', claim: { text, signal, atMost } };
}

function wrongValue(signal: Signal, value: string, rest: string): ClaimEnd {
  const { takes, units, example, parse } = measures[signal];
  const [next = ''] = rest.split(/\s/, 1);
  if (next !== '' && parse(value + next) !== undefined)
    return mistake('a unit follows its number without a space', `did you mean ${value}${next}?`);
  const meant = units.map((unit) => value + unit).filter((each) => parse(each) !== undefined);
  const other = [time, share].find((each) => each.parse(value) !== undefined);
  return mistake(
    `${signal} takes ${takes}${other === undefined ? '' : `, not ${other.noun}`}`,
    meant.length === 0 ? `such as ${example}` : `did you mean ${meant.join(' or ')}?`,
  );
}

function exampleOf(signal: Signal): string {
  return `${signal} <= ${measures[signal].example}`;
}

function mistake(message: string, hint: string): ClaimEnd {
  return { kind: 'mistake', message, hint };
}
