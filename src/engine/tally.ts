/** Counts what the loop of one deployment does, from nothing: whoever takes the lease begins anew. */
import { type Decision, reasonsOf } from '../model/decision.ts';
import type { Trigger } from '../model/operation.ts';
import { type DecisionCount, type ProbeCount, type Tally, turnLimitsMs } from '../model/tally.ts';
import type { View } from '../model/view.ts';

export interface Tallier {
  /** A decision that said something new, and the view that it was made of. */
  noteDecision(decision: Decision, view: View): void;
  /** How long the work of one turn took, in milliseconds. */
  noteTurn(tookMs: number): void;
  read(probes: readonly ProbeCount[]): Tally;
}

export function createTally(): Tallier {
  const decisions = new Map<string, DecisionCount>();
  const within = turnLimitsMs.map(() => 0);
  let count = 0;
  let sumMs = 0;
  return {
    noteDecision(decision, view) {
      const trigger = triggerOf(decision, view);
      const codes = new Set(reasonsOf(decision).map(({ code }) => code));
      for (const reason of codes.size === 0 ? [undefined] : codes) {
        const key = `${decision.kind} ${trigger} ${reason}`;
        const before = decisions.get(key)?.count ?? 0;
        decisions.set(key, { decision: decision.kind, reason, trigger, count: before + 1 });
      }
    },
    noteTurn(tookMs) {
      count += 1;
      sumMs += tookMs;
      for (const [index, limitMs] of turnLimitsMs.entries())
        if (tookMs <= limitMs) within[index] = (within[index] ?? 0) + 1;
    },
    read: (probes) => ({ decisions: [...decisions.values()], probes, turns: { count, sumMs, within: [...within] } }),
  };
}

/** Who set it off; one that stays answers the person who asks, when somebody does. */
function triggerOf(decision: Decision, { request }: View): Trigger {
  switch (decision.kind) {
    case 'act':
    case 'advise':
      return decision.action.trigger;
    case 'steer':
      return decision.steering.request === undefined && decision.steering.said === undefined ? 'automatic' : 'manual';
    case 'stay':
      return request === undefined ? 'automatic' : 'manual';
  }
}
