/** What one life of a process can get at: its ports into the world. */
import type { EngineDeps } from '../engine/engine.ts';
import type { Actor } from '../model/operation.ts';
import { shortListMs } from './cloud.ts';
import type { CloudFaults } from './cloud-faults.ts';
import { storeOf } from './disk.ts';
import type { Incarnation } from './incarnation.ts';
import { type LinkFaults, latestMs } from './link.ts';
import { RateMeter } from './oracle-rate.ts';
import { providerOf, type Reach, trafficOf } from './ports.ts';
import { createProbe } from './probe.ts';
import type { World } from './world.ts';

export function depsOf(world: World, life: Incarnation, actor: Actor): EngineDeps {
  const { options, ghost, chance, schedule, clouds, gateway } = world;
  const seeds = world.seeds.fork(`${actor.host}/${actor.pid}`);
  const [clock, state] = [schedule.clock(life, world.wallAheadMs), world.disk];
  const reach: Reach = {
    ...{ life, ghost, clock, rates: new RateMeter(ghost), drills: world.drills },
    ...{ proofMaxAgeMs: options.proofMaxAgeMs, hasTrueClock: options.every.wallJump === 0 },
    linkTo: (node) => world.link(`${actor.host}/${node}`),
    note: (call, outcome) => {
      if (ghost.step !== undefined) world.cells.note(ghost.step.kind, call, outcome);
    },
  };
  return {
    ...{ config: world.edited, clock, random: seeds.stream('engine'), actor },
    store: storeOf({
      ...{ life, clock, ghost, state, broken: options.brokenDisk },
      random: seeds.stream('store'),
      dice: chance.dice(`disk/${actor.host}/${actor.pid}`),
      isInPlace: () => state === world.newest,
      isImmediate: () => options.storeMs === 0 && world.diskStallsUntilMs <= schedule.monoMs,
      onAppended: (drafts) => world.noteAppended(drafts, life),
      onArrival: (run) => world.atDisk(run),
    }),
    traffic: trafficOf(reach, gateway, {
      dice: chance.dice(`stale/${actor.host}/${actor.pid}`),
      share: options.staleReads,
    }),
    providers: new Map(
      [...clouds].map(([site, cloud]) => [site, providerOf(reach, cloud, listLagOf(options.cloud, options.link))]),
    ),
    probe: createProbe(reach, { schedule, clouds, gateway, random: seeds.stream('probe') }),
    reporter: { report: () => undefined },
  };
}

/** Longest time from a start's sending until a list must show it, in milliseconds. */
function listLagOf(faults: CloudFaults, link: LinkFaults): number {
  return faults.listLagMs + (link.lateRequest > 0 ? latestMs : 0) + (faults.shortList > 0 ? shortListMs : 0);
}
