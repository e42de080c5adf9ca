/** Cuts a schedule that breaks something down to the few misfortunes that are enough for it. */

export interface ShrinkTerms {
  /** Whether these decisions alone still break the same invariant. */
  readonly breaks: (kept: readonly string[]) => Promise<boolean>;
  /** No world is begun after it says so: what is left by then is the answer. */
  readonly isOver: () => boolean;
}

export interface Shrunk {
  readonly kept: readonly string[];
  /** Worlds that were run for it. */
  readonly runs: number;
  /** Without any single one of them nothing breaks; false when time was up before that was known. */
  readonly isLeast: boolean;
}

/**
 * First whole places (a link, a cloud, a kind of strike), then halves, quarters, … down to single decisions: ddmin, after
 * Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 2002. `decisions` must break it.
 */
export async function shrink(decisions: readonly string[], { breaks, isOver }: ShrinkTerms): Promise<Shrunk> {
  let runs = 0;
  let kept = decisions;
  /** Goes on with what is left without these, where that is enough. */
  const drop = async (dropped: ReadonlySet<string>): Promise<boolean> => {
    const rest = kept.filter((each) => !dropped.has(each));
    runs += 1;
    if (!(await breaks(rest))) return false;
    kept = rest;
    return true;
  };
  for (const place of placesOf(decisions)) {
    if (isOver()) return { kept, runs, isLeast: false };
    await drop(new Set(kept.filter((each) => placeOf(each) === place)));
  }
  for (let parts = Math.min(2, kept.length); parts > 0; ) {
    let hasDropped = false;
    for (const part of partsOf(kept, parts)) {
      if (isOver()) return { kept, runs, isLeast: false };
      hasDropped = await drop(new Set(part));
      if (hasDropped) break;
    }
    if (hasDropped) parts = Math.min(kept.length, Math.max(2, parts - 1));
    else if (parts >= kept.length) break;
    else parts = Math.min(kept.length, parts * 2);
  }
  return { kept, runs, isLeast: true };
}

/** Those with the most decisions first. */
function placesOf(decisions: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const each of decisions) counts.set(placeOf(each), (counts.get(placeOf(each)) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([place]) => place);
}

/** A decision is `place#try@ms+order:kind`. */
function placeOf(decision: string): string {
  return decision.slice(0, decision.lastIndexOf('#'));
}

/** As equal as can be, none empty. */
function partsOf<T>(all: readonly T[], count: number): readonly (readonly T[])[] {
  return Array.from({ length: count }, (_, index) =>
    all.slice(Math.floor((index * all.length) / count), Math.floor(((index + 1) * all.length) / count)),
  );
}
