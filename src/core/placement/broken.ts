/** Which rules an allocation breaks, and which it could not be changed much without breaking: by the rows of the program. */
import type { Allocation, Choice } from '../../model/placement-problem.ts';
import type { Row } from '../../model/program.ts';
import { valuesOf } from './allocation.ts';
import type { Formulated } from './parts.ts';

/** What a solver or a sum of fractions may be off by. */
const tolerance = 1e-6;

/** Names of rules, in their order. */
export function brokenRules(
  choices: readonly Choice[],
  formulated: Formulated,
  allocation: Allocation,
): readonly string[] {
  return rulesWhere(choices, formulated, allocation, (row, sum) => slackOf(row, sum) < -toleranceOf(row));
}

/** Names of rules of which one more replica, or one more percent of traffic, may break a row. */
export function tightRules(
  choices: readonly Choice[],
  formulated: Formulated,
  allocation: Allocation,
): readonly string[] {
  const step = ({ terms }: Row): number => Math.max(0, ...terms.map(([, by]) => Math.abs(by)));
  return rulesWhere(
    choices,
    formulated,
    allocation,
    (row, sum) => row.terms.length > 0 && slackOf(row, sum) < step(row),
  );
}

function rulesWhere(
  choices: readonly Choice[],
  formulated: Formulated,
  allocation: Allocation,
  holds: (row: Row, sum: number) => boolean,
): readonly string[] {
  const { program, ruleRows } = formulated;
  const values = valuesOf(choices, formulated, allocation);
  const isSo = program.rows.map((row) =>
    holds(
      row,
      row.terms.reduce((sum, [column, by]) => sum + by * (values[column] ?? 0), 0),
    ),
  );
  return [...ruleRows].filter(([, [from, to]]) => isSo.slice(from, to).includes(true)).map(([name]) => name);
}

/** How far it is from the nearer limit; negative: beyond it. */
export function slackOf({ least, most }: Row, sum: number): number {
  return Math.min(sum - least, most - sum);
}

/** What the sum of a row may be off by. */
export function toleranceOf({ least, most }: Row): number {
  const limits = [least, most].filter(Number.isFinite).map(Math.abs);
  return tolerance * Math.max(1, ...limits);
}
