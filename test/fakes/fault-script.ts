/** What goes wrong with a cloud's calls, written before they come. */

/** The least of a fault: whose next calls it is about. */
export interface ScriptedFault {
  /** The cloud's own name of the call. */
  readonly action: string;
  /** How many calls; default 1. `Infinity`: all, until it is lifted. */
  readonly times?: number;
}

export interface FaultScript<F extends ScriptedFault> {
  /** What it gives takes the fault back. */
  add(fault: F): () => void;
  /** The fault of the next call of an action, in the order they were added; it is used up by that. */
  take(action: string): F | undefined;
}

export function createFaultScript<F extends ScriptedFault>(): FaultScript<F> {
  const faults: { readonly fault: F; left: number }[] = [];
  return {
    add(fault) {
      const added = { fault, left: fault.times ?? 1 };
      faults.push(added);
      return () => {
        added.left = 0;
      };
    },
    take(action) {
      const next = faults.find((each) => each.fault.action === action && each.left > 0);
      if (next !== undefined) next.left -= 1;
      return next?.fault;
    },
  };
}
