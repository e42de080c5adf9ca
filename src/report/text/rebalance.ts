/** What rebalancing would do, what it saves, and what it may not do; or why there is no plan. */
import { steadyUsd } from '../../model/placement-problem.ts';
import {
  type AssumedMarket,
  type FoundPlan,
  goodGap,
  type MovePart,
  type RebalancePlan,
  type SiteChange,
  type ToldRule,
} from '../../model/rebalance-plan.ts';
import { weightsText } from '../../model/words.ts';
import { costLines, costText, leastUsd, usd } from './rebalance-cost.ts';
import { sourceLines } from './rebalance-sources.ts';
import { sanitize } from './sanitize.ts';
import { arrowOf, mark, type Style, tint } from './style.ts';
import { type Column, table } from './table.ts';
import { clockTime } from './time.ts';
import { hanging } from './width.ts';

/** Where the configuration says something: `godwit.yaml:12`; undefined: nowhere. */
export type Located = (path: ToldRule['path']) => string | undefined;

/** More rules than this are counted, not listed. */
const mostRules = 12;
/** And of the order so many changes. */
const mostParts = 40;
/** And of what is said of one so many lines. */
const mostLines = 4;

/** Within `style.width`. */
export function rebalanceText(plan: RebalancePlan, located: Located, style: Style): string {
  return [...sourceLines(plan, style), ...outcomeLines(plan, located, style)].join('\n');
}

function outcomeLines({ demands, outcome }: RebalancePlan, located: Located, style: Style): readonly string[] {
  switch (outcome.kind) {
    case 'plan':
      return planLines(outcome, demands, located, style);
    case 'impossible': {
      const many = outcome.rules.length === 1 ? 'this rule cannot be kept' : 'these rules cannot be kept together';
      const how = outcome.isMinimal
        ? outcome.rules.length === 1
          ? ''
          : '; without any one of them the others can'
        : '; some of them may not be needed for that';
      return [`No plan: ${many}${how}.`, ...outcome.rules.flatMap((rule) => ruleLines('  ', rule, '', located, style))];
    }
    case 'unknown':
      return hanging(
        'No plan: ',
        `${sanitize(outcome.message)}; there may be one (--time-limit)`,
        style.width,
        mostLines,
      );
    case 'skipped':
      return outcome.reasons.flatMap(({ deployment, code, message }) =>
        hanging('Not now: ', `${sanitize(deployment)}: ${sanitize(message)} (${code})`, style.width, mostLines),
      );
  }
}

const columns: readonly Column[] = [
  { title: 'DEPLOYMENT', align: 'left', maxWidth: 24 },
  { title: 'SITE', align: 'left', maxWidth: 24 },
  { title: 'TRAFFIC', align: 'right', maxWidth: 14 },
  { title: 'REPLICAS', align: 'right', maxWidth: 14 },
];

function planLines(
  plan: FoundPlan,
  demands: RebalancePlan['demands'],
  located: Located,
  style: Style,
): readonly string[] {
  const { today, cost, reached = cost, changes, parts, assumed, mends, binding, waits = [], gap } = plan;
  const isBest = changes.length === 0;
  const isProven = gap < goodGap;
  const nothing = isProven ? 'nothing allowed costs less' : 'nothing was found that costs less';
  const head = isBest ? `${usd(steadyUsd(today))} USD/h, and ${nothing}` : costText(today, reached, style);
  const proof = isProven ? 'proven' : gap < 1 ? `proven to ${(gap * 100).toFixed(1)}%` : 'not proven: --time-limit';
  const rows = changes.map(({ deployment, site, weight, replicas }) => [
    ...[sanitize(deployment), sanitize(site)],
    ...[arrow(weight, '%', style), arrow(replicas, '', style)],
  ]);
  return [
    style.paint.bold(`${head} (${proof})`),
    ...costLines(plan, demands, style),
    ...(isBest ? [] : [sumText(changes), ...table(columns, rows, style)]),
    ...orderLines(parts, style),
    ...swapLines(changes, steadyUsd(reached) - steadyUsd(cost), style),
    ...waits.flatMap(({ deployment, code, message, untilMs }) => {
      const until = untilMs === undefined ? '' : `, so until ${clockTime(untilMs)}`;
      const text = `${sanitize(deployment)}: ${sanitize(message)} (${code})${until}`;
      return hanging(tint('warn', `${mark('warn', style)}waits `, style), text, style.width, mostLines);
    }),
    ...(assumed ?? []).flatMap((each) => hanging('counts ', assumedText(each), style.width, mostLines)),
    ...mends.flatMap((rule) =>
      ruleLines(tint('warn', `${mark('warn', style)}mends `, style), rule, '', located, style),
    ),
    ...binding.slice(0, mostRules).flatMap((rule) => {
      const price = rule.usdPerHour === undefined ? 'not priced in time' : `costs about ${usd(rule.usdPerHour)} USD/h`;
      return ruleLines('binds ', rule, `; ${price}`, located, style);
    }),
    ...(binding.length > mostRules ? [`and ${binding.length - mostRules} more rules that bind (-o json)`] : []),
  ];
}

/** The changes, one behind the other. */
function orderLines(parts: FoundPlan['parts'], style: Style): readonly string[] {
  if (parts === undefined)
    return hanging(
      'no way ',
      'every order of these changes breaks a rule, on the way or where a run ends',
      style.width,
      mostLines,
    );
  return parts.flatMap((part, index) => {
    const head = `${String(index + 1).padStart(2)}  `;
    if (index === mostParts) return [`and ${parts.length - mostParts} more changes (-o json)`];
    return index < mostParts ? hanging(head, partText(part, style), style.width, mostLines) : [];
  });
}

function partText(part: MovePart, style: Style): string {
  const name = sanitize(part.deployment);
  if (part.kind === 'weigh') return `move ${name} to ${sanitize(weightsText(part.after))}`;
  const count = Math.abs(part.after - part.before);
  const market = part.market === undefined ? '' : ` ${part.market}`;
  return `${part.kind} ${count}${market} of ${name} at ${sanitize(part.site)} (${arrow(part, '', style)})`;
}

function assumedText({ deployment, site, replicas, why }: AssumedMarket): string {
  const because =
    why === 'not-told' ? 'nobody tells their market' : 'they were had in a market that is not listed there';
  return `${replicas} of ${sanitize(deployment)} at ${sanitize(site)} in the order of its capacity: ${because}`;
}

function sumText(changes: readonly SiteChange[]): string {
  const counts = changes.flatMap(({ replicas, markets = [replicas] }) =>
    markets.map((each) => each.after - each.before),
  );
  const started = counts.reduce((sum, more) => sum + Math.max(0, more), 0);
  const stopped = counts.reduce((sum, more) => sum + Math.max(0, -more), 0);
  return `starts ${started}, stops ${stopped} ${started + stopped === 1 ? 'replica' : 'replicas'}`;
}

/** What a run does not do where no market can be asked for: it gives the site its number of replicas. */
function swapLines(changes: readonly SiteChange[], leftUsd: number, style: Style): readonly string[] {
  const swaps = changes.flatMap(({ deployment, site, markets = [], byMarket }) => {
    if (byMarket !== undefined) return [];
    const isSwap = markets.some((each) => each.after > each.before) && markets.some((each) => each.after < each.before);
    return isSwap ? [`${sanitize(deployment)} at ${sanitize(site)}`] : [];
  });
  if (swaps.length === 0) return [];
  const more = leftUsd < leastUsd ? '' : `, which would save ${usd(leftUsd)} USD/h more`;
  const text = `${swaps.join(', ')}: no market can be asked for there, and a run changes none for another${more}`;
  return hanging('leaves ', text, style.width, mostLines);
}

function arrow(
  { before, after }: { readonly before: number; readonly after: number },
  unit: string,
  style: Style,
): string {
  return before === after ? `${after}${unit}` : `${before}${unit} ${arrowOf(style)} ${after}${unit}`;
}

function ruleLines(
  head: string,
  { says, path }: ToldRule,
  more: string,
  located: Located,
  style: Style,
): readonly string[] {
  const where = located(path);
  return hanging(
    head,
    `${sanitize(says)}${more}${where === undefined ? '' : ` (${sanitize(where)})`}`,
    style.width,
    mostLines,
  );
}
