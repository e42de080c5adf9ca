/** The signals of one site, as the gateway counts its attempts, and how their values are said. */
import type { Expression } from '../model/expression.ts';
import type { SiteTraffic } from '../model/traffic-stats.ts';
import { span } from '../model/words.ts';
import { isAbout, type Values } from './expression.ts';

/** Of `failures` among `attempts`; of none nothing is known. */
export function errorRateOf(failures: number, attempts: number): number | undefined {
  return attempts === 0 ? undefined : failures / attempts;
}

/** First-token times of the window. */
export function timesOf({ firstTokenP50Ms, firstTokenP95Ms }: SiteTraffic): Values {
  return { 'ttft.p50': firstTokenP50Ms, 'ttft.p95': firstTokenP95Ms };
}

/** Those times that the expression is about and that were measured, such as `first token p95 2.1s`. */
export function timesText(expression: Expression, values: Values): readonly string[] {
  return (['p50', 'p95'] as const).flatMap((which) => {
    const measured = values[`ttft.${which}`];
    return measured === undefined || !isAbout(expression, [`ttft.${which}`])
      ? []
      : [`first token ${which} ${span(measured)}`];
  });
}
