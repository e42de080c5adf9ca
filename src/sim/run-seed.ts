/** Runs one seed's world: chaos, then healing, then what must be true in the end. */
import { sameWeights } from '../core/plan/reached.ts';
import type { Weights } from '../model/route.ts';
import { emptyHead, verifyPage } from '../store/chain.ts';
import { Chaos } from './chaos.ts';
import type { Violation } from './ghost.ts';
import { clearUp, seatOperators } from './operators.ts';
import type { SimOptions } from './options.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { type Host, World } from './world.ts';
import type { WorldTerms } from './world-terms.ts';

export interface SeedReport {
  readonly options: SimOptions;
  readonly events: number;
  /** Automatic failovers that ended `done`, each with its full plan. */
  readonly failovers: number;
  readonly operations: number;
  readonly steps: number;
  readonly entries: number;
  readonly virtualMs: number;
  /** Of the journal's head and all that was counted: the same seed gives the same. */
  readonly traceHash: string;
  /** What struck, in order. */
  readonly decisions: readonly string[];
  readonly violations: readonly Violation[];
  readonly outcome: Outcome;
}

/** A world that needs more events than this does not come to rest: a violation by itself. */
const mostEvents = 1_000_000;
/** After everything is mended, all must be well within this, in virtual milliseconds: the longest pause after failed starts is 300 s. */
const livenessMs = 900_000;
/** Between looks whether it is, and whether enough has gone wrong before, in virtual milliseconds. */
const lookMs = 500;
const chaosLookMs = 2000;
/** All is well when nothing was amiss and no operation was opened for this long, in virtual milliseconds. */
const calmMs = 5000;

/** Yields after every event: whoever runs it lets all microtasks run before it goes on. */
export function* simulate(options: SimOptions, terms: WorldTerms = {}): Generator<void, SeedReport> {
  const world = new World(options, terms);
  try {
    return yield* play(world, terms);
  } finally {
    world.close();
  }
}

function* play(world: World, terms: WorldTerms): Generator<void, SeedReport> {
  const { options } = world;
  const hosts = Array.from(
    { length: options.hosts },
    (_, index): Host => ({ name: `host-${index + 1}`, life: undefined, lives: 0 }),
  );
  world.hosts = hosts;
  const chaos = new Chaos(world);
  seatOperators(world, () => chaos.isOver);
  yield;
  const { schedule, ghost } = world;
  const { untilMs = Number.POSITIVE_INFINITY } = terms;
  const until = function* (isDone: () => boolean, limitMs: number, everyMs: number): Generator<void, boolean> {
    const endMs = Math.min(untilMs, schedule.monoMs + limitMs);
    let isOver = false;
    const look = (): void => {
      isOver = isDone();
      if (!isOver && schedule.monoMs < endMs) schedule.after(everyMs, look);
    };
    look();
    while (!isOver && schedule.monoMs < endMs && schedule.events < mostEvents && ghost.violations.length === 0) {
      if (!schedule.step()) break;
      yield;
    }
    return isOver;
  };
  yield* until(() => chaos.siteFaults >= options.siteFaults, options.chaosMs, chaosLookMs);
  if (schedule.monoMs >= untilMs) return reportOf(world);
  chaos.heal();
  clearUp(world);
  let calm = { operations: 0, sinceMs: schedule.monoMs };
  const isWell = yield* until(
    () => {
      const operations = ghost.operations.size;
      if (troublesOf(world).length > 0 || operations !== calm.operations)
        calm = { operations, sinceMs: schedule.monoMs };
      return schedule.monoMs - calm.sinceMs >= calmMs;
    },
    livenessMs,
    lookMs,
  );
  if (schedule.monoMs >= untilMs) return reportOf(world);
  if (!isWell && ghost.violations.length === 0)
    ghost.violate('I24', `not well in the end: ${troublesOf(world).join('; ')}`);
  if (schedule.events >= mostEvents) ghost.violate('I24', `more than ${mostEvents} events`);
  checkEnd(world);
  return reportOf(world);
}

/** What is not as it should be, once nothing is broken any more. */
export function troublesOf({ gateway, ghost, clouds, config, newest: disk }: World): readonly string[] {
  const troubles: string[] = [];
  const [deployment] = config.deployments;
  const weights = gateway.entry?.weights ?? {};
  for (const site of Object.keys(weights))
    if ((weights[site] ?? 0) > 0 && !ghost.isServing(site))
      troubles.push(`${site} has ${weights[site]} % and does not serve`);
  const standing = [...disk.standing.values()].map((each) => each.standing);
  const out = new Set(standing.flatMap((each) => (each.kind === 'out' ? [each.site] : [])));
  const wanted = deployment?.failover.failback.mode === 'auto' ? deployment.weights : weights;
  // What a person moved for a time or emptied is theirs to bring back.
  const isLeft = standing.some(({ kind }) => kind === 'shift') || weighted(wanted).some((site) => out.has(site));
  if (!isLeft && !sameWeights(wanted, weights))
    troubles.push(`the weights are ${JSON.stringify(weights)}, wanted ${JSON.stringify(wanted)}`);
  if (ghost.open !== undefined) troubles.push(`${ghost.open.id} is ${ghost.open.state}`);
  for (const { site, replicas, standby } of deployment?.placements ?? []) {
    if ((standby !== 'hot' || out.has(site)) && (weights[site] ?? 0) === 0) continue;
    const serving =
      clouds
        .get(site)
        ?.serving()
        .filter(({ replica }) => replica.slot < replicas).length ?? 0;
    if (serving < replicas) troubles.push(`${site} has ${serving} of ${replicas} replicas`);
    const allowed = config.sites
      .find(({ name }) => name === site)
      ?.residency.every((each) => deployment?.residency.includes(each));
    const listed = gateway.entry?.sites.find((each) => each.site === site)?.replicas.length ?? 0;
    if (allowed === true && listed < replicas)
      troubles.push(`${site} has ${listed} of ${replicas} replicas in the table`);
  }
  if ([...disk.requests.values()].some(({ answer }) => answer === undefined)) troubles.push('a request has no answer');
  return troubles;
}

function weighted(weights: Weights): readonly string[] {
  return Object.keys(weights).filter((site) => (weights[site] ?? 0) > 0);
}

/** What must hold of the whole record and of everything that was started. */
export function checkEnd({ newest: disk, ghost, clouds }: World): void {
  const verdict = verifyPage(emptyHead, disk.entries);
  if (verdict.kind === 'broken') ghost.violate('I34', `the journal is ${verdict.why} at ${verdict.seq}`);
  for (const { site, ...cloud } of [...clouds.values()].map((each) => ({ site: each.site, alive: each.alive() })))
    for (const { replica } of cloud.alive) {
      const operation = replica.startKey?.split('/')[0] ?? '';
      if (!ghost.operations.has(operation) && !ghost.strays.has(operation))
        ghost.violate('I15', `${replica.id} at ${site} runs and no operation knows of it`);
    }
}

function reportOf(world: World): SeedReport {
  const { options, schedule, ghost, newest: disk, chance, gateway } = world;
  const operations = [...ghost.operations.values()];
  const { events, monoMs } = schedule;
  return {
    options,
    events,
    failovers: operations.filter(
      ({ plan, state }) => plan.kind === 'failover' && plan.trigger === 'automatic' && state === 'done',
    ).length,
    operations: operations.length,
    steps: operations.reduce((sum, { plan }) => sum + plan.steps.length, 0),
    entries: disk.entries.length,
    virtualMs: monoMs,
    traceHash: `${disk.entries.at(-1)?.hash.slice(0, 16)}-${events}-${monoMs.toFixed(3)}-${gateway.entry?.routeVersion ?? 0}`,
    decisions: chance.decisions,
    violations: ghost.violations,
    outcome: outcomeOf(world),
  };
}
