import { expect, test } from 'vitest';
import { drillScene } from '../../src/sim/scenes.ts';
import { drillPoints, tryDrillPoint } from './drill-points.ts';
import type { PointFailure } from './points.ts';
import { runWorld } from './run-world.ts';

const limit = { timeout: 60_000 };

test('a drill that nothing ends moves the traffic, and all is as it was afterwards', async () => {
  const { report } = await runWorld(drillScene().options, { kept: [] });
  expect(report?.violations).toEqual([]);
  expect(report?.outcome.operations).toEqual(['automatic failover from amber done', 'manual return from birch done']);
  expect(report?.outcome.weights).toEqual({ amber: 100, birch: 0, cedar: 0 });
  expect(report?.drills).toEqual({ passed: 1, checked: 1 });
});

test('I33: a drill that is ended at any of its calls leaves weights and replicas as they were', limit, async () => {
  const points = await drillPoints();
  const failures: (PointFailure | undefined)[] = [];
  // All of them take a minute: `npm run sim -- --points`.
  for (const point of points.filter((_, index) => index % 13 === 0)) failures.push(await tryDrillPoint(point));
  expect(failures.filter((each) => each !== undefined)).toEqual([]);
  expect(points.filter(({ how }) => how === 'signal').length).toBeGreaterThan(200);
  expect(new Set(points.map(({ how }) => how)).size).toBe(4);
});
