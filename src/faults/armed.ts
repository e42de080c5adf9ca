/** Counts a script's faults down as calls meet them. */
import { assert } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { type FaultScript, longestScript, mostTimes, type ProviderFault } from './script.ts';

type Kind = ProviderFault['kind'];

export interface Armed {
  /** Uses up one time of the first armed fault of these kinds; undefined when none is armed. */
  take<K extends Kind>(...kinds: readonly K[]): Extract<ProviderFault, { kind: K }> | undefined;
}

/** Throws `AssertionFailed` for a script beyond its limits: drills check theirs before they arm it. */
export function arm(script: FaultScript, clock: Clock): Armed {
  assert(script.length <= longestScript, `a fault script has at most ${longestScript} faults`);
  for (const { kind, times } of script)
    assert(Number.isInteger(times) && times >= 1 && times <= mostTimes, `${kind}: times is 1 to ${mostTimes}`);
  const left = new Map(script.map((fault) => [fault, fault.times]));
  return {
    take<K extends Kind>(...kinds: readonly K[]) {
      const isOfKind = (fault: ProviderFault): fault is Extract<ProviderFault, { kind: K }> =>
        kinds.some((kind) => kind === fault.kind);
      const fault = [...left.keys()]
        .filter(isOfKind)
        .find((each) => each.untilMonoMs === undefined || clock.monoMs() < each.untilMonoMs);
      if (fault === undefined) return undefined;
      const times = (left.get(fault) ?? 0) - 1;
      if (times <= 0) left.delete(fault);
      else left.set(fault, times);
      return fault;
    },
  };
}
