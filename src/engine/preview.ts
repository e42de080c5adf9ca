/** What would be done, before anything is: looks, decides and plans as the controller would, and changes nothing. */
import { basisOf, driftOf, inputDrift, isCarriedOut } from '../core/basis.ts';
import { diagnose } from '../core/diagnose.ts';
import { forecastOf } from '../core/forecast.ts';
import { alternativesTo } from '../core/instead.ts';
import { makePlan } from '../core/plan/plan.ts';
import { holdsOff } from '../core/precedence.ts';
import type { PastRun } from '../core/predict.ts';
import { againstAction, isWaiting } from '../core/requests.ts';
import { wishAction } from '../core/wishes.ts';
import { assert } from '../errors.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Preview } from '../model/preview.ts';
import type { Reason } from '../model/reason.ts';
import type { ReplicaView, SiteView, View } from '../model/view.ts';
import { isOrder, type Wish } from '../model/wish.ts';
import type { EngineDeps } from './engine.ts';
import { createObserver, type Sight } from './observe.ts';
import { faultsOf, readFaults } from './read-faults.ts';
import { createReading, type Reading } from './reading.ts';
import { recallRoute } from './recall-route.ts';
import { createRecollection } from './recollect.ts';
import { warmUp } from './warm-up.ts';

/** One read of a provider or the gateway, in milliseconds. */
const readTimeoutMs = 5000;

/** For verbs; an order is about something that is under way and has nothing to plan. */
export async function preview(deps: EngineDeps, wish: Wish, signal: AbortSignal): Promise<Preview> {
  assert(!isOrder(wish.kind), `${wish.kind} has no plan`);
  const deployment = deps.config.deployments.find(({ name }) => name === wish.deployment);
  assert(deployment !== undefined, `unknown deployment ${wish.deployment}`);
  const { view, seenBy } = await lookOnce(deps, deployment, wish, signal);
  const judging: Judging = { deps, view, nowMs: deps.clock.nowMs(), past: await pastRuns(deps, view) };
  const diagnosis = diagnose(view, judging.nowMs);
  const { planned, against } = judge(judging, wish, diagnosis);
  const isWaitedFor = isWaiting(against);
  const isRefused = against.some(({ code }) => code !== 'AlreadyThere' && code !== 'OperationRunning') && !isWaitedFor;
  const sites = view.sites.map(({ site }) => site.name);
  const works = (other: Wish): boolean => judge(judging, other, diagnosis).against.length === 0;
  const instead = isRefused ? alternativesTo(wish, sites, works) : [];
  return { wish, view, diagnosis, planned, against, isWaiting: isWaitedFor, instead, seenBy };
}

interface Judging {
  readonly deps: EngineDeps;
  readonly view: View;
  readonly nowMs: number;
  readonly past: readonly PastRun[];
}

/** As the holder of the lease would, from the same view. */
function judge(
  { deps, view, nowMs, past }: Judging,
  wish: Wish,
  diagnosis: Diagnosis,
): Pick<Preview, 'planned' | 'against'> {
  const { kind } = wish;
  if (isOrder(kind)) return { planned: undefined, against: [] };
  const wished = wishAction(view, { ...wish, kind, id: 'preview', by: deps.actor }, diagnosis, nowMs);
  // Without the table nobody knows what moves from where: a plan made of nothing would mislead.
  if (view.route.kind === 'unknown' && wished.kind === 'action')
    return { planned: undefined, against: againstAction(view, wished.action, diagnosis, nowMs) };
  if (wished.kind === 'refused')
    return { planned: undefined, against: refusedWish(wish.expect, wished.reason, view, nowMs) };
  const { action } = wished;
  const { open } = view;
  const running: readonly Reason[] =
    open !== undefined && holdsOff(open)
      ? [{ code: 'OperationRunning', message: `${open.id} (${open.plan.kind}) is ${open.state}` }]
      : [];
  const rules = [...running, ...againstAction(view, action, diagnosis, nowMs)];
  const drift = wish.expect === undefined || rules.length > 0 ? [] : driftOf(wish.expect, view, action, nowMs);
  const against = [...rules, ...drift];
  const plan = makePlan(action, view, nowMs);
  const isProtected = deps.config.isProtected === true;
  const forecast = forecastOf(view, { plan, action, against, past, isProtected, reason: wish.reason }, nowMs);
  return { planned: { action, plan, basis: basisOf(view, action, nowMs), forecast }, against };
}

/** What was planned and is of no use any more: because the world has moved, not because it is so already. */
function refusedWish(expect: Wish['expect'], reason: Reason, view: View, nowMs: number): readonly Reason[] {
  const drift = expect === undefined || isCarriedOut(expect, view) ? [] : inputDrift(expect, view, nowMs);
  return drift.length > 0 ? drift : [reason];
}

/** Operations that are looked at for how long their steps took. */
const mostPast = 20;

async function pastRuns({ store }: EngineDeps, { recent }: View): Promise<readonly PastRun[]> {
  return await Promise.all(
    recent.slice(0, mostPast).map(async (operation): Promise<PastRun> => {
      return { operation, entries: await store.journal.read({ operationId: operation.id }) };
    }),
  );
}

/** The controller's view while it is fresh and of the same configuration; otherwise this process looks for itself. */
async function lookOnce(
  deps: EngineDeps,
  deployment: Deployment,
  { kind }: Wish,
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
    const [route, traffic, faults] = await Promise.all([
      reading(signal, (call) => deps.traffic.read(deployment.name, call)),
      reading(signal, (call) => deps.traffic.traffic(deployment.name, call)),
      readFaults(deps, deployment.name, reading, signal),
    ]);
    const weights = route.kind === 'seen' ? route.value?.weights : undefined;
    const { faults: _, mayBeDrilled: __, ...seen } = snapshot.view;
    // What runs may have changed since the controller looked: "nothing runs there" must be so now.
    const isAboutReplicas = kind === 'start' || kind === 'stop';
    const sites = isAboutReplicas ? await listAnew(deps, deployment.name, seen.sites, reading, signal) : seen.sites;
    const sight = { ...seen, sites, ...faultsOf(faults), route, traffic, inForce: weights ?? seen.inForce };
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

/** The same sites with the providers' own lists of this moment; what is known of a replica stays with its boot. */
async function listAnew(
  { providers, clock }: EngineDeps,
  deployment: string,
  sites: View['sites'],
  reading: Reading,
  signal: AbortSignal,
): Promise<View['sites']> {
  return await Promise.all(
    sites.map(async (site): Promise<SiteView> => {
      const provider = providers.get(site.site.name);
      if (provider === undefined) return site;
      const seen = await reading(signal, (call) => provider.list({ deployment }, call));
      if (seen.kind === 'unknown') return { ...site, control: { kind: 'unknown', message: seen.error.message } };
      const sinceMs = site.control.kind === 'seen' ? site.control.sinceMs : clock.nowMs();
      const replicas = seen.value.map((replica): ReplicaView => {
        const known = site.replicas.find(
          (each) => each.replica.id === replica.id && each.replica.bootId === replica.bootId,
        );
        return known === undefined ? { replica, conditions: [], proof: undefined } : { ...known, replica };
      });
      return { ...site, control: { kind: 'seen', asOfMs: seen.asOfMs, sinceMs }, replicas };
    }),
  );
}
