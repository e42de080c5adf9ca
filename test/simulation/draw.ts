/** The options of a seed's world, by the name of what may go wrong. */
import {
  briskOptions,
  calmOptions,
  crowdedOptions,
  drawOptions,
  peopleOptions,
  type SimOptions,
} from '../../src/sim/options.ts';
import { seedTree } from '../../src/sim/seed-tree.ts';

export const faultNames = ['all', 'brisk', 'calm', 'people'] as const;

/** Of the worlds in which anything may be on, one in so many is crowded. */
const crowdedEvery = 8;

/**
 * `all`: each seed draws which faults are on. `brisk`: failovers close together. `calm`: nothing but failing sites. `people`: as
 * `all`, and much is asked for.
 */
export type Faults = (typeof faultNames)[number];

export function optionsOf(faults: Faults, seed: number): SimOptions {
  const random = seedTree(seed).stream('options');
  if (faults === 'calm') return calmOptions(seed);
  if (faults === 'brisk') return briskOptions(seed, random);
  if (faults === 'people') return peopleOptions(seed, random);
  return seed % crowdedEvery === 0 ? crowdedOptions(seed, random) : drawOptions(seed, random);
}
