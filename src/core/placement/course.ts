/** Follows the rows of a program while an allocation changes bit by bit: what each bit does is looked up, not computed anew. */
import type { Allocation, Choice } from '../../model/placement-problem.ts';
import type { MovePart } from '../../model/rebalance-plan.ts';
import type { Weights } from '../../model/route.ts';
import { valuesOf } from './allocation.ts';
import { slackOf, toleranceOf } from './broken.ts';
import type { ColumnAt } from './draft.ts';
import type { Formulated, Part, Use } from './parts.ts';

/** An allocation on its way: each change is made in place, and the sums of all rows with it. */
export interface Course {
  /** Makes the change unless a row would be broken that is kept now, or be worse than at the beginning; says whether it did. */
  take(part: MovePart): boolean;
  /** Takes back one that was made. */
  undo(part: MovePart): void;
}

export function createCourse(choices: readonly Choice[], formulated: Formulated, begin: Allocation): Course {
  const { program } = formulated;
  const parts = new Map(formulated.parts.map((part) => [part.load.deployment, part]));
  const places = new Map(choices.map((choice, index) => [choice, index]));
  const values = [...valuesOf(choices, formulated, begin)];
  const sums = program.rows.map(({ terms }) =>
    terms.reduce((sum, [column, by]) => sum + by * (values[column] ?? 0), 0),
  );
  /** Less than this no row may have: nothing is broken, and what is broken already gets no worse. */
  const least = program.rows.map((row, index) => Math.min(0, slackOf(row, sums[index] ?? 0)) - toleranceOf(row));
  const touching: (readonly [row: number, by: number])[][] = program.columns.map(() => []);
  for (const [row, { terms }] of program.rows.entries())
    for (const [column, by] of terms) touching[column]?.push([row, by]);
  const replicas = [...begin.replicas];
  const weights: Record<string, Weights> = { ...begin.weights };

  /** Rows that changed. */
  const refresh = (deployment: string): ReadonlySet<number> => {
    const changed = new Set<number>();
    const part = parts.get(deployment);
    const countOf = (choice: Choice): number => replicas[places.get(choice) ?? -1] ?? 0;
    const now = part === undefined ? [] : columnsOf(part, formulated.uses, countOf, weights[deployment] ?? {});
    for (const [column, value] of now) {
      const difference = value - (values[column] ?? 0);
      if (difference === 0) continue;
      values[column] = value;
      for (const [row, by] of touching[column] ?? []) {
        sums[row] = (sums[row] ?? 0) + by * difference;
        changed.add(row);
      }
    }
    return changed;
  };
  const put = (part: MovePart, side: 'before' | 'after'): ReadonlySet<number> => {
    if (part.kind === 'weigh') weights[part.deployment] = part[side];
    else replicas[part.choice] = part[side];
    return refresh(part.deployment);
  };
  return {
    take(part) {
      const isKept = [...put(part, 'after')].every((index) => {
        const row = program.rows[index];
        return row === undefined || slackOf(row, sums[index] ?? 0) >= (least[index] ?? 0);
      });
      if (!isKept) put(part, 'before');
      return isKept;
    },
    undo(part) {
      put(part, 'before');
    },
  };
}

/** The columns that the state of a deployment decides, with their values. */
function columnsOf(
  { load, options, weight, moreWeight }: Part,
  uses: readonly Use[],
  countOf: (choice: Choice) => number,
  own: Weights,
): readonly (readonly [ColumnAt, number])[] {
  const counts = options.flatMap(({ choice, count, more }) => {
    const now = countOf(choice);
    return [
      [count, now],
      [more, Math.max(0, now - choice.today)],
    ] as const;
  });
  const shares = [...weight].map(([site, column]) => [column, own[site] ?? 0] as const);
  const moreShares = [...moreWeight].map(([site, column]) => {
    return [column, Math.max(0, (own[site] ?? 0) - (load.today?.[site] ?? 0))] as const;
  });
  const used = uses
    .filter(({ deployment }) => deployment === load.deployment)
    .map(({ site, column }) => {
      const runs = options.some(({ choice }) => choice.pool.site === site && countOf(choice) > 0);
      return [column, runs && (own[site] ?? 0) > 0 ? 1 : 0] as const;
    });
  return [...counts, ...shares, ...moreShares, ...used];
}
