/** Plays a trace through the engine and the ways it is compared with, in this process; nothing outside of it is touched. */

import { baselinesOf } from '../core/backtest/baselines.ts';
import { figuresOf } from '../core/backtest/figures.ts';
import { optimumOf } from '../core/backtest/optimum.ts';
import { replay } from '../core/backtest/replay.ts';
import { reportedPool } from '../core/backtest/reported-pool.ts';
import type { Backtest, BacktestOptions, BacktestRow } from '../model/backtest.ts';
import type { Config } from '../model/config.ts';
import type { Trace, TracePool } from '../model/trace.ts';
import { type ReplayedRebalance, replayEngine } from '../sim/backtest.ts';
import { runFast } from '../sim/drain.ts';
import { pricedAt, replayConfig } from './backtest-config.ts';
import { inTurn, someOf } from './simulate.ts';

/** Undefined soon after the signal fires. */
export async function runBacktest(
  trace: Trace,
  options: BacktestOptions,
  signal: AbortSignal,
): Promise<Backtest | undefined> {
  const { pools, endMs } = trace;
  const { wanted, demand, startupMs, policyOf } = options;
  // Where nothing has a price, nothing costs less anywhere else.
  const rebalance = pools.every(({ price }) => price !== undefined) ? options.rebalance : undefined;
  const terms = { wanted, demand, startupMs };
  const engines = [
    await engineRow(trace, { ...options, name: 'godwit', rebalance: undefined }, signal),
    ...(rebalance === undefined
      ? []
      : [await engineRow(trace, { ...options, name: 'godwit, rebalanced', rebalance }, signal)]),
  ];
  const ended = engines.filter((each) => each !== undefined);
  if (ended.length < engines.length) return undefined;
  const row = (
    { name, kind }: Pick<BacktestRow, 'name' | 'kind'>,
    played: ReturnType<typeof optimumOf>,
  ): BacktestRow => ({ name, kind, ...figuresOf(played, trace, terms), served: played.served });
  const rows = [
    ...ended,
    ...baselinesOf(trace).map((policy) => row({ name: policy.name, kind: 'baseline' }, replay(trace, policy, terms))),
    row({ name: 'clairvoyant optimum', kind: 'optimum' }, optimumOf(trace, terms)),
  ];
  return {
    endMs,
    wanted,
    demand,
    startupMs,
    policyOf: policyOf?.name,
    rebalancedEveryMs: rebalance?.everyMs,
    pools: pools.map((pool) => reportedPool(pool, endMs)),
    rows,
  };
}

interface EngineTerms extends Omit<BacktestOptions, 'rebalance'> {
  readonly name: string;
  readonly rebalance: BacktestOptions['rebalance'] | undefined;
}

async function engineRow(trace: Trace, options: EngineTerms, signal: AbortSignal): Promise<BacktestRow | undefined> {
  const { name, wanted, startupMs, rebalance } = options;
  const order = preference(trace.pools);
  const ordered = { ...trace, pools: order.map(({ pool }) => pool) };
  const config = await replayConfig(ordered, options);
  const scheduler = rebalance === undefined ? {} : { rebalance: await schedulerOf(rebalance.everyMs, config, ordered) };
  const world = replayEngine({ trace: ordered, config, wanted, startupMs, ...scheduler });
  for (;;) {
    if (signal.aborted) return undefined;
    const played = await inTurn(() => runFast(someOf(world)));
    if (played === undefined) continue;
    const { served, violations, silent } = played;
    return { name, kind: 'engine', ...figuresOf(played, ordered, options), served, violations, silent };
  }
}

/** The solver in this thread, so that a replay is the same each time; one program is small. */
async function schedulerOf(everyMs: number, config: Config, { pools }: Trace): Promise<ReplayedRebalance> {
  const { loadSolver } = await import('../solver/load.ts');
  const { solveWhole } = await import('../solver/solve.ts');
  const highs = await loadSolver();
  return {
    everyMs,
    solve: (program, terms) => solveWhole(highs, program, { ...terms, withinMs: solvedWithinMs }),
    configAt: (atMs) => pricedAt(config, pools, atMs),
  };
}

/** For one program, in milliseconds of this machine: none takes so long. */
const solvedWithinMs = 60_000;

/** Spot before on-demand, and the cheaper first, as it is priced at the begin; otherwise as the trace has them. */
function preference(pools: readonly TracePool[]): readonly { readonly pool: TracePool; readonly at: number }[] {
  const rank = ({ market, price }: TracePool): readonly [number, number] => [
    market === 'spot' ? 0 : 1,
    price?.points[0]?.usdPerHour ?? Number.POSITIVE_INFINITY,
  ];
  return pools
    .map((pool, at) => ({ pool, at, rank: rank(pool) }))
    .sort((a, b) => a.rank[0] - b.rank[0] || (a.rank[1] === b.rank[1] ? a.at - b.at : a.rank[1] - b.rank[1]));
}
