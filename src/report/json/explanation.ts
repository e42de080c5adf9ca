/** What the record says, for machines. */
import type { Explanation, RecordedDecision } from '../../model/explanation.ts';
import { iso } from '../text/time.ts';
import { attemptJson } from './block.ts';
import { drainedJson } from './drained.ts';
import { operationJson } from './operation.ts';

/** Times in ISO 8601. */
export function explanationJson({ operation, decided, steps, drains, takenUpBy }: Explanation) {
  return {
    operation: operationJson(operation),
    decided: decided === undefined ? null : decidedJson(decided),
    steps: steps.map(({ name, state, beganAtMs, endedAtMs, error, detail, attempts }) => ({
      ...{ name, state, beganAt: isoOrNull(beganAtMs), endedAt: isoOrNull(endedAtMs) },
      ...{ error: error ?? null, detail: detail ?? null },
      ...(attempts === undefined ? {} : { attempts: attempts.map(attemptJson) }),
    })),
    drains: drains.map(drainedJson),
    takenUpBy,
  };
}

/** A decision with the values seen then. */
export function decidedJson({ decision, atMs, seq, by }: RecordedDecision) {
  return { at: iso(atMs), seq: seq ?? null, by: by ?? null, decision };
}

function isoOrNull(atMs: number | undefined): string | null {
  return atMs === undefined ? null : iso(atMs);
}
