/** Where the numbers of a rebalancing come from, and how old they are. */
import type { Demand, PoolPrice, RebalancePlan } from '../../model/rebalance-plan.ts';
import { age } from '../../model/words.ts';
import { sanitize } from './sanitize.ts';
import { mark, type Style, tint } from './style.ts';
import { hanging } from './width.ts';

/** Of what is said of one. */
const mostLines = 4;
/** More than this of what is not as it was asked for is numbered, not listed. */
const mostTold = 4;

/** Within `style.width`. */
export function sourceLines({ atMs, demands, prices, uncounted }: RebalancePlan, style: Style): readonly string[] {
  const asked = Object.entries(demands).map(([name, demand]) => demandText(name, demand, atMs));
  return [
    ...lines('asked  ', asked, style),
    ...priceLines(prices, atMs, style),
    ...uncounted.slice(0, mostTold).flatMap(({ deployment, what, message }) => {
      const text = `${what} of ${sanitize(deployment)} is not counted: ${sanitize(message)}`;
      return hanging(mark('warn', style), text, style.width, mostLines);
    }),
    ...(uncounted.length > mostTold ? [`and ${uncounted.length - mostTold} more not counted (-o json)`] : []),
  ];
}

function demandText(name: string, { rps, from, asOfMs }: Demand, atMs: number): string {
  const by =
    from === 'gateway'
      ? `gateway, ${age(atMs - asOfMs)} ago`
      : from === 'file'
        ? `file, ${age(atMs - asOfMs)} old`
        : 'configured';
  return `${sanitize(name)} ${round(rps)} rps (${by})`;
}

function priceLines(prices: readonly PoolPrice[], atMs: number, style: Style): readonly string[] {
  const bySource = Map.groupBy(prices, ({ from, provider, market }) =>
    from === 'config' ? 'configured' : `${provider} ${market}`,
  );
  const told = [...bySource].map(([source, all]) => {
    const sites = new Set(all.map(({ site }) => site)).size;
    const oldest = Math.min(...all.map(({ asOfMs }) => asOfMs));
    const when = source === 'configured' ? '' : ` ${age(atMs - oldest)} ago`;
    return `${sanitize(source)}${when} (${sites} ${sites === 1 ? 'site' : 'sites'})`;
  });
  const instead = prices.filter((price) => price.instead !== undefined);
  return [
    ...lines('prices ', told, style).map((line) => style.paint.dim(line)),
    ...instead.slice(0, mostTold).flatMap(({ pool, instead: why = '' }) => {
      const head = tint('warn', `${mark('warn', style)}price `, style);
      return hanging(head, `${sanitize(pool)} as configured: ${sanitize(why)}`, style.width, mostLines);
    }),
    ...(instead.length > mostTold ? [`and ${instead.length - mostTold} more as configured (-o json)`] : []),
  ];
}

function lines(head: string, texts: readonly string[], style: Style): readonly string[] {
  return texts.length === 0 ? [] : hanging(head, texts.join(', '), style.width, mostLines);
}

function round(value: number): string {
  return String(Number(value.toFixed(1)));
}
