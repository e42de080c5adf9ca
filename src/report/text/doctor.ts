/** What was found before a bad night: what is bad first, then what could not be seen, then what is well. */
import type { DoctorReport, Finding, FindingOutcome } from '../../model/doctor.ts';
import { sanitize } from './sanitize.ts';
import { mark, type Style, type Tone, tint } from './style.ts';
import { hanging } from './width.ts';

const tones: Readonly<Record<FindingOutcome, Tone>> = { ok: 'good', bad: 'bad', unknown: 'unknown' };
const order: readonly FindingOutcome[] = ['bad', 'unknown', 'ok'];

/** What is said is cut at so many letters and lines: a cloud's own words may fill a screen. */
const mostLetters = 600;
const mostLines = 6;

/** Within `style.width`. */
export function doctorText({ findings, notAsked }: DoctorReport, style: Style): string {
  const sorted = order.flatMap((outcome) => findings.filter((each) => each.outcome === outcome));
  const lines = sorted.flatMap((each) => findingLines(each, style));
  const unasked = notAsked.flatMap(({ area, where, why }) =>
    hanging(
      `${mark('idle', style)}not asked `,
      `${area} ${sanitize(where)}: ${sanitize(why, mostLetters)}`,
      style.width,
      mostLines,
    ),
  );
  return [...lines, ...unasked, summary(findings, notAsked.length)].join('\n');
}

function findingLines({ area, outcome, where, what, why, todo }: Finding, style: Style): readonly string[] {
  const sign = `${mark(tones[outcome], style)}${outcome.padEnd(10)}`;
  const place = where === '' ? area : `${area} ${sanitize(where)}`;
  const lines = (head: string, text: string) => hanging(head, sanitize(text, mostLetters), style.width, mostLines);
  const [first = '', ...more] = lines(sign, `${place}: ${what}`);
  return [
    `${tint(tones[outcome], sign, style)}${first.slice(sign.length)}`,
    ...more,
    ...(why === undefined ? [] : lines('    why    ', why)),
    ...(todo === undefined ? [] : lines('    do     ', todo)),
  ];
}

function summary(findings: readonly Finding[], unasked: number): string {
  const count = (outcome: FindingOutcome): number => findings.filter((each) => each.outcome === outcome).length;
  const asked = `${count('ok')} ok, ${count('bad')} bad, ${count('unknown')} unknown`;
  return unasked === 0 ? asked : `${asked}; ${unasked} not asked`;
}
