/** Puts together what the loop and the steps of one deployment share, under a lease that is held. */
import { diagnose } from '../core/diagnose.ts';
import type { Deployment } from '../model/deployment.ts';
import { moveKinds } from '../model/operation.ts';
import type { Weights } from '../model/route.ts';
import type { View } from '../model/view.ts';
import type { Context } from './context.ts';
import type { EngineDeps } from './engine.ts';
import { createHeadCheck } from './head-check.ts';
import { openJournal } from './journal.ts';
import type { LeaseGrip } from './lease-grip.ts';
import { createObserver } from './observe.ts';
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
  const journal = await openJournal(deps, deployment.name, grip.epoch);
  const observer = createObserver(deps, deployment, readTimeoutMs);
  const memory = createRecollection(deps, deployment.name);
  await memory.refresh();
  const routes = createRouteWriter(deps, grip, journal, await lastWeights(deps, deployment));
  const checkHead = createHeadCheck(deps.store.journal, deployment.name);
  const view = (): View => {
    const sight = observer.sight();
    return memory.view({ ...sight, route: routes.newest(sight.route) });
  };
  const ctx: Context = {
    deps,
    deployment,
    grip,
    journal,
    observer,
    routes,
    checkHead,
    async adopt(route) {
      await checkHead(route);
      routes.adopt(route);
    },
    view,
    diagnosis: () => diagnose(view(), deps.clock.nowMs()),
    calmSinceMs: () => memory.calmSinceMs(),
    async note({ operation, index, step }, part, state, error) {
      const detail = error?.message;
      await journal.append({
        kind: 'step',
        operationId: operation.id,
        index,
        step: step.name,
        part,
        state,
        error,
        detail,
      });
      const count = operation.plan.steps.length;
      if (part === undefined)
        journal.tell({ type: 'step', operationId: operation.id, index, count, step: step.name, state, detail });
    },
  };
  return { ctx, memory };
}

/** What the last finished move left in force: for a gateway that lost its table. */
async function lastWeights(deps: EngineDeps, deployment: Deployment): Promise<Weights> {
  const operations = await deps.store.operations.list({ deployment: deployment.name, kinds: moveKinds, limit: 50 });
  return operations.find(({ state }) => state === 'done')?.plan.after ?? deployment.weights;
}
