/** Fills one block at its cheapest, with what it takes of the links paid at shadow prices. */
import type { Highs } from 'highs';
import { type Block, type Pattern, patternOf } from './apart.ts';
import { createHighsModel, secondsOf } from './highs-model.ts';

/** What one block costs at given prices: at least, and as it was filled. */
export interface Priced {
  /** Proven: no filling costs less at these prices; infinite: there is none. */
  readonly bound: number;
  /** The cheapest that was found; undefined: none was in the time. */
  readonly pattern: Pattern | undefined;
}

/** When a filling is good enough, when to stop looking, and what it may take. */
export interface PricingTerms {
  /** Good enough, 0–1. */
  readonly gap: number;
  readonly withinMs: number;
  /** Of the search tree; infinite by default. */
  readonly mostNodes?: number;
  /** A filling to begin with. */
  readonly start?: Pattern | undefined;
  /** What it may take of each link at most; by default all it wants. */
  readonly room?: (link: number) => number;
}

/** A block that is filled again and again. It holds memory of the solver’s until it is disposed of. */
export interface Pricing {
  /** `prices`: of each link. */
  price(prices: readonly number[], terms: PricingTerms): Priced;
  dispose(): void;
}

/** What helps large programs costs these, of some tens of columns, two thirds of their time (measured: 36 and 12 ms a block). */
const smallOptions = {
  mip_allow_restart: false,
  mip_detect_symmetry: false,
  mip_heuristic_run_feasibility_jump: false,
  mip_heuristic_run_rens: false,
  mip_heuristic_run_rins: false,
  mip_heuristic_run_root_reduced_cost: false,
  mip_pscost_minreliable: 2,
} as const;
const noLimit = 2 ** 31 - 1;

export function createPricing(highs: Highs, block: Block): Pricing {
  const links = linksOf(block);
  const limits = links.map(({ terms }) => ({
    least: Number.NEGATIVE_INFINITY,
    most: Number.POSITIVE_INFINITY,
    terms,
  }));
  const model = createHighsModel(highs, { columns: block.columns, rows: [...block.rows, ...limits] });
  model.options.set(smallOptions);
  return {
    price(prices, { gap, withinMs, mostNodes = noLimit, start, room = () => Number.POSITIVE_INFINITY }) {
      const costs = block.columns.map(({ cost }, index) =>
        (block.takes[index] ?? []).reduce((sum, { link, amount }) => sum + amount * (prices[link] ?? 0), cost),
      );
      model.changeColsCost({ kind: 'range', from: 0, to: costs.length - 1 }, Float64Array.from(costs));
      for (const [index, { link }] of links.entries())
        model.changeRowBounds(block.rows.length + index, -highs.infinity, Math.min(highs.infinity, room(link)));
      // Its clock, unlike `getRunTime`, begins anew with each run.
      model.options.set({ mip_rel_gap: gap, mip_max_nodes: mostNodes, time_limit: secondsOf(withinMs) });
      if (start !== undefined) model.setSolution({ colValue: Float64Array.from(start.values) });
      model.run();
      const { infeasible, unboundedOrInfeasible } = highs.constants.modelStatus;
      const status = model.getModelStatus();
      if (status === infeasible || status === unboundedOrInfeasible)
        return { bound: Number.POSITIVE_INFINITY, pattern: undefined };
      const bound = Number(model.info.get('mip_dual_bound'));
      const hasValues = model.info.get('primal_solution_status') === highs.constants.solutionStatus.feasible;
      return {
        bound: Number.isNaN(bound) ? Number.NEGATIVE_INFINITY : bound,
        pattern: hasValues ? patternOf(block, wholeOf(block, model.getSolution().colValue)) : undefined,
      };
    },
    dispose: () => model.dispose(),
  };
}

function wholeOf({ columns }: Block, values: Iterable<number>): readonly number[] {
  return Array.from(values, (value, index) => (columns[index]?.isWhole ? Math.round(value) : value));
}

/** The links this block takes of. */
function linksOf({ takes }: Block): readonly { readonly link: number; readonly terms: [number, number][] }[] {
  const terms = new Map<number, [number, number][]>();
  for (const [column, each] of takes.entries())
    for (const { link, amount } of each) terms.set(link, [...(terms.get(link) ?? []), [column, amount]]);
  return [...terms].map(([link, of]) => ({ link, terms: of }));
}
