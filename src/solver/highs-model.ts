/** A program in the hands of HiGHS (Huangfu and Hall 2018), whose memory is given back at the end. */
import type { Highs, Model, ModelData } from 'highs';
import type { Program, Solution } from '../model/program.ts';

/** By the numbers of HiGHS; `integrality` is left out where only the relaxation is wanted. */
export function createHighsModel(highs: Highs, { columns, rows }: Program, isRelaxed = false): Model {
  const terms = rows.reduce((sum, row) => sum + row.terms.length, 0);
  const starts = new Int32Array(rows.length + 1);
  const indices = new Int32Array(terms);
  const values = new Float64Array(terms);
  let next = 0;
  for (const [index, row] of rows.entries()) {
    for (const [column, coefficient] of row.terms) {
      indices[next] = column;
      values[next] = coefficient;
      next += 1;
    }
    starts[index + 1] = next;
  }
  const bounded = (value: number): number => Math.max(-highs.infinity, Math.min(highs.infinity, value));
  const data: ModelData = {
    numCols: columns.length,
    numRows: rows.length,
    colCost: Float64Array.from(columns, ({ cost }) => cost),
    colLower: Float64Array.from(columns, ({ least }) => bounded(least)),
    colUpper: Float64Array.from(columns, ({ most }) => bounded(most)),
    rowLower: Float64Array.from(rows, ({ least }) => bounded(least)),
    rowUpper: Float64Array.from(rows, ({ most }) => bounded(most)),
    matrix: { format: 'csr', numCols: columns.length, numRows: rows.length, starts, indices, values },
    ...(isRelaxed ? {} : { integrality: Int32Array.from(columns, ({ isWhole }) => (isWhole ? 1 : 0)) }),
  };
  const model = highs.createModel(data);
  model.options.set({ output_flag: false });
  return model;
}

/** A time limit as HiGHS takes it: one that has passed already is an error there. */
export function secondsOf(withinMs: number): number {
  return Math.max(0, withinMs) / 1000;
}

/** What a run of it came to. */
export function solutionOf(highs: Highs, model: Model, { columns }: Program): Solution {
  const { optimal, infeasible, unboundedOrInfeasible, timeLimit } = highs.constants.modelStatus;
  const status = model.getModelStatus();
  // Cost, rows or bounds hold every column: no program is unbounded.
  if (status === infeasible || status === unboundedOrInfeasible) return { kind: 'infeasible' };
  const hasValues = model.info.get('primal_solution_status') === highs.constants.solutionStatus.feasible;
  if ((status !== optimal && status !== timeLimit) || !hasValues)
    return {
      kind: 'unknown',
      message: status === timeLimit ? 'no solution was found in time' : `HiGHS ended with ${status}`,
    };
  const isMixed = columns.some(({ isWhole }) => isWhole);
  const cost = model.getObjectiveValue();
  return {
    kind: 'solved',
    values: Array.from(model.getSolution().colValue, (value, index) =>
      // Plus 0: nothing is what a negative nothing is, too.
      columns[index]?.isWhole ? Math.round(value) + 0 : value,
    ),
    cost,
    bound: isMixed ? Math.min(cost, Number(model.info.get('mip_dual_bound'))) : cost,
  };
}
