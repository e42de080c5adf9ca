/** The options of a seed's world, by the name of what may go wrong. */
import { drillOptions, withDrills } from '../../src/sim/drill-options.ts';
import {
  briskOptions,
  calmOptions,
  crowdedOptions,
  drawOptions,
  peopleOptions,
  type SimOptions,
} from '../../src/sim/options.ts';
import { rebalanceOptions } from '../../src/sim/rebalance-options.ts';
import { seedTree } from '../../src/sim/seed-tree.ts';

export const faultNames = ['all', 'brisk', 'calm', 'people', 'drills', 'rebalance'] as const;

/** Of the worlds in which anything may be on, one in so many is crowded. */
const crowdedEvery = 8;
/** Of the others one in so many has drills too. */
const drilledEvery = 5;

/**
 * `all`: each seed draws which faults are on. `brisk`: failovers close together. `calm`: nothing but failing sites. `people`: as
 * `all`, and much is asked for. `drills`: they come often, and little else goes wrong. `rebalance`: schedulers do it, among all the
 * others.
 */
export type Faults = (typeof faultNames)[number];

export function optionsOf(faults: Faults, seed: number): SimOptions {
  const seeds = seedTree(seed);
  const random = seeds.stream('options');
  const drills = seeds.stream('drill-options');
  if (faults === 'calm') return calmOptions(seed);
  if (faults === 'brisk') return briskOptions(seed, random);
  if (faults === 'drills') return drillOptions(drawOptions(seed, random), drills);
  if (faults === 'rebalance') return rebalanceOptions(drawOptions(seed, random), seeds.stream('rebalance-options'));
  if (faults === 'all' && seed % crowdedEvery === 0) return crowdedOptions(seed, random);
  const drawn = faults === 'people' ? peopleOptions(seed, random) : drawOptions(seed, random);
  return seed % drilledEvery === 0 ? withDrills(drawn, drills) : drawn;
}
