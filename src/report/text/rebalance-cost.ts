/** What a rebalancing costs and saves: in one line, and where there is more than capacity, part by part. */
import { type AllocationCost, steadyUsd } from '../../model/placement-problem.ts';
import type { Demand, FoundPlan, RebalancePlan } from '../../model/rebalance-plan.ts';
import { arrowOf, type Style } from './style.ts';
import { type Column, table } from './table.ts';

/** Dollars: what is less than half a cent has no sign. */
export function usd(amount: number): string {
  return (Math.abs(amount) < leastUsd ? 0 : amount).toFixed(2);
}

/** `21.00 → 9.00 USD/h (-12.00, moves 0.03)`. */
export function costText(today: AllocationCost, after: AllocationCost, style: Style): string {
  const difference = steadyUsd(after) - steadyUsd(today);
  const moves = after.moves < leastUsd ? '' : `, moves ${usd(after.moves)}`;
  return `${change(steadyUsd(today), steadyUsd(after), style)} USD/h (${difference <= -leastUsd ? '' : '+'}${usd(difference)}${moves})`;
}

/** Less is not shown. */
export const leastUsd = 0.005;

const columns: readonly Column[] = [
  { title: 'COST', align: 'left', maxWidth: 10 },
  { title: 'USD/H', align: 'right', maxWidth: 24 },
  { title: 'FROM', align: 'left', maxWidth: 60 },
];

/** Nothing where capacity is all there is: the line above has it. Within `style.width`. */
export function costLines(
  { today, cost: planned, reached: cost = planned }: Pick<FoundPlan, 'today' | 'cost' | 'reached'>,
  demands: RebalancePlan['demands'],
  style: Style,
): readonly string[] {
  const isShown = (part: 'egress' | 'latency'): boolean => today[part] >= leastUsd || cost[part] >= leastUsd;
  if (!isShown('egress') && !isShown('latency')) return [];
  const row = (part: keyof AllocationCost, from: string) => [part, change(today[part], cost[part], style), from];
  const all = Object.values(demands);
  const rows = [
    row('capacity', 'prices as above'),
    ...(isShown('egress') ? [row('egress', `configured rates; response size: ${sizesOf(all)}`)] : []),
    ...(isShown('latency') ? [row('latency', `configured rate; first tokens: ${tokensOf(all)}`)] : []),
    ...(cost.moves < leastUsd ? [] : [['moves', usd(cost.moves), 'starts, spread over rebalance.objective.payback']]),
  ];
  return table(columns, rows, style).map((line) => style.paint.dim(line));
}

function sizesOf(demands: readonly Demand[]): string {
  return named(demands.flatMap(({ response }) => response?.from ?? []));
}

/** What a configured demand does not bring the gateway has counted. */
function tokensOf(demands: readonly Demand[]): string {
  return named(demands.map(({ from }) => (from === 'file' ? 'file' : 'gateway')));
}

function named(sources: readonly ('gateway' | 'config' | 'file')[]): string {
  return [...new Set(sources)].map((each) => (each === 'config' ? 'configured' : each)).join(', ');
}

function change(before: number, after: number, style: Style): string {
  return `${usd(before)} ${arrowOf(style)} ${usd(after)}`;
}
