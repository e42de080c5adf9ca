/** What a replay's programs read: one deployment, with a site for each pool of the trace. */
import { loadConfig } from '../config/load.ts';
import { priceAt, yardsticks } from '../core/backtest/price.ts';
import { assert } from '../errors.ts';
import type { BacktestOptions } from '../model/backtest.ts';
import type { Config } from '../model/config.ts';
import type { RebalancePolicy } from '../model/rebalance-policy.ts';
import type { Trace, TracePool } from '../model/trace.ts';
import { providers } from '../providers/index.ts';

/** Of a simulated world: all that its users ask for together. */
const askedRps = 100;
/** A replica is one of these. */
const accelerator = 'machine';

export type ReplayTerms = Pick<BacktestOptions, 'wanted' | 'startupMs' | 'policyOf'> & {
  readonly rebalance: BacktestOptions['rebalance'] | undefined;
};

/**
 * Everything at the first site, the others cold; its policy, or whatever is so by default, in mode auto. Who rebalances
 * without a policy wants what is wanted and nothing on top.
 */
export async function replayConfig(
  { pools }: Pick<Trace, 'pools'>,
  { wanted, startupMs, policyOf, rebalance }: ReplayTerms,
): Promise<Config> {
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
        {
          ...{ provider: 'local', ports: `${9000 + 100 * index}-${9099 + 100 * index}`, failureDomains: [domain] },
          ...(rebalance === undefined ? {} : { capacity: [capacityOf(pools[index], wanted)] }),
        },
      ]),
    ),
    deployments: {
      replayed: {
        ...{ model: 'replayed', command: ['serve'], startup: { timeout } },
        sites: Object.fromEntries(
          sites.map(({ name }, index) => {
            const usd = pools[index]?.price?.points[0]?.usdPerHour;
            const price = usd === undefined ? {} : { price: { amount: usd, currency: 'USD', per: 'hour' } };
            const rating =
              rebalance === undefined
                ? price
                : { rated: { requestsPerSecond: askedRps / wanted }, use: `${accelerator}:1` };
            return [name, { replicas: wanted, standby: index === 0 ? 'hot' : 'cold', ...rating }];
          }),
        ),
        failover: { mode: 'auto' },
      },
    },
    ...(rebalance === undefined
      ? {}
      : { rebalance: { constraints: { headroom: '0%', survive: 'off' }, demand: { replayed: `${askedRps}rps` } } }),
    state: { dir: '/nowhere' },
  });
  const end = await loadConfig({
    ...{ path: '-', cwd: '/', env: {}, providers, isForUse: false },
    readStdin: async () => text,
  });
  assert(end.kind === 'loaded', 'the configuration of a backtest is valid');
  const config =
    rebalance?.policy === undefined
      ? end.config
      : { ...end.config, rebalance: policyFor(rebalance.policy, policyOf?.name) };
  if (policyOf === undefined) return config;
  // Its probes ask for its model, and are proof of no other.
  const { failover, model, probes, drain, firstTokenLimitMs } = policyOf;
  const own = { failover: { ...failover, mode: 'auto' as const }, model, probes, drain, firstTokenLimitMs };
  return { ...config, deployments: config.deployments.map((each) => ({ ...each, ...own })) };
}

/** The wishes are somebody's own; what is asked for, and of which sites, is the trace's. */
function policyFor({ windows: _, ...policy }: RebalancePolicy, name: string | undefined): RebalancePolicy {
  const { spotOnlyFor } = policy.constraints;
  const mayBeSpot = name !== undefined && spotOnlyFor?.includes(name) === true;
  const spot = spotOnlyFor === undefined ? {} : { spotOnlyFor: mayBeSpot ? ['replayed'] : [] };
  return { ...policy, constraints: { ...policy.constraints, ...spot }, demandRps: { replayed: askedRps } };
}

/** As many as are wanted may be had of each, for all that anybody knows beforehand. */
function capacityOf(pool: TracePool | undefined, wanted: number) {
  const price = { amount: 1, currency: 'USD', per: 'accelerator-hour' };
  return { accelerator, market: pool?.market ?? 'on-demand', count: wanted, price };
}

/** With the prices of a moment; where none are declared every pool costs the same, as rows are compared then. */
export function pricedAt(config: Config, pools: readonly TracePool[], atMs: number): Config {
  const pointsOf = yardsticks(pools);
  return {
    ...config,
    sites: config.sites.map((site, index) => ({
      ...site,
      capacity: (site.capacity ?? []).map((each) => ({ ...each, usdPerHour: priceAt(pointsOf(index), atMs) })),
    })),
  };
}
