/** Carries out what a person typed: a live controller does it, else this process leads until it is done. */

import { assert } from '../errors.ts';
import type { LeaseRecord } from '../model/lease.ts';
import type { Actor, Operation, OperationRequest } from '../model/operation.ts';
import type { Reason } from '../model/reason.ts';
import { superviseDeployment } from './controller.ts';
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
    const lead = await superviseDeployment(deps, deployment, { stop: signal, isDone: () => watch.isOver });
    if (lead.kind === 'lease-held') return marked(await watch.end, request.id, 'controller', lead.record.holder);
    ended.abort();
    const end = await watch.end;
    if (lead.kind === 'lease-lost') return end.kind === 'ended' ? end : { kind: 'lease-lost', record: lead.record };
    // A signal may have come before it was known that a controller lives: it is named all the same.
    return marked(end, request.id, 'this-process', (await store.lease.read(wish.deployment))?.holder);
  } finally {
    ended.abort();
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

function marked(
  end: WishEnd,
  requestId: string,
  by: 'this-process' | 'controller',
  holder: Actor | undefined,
): WishEnd {
  if (end.kind === 'ended') return { ...end, by };
  if (end.kind === 'still-running') return { ...end, holder };
  assert(end.kind !== 'lease-lost', `request ${requestId} cannot lose a lease`);
  return end;
}

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
