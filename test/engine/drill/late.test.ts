import { expect, test } from 'vitest';
import { lateForMs } from '../../../src/engine/drill/late.ts';
import { drillOf } from '../../model/support/drills.ts';
import { createWorld } from '../support/world.ts';

test('what a fault sets off late is waited for: a probe more, and two looks', () => {
  const world = createWorld();
  const { deps } = world.boot();
  const drill = drillOf({ deployment: world.deployment.name });
  const { evaluateEveryMs } = world.deployment.failover.detector;
  expect(lateForMs({ deps, drill })).toBe(3000 + 2 * evaluateEveryMs);
  const [probe] = world.deployment.probes;
  if (probe === undefined) throw new Error('the world has no probe');
  const slow = { ...world.deployment, probes: [probe, { ...probe, everyMs: 20_000, timeoutMs: 5000 }] };
  const config = { ...deps.config, deployments: [slow] };
  expect(lateForMs({ deps: { ...deps, config }, drill })).toBe(25_000 + 2 * evaluateEveryMs);
});
