/** What all parts of a search share. */
import type { Highs } from 'highs';
import type { Apart } from './apart.ts';
import type { Found } from './found.ts';
import type { Pricing } from './pricing.ts';
import type { SampleTerms, Sampling } from './sample.ts';

/** Of one program. */
export interface Search {
  readonly highs: Highs;
  readonly apart: Apart;
  readonly found: Found;
  /** One for each block. */
  readonly pricings: readonly Pricing[];
  /** One for each block. */
  readonly samplings: readonly Sampling[];
}

/** Of a block, those that are met; whether any was new. */
export function addSamples(
  { found, samplings }: Search,
  block: number,
  prices: readonly number[],
  terms: SampleTerms,
): boolean {
  let isNew = false;
  for (const pattern of samplings[block]?.sample(prices, terms) ?? []) if (found.add(block, pattern)) isNew = true;
  return isNew;
}
