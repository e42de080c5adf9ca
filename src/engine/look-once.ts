/** One look at a deployment by a process that only plans. */
import type { Deployment } from '../model/deployment.ts';
import type { Preview } from '../model/preview.ts';
import type { ReplicaView, SiteView, View } from '../model/view.ts';
import type { Wish } from '../model/wish.ts';
import type { EngineDeps } from './engine.ts';
import { createObserver, type Sight } from './observe.ts';
import { faultsOf, readFaults } from './read-faults.ts';
import { createReading, type Reading } from './reading.ts';
import { recallRoute } from './recall-route.ts';
import { createRecollection } from './recollect.ts';
import { warmUp } from './warm-up.ts';

/** One read of a provider or the gateway, in milliseconds. */
const readTimeoutMs = 5000;

/** The controller's view while it is fresh and of the same configuration; otherwise this process looks for itself. */
export async function lookOnce(
  deps: EngineDeps,
  deployment: Deployment,
  kind: Wish['kind'] | 'rebalance',
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
    const isAboutReplicas = kind === 'start' || kind === 'stop' || kind === 'scale' || kind === 'rebalance';
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
      const known = site.control.kind === 'seen' ? site.control : { sinceMs: clock.nowMs() };
      const replicas = seen.value.map((replica): ReplicaView => {
        const before = site.replicas.find(
          (each) => each.replica.id === replica.id && each.replica.bootId === replica.bootId,
        );
        return before === undefined ? { replica, conditions: [], proof: undefined } : { ...before, replica };
      });
      return { ...site, control: { ...known, kind: 'seen', asOfMs: seen.asOfMs }, replicas };
    }),
  );
}
