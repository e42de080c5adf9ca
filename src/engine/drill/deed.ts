/** Something that a drill does to a site itself, and how it went. */
import type { Drill, PlannedFault } from '../../model/drill.ts';
import type { DrillAction } from '../../model/drill-run.ts';
import type { Reply } from '../../model/outcome.ts';
import type { Remains } from '../../model/remains.ts';
import type { ReadCall } from '../../ports/call.ts';
import { callWithin } from '../call-within.ts';
import type { EngineDeps } from '../engine.ts';

/** In words that say what was met. */
export interface Deed extends Pick<DrillAction, 'detail'> {
  readonly state: Exclude<DrillAction['state'], 'intended'>;
}

export type InflictDeps = Pick<EngineDeps, 'clock' | 'providers' | 'exec'>;

/** The fault, and the run that answers for it. */
export interface Inflicted {
  readonly run: string;
  readonly drill: Pick<Drill, 'name' | 'deployment'>;
  readonly fault: PlannedFault;
}

/** Hears what is to be undone before anything is done. Rejects: then nothing is. */
export type KeepRemains = (remains: Remains) => Promise<void>;

/** One call, which `words` say of once it is done. */
export async function deed(
  { clock }: InflictDeps,
  { timeoutMs, words, signal }: { readonly timeoutMs: number; readonly words: string; readonly signal?: AbortSignal },
  run: (call: ReadCall) => Promise<Reply<unknown>>,
): Promise<Deed> {
  const end = await callWithin(clock, timeoutMs, signal, run);
  if (end.kind !== 'answered') return { state: 'unknown', detail: end.error.message };
  const reply = end.value;
  return reply.kind === 'done' ? { state: 'done', detail: words } : { state: reply.kind, detail: reply.error.message };
}

/** Of several parts that are to be broken: unknown when one is, else done when one is. */
export function deedOfAny(deeds: readonly Deed[]): Deed {
  return together(deeds, ['unknown', 'done', 'refused']);
}

/** Of several parts that are to be made whole: done when all are, of none too. */
export function deedOfAll(deeds: readonly Deed[]): Deed {
  return together(deeds, ['unknown', 'refused', 'done']);
}

function together(deeds: readonly Deed[], order: readonly Deed['state'][]): Deed {
  const state = order.find((each) => deeds.some((one) => one.state === each)) ?? 'done';
  return { state, detail: deeds.map(({ detail }) => detail).join('; ') };
}
