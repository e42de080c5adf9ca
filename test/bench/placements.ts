/** How near to the optimum a placement of many deployments comes in the time it is given. */
import { allocationToday, readAllocation, valuesOf } from '../../src/core/placement/allocation.ts';
import { formulate } from '../../src/core/placement/formulate.ts';
import { createSolver } from '../../src/solver/index.ts';
import { brokenBy } from '../core/placement/support/problems.ts';
import { type RealisticTerms, realisticProblem } from '../core/placement/support/realistic.ts';
import type { Bench } from './main.ts';
import { judge, median, type Row } from './stats.ts';

interface Size extends RealisticTerms {
  readonly seconds: number;
  readonly seeds: readonly number[];
  /** Unproven share of the cost, 0–1, by the median of the seeds; undefined: any solution will do. */
  readonly mostGap: number | undefined;
}

/** Between them reservations are just enough: nearly all of what is reserved is used, and little else. */
const [tight, enough, slack] = [4, 20, 40];
const sizes: readonly Size[] = [
  { deployments: 40, sites: 20, room: tight, seconds: 10, seeds: [1, 2, 3], mostGap: 0.001 },
  { deployments: 40, sites: 20, room: enough, seconds: 10, seeds: [1, 2, 3], mostGap: 0.001 },
  { deployments: 40, sites: 20, room: slack, seconds: 10, seeds: [1, 2, 3], mostGap: 0.001 },
  { deployments: 200, sites: 50, room: tight, seconds: 30, seeds: [1, 2, 3], mostGap: 0.02 },
  { deployments: 200, sites: 50, room: slack, seconds: 30, seeds: [1, 2, 3], mostGap: 0.02 },
  { deployments: 1000, sites: 50, room: tight, seconds: 60, seeds: [1], mostGap: undefined },
];
const quickSizes: readonly Size[] = [
  { deployments: 60, sites: 30, room: tight, seconds: 12, seeds: [1], mostGap: undefined },
];

/** Each figure is a gap in percent of what the plan says it costs; one that breaks a rule is an error, whatever it costs. */
export async function benchPlacements({ isQuick }: Bench): Promise<readonly Row[]> {
  const solver = createSolver(new URL('../../src/solver/worker.ts', import.meta.url));
  const rows: Row[] = [];
  try {
    for (const { seeds, seconds, mostGap, ...size } of isQuick ? quickSizes : sizes) {
      const gaps: number[] = [];
      for (const seed of seeds) {
        const problem = realisticProblem(seed, size);
        const formulated = formulate(problem);
        const start = valuesOf(problem.choices, formulated, allocationToday(problem));
        const terms = { gap: 0.0005, withinMs: seconds * 1000, start };
        const call = { signal: new AbortController().signal, deadlineAtMonoMs: Number.MAX_SAFE_INTEGER };
        const solution = await solver.solve(formulated.program, terms, call);
        if (solution.kind !== 'solved') {
          gaps.push(Number.POSITIVE_INFINITY);
          continue;
        }
        const allocation = readAllocation(problem.choices, formulated, solution.values);
        // A deployment that has nowhere to go is asked for nothing, and served nowhere.
        const broken = brokenBy(problem, allocation).filter((name) => name !== 'served');
        if (broken.length > 0) throw new Error(`${JSON.stringify({ ...size, seed })}: ${broken.join(', ')}`);
        gaps.push((solution.cost - solution.bound) / (solution.cost + problem.paidUsdPerHour));
      }
      const gap = median(gaps);
      const most = mostGap ?? 1;
      rows.push({
        part: 'placements',
        what: `${size.deployments} x ${size.sites}, room ${size.room}, ${seconds} s: gap, %`,
        godwit: 100 * gap,
        peer: undefined,
        value: 100 * gap,
        target: `<= ${100 * most}`,
        verdict: judge(gap, (each) => each <= most),
        raw: { gaps },
      });
    }
  } finally {
    await solver.close();
  }
  return rows;
}
