/** What whole counts of unlike machines hold that together serve so much, beyond the row that says so. */

/** The counts, each times its coefficient, come to `least` at least. */
export interface CountRow {
  /** In the order of the ratings. */
  readonly coefficients: readonly number[];
  readonly least: number;
}

/** Below this a difference is one of computing, not of capacity. */
const tiny = 1e-9;
/** So many ratings are looked at together. */
const mostRatings = 3;
/** With more machines than this one more or less is little: the rounded rows are near enough, and found in no time. */
const mostCounted = 128;

/**
 * Rows that all counts keep which serve `needed` requests per second, of machines with these ratings (requests per second, unlike, more
 * than 0): facets of their convex hull for two ratings, those with the third lifted in (Padberg 1975) for three, else the row itself in
 * whole numbers of each rating, rounded up (Chvátal and Gomory).
 */
export function countRows(ratings: readonly number[], needed: number): readonly CountRow[] {
  if (needed <= tiny) return [];
  const isMany = ratings.some((rating) => needed / rating > mostCounted);
  if (ratings.length === 1 || ratings.length > mostRatings || isMany) return roundedRows(ratings, needed);
  const rows = new Map<string, CountRow>();
  for (const first of ratings.keys())
    for (const second of ratings.keys()) {
      if ((ratings[first] ?? 0) <= (ratings[second] ?? 0)) continue;
      for (const facet of facetsOf(ratings, [first, second], needed)) {
        const row = lift(ratings, [first, second], facet, needed);
        rows.set(row.coefficients.map((each) => (each / row.least).toFixed(6)).join(), row);
      }
    }
  return [...rows.values()];
}

function roundedRows(ratings: readonly number[], needed: number): readonly CountRow[] {
  return ratings.map((rating) => ({
    coefficients: ratings.map((each) => Math.ceil(each / rating - tiny)),
    least: Math.ceil(needed / rating - tiny),
  }));
}

/** Two ratings by their places: of the larger the fewer are counted. */
type Pair = readonly [larger: number, smaller: number];

/** Of the counts of two. */
interface Facet {
  readonly ofLarger: number;
  readonly ofSmaller: number;
  readonly least: number;
}

/** The fewest of the smaller beside each count of the larger, until none is needed. */
function fewest(larger: number, smaller: number, needed: number): readonly number[] {
  const counts: number[] = [];
  for (let left = needed; ; left -= larger) {
    counts.push(Math.max(0, Math.ceil(left / smaller - tiny)));
    if (left <= tiny) return counts;
  }
}

/** The edges of the lower hull of those counts. */
function facetsOf(ratings: readonly number[], [larger, smaller]: Pair, needed: number): readonly Facet[] {
  const counts = fewest(ratings[larger] ?? 1, ratings[smaller] ?? 1, needed);
  const hull: (readonly [x: number, y: number])[] = [];
  for (const [x, y] of counts.entries()) {
    for (let [before, last] = hull.slice(-2); before && last; [before, last] = hull.slice(-2)) {
      const turn = (last[0] - before[0]) * (y - before[1]) - (last[1] - before[1]) * (x - before[0]);
      if (turn > 0) break;
      hull.pop();
    }
    hull.push([x, y]);
  }
  return hull.flatMap(([x, y], index) => {
    const next = hull[index + 1];
    if (next === undefined) return [];
    const [ofLarger, ofSmaller] = [y - next[1], next[0] - x];
    return [{ ofLarger, ofSmaller, least: ofLarger * x + ofSmaller * y }];
  });
}

/** With the least coefficient of the third with which all counts of the three keep it. */
function lift(ratings: readonly number[], [larger, smaller]: Pair, facet: Facet, needed: number): CountRow {
  const coefficients = ratings.map((rating, index) => {
    if (index === larger) return facet.ofLarger;
    if (index === smaller) return facet.ofSmaller;
    let most = 0;
    for (let count = 1, left = needed - rating; ; count += 1, left -= rating) {
      most = Math.max(
        most,
        (facet.least - leastWithout(facet, ratings[larger] ?? 1, ratings[smaller] ?? 1, left)) / count,
      );
      if (left <= tiny) return most;
    }
  });
  return { coefficients, least: facet.least };
}

/** What the facet’s row comes to at least where less is needed. */
function leastWithout({ ofLarger, ofSmaller }: Facet, larger: number, smaller: number, needed: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (const [x, y] of fewest(larger, smaller, needed).entries()) least = Math.min(least, ofLarger * x + ofSmaller * y);
  return least;
}
