/** Worlds in which schedulers rebalance. */
import type { Random } from '../ports/random.ts';
import { soundCloud } from './cloud-faults.ts';
import { withDrills } from './drill-options.ts';
import { soundLink } from './link.ts';
import { calmOptions, type SimOptions } from './options.ts';

/**
 * Of what else may go wrong so much that every run meets something, and so little that most come to an end; people move and scale,
 *
 * in a third of the worlds drills are held too, in others sites sell in several markets.
 */
export function rebalanceOptions(drawn: SimOptions, random: Random): SimOptions {
  const { every } = drawn;
  const isCalm = random.next() < 0.5;
  const seldom = (meanMs: number, leastMs: number): number => (meanMs === 0 ? 0 : Math.max(meanMs, leastMs));
  const options: SimOptions = {
    ...drawn,
    ...{ replicas: 2 + Math.floor(random.next() * 2), hasShelves: false, aimed: drawn.aimed / 4, otherWords: 0.7 },
    ...{ scaled: 0.3, siteFaults: 8, inTurn: 0.5, longestBadMs: 6000, interrupted: drawn.interrupted / 2 },
    ...(isCalm ? { link: soundLink, cloud: soundCloud, interrupted: 0, brokenDisk: 0, aimed: 0 } : {}),
    every: {
      ...calmOptions(1).every,
      ...{ siteFault: 40_000, typed: seldom(every.typed, 20_000), kill: seldom(every.kill, 20_000) },
      ...{ pause: seldom(every.pause, 20_000), cut: seldom(every.cut, 30_000), edited: seldom(every.edited, 30_000) },
      ...{ gatewayRestart: seldom(every.gatewayRestart, 30_000), outage: seldom(every.outage, 20_000) },
      ...{ diskStall: seldom(every.diskStall, 30_000), wallJump: every.wallJump },
    },
    rebalance: {
      everyMs: 5000 + random.next() * 15_000,
      interrupted: random.next() < 0.5 ? 0 : random.next() * 0.004,
      unsolved: random.next() < 0.5 ? 0 : 0.05,
    },
  };
  const all = random.next() < 0.33 ? withDrills(options, random) : options;
  return { ...all, hasShelves: random.next() < 0.4 };
}
