/** Carries out what a person typed: a live controller does it, else this process leads until it is done. */

import { assert, GodwitError } from '../errors.ts';
import type { Deployment } from '../model/deployment.ts';
import type { LeaseRecord } from '../model/lease.ts';
import type { Actor, Operation, OperationRequest } from '../model/operation.ts';
import type { Reason } from '../model/reason.ts';
import type { OrderKind, Wish } from '../model/wish.ts';
import { askedBefore } from './asked-before.ts';
import { callWithin } from './call-within.ts';
import { type ControllerEnd, superviseDeployment } from './controller.ts';
import type { EngineDeps } from './engine.ts';
import { checkStore, seenByGateway } from './head-check.ts';

export type WishEnd =
  | { readonly kind: 'ended'; readonly operation: Operation; readonly by: 'this-process' | 'controller' }
  /** A person said to go no further; whoever says `resume` goes on. */
  | { readonly kind: 'held'; readonly operation: Operation; readonly by: 'this-process' | 'controller' }
  | { readonly kind: 'refused'; readonly reasons: readonly Reason[] }
  | { readonly kind: 'nothing-to-do'; readonly message: string }
  /** Waiting ended before anybody took the request up; it was taken back and nothing was changed. */
  | { readonly kind: 'withdrawn'; readonly holder: Actor | undefined }
  /** Waiting ended first; the operation goes on when a controller holds the lease. */
  | { readonly kind: 'still-running'; readonly operationId: string | undefined; readonly holder: Actor | undefined }
  | { readonly kind: 'lease-lost'; readonly record: LeaseRecord | undefined };

/** Between looks at the store, in milliseconds. */
const pollMs = 100;
/** An order over a revision that somebody else has just raised is given again, this often at most. */
const mostTries = 20;

export interface CarryOutOptions {
  /** How long to wait, in milliseconds; the operation itself goes on. */
  readonly timeoutMs: number | undefined;
  /** What the signal means: `hold` and `return` are said to the operation and its answer is waited for. Default: `detach`. */
  readonly onInterrupt?: 'hold' | 'return' | 'detach';
  /** Whoever asks twice under one name asks once: the second time is told of the first. */
  readonly requestId?: string;
  /** False: only until somebody has taken it up; nobody leads here, so it needs a controller that runs. Default: true. */
  readonly waits?: boolean;
}

/** Same engine both ways: the request is put into the store, and whoever holds the lease finds it there. */
export async function carryOut(
  deps: EngineDeps,
  wish: Wish,
  options: CarryOutOptions,
  signal: AbortSignal,
): Promise<WishEnd> {
  const { store, config } = deps;
  const deployment = config.deployments.find(({ name }) => name === wish.deployment);
  assert(deployment !== undefined, `unknown deployment ${wish.deployment}`);
  const { requestId } = options;
  const { id, known } =
    requestId === undefined
      ? { id: `rq-${deps.random.id(8)}`, known: undefined }
      : await askedBefore(store.operations, wish, requestId);
  const request = known ?? requestOf(deps, wish, id, await store.operations.revision(wish.deployment));
  if (known === undefined) {
    await checkStore(deps, wish.deployment, signal);
    await store.operations.request(request);
  }
  try {
    return await seeThrough(deps, deployment, request, options, signal);
  } catch (thrown) {
    throw asAsked(thrown, request);
  }
}

/** From here on it is asked for: whoever may lead finds it in the store, also when this process sees no more of it. */
async function seeThrough(
  deps: EngineDeps,
  deployment: Deployment,
  request: OperationRequest,
  options: CarryOutOptions,
  signal: AbortSignal,
): Promise<WishEnd> {
  const ended = new AbortController();
  // What is to be held or returned is still led from here until it is.
  const detached =
    options.onInterrupt === undefined || options.onInterrupt === 'detach' ? signal : new AbortController().signal;
  const patience: Patience = { ...options, interrupted: signal, over: AbortSignal.any([detached, ended.signal]) };
  const watch = settle(watchRequest(deps, request, patience));
  try {
    if (options.waits === false) return await told(deps, request, await watch.end, 'controller');
    const lead = await leadOrFollow(deps, deployment, watch, detached);
    if (lead.kind === 'lease-held') return await told(deps, request, await watch.end, 'controller');
    ended.abort();
    const end = await watch.end;
    if (lead.kind === 'lease-lost') return end.kind === 'ended' ? end : { kind: 'lease-lost', record: lead.record };
    return await told(deps, request, end, 'this-process');
  } finally {
    ended.abort();
  }
}

/** A store that fails before the request is in it has left everything as it was; after that nobody can say. */
function asAsked(thrown: unknown, { id, kind, deployment }: OperationRequest): unknown {
  const isStore = thrown instanceof GodwitError && (thrown.code === 'StoreFailed' || thrown.code === 'StoreCorrupt');
  if (!isStore) return thrown;
  const seen = seenByGateway(thrown);
  const what =
    seen === undefined
      ? `and then the store failed: ${thrown.message}`
      : `and then the store turned out to be older than what the gateway has seen (${seen})`;
  const message = `the ${kind} of ${deployment} was asked for (${id}), ${what}`;
  return new GodwitError('OutcomeUnknown', `${message}. It may have been carried out, or may be yet`, {
    hint: `${thrown.hint === undefined ? '' : `${thrown.hint}; `}godwit status ${deployment}, and once the store is back: godwit verify`,
    cause: thrown,
    details: { request: id },
  });
}

function requestOf({ actor, clock }: EngineDeps, wish: Wish, id: string, revision: number): OperationRequest {
  return { ...wish, id, by: actor, atMs: clock.nowMs(), revision, answer: undefined };
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
  deps: EngineDeps,
  { id, deployment }: OperationRequest,
  end: WishEnd,
  by: 'this-process' | 'controller',
): Promise<WishEnd> {
  const { store } = deps;
  if (end.kind === 'ended' || end.kind === 'held') return { ...end, by };
  if (end.kind !== 'still-running') return end;
  const holder = (await store.lease.read(deployment))?.holder;
  if (end.operationId !== undefined) return { ...end, holder };
  const operationId = await takeBack(deps, id);
  if (operationId !== undefined) return { ...end, operationId, holder };
  const answer = (await store.operations.getRequest(id))?.answer;
  const reasons = answer?.kind === 'refused' ? answer.reasons : [];
  const isOurs = reasons.length === 0 || reasons.some(({ code }) => code === 'Withdrawn');
  return isOurs ? { kind: 'withdrawn', holder } : refusedEnd(reasons);
}

/** The operation that it has become, when somebody was faster; otherwise nobody takes it up any more. */
async function takeBack({ store }: EngineDeps, id: string): Promise<string | undefined> {
  await store.operations.answer(id, { kind: 'refused', reasons: [withdrawn] });
  const answer = (await store.operations.getRequest(id))?.answer;
  return answer?.kind === 'accepted' ? answer.operationId : undefined;
}

const withdrawn: Reason = {
  code: 'Withdrawn',
  message: 'whoever asked for it stopped waiting before anybody took it up',
};

interface Patience extends CarryOutOptions {
  /** Somebody pressed Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** Nobody waits any more. */
  readonly over: AbortSignal;
}

/** Looks until the request has an answer and its operation an end, or is held; or until the time is up. */
async function watchRequest(deps: EngineDeps, { id }: OperationRequest, patience: Patience): Promise<WishEnd> {
  const { clock, store } = deps;
  const { timeoutMs, onInterrupt = 'detach', interrupted, over, waits = true } = patience;
  const deadlineMonoMs = timeoutMs === undefined ? Number.POSITIVE_INFINITY : clock.monoMs() + timeoutMs;
  const longestMs = waits ? Number.POSITIVE_INFINITY : takeUpMs;
  const takenUpByMonoMs = clock.monoMs() + longestMs;
  let isOrdered = false;
  for (;;) {
    const request = await store.operations.getRequest(id);
    const answer = request?.answer;
    if (answer?.kind === 'refused') return refusedEnd(answer.reasons);
    const operation = answer === undefined ? undefined : await store.operations.get(answer.operationId);
    if (operation?.endedAtMs !== undefined) return { kind: 'ended', operation, by: 'controller' };
    if (operation?.state === 'held') return { kind: 'held', operation, by: 'controller' };
    const isUnwanted = interrupted.aborted && answer === undefined;
    // Somebody may be taking it up at this very moment: then what the signal means is for its operation.
    if (isUnwanted && onInterrupt !== 'detach' && (await takeBack(deps, id)) !== undefined) continue;
    const isDone = operation !== undefined && !waits;
    if (over.aborted || isUnwanted || isDone || clock.monoMs() >= Math.min(deadlineMonoMs, takenUpByMonoMs))
      return { kind: 'still-running', operationId: operation?.id, holder: undefined };
    if (interrupted.aborted && onInterrupt !== 'detach' && operation !== undefined && !isOrdered) {
      isOrdered = true;
      await order(deps, operation, onInterrupt);
    }
    // Once an order is given the signal has said what it had to say.
    await clock.sleep(pollMs, interrupted.aborted ? over : AbortSignal.any([over, interrupted])).then(
      () => undefined,
      () => undefined,
    );
  }
}

/** How long a request may wait for a controller when nobody would lead, in milliseconds. */
const takeUpMs = 10_000;

/** Says it to whoever carries the operation out, this process too. */
async function order(deps: EngineDeps, { id, plan }: Operation, kind: OrderKind): Promise<void> {
  const { random, store } = deps;
  const sites = { from: undefined, to: undefined };
  for (let tries = 1; ; tries += 1) {
    const wish: Wish = { deployment: plan.deployment, kind, ...sites, reason: 'interrupted', operationId: id };
    const revision = await store.operations.revision(plan.deployment);
    try {
      return await store.operations.request(requestOf(deps, wish, `rq-${random.id(8)}`, revision));
    } catch (thrown) {
      const isBehind = thrown instanceof GodwitError && thrown.code === 'RevisionConflict';
      if (!isBehind || tries === mostTries) throw thrown;
    }
  }
}

function refusedEnd(reasons: readonly Reason[]): WishEnd {
  const [only] = reasons;
  if (only?.code === 'AlreadyThere' && reasons.length === 1) return { kind: 'nothing-to-do', message: only.message };
  return { kind: 'refused', reasons };
}
