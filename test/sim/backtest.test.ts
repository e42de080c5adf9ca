import { describe, expect, test } from 'vitest';
import { figuresOf } from '../../src/core/backtest/figures.ts';
import { optimumOf } from '../../src/core/backtest/optimum.ts';
import type { TracePool } from '../../src/model/trace.ts';
import { replayEngine } from '../../src/sim/backtest.ts';
import { configOf } from '../../src/sim/config.ts';
import { runSlowly } from '../../src/sim/drain.ts';
import { calmOptions } from '../../src/sim/options.ts';

const minute = 60_000;
const endMs = 30 * minute;
const startupMs = 2 * minute;

function pool(site: string, spans: readonly (readonly [number, number])[]): TracePool {
  const nodes = spans.map(([from, until], index) => ({
    ...{ name: `${site}-${index}`, fromMs: from * minute, untilMs: until * minute },
  }));
  return { site, machine: 'g', market: 'spot', nodes, isAssumed: false };
}

/** Two sites, the second cold; a start may take as long as the trace has it take. */
async function play(pools: readonly TracePool[], wanted = 1) {
  const base = configOf({ ...calmOptions(1), sites: pools.length, standby: 'cold', evaluateEveryMs: 2000 });
  const [chat] = base.deployments;
  if (chat === undefined) throw new Error('a world has a deployment');
  const placements = chat.placements.map((each) => ({
    ...{ ...each, replicas: wanted, launch: { ...each.launch, startupTimeoutMs: 2 * startupMs } },
  }));
  const config = { ...base, deployments: [{ ...chat, placements }] };
  const trace = { endMs, pools };
  const played = await runSlowly(replayEngine({ trace, config, wanted, startupMs }));
  return {
    played,
    figures: figuresOf(played, trace, { wanted }),
    optimum: optimumOf(trace, { wanted, startupMs }),
    trace,
  };
}

describe('the real engine over a trace', () => {
  test('starts at the first site, and moves on to where there is something when its machine is taken', async () => {
    const { played, figures } = await play([pool('east', [[0, 10]]), pool('west', [[5, 30]])]);
    expect(figures).toMatchObject({ starts: 2, moves: 1, taken: 1 });
    expect(played.violations).toEqual([]);
    const [first, second] = played.runs;
    expect(first).toMatchObject({ pool: 0, untilMs: 10 * minute, end: 'taken' });
    expect(second).toMatchObject({ pool: 1, end: 'end' });
    // It takes some seconds to see that it is gone; then the start-up, and some seconds to prove and to move.
    expect(second?.fromMs).toBeGreaterThan(10 * minute);
    expect(second?.fromMs).toBeLessThan(10.5 * minute);
    const down = played.served.filter(({ replicas }) => replicas === 0).map(({ fromMs, untilMs }) => untilMs - fromMs);
    expect(down).toHaveLength(2);
    for (const each of down) expect(each).toBeGreaterThanOrEqual(startupMs);
    for (const each of down) expect(each).toBeLessThan(startupMs + 0.5 * minute);
  });

  test('asks nobody for what the trace does not have, and serves less meanwhile', async () => {
    const { played, figures } = await play(
      [
        pool('east', [
          [0, 30],
          [0, 10],
          [20, 30],
        ]),
      ],
      2,
    );
    expect(figures).toMatchObject({ starts: 3, moves: 0, taken: 1 });
    expect(played.violations).toEqual([]);
    const atMinute = (at: number) => played.served.find(({ untilMs }) => untilMs > at * minute)?.replicas;
    expect([5, 15, 29].map(atMinute)).toEqual([2, 1, 2]);
  });

  test('serves no more than who knows what comes, and the same each time', async () => {
    const pools = [
      pool('east', [
        [0, 12],
        [14, 30],
      ]),
      pool('west', [[3, 20]]),
    ];
    const { figures, optimum, trace, played } = await play(pools);
    expect(figures.servedRatio).toBeLessThanOrEqual(figuresOf(optimum, trace, { wanted: 1 }).servedRatio);
    expect((await play(pools)).played).toEqual(played);
  });
}, 60_000);
