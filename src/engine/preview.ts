/** What would be done, before anything is: looks, decides and plans as the controller would, and changes nothing. */
import { basisOf } from '../core/basis.ts';
import { diagnose } from '../core/diagnose.ts';
import { makePlan } from '../core/plan/plan.ts';
import { againstAction } from '../core/requests.ts';
import { wishAction } from '../core/wishes.ts';
import { assert } from '../errors.ts';
import type { Action } from '../model/decision.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Plan } from '../model/plan.ts';
import type { PlanBasis } from '../model/plan-basis.ts';
import type { Reason } from '../model/reason.ts';
import type { View } from '../model/view.ts';
import { isOrder, type Wish } from '../model/wish.ts';
import type { EngineDeps } from './engine.ts';
import { createObserver, type Sight } from './observe.ts';
import { createReading } from './reading.ts';
import { recallRoute } from './recall-route.ts';
import { createRecollection } from './recollect.ts';
import { warmUp } from './warm-up.ts';

export interface Preview {
  readonly wish: Wish;
  readonly view: View;
  readonly diagnosis: Diagnosis;
  /** Undefined when it is not even known what is meant; `against` says why. */
  readonly planned: { readonly action: Action; readonly plan: Plan; readonly basis: PlanBasis } | undefined;
  /** Why it would be refused now; empty: it would be done. */
  readonly against: readonly Reason[];
  /** By whom the evidence was gathered: the controller a moment ago, or this process just now. */
  readonly seenBy: 'controller' | 'this-process';
}

/** One read of a provider or the gateway, in milliseconds. */
const readTimeoutMs = 5000;

/** For verbs; an order is about something that is under way and has nothing to plan. */
export async function preview(deps: EngineDeps, wish: Wish, signal: AbortSignal): Promise<Preview> {
  const { kind } = wish;
  assert(!isOrder(kind), `${kind} has no plan`);
  const deployment = deps.config.deployments.find(({ name }) => name === wish.deployment);
  assert(deployment !== undefined, `unknown deployment ${wish.deployment}`);
  const { view, seenBy } = await lookOnce(deps, deployment, signal);
  const nowMs = deps.clock.nowMs();
  const diagnosis = diagnose(view, nowMs);
  const wished = wishAction(view, { ...wish, kind, id: 'preview', by: deps.actor }, diagnosis, nowMs);
  const base = { wish, view, diagnosis, seenBy };
  if (wished.kind === 'refused') return { ...base, planned: undefined, against: [wished.reason] };
  const { action } = wished;
  const { open } = view;
  const running: readonly Reason[] =
    open?.plan.trigger === 'manual'
      ? [{ code: 'OperationRunning', message: `${open.id} (${open.plan.kind}) is ${open.state}` }]
      : [];
  const planned = { action, plan: makePlan(action, view, nowMs), basis: basisOf(view, action, nowMs) };
  return { ...base, planned, against: [...running, ...againstAction(view, action, diagnosis, nowMs)] };
}

/** The controller's view while it is fresh and of the same configuration; otherwise this process looks for itself. */
async function lookOnce(
  deps: EngineDeps,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<{ readonly view: View; readonly seenBy: Preview['seenBy'] }> {
  const { clock, store, config } = deps;
  const memory = createRecollection(deps, deployment.name);
  await memory.refresh();
  const snapshot = await store.snapshots.get(deployment.name);
  const { staleAfterMs } = deployment.failover.detector;
  if (
    snapshot !== undefined &&
    clock.nowMs() - snapshot.atMs < staleAfterMs &&
    snapshot.view.configDigest === config.digest
  ) {
    const reading = createReading(clock, readTimeoutMs);
    const [route, traffic] = await Promise.all([
      reading(signal, (call) => deps.traffic.read(deployment.name, call)),
      reading(signal, (call) => deps.traffic.traffic(deployment.name, call)),
    ]);
    const weights = route.kind === 'seen' ? route.value?.weights : undefined;
    const sight = { ...snapshot.view, route, traffic, inForce: weights ?? snapshot.view.inForce };
    return { view: { ...memory.view(sight), request: undefined }, seenBy: 'controller' };
  }
  const observer = createObserver(deps, deployment, readTimeoutMs);
  const recalled = await recallRoute(store, deployment);
  const viewOf = (sight: Sight): View => {
    const weights = sight.route.kind === 'seen' ? sight.route.value?.weights : undefined;
    return { ...memory.view({ ...sight, inForce: weights ?? recalled.weights }), request: undefined };
  };
  await warmUp({ deps, deployment, observer, view: () => viewOf(observer.sight()) }, signal);
  return { view: viewOf(observer.sight()), seenBy: 'this-process' };
}
