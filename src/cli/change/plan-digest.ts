/** A short name for a plan: the same wish, inputs and steps give the same one. */
import { createHash } from 'node:crypto';
import type { Step } from '../../model/plan.ts';
import type { PlanBasis } from '../../model/plan-basis.ts';
import type { Wish } from '../../model/wish.ts';

/**
 * 12 hex digits of the SHA-256 of what was asked and what it was planned from. How long a step may take is measured anew
 * at every look, and why it is done may be said later: both are left out.
 */
export function planDigest({ wish, basis }: { readonly wish: Wish; readonly basis: PlanBasis }): string {
  const { reason: _reason, expect: _expect, ...asked } = wish;
  return digestOf({ wish: asked, basis: { ...basis, steps: untimed(basis.steps) } });
}

/** Of the steps alone: what a person who confirms it has seen. */
export function stepsDigest({ steps }: Pick<PlanBasis, 'steps'>): string {
  return digestOf(untimed(steps));
}

function untimed(steps: readonly Step[]): readonly unknown[] {
  return steps.map(({ deadlineMs: _, ...step }) => step);
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 12);
}

/** Keys in order, so that a file that was read back says the same. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const sorted = entries.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${sorted.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
}
