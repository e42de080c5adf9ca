/** Plays a trace through the engine and the ways it is compared with, in this process; nothing outside of it is touched. */

import { loadConfig } from '../config/load.ts';
import { baselinesOf } from '../core/backtest/baselines.ts';
import { figuresOf } from '../core/backtest/figures.ts';
import { optimumOf } from '../core/backtest/optimum.ts';
import { replay } from '../core/backtest/replay.ts';
import { reportedPool } from '../core/backtest/reported-pool.ts';
import { assert } from '../errors.ts';
import type { Backtest, BacktestOptions, BacktestRow } from '../model/backtest.ts';
import type { Config } from '../model/config.ts';
import type { Trace, TracePool } from '../model/trace.ts';
import { providers } from '../providers/index.ts';
import { replayEngine } from '../sim/backtest.ts';
import { runFast } from '../sim/drain.ts';
import { inTurn, someOf } from './simulate.ts';

/** Undefined soon after the signal fires. */
export async function runBacktest(
  trace: Trace,
  options: BacktestOptions,
  signal: AbortSignal,
): Promise<Backtest | undefined> {
  const { pools, endMs } = trace;
  const { wanted, demand, startupMs, policyOf } = options;
  const terms = { wanted, demand, startupMs };
  const engine = await engineRow(trace, options, signal);
  if (engine === undefined) return undefined;
  const row = (
    { name, kind }: Pick<BacktestRow, 'name' | 'kind'>,
    played: ReturnType<typeof optimumOf>,
  ): BacktestRow => ({ name, kind, ...figuresOf(played, trace, terms), served: played.served });
  const rows = [
    engine,
    ...baselinesOf(trace).map((policy) => row({ name: policy.name, kind: 'baseline' }, replay(trace, policy, terms))),
    row({ name: 'clairvoyant optimum', kind: 'optimum' }, optimumOf(trace, terms)),
  ];
  return {
    endMs,
    wanted,
    demand,
    startupMs,
    policyOf: policyOf?.name,
    pools: pools.map((pool) => reportedPool(pool, endMs)),
    rows,
  };
}

async function engineRow(
  trace: Trace,
  options: BacktestOptions,
  signal: AbortSignal,
): Promise<BacktestRow | undefined> {
  const { wanted, startupMs } = options;
  const order = preference(trace.pools);
  const ordered = { ...trace, pools: order.map(({ pool }) => pool) };
  const config = await configOf(ordered, options);
  const world = replayEngine({ trace: ordered, config, wanted, startupMs });
  for (;;) {
    if (signal.aborted) return undefined;
    const played = await inTurn(() => runFast(someOf(world)));
    if (played === undefined) continue;
    const { served, violations, silent } = played;
    return { name: 'godwit', kind: 'engine', ...figuresOf(played, ordered, options), served, violations, silent };
  }
}

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

/** Everything at the first site, the others cold; its policy, or whatever is so by default, in mode auto. */
async function configOf({ pools }: Trace, { wanted, startupMs, policyOf }: BacktestOptions): Promise<Config> {
  const sites = pools.map(({ site }, index) => ({
    name: `pool-${index + 1}`,
    domain: `place-${pools.findIndex((pool) => pool.site === site) + 1}`,
  }));
  const timeout = `${Math.max(25 * 60, Math.ceil((2 * startupMs) / 1000))}s`;
  const text = JSON.stringify({
    version: 1,
    sites: Object.fromEntries(
      sites.map(({ name, domain }, index) => [
        name,
        { provider: 'local', ports: `${9000 + 100 * index}-${9099 + 100 * index}`, failureDomains: [domain] },
      ]),
    ),
    deployments: {
      replayed: {
        ...{ model: 'replayed', command: ['serve'], startup: { timeout } },
        sites: Object.fromEntries(
          sites.map(({ name }, index) => {
            const usd = pools[index]?.price?.points[0]?.usdPerHour;
            const price = usd === undefined ? {} : { price: { amount: usd, currency: 'USD', per: 'hour' } };
            return [name, { replicas: wanted, standby: index === 0 ? 'hot' : 'cold', ...price }];
          }),
        ),
        failover: { mode: 'auto' },
      },
    },
    state: { dir: '/nowhere' },
  });
  const end = await loadConfig({
    ...{ path: '-', cwd: '/', env: {}, providers, isForUse: false },
    readStdin: async () => text,
  });
  assert(end.kind === 'loaded', 'the configuration of a backtest is valid');
  if (policyOf === undefined) return end.config;
  // Its probes ask for its model, and are proof of no other.
  const { failover, model, probes, drain, firstTokenLimitMs } = policyOf;
  const own = { failover: { ...failover, mode: 'auto' as const }, model, probes, drain, firstTokenLimitMs };
  return { ...end.config, deployments: end.config.deployments.map((each) => ({ ...each, ...own })) };
}
