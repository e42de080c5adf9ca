/** Whether the end of a record is what its entries come to, value by value. */
import type { Difference } from '../../model/drill-check.ts';
import type { DrillEnd } from '../../model/drill-run.ts';

/** Every value of either, compared where it stands. `values`: how many there are. */
export function compareEnds(
  recorded: DrillEnd,
  computed: DrillEnd,
): { readonly values: number; readonly differences: readonly Difference[] } {
  const [were, are] = [valuesOf(recorded), valuesOf(computed)];
  const places = [...new Set([...were.keys(), ...are.keys()])];
  const differences = places
    .map((where) => ({ where, recorded: were.get(where), computed: are.get(where) }))
    .filter((each) => each.recorded !== each.computed);
  return { values: places.length, differences };
}

/** By its place, as JSON. What is undefined is not there, as in what is read back. */
function valuesOf(value: unknown, where = ''): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  if (typeof value !== 'object' || value === null) return new Map([[where, JSON.stringify(value)]]);
  const isList = Array.isArray(value);
  const inner = Object.entries(value).flatMap(([key, each]) => [
    ...valuesOf(each, isList ? `${where}[${key}]` : where === '' ? key : `${where}.${key}`),
  ]);
  // One that is empty is a value too.
  return new Map(inner.length === 0 ? [[where, isList ? '[]' : '{}']] : inner);
}
