/** Weights after a part of one site's traffic was given to others; whole percents that sum to 100 (I5). */
import type { Weights } from '../model/route.ts';
import type { View } from '../model/view.ts';
import { weightOf } from './readiness.ts';

/** `targets`: how what is moved is divided, by site; any positive numbers. `sharePct`: of the source's weight, 1–100. */
export function moveShare(view: View, from: string, targets: Weights, sharePct: number): Weights {
  const present = Object.fromEntries(view.sites.map(({ site }) => [site.name, weightOf(view, site.name)]));
  const has = present[from] ?? 0;
  // What a person asks to move moves, however little the source has: at least one percent of all.
  const moved = Math.min(has, Math.max(1, Math.round((has * sharePct) / 100)));
  const parts = divide(moved, targets);
  const after = Object.entries(present).map(([site, weight]): [string, number] => [
    site,
    // Also where the source is named among the targets: what is given to it stays with it (I5).
    weight - (site === from ? moved : 0) + (parts[site] ?? 0),
  ]);
  return Object.fromEntries(after);
}

/** By largest remainder: nothing is lost to rounding, and equal parts go to the first named. */
export function divide(whole: number, parts: Weights): Weights {
  const names = Object.keys(parts).filter((name) => (parts[name] ?? 0) > 0);
  const sum = names.reduce((total, name) => total + (parts[name] ?? 0), 0);
  const exact = names.map((name) => ({ name, part: (whole * (parts[name] ?? 0)) / sum }));
  const floors = exact.map(({ name, part }) => ({ name, floor: Math.floor(part), rest: part - Math.floor(part) }));
  const left = whole - floors.reduce((total, { floor }) => total + floor, 0);
  const raised = new Set(
    [...floors]
      .sort((a, b) => b.rest - a.rest)
      .slice(0, left)
      .map(({ name }) => name),
  );
  return Object.fromEntries(floors.map(({ name, floor }) => [name, floor + (raised.has(name) ? 1 : 0)]));
}

/** The other sites that have weight, in proportion to it; empty when none has. */
export function othersWithWeight(view: View, from: string): Weights {
  return Object.fromEntries(
    view.sites
      .map(({ site }): [string, number] => [site.name, weightOf(view, site.name)])
      .filter(([name, weight]) => name !== from && weight > 0),
  );
}
