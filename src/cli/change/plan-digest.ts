/** A short name for a plan: the same inputs and the same steps give the same one. */
import { createHash } from 'node:crypto';
import type { PlanBasis } from '../../model/plan-basis.ts';

/** 12 hex digits of the SHA-256. How long a step may take is measured anew at every look, and is left out. */
export function planDigest({ steps, ...basis }: PlanBasis): string {
  const plain = { ...basis, steps: steps.map(({ deadlineMs: _, ...step }) => step) };
  return createHash('sha256').update(canonical(plain)).digest('hex').slice(0, 12);
}

/** Keys in order, so that a file that was read back says the same. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const sorted = entries.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${sorted.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
}
