/** What all parts of a search share. */
import type { Highs } from 'highs';
import type { Apart } from './apart.ts';
import type { Found } from './found.ts';
import type { Pricing } from './pricing.ts';

export interface Search {
  readonly highs: Highs;
  readonly apart: Apart;
  readonly found: Found;
  /** One for each block. */
  readonly pricings: readonly Pricing[];
}
