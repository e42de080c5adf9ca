/** The known word nearest to a mistyped one, at most two edits (a third of its length) away; undefined when none is. */
export function closest(typed: string, known: readonly string[]): string | undefined {
  const limit = Math.min(2, Math.max(1, Math.floor(typed.length / 3)));
  let best: { word: string; distance: number } | undefined;
  for (const word of known) {
    const distance = editDistance(typed.slice(0, 100), word);
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { word, distance };
  }
  return best?.word;
}

/** Insertions, deletions, replacements and swapped neighbours (optimal string alignment), row by row. */
function editDistance(from: string, to: string): number {
  let before: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const ways = [(above[column - 1] ?? 0) + (isSame ? 0 : 1), (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1];
      line.push(Math.min(...ways, isSwapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY));
    }
    before = above;
    above = line;
  }
  return above[to.length] ?? 0;
}
