/** The options of a seed's world, by the name of what may go wrong. */
import { briskOptions, calmOptions, drawOptions, type SimOptions } from '../../src/sim/options.ts';
import { seedTree } from '../../src/sim/seed-tree.ts';

export const faultNames = ['all', 'brisk', 'calm'] as const;

/** `all`: each seed draws which faults are on. `brisk`: failovers close together. `calm`: nothing but failing sites. */
export type Faults = (typeof faultNames)[number];

export function optionsOf(faults: Faults, seed: number): SimOptions {
  const random = seedTree(seed).stream('options');
  if (faults === 'calm') return calmOptions(seed);
  return faults === 'all' ? drawOptions(seed, random) : briskOptions(seed, random);
}
