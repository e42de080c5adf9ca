import { expect, test } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import type { Weights } from '../../src/model/route.ts';
import type { SimOptions } from '../../src/sim/options.ts';
import { drillAtMs, drillScene } from '../../src/sim/scenes.ts';
import { runWorld } from './run-world.ts';

const limit = { timeout: 60_000 };

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
      const plan = plans.get(body.operationId);
      const step = plan?.steps[body.index];
      // Behind its last step an operation goes back to where it came from.
      if (plan !== undefined && step === undefined) weights = plan.before;
      else if (step?.kind === 'weigh') weights = step.weights;
      if (site !== undefined && weights[site] === 0) leftAtMs = Math.min(leftAtMs, nowMs);
    },
  });
  expect(violations, `a site fails at ${atMs} ms`).toEqual([]);
  return { site, afterMs: leftAtMs - failedAtMs };
}

/** From the beginning of the drill to that of the way back: later the site with all traffic is a matter of milliseconds. */
const moments = Array.from({ length: 10 }, (_, index) => drillAtMs + 2000 * index);
/**
 * Where what the drill broke and what really fails are most of the sites, automation stands still until the drill is over, and moves
 * then as fast as ever.
 */
const latestMs = 13_000;

test(
  'a real failure is moved away from while a drill runs, and no cool-down of its own holds that back',
  limit,
  async () => {
    const { options } = drillScene();
    const usual = await failAt(options, drillAtMs + 60_000);
    expect(usual).toMatchObject({ site: 'amber', afterMs: expect.toSatisfy((ms: number) => ms < 4000) });
    const failed = new Set<string | undefined>();
    for (const atMs of moments) {
      const { site, afterMs } = await failAt({ ...options, coolDownMs: 60_000 }, atMs);
      failed.add(site);
      expect(afterMs, `${site} fails at ${atMs} ms`).toBeLessThan(site === 'amber' ? usual.afterMs + 1000 : latestMs);
    }
    expect(failed).toEqual(new Set(['amber', 'birch']));
  },
);
