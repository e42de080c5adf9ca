/** Runs one seed's world: chaos, then healing, then what must be true in the end. */
import type { Violation } from './ghost.ts';
import type { SimOptions } from './options.ts';
import { Chaos } from './chaos.ts';
import type { Drain } from './schedule.ts';
import { type Host, World } from './world.ts';

export interface SeedReport {
  readonly options: SimOptions;
  readonly events: number;
  readonly failovers: number;
  readonly steps: number;
  readonly entries: number;
  /** Of the journal's head: the same seed gives the same. */
  readonly traceHash: string;
  readonly violations: readonly Violation[];
}

/** A world that needs more events than this does not come to rest: a violation by itself. */
const mostEvents = 2_000_000;

/** Must be called from outside of any microtask: see `Drain`. */
export function runSeed(options: SimOptions, drain: Drain): SeedReport {
  const world = new World(options);
  const hosts = Array.from({ length: options.hosts }, (_, index): Host => ({
    ...{ name: `host-${index + 1}`, life: undefined, lives: 0, stop: new AbortController() },
  }));
  const chaos = new Chaos(world, hosts);
  drain();
  const { schedule } = world;
  const startedMs = schedule.monoMs;
  let isHealing = false;
  while (schedule.monoMs - startedMs < options.chaosMs + options.healMs) {
    if (!isHealing && schedule.monoMs - startedMs >= options.chaosMs) {
      isHealing = true;
      chaos.heal();
    }
    if (!schedule.step()) break;
    drain();
    world.noteHealth();
    if (schedule.events > mostEvents) {
      world.ghost.violate('L', `more than ${mostEvents} events`);
      break;
    }
  }
  checkEnd(world);
  const operations = [...world.disk.operations.values()].map(({ operation }) => operation);
  return {
    options,
    events: schedule.events,
    failovers: operations.filter(({ plan, state }) => plan.kind === 'failover' && state === 'done').length,
    steps: operations.reduce((sum, { plan }) => sum + plan.steps.length, 0),
    entries: world.disk.entries.length,
    traceHash: world.disk.entries.at(-1)?.hash ?? '',
    violations: world.ghost.violations,
  };
}

/** Liveness: with everything mended, somebody serves and nothing is left open. */
function checkEnd({ clouds, gateway, ghost, disk }: World): void {
  const weights = gateway.entry?.weights ?? {};
  const serves = Object.keys(weights).some((site) => (weights[site] ?? 0) > 0 && (clouds.get(site)?.serving().length ?? 0) > 0);
  if (!serves) ghost.violate('L1', `no site with weight serves: ${JSON.stringify(weights)}`);
  const open = [...disk.operations.values()].filter(({ operation }) => operation.endedAtMs === undefined);
  if (open.length > 0) ghost.violate('L2', `${open.map(({ operation }) => operation.id).join()} never ended`);
}
