/** The controller: holds the lease of every deployment and runs its loop, until told to stop. */
import { diagnose } from '../core/diagnose.ts';
import type { Deployment } from '../model/deployment.ts';
import type { LeaseRecord } from '../model/lease.ts';
import type { Weights } from '../model/route.ts';
import type { View } from '../model/view.ts';
import { attemptWrite } from './attempt.ts';
import type { Context } from './context.ts';
import type { EngineDeps, Until } from './engine.ts';
import { openJournal } from './journal.ts';
import { gripLease, type LeaseGrip } from './lease-grip.ts';
import { runLoop } from './loop.ts';
import { createObserver } from './observe.ts';
import { createRecollection, type Recollection } from './recollect.ts';
import { createRouteWriter } from './route-writer.ts';
import { warmUp } from './warm-up.ts';

export type ControllerEnd =
  | { readonly kind: 'stopped' }
  /** Another run holds the lease: nothing was touched. */
  | { readonly kind: 'lease-held'; readonly record: LeaseRecord }
  /** The lease was lost on the way; whoever took it goes on with what is open. */
  | { readonly kind: 'lease-lost'; readonly record: LeaseRecord | undefined };

/** One read of a provider or the gateway, in milliseconds. */
const readTimeoutMs = 5000;
/** Stamping the gateway when taking over, in milliseconds. */
const stampTimeoutMs = 5000;

/** Runs all deployments side by side; when one loses its lease all stop, so that the caller can say so and start again. */
export async function runController(deps: EngineDeps, signal: AbortSignal): Promise<ControllerEnd> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const ends = deps.config.deployments.map(async (deployment) => {
    const end = await superviseDeployment(deps, deployment, { stop: both, isDone: () => false });
    if (end.kind !== 'stopped') stop.abort();
    return end;
  });
  const settled = await Promise.all(ends);
  return (
    settled.find(({ kind }) => kind === 'lease-held') ??
    settled.find(({ kind }) => kind === 'lease-lost') ?? { kind: 'stopped' }
  );
}

/** Takes the lease, marks the gateway with the new epoch before anything is read or decided, then loops. */
export async function superviseDeployment(
  deps: EngineDeps,
  deployment: Deployment,
  until: Until,
): Promise<ControllerEnd> {
  const reply = await gripLease(deps, deployment.name, until.stop);
  if (reply.kind === 'busy') return { kind: 'lease-held', record: reply.record };
  if (reply.kind === 'stopped') return { kind: 'stopped' };
  const { grip } = reply;
  try {
    const { ctx, memory } = await createContext(deps, deployment, grip);
    await ctx.journal.append({ kind: 'lease', event: 'taken' });
    ctx.journal.tell({ type: 'lease-taken', lease: grip.lease });
    await stampGateway(ctx);
    await warmUp(ctx);
    await adoptRoute(ctx);
    await runLoop(ctx, memory, until);
    if (!grip.lost.aborted) return { kind: 'stopped' };
    ctx.journal.tell({ type: 'lease-lost', record: grip.successor() });
    return { kind: 'lease-lost', record: grip.successor() };
  } finally {
    await grip.release();
  }
}

async function createContext(
  deps: EngineDeps,
  deployment: Deployment,
  grip: LeaseGrip,
): Promise<{ ctx: Context; memory: Recollection }> {
  const journal = await openJournal(deps, deployment.name, grip.epoch);
  const observer = createObserver(deps, deployment, readTimeoutMs);
  const memory = createRecollection(deps, deployment.name);
  await memory.refresh();
  const routes = createRouteWriter(deps, grip, journal, await lastWeights(deps, deployment));
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
  const operations = await deps.store.operations.list({ deployment: deployment.name, limit: 50 });
  return (
    operations.find(({ plan, state }) => plan.kind !== 'start' && state === 'done')?.plan.after ?? deployment.weights
  );
}

/** A gateway that cannot be reached is no reason not to look; it is stamped by the first write that reaches it. */
async function stampGateway(ctx: Context): Promise<void> {
  const { deps, deployment, grip } = ctx;
  const terms = {
    operationId: 'takeover',
    idempotencyKey: `takeover/${grip.epoch}`,
    deadlineAtMonoMs: deps.clock.monoMs() + stampTimeoutMs,
    tryTimeoutMs: stampTimeoutMs,
    signal: grip.lost,
  };
  const reply = await attemptWrite(deps, grip, terms, (call) => deps.traffic.stamp(deployment.name, call));
  if (reply.kind !== 'done')
    ctx.journal.tell({ type: 'warning', message: `gateway not stamped: ${reply.error.message}` });
}

async function adoptRoute(ctx: Context): Promise<void> {
  const { route } = ctx.view();
  if (route.kind === 'seen') ctx.routes.adopt(route.value);
}
