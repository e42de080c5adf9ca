/** Betters a solution for a while, again and again, whichever way it was found. */
import type { Highs } from 'highs';
import type { Program } from '../model/program.ts';
import { anneal } from './anneal.ts';
import { type Apart, areWithin, patternsIn } from './apart.ts';
import { pricesOfAskers } from './relax.ts';

/** How long it takes each time, milliseconds: no longer than is left. */
export interface AnnealingTime {
  readonly forMs: number;
  readonly leftMs: () => number;
}

/** Of a solution one that is no dearer. It counts from the values alone: what breaks a row after so many changes is not taken. */
export function createAnnealing(
  highs: Highs,
  { program, apart }: { readonly program: Program; readonly apart: Apart },
  { forMs, leftMs }: AnnealingTime,
): (start: readonly number[]) => readonly number[] {
  let prices: readonly number[] | undefined;
  return (start) => {
    prices ??= pricesOfAskers(highs, program, leftMs());
    const fromMs = leftMs();
    const longMs = Math.min(fromMs, forMs);
    const passed = (): number => (longMs <= 0 ? 1 : (fromMs - leftMs()) / longMs);
    const values = anneal(program, { start, prices, passed });
    return areWithin(apart, patternsIn(apart, values)) ? values : start;
  };
}
