/** One run of a drill: what was done, what was measured, and what that makes of the hypothesis. */
import type { Decision } from './decision.ts';
import type { Drill } from './drill.ts';
import type { Expression } from './expression.ts';
import type { LoadSecond } from './load.ts';
import type { Actor, Operation } from './operation.ts';
import type { Answer } from './outcome.ts';
import type { Reason } from './reason.ts';
import type { Remains } from './remains.ts';
import type { Weights } from './route.ts';

/**
 * `aborted`: ended before its time, by a person, by a limit or because its fault was undone · `interrupted`: whoever ran it died, and
 * somebody else undid it · `not-started`: what must hold before a fault did not, and nothing was broken · `inconclusive`:
 * something that a claim needs was not measured.
 */
export const verdicts = ['passed', 'failed', 'aborted', 'interrupted', 'not-started', 'inconclusive'] as const;
export type Verdict = (typeof verdicts)[number];

/** What was seen of the deployment in one second. */
export interface DrillSample {
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** Since the gateway started: requests that ended, and those of them that failed, were cut, or whose client gave up waiting. */
  readonly ended: number;
  /** Requests that have not ended yet. */
  readonly open: number;
  readonly lost: number;
  /** When the newest of the lost ones began, epoch milliseconds; undefined: none was lost. */
  readonly lostStartAtMs: number | undefined;
  /** As they are meant to be. */
  readonly weights: Weights;
  readonly sites: readonly SiteSample[];
}

export interface SiteSample {
  readonly site: string;
  /** Replicas in the gateway's table that may get requests, and those that the configuration wants. */
  readonly ready: number;
  readonly wanted: number;
  /** Upstream attempts since the gateway started, and those of them that failed. */
  readonly attempts: number;
  readonly failures: number;
  readonly inFlight: number;
  /** Of streams over the gateway's window, milliseconds. */
  readonly firstTokenP50Ms: number | undefined;
  readonly firstTokenP95Ms: number | undefined;
}

export interface ClaimVerdict {
  readonly claim: Expression;
  /** In the measure of its signal; of a moment's signal the worst one; undefined when it could not be measured. */
  readonly measured: number | string | undefined;
  readonly holds: Answer;
}

/** `verified`: read back where it was done. `not-needed`: nothing was broken. */
export type UndoState = 'verified' | 'unknown' | 'not-needed';

/** What must be the same before and after: the weights, and which slots have a replica, by site. */
export interface Footing {
  readonly weights: Weights;
  /** `running`: it serves or could at once. `stopped`: kept for a warm start. Sorted by site and slot. */
  readonly replicas: readonly { readonly site: string; readonly slot: number; readonly is: 'running' | 'stopped' }[];
}

/** Parts of a recovery, each from the end of the one before. */
export const recoveryPhases = ['detect', 'decide', 'reserve', 'wake', 'shift', 'converge', 'stable'] as const;
export type RecoveryPhase = (typeof recoveryPhases)[number];

export interface PhaseTime {
  readonly phase: RecoveryPhase;
  /** Epoch milliseconds. */
  readonly fromMs: number;
  /** Undefined: its end was not seen. */
  readonly untilMs: number | undefined;
}

/** What the runner itself goes through. */
export const drillStages = ['preflight', 'rehearse', 'steady', 'fault', 'undo', 'failback', 'settle'] as const;
export type DrillStage = (typeof drillStages)[number];

/** Something that was looked at before anything was broken, or after all was over. */
export interface DrillCheckResult {
  readonly what: string;
  readonly holds: Answer;
  readonly detail: string;
}

/** Something the drill did to the world. */
export interface DrillAction {
  readonly what: 'inflict' | 'undo';
  /** Index into the drill's faults. */
  readonly fault: number;
  /** `intended`: told before it is done. */
  readonly state: 'intended' | 'done' | 'refused' | 'unknown';
  /** What whoever did it answered. */
  readonly detail: string;
}

export interface Finding {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  readonly severity: 'low' | 'medium' | 'high';
  readonly owner: string | undefined;
  /** `YYYY-MM-DD`. */
  readonly due: string | undefined;
  readonly by: Actor;
}

/** One entry of a run's record, without its place in the chain. */
export type DrillBody =
  | {
      readonly kind: 'begin';
      readonly id: string;
      readonly drill: Drill;
      readonly by: Actor;
      readonly reason: string | undefined;
      readonly configDigest: string;
      /** Of the program. */
      readonly version: string;
      /** The slot of its schedule that it fills, epoch milliseconds; absent: somebody typed it. */
      readonly slotMs?: number;
    }
  | ({ readonly kind: 'check' } & DrillCheckResult)
  | { readonly kind: 'stage'; readonly stage: DrillStage }
  | { readonly kind: 'footing'; readonly when: 'before' | 'after'; readonly footing: Footing }
  /** What would have to be undone by hand, told before it is done. */
  | { readonly kind: 'remains'; readonly fault: number; readonly remains: Remains }
  | ({ readonly kind: 'action' } & DrillAction)
  | { readonly kind: 'sample'; readonly sample: DrillSample }
  /** Of requests of the load, once all that began in it have ended. */
  | { readonly kind: 'load'; readonly second: LoadSecond }
  /** What automation decided, whenever that changes. */
  | {
      readonly kind: 'decision';
      /** When it was decided, epoch milliseconds: it is seen a little later. */
      readonly decidedAtMs: number;
      readonly decision: Decision['kind'];
      readonly isActionable: boolean;
      readonly diagnosis: string;
      readonly reasons: readonly Reason[];
    }
  /** Each state of an operation that was opened meanwhile. */
  | { readonly kind: 'operation'; readonly operation: Operation }
  /** Of such an operation, as the journal has it: a step that was reached, and when (epoch milliseconds). */
  | { readonly kind: 'step'; readonly operationId: string; readonly index: number; readonly reachedAtMs: number }
  | { readonly kind: 'note'; readonly text: string; readonly by: Actor | undefined }
  | { readonly kind: 'end'; readonly end: DrillEnd }
  /** After the end. */
  | { readonly kind: 'finding'; readonly finding: Finding };

const measuredKinds: readonly DrillBody['kind'][] = ['sample', 'load', 'decision', 'operation', 'step'];

/** What comes by the second, and does not find room in a record that is nearly full: how it ends does. */
export function isMeasured({ kind }: DrillBody): boolean {
  return measuredKinds.includes(kind);
}

/** What the run came to; everything but why it was cut short, and whether the undo was seen, follows from the entries before it. */
export interface DrillEnd {
  readonly verdict: Verdict;
  /** Why it is not `passed`, and whatever the verdict is what is not as it was before; a line each. */
  readonly because: readonly string[];
  readonly claims: readonly ClaimVerdict[];
  readonly phases: readonly PhaseTime[];
  readonly undo: UndoState;
  /** Why it ended before its time; undefined: it did not. */
  readonly cutShort: string | undefined;
  /** Who came to its end: the runner itself, or who watched over it when it died. */
  readonly by: 'runner' | 'watchdog';
}

export interface DrillDraft {
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** Monotonic clock of whoever wrote it, milliseconds. */
  readonly monoMs: number;
  readonly body: DrillBody;
}

export interface DrillEntry extends DrillDraft {
  /** From 1, without gaps. */
  readonly seq: number;
  /** SHA-256 in hex over the hash before it and this entry's text. */
  readonly hash: string;
}

/** A record, read. Everything a report says is in here. */
export interface DrillRun {
  /** `dr-` and base-32 digits. */
  readonly id: string;
  readonly drill: Drill;
  readonly by: Actor;
  readonly reason: string | undefined;
  readonly configDigest: string;
  readonly version: string;
  readonly slotMs: number | undefined;
  readonly beganAtMs: number;
  /** When the first fault may have been in force; undefined: none ever was. */
  readonly faultAtMs: number | undefined;
  /** When their undo began; undefined: it did not. Whether it was seen: `end.undo`. */
  readonly undoneAtMs: number | undefined;
  readonly endedAtMs: number;
  readonly end: DrillEnd;
  readonly before: Footing | undefined;
  readonly after: Footing | undefined;
  readonly stages: readonly { readonly stage: DrillStage; readonly atMs: number }[];
  readonly checks: readonly (DrillCheckResult & { readonly atMs: number })[];
  readonly actions: readonly (DrillAction & { readonly atMs: number })[];
  readonly decisions: readonly Omit<Extract<DrillBody, { kind: 'decision' }>, 'kind'>[];
  /** Opened meanwhile, oldest first, each in its last state. */
  readonly operations: readonly Operation[];
  readonly steps: readonly Omit<Extract<DrillBody, { kind: 'step' }>, 'kind'>[];
  /** One a second, oldest first. */
  readonly samples: readonly DrillSample[];
  readonly load: readonly LoadSecond[];
  readonly notes: readonly { readonly atMs: number; readonly text: string }[];
  readonly findings: readonly Finding[];
  /** Of the last entry: who keeps it elsewhere can tell that nothing was changed. */
  readonly head: string;
}
