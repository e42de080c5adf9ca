/** What a step's effect is given, and what it keeps of itself while the step runs in this process. */
import { nothingLeftCode } from '../core/hunt-words.ts';
import type { Block } from '../model/block.ts';
import type { Reply } from '../model/outcome.ts';
import type { ErrorClass, ProviderError } from '../model/provider-error.ts';

/** A gateway that restarts, a provider that throttles, credentials that are renewed: the step holds until its deadline. */
export const passingClasses: ReadonlySet<ErrorClass> = new Set(['transient', 'throttled', 'auth']);

export type Refusal = Extract<Reply<void>, { kind: 'refused' }>;

export interface EffectTerms {
  /** Monotonic milliseconds after which no further try begins. */
  readonly deadlineAtMonoMs: number;
  readonly signal: AbortSignal;
  /** Refusals that stay, by part: what the provider has none of is not asked for again by the same step. */
  readonly refusals: Map<string, Refusal>;
  /** Parts with a try that had no answer: what is hopeless for others may have been made for them. */
  readonly unsettled: Set<string>;
  /** What is remembered only once the step gives up: credentials may be renewed while it holds. */
  readonly held: Block[];
  /** Replicas whose stop was acknowledged to this step: it is not asked for again. */
  readonly stopped: Set<string>;
  /** What became of it, for the record. */
  tell(detail: string): void;
}

/** Of a step that begins. */
export function effectTerms(
  deadlineAtMonoMs: number,
  signal: AbortSignal,
  tell: EffectTerms['tell'] = () => undefined,
): EffectTerms {
  return {
    ...{ deadlineAtMonoMs, signal, tell },
    ...{ refusals: new Map(), unsettled: new Set(), held: [], stopped: new Set() },
  };
}

/** What was not even asked for is refused for good, whatever class its reason is of. */
export function mayPass({ class: name, code }: ProviderError): boolean {
  return passingClasses.has(name) && code !== nothingLeftCode;
}
