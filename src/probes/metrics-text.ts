/**
 * Reads one number out of a metrics page. https://prometheus.io/docs/instrumenting/exposition_formats/, checked 2026-11-26;
 * exemplars as in OpenMetrics. Names in quotes are not looked for.
 */

/**
 * The sum over all samples of a metric, whatever their labels: a server with several engines has one for each. Undefined when
 * there is none, when one is no number from 0 up, or when the page broke off: less than all of it is not an answer.
 */
export function sumOfMetric(page: string, metric: string): number | undefined {
  // The last line must end too: cut in the middle of a number it is another number.
  if (!page.endsWith('\n') && !page.endsWith('\n# EOF')) return undefined;
  let sum: number | undefined;
  for (const line of page.split('\n')) {
    const rest = restOf(line, metric);
    if (rest === undefined) continue;
    const value = countOf(rest);
    if (value === undefined) return undefined;
    sum = (sum ?? 0) + value;
  }
  return sum !== undefined && Number.isFinite(sum) ? sum : undefined;
}

/** What follows the metric's name; undefined for a line about something else. */
function restOf(line: string, metric: string): string | undefined {
  const text = line.trimStart();
  if (!text.startsWith(metric)) return undefined;
  const rest = text.slice(metric.length);
  return /^[{ \t]/.test(rest) ? rest.trimStart() : undefined;
}

/** Of a sample without its name: `{labels} value timestamp # exemplar`, all but the value optional. */
function countOf(sample: string): number | undefined {
  const from = sample.startsWith('{') ? endOfLabels(sample) : 0;
  if (from === undefined) return undefined;
  const [value = '', stamp = '#', ...more] = sample
    .slice(from)
    .trim()
    .split(/[ \t]+/);
  if (stamp !== '#' && !isNumber(stamp)) return undefined;
  if (stamp !== '#' && more.length > 0 && more[0] !== '#') return undefined;
  // Also what is written as NaN or Inf, in any case: neither is a count.
  return isNumber(value) && Number(value) >= 0 ? Number(value) : undefined;
}

function isNumber(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
}

/** Behind the brace that closes the labels: values are quoted, and what is quoted may be anything. */
function endOfLabels(sample: string): number | undefined {
  let isQuoted = false;
  for (let at = 1; at < sample.length; at += 1) {
    const each = sample[at];
    if (isQuoted && each === '\\') at += 1;
    else if (each === '"') isQuoted = !isQuoted;
    else if (each === '}' && !isQuoted) return at + 1;
  }
  return undefined;
}
