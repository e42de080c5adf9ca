/** Which deed is tried next and where its processes are killed: every point that was ever passed once, then at random. */
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
const mostTries = 4;
/** Kills in one operation once every point had its own. */
const chainLength = 3;

export function createCrashPlan(cycles: number, seed: number): CrashPlan {
  const random = createSeededRandom(seed);
  const queue: Task[] = deeds.map((deed) => ({ deed, points: [] }));
  /** By deed, the points of a process that began it, and those of one that resumed it. */
  const seen = new Map<string, Task>();
  const hit = new Set<string>();
  const tries = new Map<string, number>();
  let kills = 0;
  let operations = 0;

  const keyOf = ({ deed, points }: Task): string =>
    `${deed}, ${points.length > 1 ? 'resuming' : 'begun'}: ${points.at(-1)}`;

  const want = (task: Task): void => {
    const key = keyOf(task);
    if (seen.has(key)) return;
    seen.set(key, task);
    queue.push(task);
  };

  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random.next() * from.length)];

  const atRandom = (): Task => {
    const deed = pick(deeds) ?? 'failover';
    const known = [...seen.values()].filter((each) => each.deed === deed);
    const first = pick(known.filter(({ points }) => points.length === 1));
    const later = known.filter(({ points }) => points.length === 2).flatMap(({ points }) => points.slice(1));
    const more = Array.from({ length: chainLength - 1 }, () => pick(later));
    return { deed, points: [...(first?.points ?? []), ...more].filter((each) => each !== undefined) };
  };

  return {
    next() {
      return kills >= cycles ? undefined : (queue.shift() ?? atRandom());
    },
    note(task, { killed, missed, passed }) {
      kills += killed.length;
      operations += 1;
      const [first = [], ...others] = passed;
      for (const point of first.filter(isWorthy)) want({ deed: task.deed, points: [point] });
      const [begun] = killed;
      if (begun !== undefined) {
        for (const point of others.flat().filter(isWorthy)) want({ deed: task.deed, points: [begun, point] });
      }
      for (const [index, point] of killed.entries())
        hit.add(keyOf({ deed: task.deed, points: index === 0 ? [point] : [killed[0] ?? '', point] }));
      const key = keyOf(task);
      const tried = (tries.get(key) ?? 0) + 1;
      tries.set(key, tried);
      if (missed.length > 0 && seen.get(key) === task && tried < mostTries) queue.push(task);
    },
    kills: () => kills,
    operations: () => operations,
    covered() {
      const keys = [...seen.keys()];
      const never = keys.filter((key) => !hit.has(key));
      return { hit: keys.length - never.length, seen: keys.length, never };
    },
  };
}

function isWorthy(point: Point): boolean {
  return Number(/#(\d+)/.exec(point)?.[1]) <= mostTurns;
}
