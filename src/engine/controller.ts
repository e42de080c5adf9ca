/** The controller: holds the lease of every deployment and runs its loop, until told to stop. */
import { GodwitError } from '../errors.ts';
import type { Deployment } from '../model/deployment.ts';
import type { LeaseRecord } from '../model/lease.ts';
import { attemptWrite } from './attempt.ts';
import type { Context } from './context.ts';
import type { EngineDeps, Until } from './engine.ts';
import { createExaminationBook } from './examination-book.ts';
import { examineSites } from './examine-sites.ts';
import { rolledBack } from './head-check.ts';
import { gripLease } from './lease-grip.ts';
import { runLoop } from './loop.ts';
import { openContext } from './open-context.ts';
import { warmUp } from './warm-up.ts';

export type ControllerEnd =
  | { readonly kind: 'stopped' }
  /** Another run holds the lease: nothing was touched. */
  | { readonly kind: 'lease-held'; readonly record: LeaseRecord }
  /** The lease was lost on the way; whoever took it goes on with what is open. */
  | { readonly kind: 'lease-lost'; readonly record: LeaseRecord | undefined };

/** Stamping the gateway when taking over, in milliseconds. */
const stampTimeoutMs = 5000;

/**
 * Runs all deployments side by side. While it leads some, it stands by for those that another controller leads; with none
 * to lead it ends. When one loses its lease or fails all stop, so that the caller can say so and start again. Rejects
 * with the first failure, once every other one has ended.
 */
export async function runController(deps: EngineDeps, signal: AbortSignal): Promise<ControllerEnd> {
  const { deployments } = deps.config;
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const elsewhere = new Set<string>();
  const book = createExaminationBook();
  const own: EngineDeps = deps.config.doctor === undefined ? deps : { ...deps, examined: book };
  const examining =
    deps.config.doctor === undefined
      ? undefined
      : examineSites(own, { ...deps.config.doctor, book, leads: (name) => !elsewhere.has(name) }, both);
  const ends = deployments.map(async (deployment): Promise<ControllerEnd> => {
    let end: ControllerEnd | undefined;
    try {
      for (;;) {
        elsewhere.delete(deployment.name);
        end = await superviseDeployment(own, deployment, { stop: both, isDone: () => false });
        if (end.kind !== 'lease-held') return end;
        elsewhere.add(deployment.name);
        if (elsewhere.size === deployments.length) return end;
        if (!(await standBy(deps, end.record, both))) return { kind: 'stopped' };
      }
    } finally {
      if (end?.kind !== 'stopped') stop.abort();
    }
  });
  await Promise.allSettled(ends);
  stop.abort();
  if (examining !== undefined) await examining;
  const settled = await Promise.all(ends);
  return (
    settled.find(({ kind }) => kind === 'lease-held') ??
    settled.find(({ kind }) => kind === 'lease-lost') ?? { kind: 'stopped' }
  );
}

/** Waits until the lease may be free; false when told to stop. */
async function standBy({ clock, reporter }: EngineDeps, record: LeaseRecord, stop: AbortSignal): Promise<boolean> {
  const { deployment, holder, ttlMs } = record;
  const message = `${holder.name}@${holder.host} (pid ${holder.pid}) leads it; standing by`;
  reporter.report({ type: 'warning', message, deployment, atMs: clock.nowMs() });
  return await clock.sleep(ttlMs, stop).then(
    () => true,
    () => false,
  );
}

/**
 * Takes the lease, marks the gateway with the new epoch before anything is decided, then loops. An older copy of the store
 * leaves no mark: the newest one, put back, would find it and take itself for the older.
 */
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
    const { ctx, memory } = await openContext(deps, deployment, grip);
    await ctx.journal.append({ kind: 'lease', event: 'taken' });
    ctx.journal.tell({ type: 'lease-taken', lease: grip.lease });
    // Before the stamp too: an older copy of the state must not put its mark over the newest one's.
    await ctx.adopt(await ctx.observer.readRoute(until.stop));
    await stampGateway(ctx, until.stop);
    await warmUp(ctx, AbortSignal.any([until.stop, grip.lost]));
    await ctx.adopt(ctx.observer.sight().route);
    await runLoop(ctx, memory, until);
    if (!grip.lost.aborted) return { kind: 'stopped' };
  } catch (thrown) {
    // The store knows of a newer holder before the next renewal does: the same loss, found in another way.
    if (!(thrown instanceof GodwitError) || thrown.code !== 'LeaseLost') throw thrown;
  } finally {
    await grip.release();
  }
  const record = grip.successor() ?? (await deps.store.lease.read(deployment.name));
  deps.reporter.report({ type: 'lease-lost', record, deployment: deployment.name, atMs: deps.clock.nowMs() });
  return { kind: 'lease-lost', record };
}

/**
 * A gateway that cannot be reached is no reason not to look; it is stamped by the first write that reaches it. One that
 * has seen a newer epoch while the lease is ours belongs to a newer store than this.
 */
async function stampGateway(ctx: Context, stop: AbortSignal): Promise<void> {
  const { deps, deployment, grip } = ctx;
  const terms = {
    operationId: 'takeover',
    idempotencyKey: `takeover/${grip.epoch}`,
    deadlineAtMonoMs: deps.clock.monoMs() + stampTimeoutMs,
    tryTimeoutMs: stampTimeoutMs,
    signal: AbortSignal.any([stop, grip.lost]),
  };
  const reply = await attemptWrite(deps, grip, terms, (call) => deps.traffic.stamp(deployment.name, call));
  if (reply.kind === 'refused' && reply.error.class === 'conflict' && grip.remainingMs() > 0)
    throw rolledBack(deployment.name, reply.error.message);
  if (reply.kind !== 'done')
    ctx.journal.tell({ type: 'warning', message: `gateway not stamped: ${reply.error.message}` });
}
