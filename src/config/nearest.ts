/** The known names nearest to a mistyped one. */

/** At most three, best first; only those close enough to have been meant. */
export function nearest(wrong: string, known: readonly string[]): readonly string[] {
  return known
    .map((name) => ({ name, distance: distanceOf(wrong.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => isNear(distance, Math.max(wrong.length, name.length)))
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** A word in which nothing is as typed was not meant, however short it is; a single letter has nothing else to go by. */
function isNear(distance: number, longest: number): boolean {
  return (distance < longest || longest === 1) && distance <= Math.max(2, Math.floor(longest / 3));
}

/** `did you mean "x"?`, or what there is when nothing is near and the list is short. */
export function suggestion(wrong: string, known: readonly string[]): string | undefined {
  const near = nearest(wrong, known);
  if (near.length > 0) return `did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`;
  return known.length > 0 && known.length <= 8 ? `known: ${known.join(', ')}` : undefined;
}

/** Optimal string alignment: a swap of neighbours is one mistake, as fingers make it. */
function distanceOf(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (rows[i - 1]?.[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}
