/** Which replicas of a hunt were asked for, and may be there. */
import type { StepState } from '../model/journal-entry.ts';

/** By part: whether it may be there whatever a later refusal says. A part that surely is not there is not among them. */
export type AskedParts = ReadonlyMap<string, 'open' | 'doubtful'>;

/**
 * `state`: what the journal says of the part next. A refusal settles the only try there was; it says nothing of one before it
 * whose answer was lost, nor does it unmake what was granted.
 */
export function askedAfter(parts: AskedParts, part: string, state: StepState): AskedParts {
  const before = parts.get(part);
  const next = new Map(parts);
  if (state === 'intended') next.set(part, before === undefined ? 'open' : 'doubtful');
  else if (state !== 'refused') next.set(part, 'doubtful');
  else if (before === 'open') next.delete(part);
  return next;
}
