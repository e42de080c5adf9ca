/** Tells people how far an operation is that another process carries out: read from the store, told as if it were our own. */

import { atItsStep } from '../engine/step-now.ts';
import { messageOf } from '../errors.ts';
import type { Config } from '../model/config.ts';
import type { Operation } from '../model/operation.ts';
import type { Reporter } from '../ports/reporter.ts';
import type { Store } from '../ports/store.ts';
import type { App } from './app.ts';

/** Between looks, in milliseconds. */
const everyMs = 500;

/** Until the signal fires. A store that cannot be read ends it with a warning; the operation itself goes on. */
export async function followOperation(
  app: App,
  config: Config,
  deployment: string,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<void> {
  const sinceMs = app.clock.nowMs();
  let store: Store | undefined;
  let told = '';
  try {
    while (!signal.aborted) {
      await app.clock.sleep(everyMs, signal);
      store ??= await app.openStore(config);
      const [newest] = await store.operations.list({ deployment, open: true, sinceMs, limit: 1 });
      if (newest === undefined) continue;
      const now = await atItsStep(store, newest);
      // Told to go back or to give up, it does no further step of the plan; held, none until it is resumed.
      const isSteered = now.order?.kind === 'return' || now.order?.kind === 'abort';
      const isOver = now.state === 'held' || (isSteered && now.state !== 'returning');
      if (isOver || stateOf(now) === told || signal.aborted) continue;
      told = stateOf(now);
      reporter.report(asStep(now, deployment, app.clock.nowMs()));
    }
  } catch (error) {
    if (signal.aborted) return;
    const message = `the operation goes on, but its progress cannot be read: ${messageOf(error)}`;
    reporter.report({ type: 'warning', atMs: app.clock.nowMs(), deployment, message });
  } finally {
    await store?.close();
  }
}

function stateOf(operation: Operation): string {
  return `${operation.id} ${operation.state} ${operation.step}`;
}

function asStep(operation: Operation, deployment: string, atMs: number) {
  const { id, step: index, plan } = operation;
  const name = plan.steps[index]?.name ?? operation.state;
  const count = plan.steps.length;
  return {
    type: 'step',
    atMs,
    deployment,
    operationId: id,
    index: Math.min(index, count - 1),
    count,
    step: name,
    state: 'intended',
    detail: undefined,
  } as const;
}
