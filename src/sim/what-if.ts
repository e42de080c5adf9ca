/** Runs somebody's own configuration through a simulated world: what would have happened. */
import { assert } from '../errors.ts';
import type { Config } from '../model/config.ts';
import type { Deployment } from '../model/deployment.ts';
import type { FaultClass, SimulatedSeed } from '../model/simulation.ts';
import { Chaos } from './chaos.ts';
import type { Host } from './host.ts';
import { seatOperators } from './operators.ts';
import { checkEnd } from './run-seed.ts';
import { troublesOf } from './troubles.ts';
import { Diary } from './what-if-diary.ts';
import { breakSites } from './what-if-sites.ts';
import { calmMsOf, noticeMsOf, silentInvariants, worldConfig, worldOptions } from './what-if-world.ts';
import { World } from './world.ts';

export interface WhatIf {
  readonly config: Config;
  /** One of the configuration's. */
  readonly deployment: string;
  readonly seed: number;
  readonly faults: ReadonlySet<FaultClass>;
}

/** Of one world. */
const mostEvents = 2_000_000;
const siteFaults = 3;
/** Everything must have come up within this, or the faults begin anyway; virtual milliseconds. */
const bootLimitMs = 300_000;
/** After everything is mended: besides the policy's own times, the longest pause after failed starts is 300 s. */
const mendLimitMs = 900_000;
const lookMs = 500;
/** All is well when nothing was amiss for this long, in virtual milliseconds. */
const restMs = 5000;

/** Yields after every event: whoever runs it lets all microtasks run before it goes on. */
export function* whatIf({ config: given, deployment: name, seed, faults }: WhatIf): Generator<void, SimulatedSeed> {
  const config = worldConfig(given, name);
  const [deployment] = config.deployments;
  assert(deployment !== undefined, `the configuration has a deployment ${name}`);
  const pace = { noticeMs: noticeMsOf(deployment), calmMs: calmMsOf(deployment), count: siteFaults };
  const spanMs = 60_000 + siteFaults * (8 * pace.noticeMs + pace.calmMs);
  const diary = new Diary();
  const world: World = new World(worldOptions(config, deployment, { seed, faults, spanMs }), {
    config,
    onStrike: (decision, atMs) => diary.noteStrike(decision, atMs),
    onEntry: (draft, atMs) => diary.noteEntry(draft, atMs),
  });
  const { schedule } = world;
  const host: Host = { name: 'controller', life: undefined, lives: 0 };
  world.hosts = [host];
  const chaos = new Chaos(world);
  seatOperators(world, () => chaos.isOver);
  yield;
  const until = function* (isDone: () => boolean, limitMs: number): Generator<void, boolean> {
    const endMs = schedule.monoMs + limitMs;
    let isOver = false;
    const look = (): void => {
      isOver = isDone();
      if (!isOver && schedule.monoMs < endMs) schedule.after(lookMs, look);
    };
    look();
    while (!isOver && schedule.monoMs < endMs && schedule.events < mostEvents && schedule.step()) {
      diary.noteService(world);
      yield;
    }
    return isOver;
  };
  yield* until(() => troublesNow(world).length === 0, bootLimitMs);
  diary.beganMs = schedule.monoMs;
  const areOver = faults.has('site')
    ? breakSites(world, pace, (seen) => diary.noteFault(seen, schedule.monoMs))
    : () => false;
  yield* until(areOver, faults.has('site') ? 10 * spanMs : spanMs);
  chaos.heal();
  let restSinceMs = schedule.monoMs;
  yield* until(
    () => {
      if (troublesNow(world).length > 0) restSinceMs = schedule.monoMs;
      return schedule.monoMs - restSinceMs >= restMs;
    },
    mendLimitMs + 2 * pace.calmMs,
  );
  diary.endService(schedule.monoMs, true);
  checkEnd(world);
  return storyOf(world, deployment, diary);
}

function troublesNow(world: World): readonly string[] {
  return world.gateway.entry === undefined ? ['nothing is served: the gateway has no table'] : troublesOf(world);
}

function storyOf(world: World, deployment: Deployment, diary: Diary): SimulatedSeed {
  const { ghost, schedule, options } = world;
  const beganMs = diary.beganMs ?? 0;
  const silent = silentInvariants(deployment);
  return {
    seed: options.seed,
    forMs: schedule.monoMs - beganMs,
    moments: diary.moments,
    smallFaults: diary.smallFaults,
    failovers: diary.moments.filter(
      (each) =>
        each.kind === 'operation' &&
        each.operation === 'failover' &&
        each.state === 'done' &&
        each.trigger === 'automatic',
    ).length,
    troubles: [
      ...troublesNow(world),
      ...(schedule.events >= mostEvents ? [`the world was left after ${mostEvents} events`] : []),
    ],
    violations: ghost.violations
      .filter(({ invariant }) => !silent.includes(invariant))
      .map(({ invariant, message, atMonoMs }) => ({ invariant, message, atMs: atMonoMs - beganMs })),
  };
}
