/** What was read back of an operation, for people. */
import type { StepCheck, Verdict, Verification } from '../../model/verification.ts';
import { operationText } from './operation.ts';
import { sanitize } from './sanitize.ts';
import { mark, type Style, type Tone, tint } from './style.ts';
import { cut } from './width.ts';

const tones: Readonly<Record<StepCheck['holds'], Tone>> = { yes: 'good', no: 'idle', unknown: 'unknown' };
const words: Readonly<Record<StepCheck['holds'], string>> = { yes: 'holds', no: 'does not', unknown: 'not seen' };

export function verificationText({ operation, checks, verdict }: Verification, style: Style): string {
  return [
    operationText(operation, style),
    'Read back now',
    ...checks.map(({ step, holds, seen }) => {
      const line = `${mark(tones[holds], style)}${sanitize(step, 60)} ${words[holds]}: ${sanitize(seen)}`;
      return `  ${tint(tones[holds], cut(line, style.width - 2), style)}`;
    }),
    verdictText(verdict),
  ].join('\n');
}

/** One sentence, also for the record. */
export function verdictText(verdict: Verdict): string {
  switch (verdict) {
    case 'as-planned':
      return 'Verdict: as planned. What it was to bring about is in force.';
    case 'as-before':
      return 'Verdict: as before. Nothing of it is in force.';
    case 'something-else':
      return 'Verdict: something else. Neither what was planned nor what was before is in force as a whole.';
    case 'not-seen':
      return 'Verdict: still not seen. What decides it cannot be read now.';
  }
}
