/** The master program (Dantzig and Wolfe 1960): one of the patterns found so far for each block, within the room of the links. */
import type { Highs } from 'highs';
import type { Column, Row } from '../model/program.ts';
import type { Link, Pattern } from './apart.ts';
import { createHighsModel, solutionOf } from './highs-model.ts';

/** Patterns found so far, block by block; none twice. */
export type Patterns = readonly (readonly Pattern[])[];

/** Shadow prices are kept near these: the first masters know too few patterns to be believed (du Merle and others 1999). */
export interface Box {
  readonly center: readonly number[];
  /** How far a price may be from its center, as a share of it. */
  readonly width: number;
}

/** Prices of the links by the relaxed master, and what it costs; undefined when HiGHS gives none in time. */
export function priceLinks(
  highs: Highs,
  patterns: Patterns,
  links: readonly Link[],
  box: Box & { readonly withinMs: number },
): { readonly prices: readonly number[]; readonly cost: number } | undefined {
  const { columns, rows } = programOf(patterns, links, (link) => {
    const price = box.center[link] ?? 0;
    return { over: price * (1 + box.width) + box.width / 2, under: price * (1 - box.width) };
  });
  const program = { columns, rows };
  const model = createHighsModel(highs, program, true);
  try {
    model.options.set({ time_limit: box.withinMs / 1000 });
    model.run();
    if (model.getModelStatus() !== highs.constants.modelStatus.optimal) return undefined;
    const { rowDual } = model.getSolution();
    const prices = links.map((_, link) => Math.max(0, -(rowDual[patterns.length + link] ?? 0)));
    return { prices, cost: model.getObjectiveValue() };
  } finally {
    model.dispose();
  }
}

/** The best choice of whole patterns; what is taken beyond the room costs `overCost` a unit. Undefined: none in time. */
export function choosePatterns(
  highs: Highs,
  patterns: Patterns,
  links: readonly Link[],
  terms: { readonly overCost: number; readonly withinMs: number; readonly gap: number },
): readonly Pattern[] | undefined {
  const program = programOf(patterns, links, () => ({ over: terms.overCost, under: 0 }));
  const model = createHighsModel(highs, program);
  try {
    model.options.set({ time_limit: terms.withinMs / 1000, mip_rel_gap: terms.gap });
    model.run();
    const solution = solutionOf(highs, model, program);
    if (solution.kind !== 'solved') return undefined;
    let column = 0;
    return patterns.flatMap((each) => each.filter(() => (solution.values[column++] ?? 0) > 0.5));
  } finally {
    model.dispose();
  }
}

/** First the patterns, then of each link what is taken beyond its room, and what of it is left over for a reward. */
function programOf(
  patterns: Patterns,
  links: readonly Link[],
  costs: (link: number) => { readonly over: number; readonly under: number },
): { columns: Column[]; rows: Row[] } {
  const columns: Column[] = [];
  const taken = links.map((): [number, number][] => []);
  const rows: Row[] = patterns.map((each) => {
    const terms = each.map(({ cost, takes }): [number, number] => {
      for (const [link, amount] of takes) taken[link]?.push([columns.length, amount]);
      columns.push({ cost, least: 0, most: 1, isWhole: true });
      return [columns.length - 1, 1];
    });
    return { least: 1, most: 1, terms };
  });
  for (const [link, terms] of taken.entries()) {
    const { over, under } = costs(link);
    terms.push([columns.length, -1]);
    columns.push({ cost: over, least: 0, most: Number.POSITIVE_INFINITY, isWhole: false });
    if (under > 0) {
      terms.push([columns.length, 1]);
      columns.push({ cost: -under, least: 0, most: Number.POSITIVE_INFINITY, isWhole: false });
    }
    rows.push({ least: Number.NEGATIVE_INFINITY, most: links[link]?.room ?? 0, terms });
  }
  return { columns, rows };
}
