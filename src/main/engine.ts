/** The engine's ports, opened for one run and closed after it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineDeps } from '../engine/engine.ts';
import { GodwitError } from '../errors.ts';
import { withDrilledProvider } from '../faults/drilled-provider.ts';
import { createExec } from '../faults/exec.ts';
import { createLook, type LookAtFaults } from '../faults/look.ts';
import { withTrafficFaults } from '../faults/probe.ts';
import type { Config } from '../model/config.ts';
import type { Actor } from '../model/operation.ts';
import type { Site } from '../model/site.ts';
import type { Clock } from '../ports/clock.ts';
import type { Provider } from '../ports/provider.ts';
import type { Reporter } from '../ports/reporter.ts';
import type { Store } from '../ports/store.ts';
import { createProbe } from '../probes/probe.ts';
import { providers } from '../providers/index.ts';
import { createActor } from '../system/actor.ts';
import { readBootId } from '../system/boot-id.ts';
import { createRandom } from '../system/random.ts';
import { createGatewayDriver } from '../traffic/gateway/driver.ts';
import { openStore } from './store.ts';

interface Terms {
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly actor: Actor['kind'];
  /** `read`: nothing is made or changed. Default: `write`. */
  readonly mode?: 'read' | 'write';
}

/** Before the first controller ran there is no state: then nothing was done yet, and nothing is written down. */
async function openForLooking(config: Config, clock: Clock): Promise<Store> {
  try {
    return openStore(config, 'read', clock);
  } catch (error) {
    if (!(error instanceof GodwitError) || error.code !== 'NotFound') throw error;
    const { createMemoryState, openMemoryStore } = await import('../store/memory.ts');
    return openMemoryStore(createMemoryState(), { clock, random: createRandom(), bootId: readBootId() });
  }
}

/** Runs the work with every port open; whatever was opened is closed, also when opening the next one failed. */
export async function withEngine<T>(
  config: Config,
  { clock, reporter, actor, mode = 'write' }: Terms,
  work: (deps: EngineDeps) => Promise<T>,
): Promise<T> {
  const store = mode === 'read' ? await openForLooking(config, clock) : openStore(config, mode, clock);
  const sessions = new Map<string, Provider>();
  try {
    const traffic = createGatewayDriver({ socketPath: config.gateway.adminSocket, clock });
    const who = createActor(actor);
    const probe = createProbe({ clock, vantage: who.host });
    const { faults } = traffic;
    await connectSites(config, { clock, mode, faultsOf: createLook({ clock, faults }) }, sessions);
    return await work({
      config,
      clock,
      random: createRandom(),
      store,
      providers: sessions,
      traffic,
      // Only who may act rehearses, here and at the sites: whoever merely looks is shown how things are.
      probe:
        mode === 'read'
          ? probe
          : withTrafficFaults(probe, { clock, random: createRandom(), vantage: who.host, faults }),
      reporter,
      actor: who,
      ...(mode === 'read' ? {} : { exec: createExec(clock) }),
    });
  } finally {
    await Promise.all([...sessions.values()].map((session) => session.close()));
    await store.close();
  }
}

interface Connecting {
  readonly clock: Clock;
  readonly mode: 'read' | 'write';
  readonly faultsOf: LookAtFaults;
}

/** Only sites a deployment is placed at, and only providers the configuration names. */
async function connectSites(
  config: Config,
  { clock, mode, faultsOf }: Connecting,
  sessions: Map<string, Provider>,
): Promise<void> {
  for (const site of config.sites) {
    const { name } = site;
    const placed = config.deployments.filter(({ placements }) => placements.some((each) => each.site === name));
    if (placed.length === 0) continue;
    const session = await connectSite(config, site, { clock, mode });
    const drilled = { site: name, deployments: placed.map((each) => each.name), faultsOf };
    sessions.set(name, mode === 'read' ? session : withDrilledProvider(session, drilled));
  }
}

/** One site's session. `read` makes nothing on disk. */
export async function connectSite(
  config: Config,
  site: Site,
  { clock, mode }: { readonly clock: Clock; readonly mode: 'read' | 'write' },
): Promise<Provider> {
  const entry = providers[site.provider];
  if (entry === undefined)
    throw new GodwitError('ConfigInvalid', `site ${site.name}: unknown provider ${site.provider}`);
  const stateDir = join(config.stateDir, 'sites', site.name);
  if (mode === 'write') mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const plugin = await entry.plugin();
  return plugin.connect(site, { clock, random: createRandom(), stateDir });
}
