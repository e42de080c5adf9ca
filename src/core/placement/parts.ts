/** The columns of a program that places deployments, by what they mean. */
import type { Choice, Load, PlacementRule } from '../../model/placement-problem.ts';
import type { Program } from '../../model/program.ts';
import type { ColumnAt } from './draft.ts';

/** A choice and its columns. */
export interface Option {
  readonly choice: Choice;
  /** Replicas. */
  readonly count: ColumnAt;
  /** At least how many are more than today; where none run today, the same column. */
  readonly more: ColumnAt;
}

/** A deployment's columns. */
export interface Part {
  readonly load: Load;
  readonly block: number;
  readonly options: readonly Option[];
  /** By site where it could run: its weight, percent. */
  readonly weight: ReadonlyMap<string, ColumnAt>;
  /** By site: at least how much more than today, the same column where it has none today; empty when no traffic is routed. */
  readonly moreWeight: ReadonlyMap<string, ColumnAt>;
}

/** A column that is 1 only where the deployment has traffic and replicas. */
export interface Use {
  readonly deployment: string;
  readonly site: string;
  readonly column: ColumnAt;
}

/** A program, and where in it deployments, sites and rules are found again. */
export interface Formulated {
  readonly program: Program;
  readonly parts: readonly Part[];
  readonly uses: readonly Use[];
  /** By the name of a rule: its first row, and the first that is not its own. */
  readonly ruleRows: ReadonlyMap<string, readonly [from: number, to: number]>;
}

/** Those at one site. */
export function optionsAt(options: readonly Option[], site: string): readonly Option[] {
  return options.filter(({ choice }) => choice.pool.site === site);
}

/** Whether the rule is about the deployment: one that names none is about each. */
export function isAbout(rule: { readonly deployment?: string }, deployment: string): boolean {
  return rule.deployment === undefined || rule.deployment === deployment;
}

/** The most that any rule asks for, as a share of the demand, 0–1; 0: none does. */
export function headroomOf(rules: readonly PlacementRule[], deployment: string): number {
  const asked = rules.filter((rule) => rule.kind === 'headroom').filter((rule) => isAbout(rule, deployment));
  return Math.max(0, ...asked.map(({ ratio }) => ratio));
}
