/** What a step's effect is given, and what it keeps of itself while the step runs in this process. */
import { nothingLeftCode } from '../core/hunt-words.ts';
import type { Attempt, Block } from '../model/block.ts';
import type { Reply } from '../model/outcome.ts';
import type { ErrorClass, ProviderError } from '../model/provider-error.ts';
import type { StepRef } from './context.ts';

/** A gateway that restarts, a provider that throttles, credentials that are renewed: the step holds until its deadline. */
export const passingClasses: ReadonlySet<ErrorClass> = new Set(['transient', 'throttled', 'auth']);

export type Refusal = Extract<Reply<void>, { kind: 'refused' }>;

/** What a hunt knows of its rounds so far. */
export interface HuntMemory {
  /** Parts whose start was granted, and when: epoch milliseconds. */
  readonly granted: Map<string, number>;
  /** Parts whose start was granted and came to nothing: how often. */
  readonly lost: Map<string, number>;
  /** By site: what it was refused last. */
  readonly attempts: Map<string, readonly Attempt[]>;
  /** By site: how often in a row it refused, until when (monotonic milliseconds) it is left alone, and whether it may pass soon. */
  readonly resting: Map<
    string,
    { readonly failures: number; readonly untilMonoMs: number; readonly isPassing: boolean }
  >;
  /** By part: what was written down of it last, when all of it was known to be hopeless. */
  readonly toldDoomed: Map<string, string>;
  /** The next try that was told last, epoch milliseconds. */
  toldNextAtMs: number | undefined;
}

/** What a launch knows of its slots so far. */
export interface LaunchMemory {
  /** Slots whose start was granted, and when. */
  readonly granted: Map<number, { readonly atMs: number; readonly atMonoMs: number }>;
  /** Boots of these slots that were listed as gone: each is asked about once. */
  readonly gone: Set<string>;
  /** Slots that were granted and lost again. */
  readonly lost: Set<number>;
}

export interface EffectTerms {
  /** Monotonic milliseconds after which no further try begins. */
  readonly deadlineAtMonoMs: number;
  readonly signal: AbortSignal;
  /** Refusals that stay, by part: what the provider has none of is not asked for again by the same step. */
  readonly refusals: Map<string, Refusal>;
  /**
   * Parts with a try that had no certain end, and when (monotonic milliseconds) that was known last: what is hopeless for
   * others may have been made for them.
   */
  readonly unsettled: Map<string, number>;
  /** What is remembered only once the step gives up: credentials may be renewed while it holds. */
  readonly held: Block[];
  /** Replicas whose stop was acknowledged to this step: it is not asked for again. */
  readonly stopped: Set<string>;
  readonly launch: LaunchMemory;
  readonly hunt: HuntMemory;
  /** The refusal that is answered now is not the end: asked again after so long, in milliseconds. */
  wait(forMs: number): void;
  /** Of a hedged hunt: nobody has any more, so what it was granted has to do. */
  settleForLess(): void;
  /** What became of it, for the record. */
  tell(detail: string): void;
}

/** Of a step that begins, or is begun again after a crash. */
export function effectTerms(
  { past, beganAtMonoMs }: Pick<StepRef, 'past'> & { readonly beganAtMonoMs: number },
  given: Pick<EffectTerms, 'deadlineAtMonoMs' | 'signal' | 'tell' | 'wait' | 'settleForLess'>,
): EffectTerms {
  return {
    ...given,
    launch: { granted: new Map(), gone: new Set(), lost: new Set() },
    hunt: {
      granted: grantedParts(past),
      lost: new Map(),
      attempts: new Map(),
      resting: new Map(),
      toldDoomed: new Map(),
      toldNextAtMs: undefined,
    },
    ...{ refusals: new Map(), unsettled: openParts(past, beganAtMonoMs), held: [], stopped: new Set() },
  };
}

/** What was not even asked for is refused for good, whatever class its reason is of. */
export function mayPass({ class: name, code }: ProviderError): boolean {
  return passingClasses.has(name) && code !== nothingLeftCode;
}

/** From before a crash. */
function grantedParts(past: StepRef['past']): Map<string, number> {
  const granted = new Map<string, number>();
  for (const { body, atMs } of past) {
    if (body.kind !== 'step' || body.part === undefined) continue;
    if (body.state === 'reached') granted.set(body.part, atMs);
    else granted.delete(body.part);
  }
  return granted;
}

/** Intended, and the record does not say how it ended. */
function openParts(past: StepRef['past'], atMonoMs: number): Map<string, number> {
  const open = new Map<string, number>();
  for (const { body } of past) {
    if (body.kind !== 'step' || body.part === undefined) continue;
    if (body.state === 'intended' || body.state === 'unknown') open.set(body.part, atMonoMs);
    else open.delete(body.part);
  }
  return open;
}
