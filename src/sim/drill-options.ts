/** Worlds in which drills are held. */
import type { Random } from '../ports/random.ts';
import { soundCloud } from './cloud-faults.ts';
import { type LinkFaults, soundLink } from './link.ts';
import { calmOptions, type SimOptions } from './options.ts';

/** On top of whatever else a world is like. */
export function withDrills(options: SimOptions, random: Random): SimOptions {
  const everyMs = 20_000 + random.next() * 30_000;
  const interrupted = random.next() < 0.5 ? 0 : random.next() * 0.006;
  const lossy: LinkFaults = { lostRequest: random.next() * 0.04, lostReply: random.next() * 0.04, lateRequest: 0 };
  const link = random.next() < 0.6 ? {} : { link: lossy };
  return { ...options, drills: { everyMs, interrupted, planned: [], ...link } };
}

/**
 * Of what else may go wrong so little, in half of the worlds nothing, that most drills come to their end, and what follows from
 * them is theirs.
 */
export function drillOptions(drawn: SimOptions, random: Random): SimOptions {
  const { every } = drawn;
  const isCalm = random.next() < 0.5;
  const seldom = (meanMs: number, leastMs: number): number => (isCalm || meanMs === 0 ? 0 : leastMs);
  return withDrills(
    {
      ...drawn,
      ...{ standby: 'hot', hasShelves: false, aimed: 0, brokenDisk: 0, staleReads: isCalm ? 0 : drawn.staleReads },
      ...(isCalm ? { link: soundLink, cloud: soundCloud, interrupted: 0 } : {}),
      inTurn: 0,
      every: {
        ...calmOptions(1).every,
        siteFault: isCalm ? 1e9 : 120_000,
        typed: seldom(every.typed, 15_000),
        gatewayRestart: seldom(every.gatewayRestart, 120_000),
        kill: seldom(every.kill, 30_000),
        pause: seldom(every.pause, 30_000),
        cut: seldom(every.cut, 60_000),
        diskStall: seldom(every.diskStall, 60_000),
      },
    },
    random,
  );
}
