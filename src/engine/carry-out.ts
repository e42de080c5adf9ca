/** Carries out what a person typed: a live controller does it, else this process leads until it is done. */

import { assert } from '../errors.ts';
import type { Deployment } from '../model/deployment.ts';
import type { LeaseRecord } from '../model/lease.ts';
import type { Actor, Operation, OperationRequest } from '../model/operation.ts';
import type { Reason } from '../model/reason.ts';
import { callWithin } from './call-within.ts';
import { type ControllerEnd, superviseDeployment } from './controller.ts';
import type { EngineDeps } from './engine.ts';

export interface Wish {
  readonly deployment: string;
  readonly kind: 'failover' | 'switchover';
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly reason: string | undefined;
}

export type WishEnd =
  | { readonly kind: 'ended'; readonly operation: Operation; readonly by: 'this-process' | 'controller' }
  | { readonly kind: 'refused'; readonly reasons: readonly Reason[] }
  | { readonly kind: 'nothing-to-do'; readonly message: string }
  /** Waiting ended before anybody took the request up; it was taken back and nothing was changed. */
  | { readonly kind: 'withdrawn'; readonly holder: Actor | undefined }
  /** Waiting ended first; the operation goes on when a controller holds the lease. */
  | { readonly kind: 'still-running'; readonly operationId: string | undefined; readonly holder: Actor | undefined }
  | { readonly kind: 'lease-lost'; readonly record: LeaseRecord | undefined };

/** Between looks at the store, in milliseconds. */
const pollMs = 100;

/** Same engine both ways: the request is put into the store, and whoever holds the lease finds it there. */
export async function carryOut(
  deps: EngineDeps,
  wish: Wish,
  options: { readonly timeoutMs: number | undefined },
  signal: AbortSignal,
): Promise<WishEnd> {
  const { clock, store, random, actor, config } = deps;
  const deployment = config.deployments.find(({ name }) => name === wish.deployment);
  assert(deployment !== undefined, `unknown deployment ${wish.deployment}`);
  const revision = await store.operations.revision(wish.deployment);
  const request: OperationRequest = {
    ...wish,
    id: `rq-${random.id(8)}`,
    by: actor,
    atMs: clock.nowMs(),
    revision,
    answer: undefined,
  };
  await store.operations.request(request);

  const ended = new AbortController();
  const watch = settle(watchRequest(deps, request.id, options.timeoutMs, AbortSignal.any([signal, ended.signal])));
  try {
    const lead = await leadOrFollow(deps, deployment, watch, signal);
    if (lead.kind === 'lease-held') return await told(deps, request, await watch.end, 'controller');
    ended.abort();
    const end = await watch.end;
    if (lead.kind === 'lease-lost') return end.kind === 'ended' ? end : { kind: 'lease-lost', record: lead.record };
    return await told(deps, request, end, 'this-process');
  } finally {
    ended.abort();
  }
}

/** A controller that lives does it. It may die before it has: then its lease is free some time, and this process leads. */
async function leadOrFollow(
  deps: EngineDeps,
  deployment: Deployment,
  watch: Settling<WishEnd>,
  signal: AbortSignal,
): Promise<ControllerEnd> {
  for (;;) {
    const lead = await superviseDeployment(deps, deployment, { stop: signal, isDone: () => watch.isOver });
    if (lead.kind !== 'lease-held') return lead;
    await callWithin(deps.clock, deps.config.lease.ttlMs, signal, () => watch.end);
    if (watch.isOver || signal.aborted) return lead;
  }
}

interface Settling<T> {
  readonly end: Promise<T>;
  isOver: boolean;
}

/** A failure is over too, and waits for whoever asks for the end. */
function settle<T>(end: Promise<T>): Settling<T> {
  const settling: Settling<T> = { end, isOver: false };
  const note = (): void => {
    settling.isOver = true;
  };
  end.then(note, note);
  return settling;
}

/** A request that nobody took up is taken back: its person is gone, and it must not be carried out an hour later. */
async function told(
  { store }: EngineDeps,
  { id, deployment }: OperationRequest,
  end: WishEnd,
  by: 'this-process' | 'controller',
): Promise<WishEnd> {
  if (end.kind === 'ended') return { ...end, by };
  if (end.kind !== 'still-running') return end;
  const holder = (await store.lease.read(deployment))?.holder;
  if (end.operationId !== undefined) return { ...end, holder };
  await store.operations.answer(id, { kind: 'refused', reasons: [withdrawn] });
  const answer = (await store.operations.getRequest(id))?.answer;
  if (answer?.kind === 'accepted') return { ...end, operationId: answer.operationId, holder };
  const isOurs = answer?.reasons.some(({ code }) => code === 'Withdrawn') ?? true;
  return isOurs ? { kind: 'withdrawn', holder } : refusedEnd(answer?.reasons ?? []);
}

const withdrawn: Reason = {
  code: 'Withdrawn',
  message: 'whoever asked for it stopped waiting before anybody took it up',
};

/** Looks until the request has an answer and its operation an end, the time is up, or the signal fires. */
async function watchRequest(
  deps: EngineDeps,
  id: string,
  timeoutMs: number | undefined,
  signal: AbortSignal,
): Promise<WishEnd> {
  const { clock, store } = deps;
  const deadlineMonoMs = timeoutMs === undefined ? Number.POSITIVE_INFINITY : clock.monoMs() + timeoutMs;
  for (;;) {
    const request = await store.operations.getRequest(id);
    const answer = request?.answer;
    if (answer?.kind === 'refused') return refusedEnd(answer.reasons);
    const operation = answer === undefined ? undefined : await store.operations.get(answer.operationId);
    if (operation?.endedAtMs !== undefined) return { kind: 'ended', operation, by: 'controller' };
    if (signal.aborted || clock.monoMs() >= deadlineMonoMs)
      return { kind: 'still-running', operationId: operation?.id, holder: undefined };
    await clock.sleep(pollMs, signal).then(
      () => undefined,
      () => undefined,
    );
  }
}

function refusedEnd(reasons: readonly Reason[]): WishEnd {
  const [only] = reasons;
  if (only?.code === 'AlreadyThere' && reasons.length === 1) return { kind: 'nothing-to-do', message: only.message };
  return { kind: 'refused', reasons };
}
