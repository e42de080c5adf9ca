/** Failures of sites at the pace of somebody's own policy: some too short to be noticed, some longer than every pause. */

import type { SimulatedSiteFault } from '../model/simulation.ts';
import type { Random } from '../ports/random.ts';
import type { Strike } from './chance.ts';
import type { Cloud } from './cloud.ts';
import type { World } from './world.ts';

const shares = [
  ['lost', 0.3],
  ['crash', 0.2],
  ['one', 0.1],
  ['hangs', 0.15],
  ['errors', 0.1],
  ['slow', 0.1],
  ['wrong-model', 0.05],
] as const satisfies readonly (readonly [SimulatedSiteFault, number])[];

/** Mostly the site that serves: what happens to a standby moves nothing. */
const activeShare = 0.75;

export interface SitePace {
  /** Until automation acts, and until it may act again; milliseconds. */
  readonly noticeMs: number;
  readonly calmMs: number;
  /** So many failures. */
  readonly count: number;
}

export interface SiteFaultSeen {
  readonly site: string;
  readonly fault: SimulatedSiteFault;
  readonly forMs: number | undefined;
}

/** True once all have come and gone. */
export function breakSites(world: World, pace: SitePace, onFault: (seen: SiteFaultSeen) => void): () => boolean {
  const { schedule, seeds, chance } = world;
  const draw = seeds.stream('pace/siteFault');
  const dice = chance.dice('siteFault');
  let left = pace.count;
  let isUnderWay = false;
  const next = (): void => {
    if (left === 0) return;
    left -= 1;
    isUnderWay = true;
    schedule.after(between(draw, pace.noticeMs, 1.5 * pace.calmMs), () => {
      const strike = dice.roll(shares);
      const forMs = strike === undefined ? 0 : strikeSite(world, strike, pace, onFault);
      schedule.after(forMs, () => {
        isUnderWay = false;
        next();
      });
    });
  };
  next();
  return () => left === 0 && !isUnderWay;
}

/** How long it lasts, in milliseconds. */
function strikeSite(
  world: World,
  { kind, details }: Strike<SimulatedSiteFault>,
  { noticeMs, calmMs }: SitePace,
  onFault: (seen: SiteFaultSeen) => void,
): number {
  const cloud = aim(world, details);
  if (cloud === undefined) return 0;
  const { site } = cloud;
  if (kind === 'crash' || kind === 'one') {
    onFault({ site, fault: kind, forMs: undefined });
    cloud.crash(kind === 'one' ? cloud.alive().slice(0, 1) : undefined);
    return 0;
  }
  const forMs = between(details, noticeMs / 4, Math.max(8 * noticeMs, calmMs));
  onFault({ site, fault: kind, forMs });
  if (kind === 'lost') cloud.crash();
  cloud.behave(kind === 'lost' ? 'hangs' : kind);
  world.schedule.after(forMs, () => cloud.behave('good'));
  return forMs;
}

function aim({ gateway, clouds }: World, details: Random): Cloud | undefined {
  const heaviest = Object.entries(gateway.entry?.weights ?? {}).sort(([, a], [, b]) => b - a)[0]?.[0];
  const all = [...clouds.values()];
  const [isActive, other] = [details.next() < activeShare, details.next()];
  return (isActive ? clouds.get(heaviest ?? '') : undefined) ?? all[Math.floor(other * all.length)];
}

/** Spread evenly over the orders of magnitude. */
function between(random: Random, leastMs: number, mostMs: number): number {
  const least = Math.max(1, leastMs);
  return least * Math.max(1, mostMs / least) ** random.next();
}
