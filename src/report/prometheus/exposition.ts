/**
 * Metric families as Prometheus reads them: text format 0.0.4,
 * https://prometheus.io/docs/instrumenting/exposition_formats/, checked 2026-11-27.
 */
import { assert } from '../../errors.ts';

/** What a scrape is told it gets. */
export const contentType = 'text/plain; version=0.0.4; charset=utf-8';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** Observations by size: `within` counts those that are at most as large as the limit beside it. */
export interface Histogram {
  readonly labels: Labels;
  readonly within: readonly { readonly limit: number; readonly count: number }[];
  readonly sum: number;
  readonly count: number;
}

/** One name, what it means, and its series; without series only the name is told. */
export type Family = { readonly name: string; readonly help: string } & (
  | { readonly type: 'gauge' | 'counter'; readonly samples: readonly Sample[] }
  | { readonly type: 'histogram'; readonly samples: readonly Histogram[] }
);

/** In the order given; ends with a line break, as the format wants. Asserts that every value is a finite number. */
export function expositionText(families: readonly Family[]): string {
  return families.map(familyText).join('');
}

function familyText(family: Family): string {
  const { name, help, type } = family;
  const lines =
    family.type === 'histogram'
      ? family.samples.flatMap((each) => histogramLines(name, each))
      : family.samples.map(({ labels, value }) => sampleLine(name, labels, value));
  return [`# HELP ${name} ${escaped(help, /[\\\n]/g)}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

function histogramLines(name: string, { labels, within, sum, count }: Histogram): readonly string[] {
  return [
    ...within.map(({ limit, count: most }) => sampleLine(`${name}_bucket`, { ...labels, le: String(limit) }, most)),
    sampleLine(`${name}_bucket`, { ...labels, le: '+Inf' }, count),
    sampleLine(`${name}_sum`, labels, sum),
    sampleLine(`${name}_count`, labels, count),
  ];
}

function sampleLine(name: string, labels: Labels, value: number): string {
  assert(Number.isFinite(value), `${name} is ${value}: what is not known is left out`);
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text, /[\\\n"]/g)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

function escaped(text: string, special: RegExp): string {
  return text.replace(special, (letter) => (letter === '\n' ? '\\n' : `\\${letter}`));
}
