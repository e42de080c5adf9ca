/** Worlds in which one thing is done from beginning to end and nothing else happens: the ground for trying each fault at each call. */
import type { OrderKind, Verb } from '../model/wish.ts';
import { soundCloud } from './cloud-faults.ts';
import type { PlannedDrill } from './drills.ts';
import { soundLink } from './link.ts';
import { calmOptions, type SimOptions } from './options.ts';
import type { Typed } from './typed.ts';

export interface Scene {
  readonly name: string;
  readonly options: SimOptions;
  /** What sets it going. */
  readonly kept: readonly string[];
}

/** So small that nothing is drawn, and yet on: a fault that is kept can take place. */
const on = 1e-12;

function sceneOf(name: string, kept: readonly string[], changes: Partial<SimOptions> = {}, seed = 1): Scene {
  const calm = calmOptions(seed);
  const options: SimOptions = {
    ...{ ...calm, evaluateEveryMs: 1000, probeEveryMs: 1000, failuresInARow: 2, leaseTtlMs: 3000, replicas: 2 },
    ...{
      inTurn: 0,
      longestBadMs: 120_000,
      brokenDisk: on,
      aimed: on,
      interrupted: on,
      siteFaults: Number.MAX_SAFE_INTEGER,
      chaosMs: 15_000,
    },
    ...changes,
  };
  return { name, options, kept };
}

/** It may be asked for at any time; what was asked for, and of whom, the seed says. */
function often(what: 'typed' | 'planted'): SimOptions['every'] {
  return { ...calmOptions(1).every, [what]: 500 };
}

/** Lists may show a replica only long after it was asked for: nothing is started before that long has passed. */
const lagging: Partial<SimOptions> = {
  link: { ...soundLink, lateRequest: on },
  cloud: { ...soundCloud, shortList: on },
  chaosMs: 60_000,
};

/** Typed at set moments; streams run on for longer than a drain waits. */
function told(name: string, script: readonly Typed[]): Scene {
  return sceneOf(name, [], { script, longestStreamMs: 8000, chaosMs: 20_000 });
}

function move(kind: Verb): Typed['wish'] {
  return { kind, from: 'amber', to: 'birch', reason: 'simulated' };
}

function order(kind: OrderKind): Typed['wish'] {
  return { kind, from: undefined, to: undefined, reason: 'simulated' };
}

/** A site with all traffic is lost on purpose, for long enough that the traffic leaves it and comes back in the end. */
export function drillScene(ends: Pick<PlannedDrill, 'interruptAfterMs'> = {}): Scene {
  const fault = { kind: 'blackhole', site: 'amber', sharePct: 100, atMs: 0, forMs: 12_000 } as const;
  const planned: PlannedDrill = { atMs: drillAtMs, faults: [fault], ...ends };
  return sceneOf('a drill', [], { drills: { everyMs: 0, interrupted: on, planned: [planned] }, chaosMs: 90_000 });
}

/** When it is begun, virtual milliseconds. */
export const drillAtMs = 8000;

/** Each misfortune is tried at each call of them; of the one with a drill, each end of it. */
export const scenes: readonly Scene[] = [
  sceneOf('start', [], { ...lagging, chaosMs: 30_000 }),
  sceneOf('failover', ['siteFault#1@5000+0:crash']),
  sceneOf('failover from a site that is slow', ['siteFault#1@5000+0:slow'], { stepsPct: [30, 100] }),
  sceneOf('failover to a site where nothing runs', ['siteFault#1@28000+0:crash'], { ...lagging, standby: 'cold' }),
  sceneOf('switchover that a person asks for', ['typed#1@5000+0:typed'], { every: often('typed') }, 2),
  sceneOf(
    'failover that a person asks for, to a site where nothing runs',
    ['typed#1@5000+0:typed'],
    { every: often('typed'), standby: 'cold' },
    4,
  ),
  sceneOf('switchover, drain and stop', ['planted#1@5000+0:planted'], { every: often('planted'), chaosMs: 20_000 }),
  told('a move for a time, and its return', [{ when: { atMs: 5000 }, wish: { ...move('shift'), forMs: 3000 } }]),
  told('a drain, then a stop', [
    { when: { atMs: 5000 }, wish: { ...move('drain'), to: undefined } },
    // Typed again, as whoever is refused does: the gateway, or the controller, may just have been out of reach.
    ...[3000, 9000].map((afterMs) => ({
      when: { entry: 'drain done', afterMs },
      isAgain: afterMs > 3000,
      wish: { ...move('stop'), to: undefined, how: 'stop' as const },
    })),
  ]),
  told('a migration', [{ when: { atMs: 5000 }, wish: { ...move('migrate'), how: 'delete' } }]),
  told('a switchover that is held and goes on', [
    { when: { atMs: 5000 }, wish: move('switchover') },
    { when: { entry: 'weigh intended' }, wish: order('hold'), about: 'open' },
    { when: { entry: 'switchover held' }, wish: order('resume'), about: 'open' },
  ]),
  told('a switchover that is taken back half way', [
    { when: { atMs: 5000 }, wish: move('switchover') },
    { when: { entry: 'weigh reached' }, wish: order('return'), about: 'open' },
  ]),
  sceneOf('failover and back', ['siteFault#1@5000+0:crash'], { failback: 'auto', chaosMs: 25_000 }),
];
