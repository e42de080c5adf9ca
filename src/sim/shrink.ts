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
 * First whole places (a link, a cloud, a kind of strike), then halves, quarters, … down to single decisions, in rounds over
 * what is left: the complement steps of ddmin (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input",
 * IEEE TSE 2002) without going back to the first part after each success. `decisions` must break it.
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
  for (let size = Math.ceil(kept.length / 2); size > 0; ) {
    const before = kept.length;
    for (let start = 0; start < kept.length; ) {
      if (isOver()) return { kept, runs, isLeast: false };
      if (!(await drop(new Set(kept.slice(start, start + size))))) start += size;
    }
    // Single ones until a whole round of them shows that each is needed.
    if (size > 1) size = Math.ceil(size / 2);
    else if (kept.length === before) break;
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
