/** How near to the optimum a placement of many deployments comes in the time it is given. */
import { createSolver } from '../../src/solver/index.ts';
import { type PlacementTerms, placementProgram } from '../solver/support/placements.ts';
import { wrongWith } from '../solver/support/programs.ts';
import type { Bench } from './main.ts';
import { judge, median, type Row } from './stats.ts';

interface Size extends Pick<PlacementTerms, 'deployments' | 'sites' | 'room'> {
  readonly seconds: number;
  readonly seeds: readonly number[];
  /** Unproven share of the cost, 0–1, by the median of the seeds; undefined: any solution will do. */
  readonly mostGap: number | undefined;
}

const sizes: readonly Size[] = [
  { deployments: 40, sites: 20, room: 2, seconds: 10, seeds: [1, 2, 3], mostGap: 0.001 },
  { deployments: 200, sites: 50, room: 2, seconds: 30, seeds: [1, 2, 3], mostGap: 0.02 },
  { deployments: 200, sites: 50, room: 4, seconds: 30, seeds: [1, 2, 3], mostGap: 0.02 },
  { deployments: 1000, sites: 50, room: 2, seconds: 60, seeds: [1], mostGap: undefined },
];
const quickSizes: readonly Size[] = [
  { deployments: 60, sites: 30, room: 2, seconds: 12, seeds: [1], mostGap: undefined },
];

/** Each figure is a gap in percent; a solution that breaks a row of its program is an error, whatever it costs. */
export async function benchPlacements({ isQuick }: Bench): Promise<readonly Row[]> {
  const solver = createSolver(new URL('../../src/solver/worker.ts', import.meta.url));
  const rows: Row[] = [];
  try {
    for (const { seeds, seconds, mostGap, ...size } of isQuick ? quickSizes : sizes) {
      const gaps: number[] = [];
      for (const seed of seeds) {
        const program = placementProgram({ ...size, seed });
        const call = { signal: new AbortController().signal, deadlineAtMonoMs: Number.MAX_SAFE_INTEGER };
        const solution = await solver.solve(program, { gap: 0.001, withinMs: seconds * 1000 }, call);
        const wrong = solution.kind === 'solved' ? wrongWith(program, solution.values) : undefined;
        if (wrong !== undefined) throw new Error(`${JSON.stringify({ ...size, seed })}: ${wrong}`);
        gaps.push(solution.kind === 'solved' ? 1 - solution.bound / solution.cost : Number.POSITIVE_INFINITY);
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
