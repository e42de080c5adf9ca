/** One run of a drill while it goes on. */
import type { Drill, LoadPlan } from '../../model/drill.ts';
import type { DrillSample } from '../../model/drill-run.ts';
import type { LoadSecond } from '../../model/load.ts';
import type { Operation } from '../../model/operation.ts';
import type { Remains } from '../../model/remains.ts';
import type { DrillRecords } from '../../ports/drill-records.ts';
import type { RunningLoad } from '../../ports/load.ts';
import type { EngineDeps } from '../engine.ts';
import type { Recorder } from './recorder.ts';

/** Whoever undoes a run when its runner dies. */
export interface Guard {
  /** The run has its end: nothing is left to watch. */
  release(): void;
}

export interface DrillTerms {
  readonly reason: string | undefined;
  readonly records: DrillRecords;
  /** Of the program, for the record. */
  readonly version: string;
  /** The slot of its schedule that it fills, epoch milliseconds. */
  readonly slotMs?: number;
  /** Has somebody undo it should this process die; resolves once they watch. Absent: nobody does. */
  guard?(run: string): Promise<Guard>;
  /** Begins to ask for completions; absent: this process cannot. */
  startLoad?(plan: Exclude<LoadPlan, { readonly source: 'live-traffic' }>, drill: Drill): Promise<RunningLoad>;
  /** One line about what goes on. */
  say(line: string): void;
}

/** Its undo needs nothing that is not here. */
export interface Rehearsal {
  readonly deps: EngineDeps;
  readonly id: string;
  readonly drill: Drill;
  readonly beganAtMs: number;
  readonly recorder: Recorder;
  readonly samples: DrillSample[];
  readonly loadSeconds: LoadSecond[];
  /** When the first fault may have been in force, epoch milliseconds. */
  faultAtMs: number | undefined;
  /** The gateway was told that it is under way. */
  isUp: boolean;
  /** By their place among the drill's faults: those that may have been done, and that is on record. */
  readonly intended: Set<number>;
  /** Those that were done. */
  readonly inflicted: Set<number>;
  /** Those that were undone again. */
  readonly undone: Set<number>;
  /** By fault: what would have to be undone at a site. */
  readonly remains: Map<number, Remains>;
  load: RunningLoad | undefined;
  say(line: string): void;
}

/** Oldest first. */
export async function operationsOf({
  deps,
  drill,
  beganAtMs,
}: Pick<Rehearsal, 'deps' | 'drill' | 'beganAtMs'>): Promise<readonly Operation[]> {
  const all = await deps.store.operations.list({ deployment: drill.deployment, sinceMs: beganAtMs });
  return all.toReversed();
}

/** Sites of the vendor that is left; of any other drill none. */
export function sitesLeft({ deps, drill }: Pick<Rehearsal, 'deps' | 'drill'>): readonly string[] {
  const { exit } = drill;
  if (exit === undefined) return [];
  const deployment = deps.config.deployments.find(({ name }) => name === drill.deployment);
  const isTheirs = (site: string): boolean =>
    deps.config.sites.some(({ name, vendor }) => name === site && vendor === exit.vendor);
  return (deployment?.placements ?? []).map(({ site }) => site).filter(isTheirs);
}
