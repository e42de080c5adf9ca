import { expect, test } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import type { Weights } from '../../src/model/route.ts';
import type { SimOptions } from '../../src/sim/options.ts';
import { drillAtMs, drillScene } from '../../src/sim/scenes.ts';
import { runWorld } from './run-world.ts';

/** What a real failure of the site with all traffic came to. */
interface Relief {
  readonly site: string | undefined;
  /** From the failure until the traffic had left it, in milliseconds; infinite: it never did. */
  readonly afterMs: number;
}

/** The site that has the traffic fails for good at a moment, whatever else goes on. */
async function failAt(options: SimOptions, atMs: number): Promise<Relief> {
  const plans = new Map<string, Plan>();
  let weights: Weights = {};
  let site: string | undefined;
  let [failedAtMs, leftAtMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const { violations } = await runWorld(options, {
    kept: [`siteFault#1@${atMs}+0:hangs`],
    onStrike: (_, nowMs) => {
      failedAtMs = nowMs;
      site = Object.keys(weights).find((each) => weights[each] === 100);
    },
    onEntry: ({ body }, nowMs) => {
      if (body.kind === 'operation') plans.set(body.operation.id, body.operation.plan);
      if (body.kind === 'operation' && body.operation.plan.kind === 'start') weights = body.operation.plan.after;
      if (body.kind !== 'step' || body.state !== 'reached' || body.part !== undefined) return;
      const step = plans.get(body.operationId)?.steps[body.index];
      if (step?.kind !== 'weigh') return;
      weights = step.weights;
      if (site !== undefined && weights[site] === 0) leftAtMs = Math.min(leftAtMs, nowMs);
    },
  });
  expect(violations, `a site fails at ${atMs} ms`).toEqual([]);
  return { site, afterMs: leftAtMs - failedAtMs };
}

test('a real failure is moved away from as fast while a drill runs as without one', async () => {
  const { options } = drillScene();
  const { drills: _, ...calm } = options;
  const usual = await failAt(calm, drillAtMs);
  console.info('usual', usual);
  for (let atMs = drillAtMs; atMs < drillAtMs + 30_000; atMs += 1000) console.info(atMs, await failAt(options, atMs));
  for (let atMs = drillAtMs; atMs < drillAtMs + 30_000; atMs += 1000)
    console.info(atMs, await failAt({ ...options, coolDownMs: 20_000 }, atMs));
});
