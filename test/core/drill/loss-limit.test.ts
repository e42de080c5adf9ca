import { expect, test } from 'vitest';
import { lossLimit } from '../../../src/core/drill/loss-limit.ts';
import type { DrillSample } from '../../../src/model/drill-run.ts';
import { samples } from './support/samples.ts';

/** Of so many that are asked for in each second nothing ends: they wait. */
function waiting(...inEach: readonly number[]): readonly DrillSample[] {
  let open = 2;
  return samples(...inEach.map(() => 0)).map((each, index) => {
    open += inEach[index - 1] ?? 0;
    return { ...each, ended: (index > 0 ? 10 : 0) * index - (open - 2), open };
  });
}

test.for([
  { name: 'goes on at a fifth', of: samples(2, 2, 2), limit: false },
  { name: 'ends above a fifth', of: samples(2, 3, 2), limit: true },
  {
    name: 'says nothing of nine requests',
    of: samples(9).map((each) => ({ ...each, ended: Math.min(each.ended, 9) })),
    limit: false,
  },
  {
    name: 'forgets what was lost more than ten seconds ago',
    of: samples(9, ...Array.from({ length: 11 }, () => 0)),
    limit: false,
  },
  { name: 'has nothing to say of no samples', of: [], limit: false },
  { name: 'goes on while half of all wait', of: waiting(5, 5, 5), limit: false },
  { name: 'ends when more than half of all wait', of: waiting(5, 6, 5), limit: true },
  { name: 'ends when nobody is answered at all', of: waiting(10, 10), limit: true },
  {
    name: 'looks at nothing from before the counts began again',
    of: samples(9, 9, 0, 0).map((each, at) => (at < 3 ? each : { ...each, ended: at, lost: 0 })),
    limit: false,
  },
  {
    name: 'ends for what is lost after they began again',
    of: samples(0, 0, 0, 0).map((each, at) => (at < 3 ? each : { ...each, ended: 20 * (at - 3), lost: 9 * (at - 3) })),
    limit: true,
  },
])('what users may lose: $name', ({ of, limit }) => {
  expect(lossLimit(of) !== undefined).toBe(limit);
});
