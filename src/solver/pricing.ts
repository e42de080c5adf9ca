/** Fills one block at its cheapest, with what it takes of the links paid at shadow prices. */
import type { Highs } from 'highs';
import { type Block, type Pattern, patternOf } from './apart.ts';
import { createHighsModel, solutionOf } from './highs-model.ts';

export interface Priced {
  /** Proven: no filling costs less at these prices. */
  readonly bound: number;
  /** The cheapest that was found; undefined: none was in the time. */
  readonly pattern: Pattern | undefined;
}

export interface Pricing {
  /** `prices`: of each link. Undefined: the block cannot be filled at all. */
  price(prices: readonly number[], terms: { readonly gap: number; readonly withinMs: number }): Priced | undefined;
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
} as const;

export function createPricing(highs: Highs, block: Block): Pricing {
  const program = { columns: block.columns, rows: block.rows };
  const model = createHighsModel(highs, program);
  model.options.set(smallOptions);
  return {
    price(prices, { gap, withinMs }) {
      const costs = block.columns.map(({ cost }, index) =>
        (block.takes[index] ?? []).reduce((sum, { link, amount }) => sum + amount * (prices[link] ?? 0), cost),
      );
      model.changeColsCost({ kind: 'range', from: 0, to: costs.length - 1 }, Float64Array.from(costs));
      // Its clock goes on from run to run.
      model.options.set({ mip_rel_gap: gap, time_limit: model.getRunTime() + withinMs / 1000 });
      model.run();
      const solution = solutionOf(highs, model, program);
      switch (solution.kind) {
        case 'infeasible':
          return undefined;
        case 'solved':
          return { bound: solution.bound, pattern: patternOf(block, solution.values) };
        case 'unknown': {
          const bound = Number(model.info.get('mip_dual_bound'));
          return { bound: Number.isNaN(bound) ? Number.NEGATIVE_INFINITY : bound, pattern: undefined };
        }
      }
    },
    dispose: () => model.dispose(),
  };
}
