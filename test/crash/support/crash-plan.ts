/** Which deed is tried next and where its processes are killed: at every point that was ever passed, then at random. */
import { createSeededRandom } from '../../../src/testkit/seeded-random.ts';
import { type Deed, deeds, type Point, type Trial } from './crash-world.ts';

export interface Task {
  readonly deed: Deed;
  /** One process is killed at each in turn; none: the undisturbed deed everything is compared with. */
  readonly points: readonly Point[];
}

export interface CrashPlan {
  /** Undefined once enough processes were killed. */
  next(): Task | undefined;
  note(task: Task, trial: Trial): void;
  kills(): number;
  operations(): number;
  /** Distinct points at which a process was killed, of those that were seen, in first and in resuming processes. */
  covered(): { readonly hit: number; readonly seen: number; readonly never: readonly string[] };
}

/** What goes on beside an operation has no end of turns: the later ones are as the first. */
const mostTurns = 2;
/** What goes on beside an operation does not come at the same moment every time. */
const mostTries = 3;
/** Processes killed while they resume what one killed process began. */
const mostResumed = 3;

/** A point in the processes that begin a deed, or in those that resume it. */
interface Spot {
  readonly deed: Deed;
  readonly point: Point;
  /** How many points a process passed before it. */
  readonly rank: number;
  /** For resuming ones: the highest rank of a first kill after which it was passed. */
  after: number;
  hits: number;
  tries: number;
}

export function createCrashPlan(cycles: number, seed: number): CrashPlan {
  const random = createSeededRandom(seed);
  const undisturbed: Task[] = deeds.map((deed) => ({ deed, points: [] }));
  const begun = new Map<string, Spot>();
  const resuming = new Map<string, Spot>();
  let kills = 0;
  let operations = 0;

  const see = (spots: Map<string, Spot>, deed: Deed, passed: readonly Point[], after: number): void => {
    for (const [rank, point] of passed.entries()) {
      if (Number(/#(\d+)/.exec(point)?.[1]) > mostTurns) continue;
      const key = `${deed}: ${point}`;
      const spot = spots.get(key) ?? { deed, point, rank, after, hits: 0, tries: 0 };
      spots.set(key, spot);
      spot.after = Math.max(spot.after, after);
    }
  };

  /** Those where nobody was killed yet come first; what is asked for again and again without coming waits its turn. */
  const choose = (spots: readonly Spot[], count: number): readonly Spot[] => {
    const rank = ({ hits, tries }: Spot): number => (hits === 0 && tries < mostTries ? 0 : 1);
    const drawn = spots.map((spot) => ({ spot, order: rank(spot) + random.next() }));
    return drawn
      .sort((a, b) => a.order - b.order)
      .slice(0, count)
      .map(({ spot }) => spot);
  };

  return {
    next() {
      if (kills >= cycles) return undefined;
      const first = undisturbed.shift();
      if (first !== undefined) return first;
      const [start] = choose([...begun.values()], 1);
      // Nothing is known before the first undisturbed deed has ended.
      if (start === undefined) return { deed: 'failover', points: [] };
      const possible = [...resuming.values()].filter(({ deed, after }) => deed === start.deed && after >= start.rank);
      // In the order in which they are passed: each kill leaves the later ones to come.
      const later = choose(possible, mostResumed).toSorted((a, b) => a.rank - b.rank);
      for (const spot of [start, ...later]) spot.tries += 1;
      return { deed: start.deed, points: [start, ...later].map(({ point }) => point) };
    },
    note({ deed }, { killed, passed }) {
      kills += killed.length;
      operations += 1;
      const [first = [], ...others] = passed;
      see(begun, deed, first, 0);
      const rank = begun.get(`${deed}: ${killed[0]}`)?.rank ?? 0;
      for (const each of others) see(resuming, deed, each, rank);
      for (const [index, point] of killed.entries()) {
        const spot = (index === 0 ? begun : resuming).get(`${deed}: ${point}`);
        if (spot !== undefined) spot.hits += 1;
      }
    },
    kills: () => kills,
    operations: () => operations,
    covered() {
      const told = (name: string, spots: Map<string, Spot>) =>
        [...spots].map(([key, { hits }]) => ({ name: `${name} ${key}`, hits }));
      const all = [...told('begun', begun), ...told('resumed', resuming)];
      const never = all.filter(({ hits }) => hits === 0).map(({ name }) => name);
      return { hit: all.length - never.length, seen: all.length, never };
    },
  };
}
