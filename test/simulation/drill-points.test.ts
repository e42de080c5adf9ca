import { expect, test } from 'vitest';
import { drillScene } from '../../src/sim/scenes.ts';
import { drillPoints, tryDrillPoint } from './drill-points.ts';
import { runWorld } from './run-world.ts';

test('a drill that nothing ends moves the traffic, and all is as it was afterwards', async () => {
  const { report } = await runWorld(drillScene().options, { kept: [] });
  expect(report?.violations).toEqual([]);
  expect(report?.outcome.operations).toEqual(['automatic failover from amber done', 'manual return from birch done']);
  expect(report?.outcome.weights).toEqual({ amber: 100, birch: 0, cedar: 0 });
  expect(report?.drills).toEqual({ passed: 1, checked: 1 });
});

test('I33: a drill that is ended at any of its calls leaves weights and replicas as they were', {
  timeout: 120_000,
}, async () => {
  const points = await drillPoints();
  const bad: string[] = [];
  for (const point of points) {
    const { violations, report } = await tryDrillPoint(point);
    // Otherwise nobody has looked.
    if (violations.length > 0 || report?.drills['checked'] !== 1)
      bad.push(`${point.how} at call ${point.call}: ${violations[0]?.message ?? JSON.stringify(report?.drills)}`);
  }
  expect(bad).toEqual([]);
  const calls = points.filter(({ how }) => how === 'signal').length;
  console.info(`a drill ended at each of its ${calls} calls: ${points.length} worlds`);
  expect(calls).toBeGreaterThan(100);
});
