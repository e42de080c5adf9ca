/** Puts together what the loop and the steps of one deployment share, under a lease that is held. */
import type { Deployment } from '../model/deployment.ts';
import type { View } from '../model/view.ts';
import type { Context } from './context.ts';
import type { EngineDeps } from './engine.ts';
import { createHeadCheck, rolledBack } from './head-check.ts';
import { openJournal } from './journal.ts';
import type { LeaseGrip } from './lease-grip.ts';
import { createObserver } from './observe.ts';
import { recallRoute } from './recall-route.ts';
import { createRecollection, type Recollection } from './recollect.ts';
import { createRouteWriter } from './route-writer.ts';

/** One read of a provider or the gateway, in milliseconds. */
const readTimeoutMs = 5000;

/** `memory` is the loop's: it alone refreshes it. */
export async function openContext(
  deps: EngineDeps,
  deployment: Deployment,
  grip: LeaseGrip,
): Promise<{ ctx: Context; memory: Recollection }> {
  // What goes on beside a failed append must not issue anything either (I29).
  const journal = await openJournal(deps, deployment.name, grip.epoch, () => grip.drop());
  const observer = createObserver(deps, deployment, readTimeoutMs);
  const memory = createRecollection(deps, deployment.name);
  await memory.refresh();
  const routes = createRouteWriter(deps, grip, journal, await recallRoute(deps.store, deployment));
  const checkHead = createHeadCheck(deps.store.journal, deployment.name, journal.isOwn);
  const view = (): View => {
    const sight = observer.sight();
    return memory.view({ ...sight, route: routes.newest(sight.route), inForce: routes.weights() });
  };
  const ctx: Context = {
    deps,
    deployment,
    grip,
    journal,
    observer,
    routes,
    async adopt(route) {
      const traffic = observer.traffic();
      // Nobody takes a lease that is held: who wrote to the gateway under a newer one did it with another store.
      if (traffic.kind === 'seen' && traffic.value.epoch > grip.epoch && grip.remainingMs() > 0)
        throw rolledBack(deployment.name, `epoch ${traffic.value.epoch}`);
      await checkHead(route);
      routes.adopt(route);
    },
    view,
    calmSinceMs: () => memory.calmSinceMs(),
    async note({ operation, index, step }, part, state, error, { detail: said, drained, attempts, placed } = {}) {
      const detail = said ?? error?.message;
      // Before the call is made: whoever decides meanwhile must know that it may be there.
      if (part !== undefined) memory.noteAsked(operation.id, part, state);
      await journal.append({
        kind: 'step',
        operationId: operation.id,
        index,
        step: step.name,
        part,
        state,
        error,
        detail,
        ...(drained === undefined ? {} : { drained }),
        ...(attempts === undefined ? {} : { attempts }),
        ...(placed === undefined ? {} : { placed }),
      });
      const count = operation.plan.steps.length;
      if (part === undefined)
        journal.tell({ type: 'step', operationId: operation.id, index, count, step: step.name, state, detail });
    },
  };
  return { ctx, memory };
}
