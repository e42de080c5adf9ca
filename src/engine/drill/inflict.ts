/** What a drill does to a site itself: its replicas killed or hung, or a program of the user's own. Its undo: `undo-remains.ts`. */
import type { Deed, InflictDeps, Inflicted, KeepRemains } from './deed.ts';
import { inflictExec, rehearseExec } from './inflict-exec.ts';
import { createAim, inflictOnReplicas, rehearseOnReplicas } from './inflict-replicas.ts';

/** One fault that is done once. */
export interface Infliction {
  /** Shows that it can be undone, and hurts nobody. Undefined: it can; otherwise why not. */
  rehearse(signal: AbortSignal): Promise<string | undefined>;
  /**
   * What is to be undone is kept before anything is done: also of what is refused or unknown there may be something to undo. Takes
   * up to 40 s: nobody who has something to keep up waits for it. Never rejects.
   */
  inflict(keep: KeepRemains, signal: AbortSignal): Promise<Deed>;
}

/** Undefined: it is of a kind that is armed where the traffic is. */
export function createInfliction(deps: InflictDeps, inflicted: Inflicted): Infliction | undefined {
  const { kind } = inflicted.fault;
  if (kind === 'exec')
    return {
      rehearse: () => rehearseExec(deps, inflicted),
      inflict: (keep, signal) => inflictExec(deps, inflicted, keep, signal),
    };
  if (kind !== 'kill' && kind !== 'hang') return undefined;
  const aim = createAim(deps, inflicted, kind);
  return {
    rehearse: (signal) => rehearseOnReplicas(aim, signal),
    inflict: (keep, signal) => inflictOnReplicas(aim, keep, signal),
  };
}
