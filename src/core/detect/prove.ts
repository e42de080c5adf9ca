/** Proof of readiness: the newest unbroken run of good completions of one boot. */
import type { Proof } from '../../model/condition.ts';
import type { Observation } from '../../model/observation.ts';
import type { ProofPolicy } from '../../model/policy.ts';
import type { CompletionProbeSpec } from '../../model/probe-spec.ts';
import type { Replica } from '../../model/replica.ts';
import { countRuns } from './consecutive.ts';

/** Undefined while the newest answer was bad or there is none. */
export function prove(history: readonly Observation[], spec: CompletionProbeSpec, replica: Replica): Proof | undefined {
  const { successesInARow } = countRuns(history);
  const newest = history.findLast(({ outcome }) => outcome === 'good');
  if (successesInARow === 0 || newest === undefined) return undefined;
  return {
    replica: replica.id,
    bootId: replica.bootId,
    model: spec.model,
    completions: successesInARow,
    atMs: newest.atMs,
  };
}

/** Enough completions, fresh enough, of this very boot and model. */
export function isProven(
  proof: Proof | undefined,
  replica: Replica,
  model: string,
  policy: ProofPolicy,
  nowMs: number,
): boolean {
  return (
    proof !== undefined &&
    proof.bootId === replica.bootId &&
    proof.model === model &&
    proof.completions >= policy.completions &&
    nowMs - proof.atMs < policy.maxAgeMs
  );
}
