/** How a step ends, and what its closing entry means after a crash. */
import type { StepState } from '../model/journal-entry.ts';
import type { Step } from '../model/plan.ts';
import type { ProviderError } from '../model/provider-error.ts';

/** `left`: stopped with the step open (lease lost, process ends); the next holder goes on. */
export type StepEnd = { readonly kind: 'reached' } | StepTrouble;

export type StepTrouble =
  | { readonly kind: 'failed'; readonly error: ProviderError }
  | { readonly kind: 'unknown'; readonly error: ProviderError }
  | { readonly kind: 'preempted' }
  | { readonly kind: 'left' };

/** What a step's closing entry means for the operation: the same when it is read back after a crash. */
export function endOf(step: Step, state: StepState, error: ProviderError): StepEnd {
  const isBestEffort = (step.kind === 'launch' || step.kind === 'release') && step.bestEffort;
  if (state === 'reached' || isBestEffort) return { kind: 'reached' };
  return { kind: state === 'unknown' ? 'unknown' : 'failed', error };
}
