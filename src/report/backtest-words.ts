/** What a backtest says of its rows and pools, the same in every format. */
import type { Backtest, BacktestPool, BacktestRow } from '../model/backtest.ts';
import { span } from '../model/words.ts';

/** A column of the comparison: its head, and what stands below. */
export interface BacktestColumn {
  readonly head: string;
  readonly cell: (row: BacktestRow) => string;
}

/** Availability first, then cost, then what was done for it. `narrow`: without what can be left out. */
export function backtestColumns({ rows }: Backtest, isNarrow: boolean): readonly BacktestColumn[] {
  const hasCost = rows.some(({ costUsd }) => costUsd !== undefined);
  const column = (head: string, cell: BacktestColumn['cell'], isSpare = false): readonly BacktestColumn[] =>
    isNarrow && isSpare ? [] : [{ head, cell }];
  return [
    ...column('way', ({ name }) => name),
    ...column('served', ({ servedRatio }) => percent(servedRatio)),
    ...column('all up', ({ fullRatio }) => percent(fullRatio)),
    ...column('none up', ({ downRatio }) => percent(downRatio)),
    ...(hasCost ? column('cost', ({ costUsd }) => (costUsd === undefined ? '-' : `$${costUsd.toFixed(2)}`)) : []),
    ...column('replica-h', ({ replicaHours }) => replicaHours.toFixed(1), hasCost),
    ...column('starts', ({ starts }) => String(starts), true),
    ...column('moves', ({ moves }) => String(moves)),
    ...column('taken', ({ taken }) => String(taken)),
  ];
}

/** `11h22m of a trace, 4 replicas wanted at all times, 5m from a start until it serves`. */
export function backtestAbout({ endMs, wanted, demand, startupMs }: Backtest): string {
  const always = `${wanted === 1 ? 'one replica' : `${wanted} replicas`} wanted at all times`;
  const least = Math.min(wanted, ...(demand ?? []).map(({ replicas }) => replicas));
  const replicas = least === wanted ? always : `${least} to ${wanted} replicas wanted`;
  return `${span(endMs)} of a trace, ${replicas}, ${span(startupMs)} from a start until it serves`;
}

/** `east g5, spot`. */
export function poolName({ site, machine, market }: BacktestPool): string {
  return `${machine === 'any' ? site : `${site} ${machine}`}, ${market}`;
}

/** What there was of it, and what it costs and who says so. */
export function poolWords({ mostNodes, taken, isAssumed, price }: BacktestPool): readonly [had: string, price: string] {
  const most = mostNodes === 1 ? 'one machine' : `${mostNodes} machines`;
  const had = isAssumed ? 'assumed always to be had' : `at most ${most} at once, ${taken} taken`;
  if (price === undefined) return [had, 'no declared price'];
  const { fromUsd, toUsd, source, asOf, assumedForMs } = price;
  const usd = fromUsd === toUsd ? dollars(fromUsd) : `${dollars(fromUsd)} to ${dollars(toUsd)}`;
  const since = assumedForMs === undefined ? '' : `, known only after the first ${span(assumedForMs)}`;
  return [had, `${usd} an hour (${source}, ${asOf})${since}`];
}

/** How to read the figures. */
export function backtestNotes(backtest: Backtest): readonly string[] {
  const { rows, pools, demand, policyOf, rebalancedEveryMs } = backtest;
  const isPriced = pools.every(({ price }) => price !== undefined);
  const isAssumed = pools.some((each) => each.isAssumed);
  const early = pools.filter(({ price }) => price?.assumedForMs !== undefined).map(poolName);
  const checked = rows.find(({ violations }) => violations !== undefined);
  return [
    'Served: replica-time that served, of all that was wanted. A start-up is paid and does not serve.',
    'Moves: replicas that took the place of one in another pool. Taken: replicas whose machine was taken.',
    `godwit is the real engine with ${policyOf === undefined ? 'its default policy' : `the policy of ${policyOf}`} in mode auto: it sees a loss by probes, starts, proves, then moves. The other rows see a loss at once, and the optimum knows the whole trace.`,
    'Its first pool is hot there and filled again whenever it lacks replicas; what a failover leaves behind runs on until a person stops it. No load is simulated that would slow down a pool with only some of its replicas.',
    ...(rebalancedEveryMs === undefined
      ? []
      : [
          `Rebalanced: the same engine, and godwit rebalance beside it every ${span(rebalancedEveryMs)}, with the prices of that moment. Of what a pool has it knows what was refused, and nothing else.`,
        ]),
    ...(demand === undefined
      ? []
      : ['godwit holds the most that is ever wanted at all times: how many there are is configured.']),
    ...(isPriced
      ? []
      : ['Not every pool has a price: cost is left out, and the optimum has the fewest replica-hours.']),
    ...(early.length === 0
      ? []
      : [`No price is known yet when the trace begins of ${early.join('; ')}: until one is, the first is charged.`]),
    ...(isAssumed ? ['On-demand machines were not recorded: that they can always be had is an assumption.'] : []),
    ...(checked === undefined ? [] : [`Invariants, checked after every event: ${violationWords(checked)}.`]),
  ];
}

/** Cents, and more digits where a price has them. */
function dollars(usd: number): string {
  const [, digits = ''] = String(usd).split('.');
  return `$${usd.toFixed(Math.max(2, Math.min(6, digits.length)))}`;
}

function violationWords({ name, violations = [], silent = [] }: BacktestRow): string {
  const but = silent.length === 0 ? '' : ` (not looked at: ${silent.join(', ')}, for which its probes are too slow)`;
  if (violations.length === 0) return `${name} broke none${but}`;
  return `${name} broke them ${violations.length === 1 ? 'once' : `${violations.length} times`}${but}`;
}

/** To a hundredth of a percent, and never rounded to all or nothing. */
function percent(ratio: number): string {
  const rounded = Math.round(ratio * 10_000) / 100;
  if (rounded === 100 && ratio < 1) return '99.99%';
  if (rounded === 0 && ratio > 0) return '0.01%';
  return `${rounded.toFixed(2)}%`;
}
