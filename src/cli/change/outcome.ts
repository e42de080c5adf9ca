/** How a change ended, as text, JSON and exit code. Each says what was and what was not changed. */
import type { WishEnd } from '../../engine/carry-out.ts';
import type { DrainList } from '../../model/drained.ts';
import type { Actor, Operation } from '../../model/operation.ts';
import type { ErrorClass } from '../../model/provider-error.ts';
import type { Reason } from '../../model/reason.ts';
import { age } from '../../model/words.ts';
import { drainedJson } from '../../report/json/drained.ts';
import { operationJson } from '../../report/json/operation.ts';
import { drainedLines } from '../../report/text/drained.ts';
import { actorText, operationText, weightsSoFar, weightsText } from '../../report/text/operation.ts';
import { reasonLines } from '../../report/text/reason.ts';
import type { App } from '../app.ts';
import type { Outcome } from '../command.ts';
import { type Exit, exitOfSignal } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { leftBy } from './left-by.ts';

export interface Ending {
  readonly deployment: string;
  readonly app: App;
  readonly out: Output;
  /** False: nobody wanted to wait. */
  readonly waits: boolean;
  /** What became of what ran at the sites that were emptied. Default: none was. */
  readonly drains?: readonly DrainList[];
}

/** As it is told without looking anything up. */
export function outcomeOf(end: WishEnd, ending: Ending): Outcome {
  const { app, out, drains = [] } = ending;
  const about = { kind: 'Operation', deployment: ending.deployment };
  switch (end.kind) {
    case 'ended': {
      const exit = exitOf(end.operation);
      return {
        exit,
        json: {
          ...{ ...about, outcome: end.operation.state, carriedOutBy: end.by, operation: operationJson(end.operation) },
          ...(drains.length === 0 ? {} : { drains: drains.map(drainedJson) }),
        },
        text: [
          operationText(end.operation, out.dataStyle),
          ...drains.flatMap((list) => drainedLines(list, out.dataStyle)),
        ].join('\n'),
        ...(exit === 'done' ? {} : { note: nextAfter(end.operation) ?? '' }),
      };
    }
    case 'refused':
      return refusedOutcome(end.reasons, ending);
    case 'nothing-to-do':
      return nothingToDo(end.message, ending);
    case 'withdrawn':
      return withdrawnOutcome(end.holder, ending);
    case 'lease-lost':
      return lostOutcome(end.record, ending);
    case 'held':
      return heldOutcome(end.operation, app);
    case 'still-running':
      return stillRunning(end, ending);
  }
}

/** By how an operation ended; one that stands still, or goes on, is in progress. */
export function exitOf({ state, error }: Operation): Exit {
  switch (state) {
    case 'done':
    case 'returned':
    case 'unknown':
      return state;
    case 'failed':
      return exitOfClass[error?.class ?? 'unknown'] ?? 'failed';
    default:
      return 'inProgress';
  }
}

const exitOfClass: Readonly<Partial<Record<ErrorClass, Exit>>> = {
  capacity: 'noCapacity',
  quota: 'noCapacity',
  auth: 'credentials',
};

/** How far it came, and what a person types next; undefined when it is done or not over. */
export function nextAfter(operation: Operation): string | undefined {
  const next = nextCommand[exitOf(operation)];
  return next === undefined ? undefined : `${leftBy(operation)}\n${next}`;
}

const nextCommand: Readonly<Partial<Record<Exit, string>>> = {
  failed: 'It did not work. Why:  godwit explain last   What is in force now:  godwit status',
  noCapacity:
    'There was no capacity to be had. Every attempt:  godwit explain last   What is blocked:  godwit blocks list   What is in force now:  godwit status',
  credentials: 'The provider does not take our credentials. What is in force now:  godwit status',
  returned: 'It did not work and the earlier weights are back.  godwit status',
  unknown: 'A reply was lost, so it is not known how it ended. Read it back:  godwit verify',
};

/** Nothing was touched. */
export function refusedOutcome(
  reasons: readonly Reason[],
  { deployment, app, out }: Pick<Ending, 'deployment' | 'app' | 'out'>,
): Outcome {
  return {
    exit: refusalExit(reasons),
    json: { kind: 'Operation', deployment, outcome: 'refused', reasons },
    text: ['Refused now:', ...reasonLines(reasons, app.clock.nowMs(), out.dataStyle)].join('\n'),
    note: 'Nothing was changed.',
  };
}

/** Somebody else at work: try again later. No capacity: nowhere to go. */
export function refusalExit(reasons: readonly Reason[]): Exit {
  if (reasons.every(({ code }) => code === 'NoReadyCapacity')) return 'noCapacity';
  return reasons.every(({ code }) => code === 'OperationRunning') ? 'leaseHeld' : 'refused';
}

/** What was asked for is so already. */
export function nothingToDo(message: string, { deployment }: Pick<Ending, 'deployment'>): Outcome {
  return {
    exit: 'done',
    json: { kind: 'Operation', deployment, outcome: 'nothing-to-do', message },
    text: `Nothing to do: ${message}`,
  };
}

function heldOutcome(held: Operation, app: App): Outcome {
  const { id, plan } = held;
  return {
    exit: app.interrupted.aborted ? exitOfSignal(app.interrupted) : 'inProgress',
    json: { kind: 'Operation', deployment: plan.deployment, outcome: 'held', operation: operationJson(held) },
    note: heldText(held, id),
  };
}

/** Where it stands, and both ways on. */
export function heldText(held: Operation, id: string): string {
  return [
    `${id} is HELD at ${weightsText(weightsSoFar(held))}: nothing is undone.`,
    `  go on  godwit op resume ${id}        undo  godwit op return ${id}`,
  ].join('\n');
}

function stillRunning(end: Extract<WishEnd, { kind: 'still-running' }>, { deployment, app, waits }: Ending): Outcome {
  const { aborted } = app.interrupted;
  const id = end.operationId ?? 'the request';
  const who =
    end.holder === undefined
      ? 'no controller holds it; `godwit run` goes on with it'
      : `${actorText(end.holder)}, goes on with it`;
  const json = {
    kind: 'Operation',
    deployment,
    outcome: 'still-running',
    operationId: end.operationId,
    holder: end.holder,
  };
  if (!waits && !aborted && end.operationId !== undefined)
    return { exit: 'done', json, text: id, note: `${who}.  godwit op watch ${id}` };
  return {
    exit: aborted ? exitOfSignal(app.interrupted) : 'stillRunning',
    json,
    note: `${aborted ? 'Stopped watching' : 'Stopped waiting for'} ${id}: ${who}.  godwit status ${deployment}`,
  };
}

/** Before anything was asked for. */
export function interruptedOutcome(deployment: string, app: App): Outcome {
  return {
    exit: exitOfSignal(app.interrupted),
    json: { kind: 'Operation', deployment, outcome: 'interrupted', changed: false },
    note: 'Interrupted before anything was asked for: nothing was changed.',
  };
}

function withdrawnOutcome(holder: Actor | undefined, { deployment, app, waits }: Ending): Outcome {
  const who = holder === undefined ? '' : ` (${actorText(holder)}, holds the lease)`;
  const how = waits ? '' : ' With --no-wait a controller must run: godwit run.';
  return {
    exit: app.interrupted.aborted ? exitOfSignal(app.interrupted) : 'leaseHeld',
    json: { kind: 'Operation', deployment, outcome: 'withdrawn', holder },
    note: `Nobody took the request up in time${who}: it was taken back and nothing was changed.${how}  godwit status ${deployment}`,
  };
}

function lostOutcome(record: Extract<WishEnd, { kind: 'lease-lost' }>['record'], { deployment, app }: Ending): Outcome {
  const holder =
    record === undefined
      ? 'nobody holds it now'
      : `held by ${actorText(record.holder)}, renewed ${age(app.clock.nowMs() - record.renewedAtMs)} ago`;
  return {
    exit: 'leaseLost',
    json: { kind: 'Operation', deployment, outcome: 'lease-lost', holder: record?.holder },
    note: `error: lost the lease in the middle: ${holder}. What is done stays, and the holder goes on from the journal.  godwit status ${deployment}`,
  };
}
