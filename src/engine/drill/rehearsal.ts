/** One run of a drill while it goes on. */
import type { Drill, PlannedFault } from '../../model/drill.ts';
import type { DrillSample } from '../../model/drill-run.ts';
import type { Operation } from '../../model/operation.ts';
import type { EngineDeps } from '../engine.ts';

/** Its undo needs nothing that is not here. */
export interface Rehearsal {
  readonly deps: EngineDeps;
  readonly id: string;
  readonly drill: Drill;
  readonly beganAtMs: number;
  readonly samples: DrillSample[];
  /** When the first fault may have been in force, epoch milliseconds. */
  faultAtMs: number | undefined;
  /** The gateway was told that it is under way. */
  isUp: boolean;
  /** Those whose arming was acknowledged. */
  readonly armed: Set<PlannedFault>;
  say(line: string): void;
}

/** Oldest first. */
export async function operationsOf({ deps, drill, beganAtMs }: Rehearsal): Promise<readonly Operation[]> {
  const all = await deps.store.operations.list({ deployment: drill.deployment, sinceMs: beganAtMs });
  return all.toReversed();
}
