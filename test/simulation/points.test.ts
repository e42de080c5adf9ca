import { expect, test } from 'vitest';
import { scenes } from '../../src/sim/scenes.ts';
import { isCrash, type Point, pointsOf, tryPairs, trySingle } from './points.ts';

const limit = { timeout: 60_000 };

function kindOf({ decision }: Point): string {
  return decision.slice(decision.lastIndexOf(':') + 1);
}

test('every scene comes out well by itself, and is made of calls that can be interrupted', limit, async () => {
  const points = await pointsOf(scenes);
  for (const scene of scenes) {
    const own = points.filter((each) => each.scene === scene);
    const kinds = new Set(own.map(kindOf));
    for (const kind of ['before', 'in-flight', 'after', 'pause', 'hang', 'lost', 'slow', 'stale', 'full', 'unsynced'])
      expect(kinds, scene.name).toContain(kind);
    expect(own.length).toBeGreaterThan(1000);
  }
});

test('a sample of all points comes out as without them', limit, async () => {
  const points = await pointsOf(scenes);
  for (const point of points.filter((_, index) => index % 211 === 0))
    expect((await trySingle(point)).failures, `${point.scene.name}: ${point.decision}`).toEqual([]);
});

test('a second crash is tried at each call before the step of the first is over', limit, async () => {
  const [, failover] = scenes;
  const crashes = (await pointsOf(failover === undefined ? [] : [failover])).filter(isCrash);
  const ends = await Promise.all(crashes.filter((_, index) => index % 97 === 0).map(tryPairs));
  expect(ends.flatMap(({ failures }) => failures)).toEqual([]);
  expect(ends.reduce((sum, { pairs }) => sum + pairs, 0)).toBeGreaterThan(10);
});

test('a world that comes out otherwise is told with what it takes to see it again', limit, async () => {
  const [, failover] = scenes;
  const points = await pointsOf(failover === undefined ? [] : [failover]);
  const point = points.find((each) => kindOf(each) === 'lost');
  const report = point?.without.report;
  if (point === undefined || report === undefined) throw new Error('there is no such point');
  const outcome = { ...report.outcome, starts: {} };
  const other = { ...point, without: { ...point.without, report: { ...report, outcome } } };
  const { failures } = await trySingle(other);
  expect(failures).toMatchObject([
    {
      scene: 'failover',
      line: { kept: [...point.scene.kept, point.decision], base: point.scene.kept },
      violations: [{ invariant: 'I17', message: expect.stringContaining('starts: ') }],
    },
  ]);
});
