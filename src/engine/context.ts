/** One deployment under this process's lease: what the loop and the steps share. */
import type { Attempt } from '../model/block.ts';
import type { Deployment } from '../model/deployment.ts';
import type { DrainList } from '../model/drained.ts';
import type { JournalEntry, StepState } from '../model/journal-entry.ts';
import type { Operation } from '../model/operation.ts';
import type { Step } from '../model/plan.ts';
import type { ProviderError } from '../model/provider-error.ts';
import type { View } from '../model/view.ts';
import type { EngineDeps } from './engine.ts';
import type { DeploymentJournal } from './journal.ts';
import type { LeaseGrip } from './lease-grip.ts';
import type { Observer } from './observe.ts';
import type { RouteWriter } from './route-writer.ts';

/** One step of one operation. */
export interface StepRef {
  readonly operation: Operation;
  readonly index: number;
  readonly step: Step;
  /** This step's entries in the journal, from before a crash. */
  readonly past: readonly JournalEntry[];
}

export interface Context {
  readonly deps: EngineDeps;
  readonly deployment: Deployment;
  readonly grip: LeaseGrip;
  readonly journal: DeploymentJournal;
  readonly observer: Observer;
  readonly routes: RouteWriter;
  /**
   * Takes over what was read from the gateway, unless it has seen more of the journal than there is: then it rejects with
   * `StoreCorrupt`.
   */
  adopt(route: View['route']): Promise<void>;
  /** The newest sight together with operations and requests. */
  view(): View;
  /** Since when every site with weight is healthy, epoch milliseconds. */
  calmSinceMs(): number | undefined;
  /** Journals what became of a step, or of one part of it, and tells the reporter. */
  note(
    at: StepRef,
    part: string | undefined,
    state: StepState,
    error: ProviderError | undefined,
    told?: StepTold,
  ): Promise<void>;
}

/** What a step has to say at its end. */
export interface StepTold {
  /** One line; absent: the error's message. */
  readonly detail?: string | undefined;
  readonly drained?: DrainList;
  /** Of a start: what was asked for in vain, and what was not asked for. */
  readonly attempts?: readonly Attempt[];
  readonly placed?: Readonly<Record<string, readonly number[]>> | undefined;
}
