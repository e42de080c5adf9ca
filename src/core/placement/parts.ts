/** The columns of a program that places deployments, by what they mean. */
import type { Choice, Load, PlacementRule } from '../../model/placement-problem.ts';
import type { Program } from '../../model/program.ts';
import type { ColumnAt } from './draft.ts';

/** A choice and its columns. */
export interface Option {
  readonly choice: Choice;
  /** Replicas. */
  readonly count: ColumnAt;
  /** At least how many are more than today. */
  readonly more: ColumnAt;
}

/** A deployment's columns. */
export interface Part {
  readonly load: Load;
  readonly block: number;
  readonly options: readonly Option[];
  /** By site where it could run: its weight, percent. */
  readonly weight: ReadonlyMap<string, ColumnAt>;
  /** By site: at least how much more than today; none when no traffic is routed. */
  readonly gain: ReadonlyMap<string, ColumnAt>;
}

export interface Formulated {
  readonly program: Program;
  readonly parts: readonly Part[];
}

/** Those at one site. */
export function optionsAt(options: readonly Option[], site: string): readonly Option[] {
  return options.filter(({ choice }) => choice.pool.site === site);
}

/** As a share of the demand, 0–1; 0 when no rule asks for any. */
export function headroomOf(rules: readonly PlacementRule[]): number {
  return rules.find((rule) => rule.kind === 'headroom')?.ratio ?? 0;
}
