/** Waits for an operation from outside: until it is over, is held, or the waiting ends. */
import { atItsStep } from '../engine/step-now.ts';
import type { Config } from '../model/config.ts';
import type { Event } from '../model/event.ts';
import type { JournalEntry } from '../model/journal-entry.ts';
import type { Operation } from '../model/operation.ts';
import type { Store } from '../ports/store.ts';
import { operationJson } from '../report/json/operation.ts';
import { operationText } from '../report/text/operation.ts';
import type { App } from './app.ts';
import { exitOf, heldText, nextAfter } from './change/outcome.ts';
import type { Outcome } from './command.ts';
import { exitOfSignal } from './exit-codes.ts';
import { findOperation } from './find-operation.ts';
import type { Output } from './output.ts';

/** Between looks, in milliseconds. */
const everyMs = 250;

export interface Awaited {
  /** As typed. */
  readonly operation: string;
  readonly timeoutMs: number | undefined;
  /** What happens meanwhile. */
  readonly tell: ((event: Event) => void) | undefined;
}

/** Every end of an operation ends it, so that nobody waits for what has failed already. */
export async function awaitOperation(awaited: Awaited, config: Config, app: App, out: Output): Promise<Outcome> {
  const store = await app.openStore(config);
  try {
    const { id } = await findOperation(store, awaited.operation);
    const deadlineMonoMs = app.clock.monoMs() + (awaited.timeoutMs ?? Number.POSITIVE_INFINITY);
    let toldSeq = 0;
    for (;;) {
      const operation = await findOperation(store, id);
      toldSeq = await tellNews(store, operation, toldSeq, awaited.tell);
      if (operation.endedAtMs !== undefined || operation.state === 'held') return endOutcome(operation, out);
      if (app.interrupted.aborted || app.clock.monoMs() >= deadlineMonoMs)
        return leftOutcome(await atItsStep(store, operation), app);
      await app.clock.sleep(everyMs, app.interrupted).catch(() => undefined);
    }
  } finally {
    await store.close();
  }
}

/** Steps and states since the last look; the number of the newest entry. */
async function tellNews(store: Store, operation: Operation, afterSeq: number, tell: Awaited['tell']): Promise<number> {
  if (tell === undefined) return afterSeq;
  const entries = await store.journal.read({ operationId: operation.id, afterSeq });
  for (const entry of entries) {
    const event = eventOf(entry, operation);
    if (event !== undefined) tell(event);
  }
  return entries.at(-1)?.seq ?? afterSeq;
}

function eventOf({ body, atMs, deployment }: JournalEntry, { plan }: Operation): Event | undefined {
  if (body.kind === 'operation') return { type: 'operation', atMs, deployment, operation: body.operation };
  if (body.kind !== 'step' || body.part !== undefined) return undefined;
  const { operationId, index, step, state, detail } = body;
  return { type: 'step', atMs, deployment, operationId, index, count: plan.steps.length, step, state, detail };
}

function endOutcome(operation: Operation, out: Output): Outcome {
  const exit = exitOf(operation);
  const note = operation.state === 'held' ? heldText(operation, operation.id) : nextAfter(operation);
  return {
    exit,
    json: jsonOf(operation),
    text: operationText(operation, out.dataStyle),
    ...(note === undefined ? {} : { note }),
  };
}

function leftOutcome(operation: Operation, app: App): Outcome {
  const { id, step, plan, state } = operation;
  const isInterrupted = app.interrupted.aborted;
  const at = `${state}, step ${Math.min(step + 1, plan.steps.length)} of ${plan.steps.length}`;
  return {
    exit: isInterrupted ? exitOfSignal(app.interrupted) : 'stillRunning',
    json: jsonOf(operation),
    note: `${isInterrupted ? 'Stopped watching' : 'Stopped waiting for'} ${id} (${at}): it goes on.  godwit op watch ${id}`,
  };
}

function jsonOf(operation: Operation) {
  const { deployment } = operation.plan;
  return { kind: 'Operation', deployment, outcome: operation.state, operation: operationJson(operation) };
}
