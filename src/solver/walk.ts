/** Values of a program that are changed one after the other, and taken back together when nothing comes of it. */
import { type Sparse, slightly } from './sparse.ts';

/** Changes since the last stand are stood by or taken back, all of them. */
export interface Walk {
  readonly cost: () => number;
  readonly values: () => Float64Array;
  /** What the change would cost, rows that it breaks or mends at their prices. */
  worth(column: number, by: number): number;
  change(column: number, by: number): void;
  /** Whether it was changed the other way since the last stand: there is no going back and forth. */
  isTurned(column: number, isUp: boolean): boolean;
  /** A row that is broken since the last stand, any one of them; -1: there is none. */
  broken(chance: () => number): number;
  /** By how much a row is to rise, or fall, to be kept. */
  lack(row: number): number;
  /** Lowers what need not be whole as far as rows let it. */
  settle(): void;
  /** Stands by the changes since the last stand. */
  stand(): void;
  /** Takes them back. */
  back(): void;
}

/** `prices`: of a unit by which each row is broken. */
export function createWalk(sparse: Sparse, start: readonly number[], prices: Float64Array): Walk {
  const { cost, rowLeast, rowMost, byColumn } = sparse;
  const { starts, others: rowsOf, amounts } = byColumn;
  const values = Float64Array.from(start);
  const sums = sumsOf(sparse, values);
  const state = { sums, values, prices };
  const followers = followersOf(sparse);
  const trail = createTrail(sparse, values);
  const broken: number[] = [];
  const isListed = new Uint8Array(sparse.rows);
  let total = values.reduce((sum, value, column) => sum + value * of(cost, column), 0);
  let before = total;

  const isKept = (row: number): boolean => of(sums, row) >= of(rowLeast, row) && of(sums, row) <= of(rowMost, row);
  const shift = (column: number, by: number): void => {
    values[column] = of(values, column) + by;
    for (let at = of(starts, column); at < of(starts, column + 1); at += 1) {
      const row = of(rowsOf, at);
      sums[row] = of(sums, row) + of(amounts, at) * by;
      if (isKept(row) || isListed[row] === 1) continue;
      isListed[row] = 1;
      broken.push(row);
    }
  };
  const change = (column: number, by: number): void => {
    trail.note(column, by);
    total += of(cost, column) * by;
    shift(column, by);
  };
  const stand = (): void => {
    trail.clear();
    for (const row of broken) isListed[row] = 0;
    broken.length = 0;
    before = total;
  };
  return {
    cost: () => total,
    values: () => values,
    worth: (column, by) => worthOf(sparse, state, column, by),
    change,
    isTurned: trail.isTurned,
    broken(chance) {
      while (broken.length > 0) {
        const at = Math.floor(chance() * broken.length);
        const row = broken[at] ?? -1;
        if (!isKept(row)) return row;
        isListed[row] = 0;
        broken[at] = broken.at(-1) ?? row;
        broken.pop();
      }
      return -1;
    },
    lack(row) {
      const sum = of(sums, row);
      return sum < of(rowLeast, row) ? of(rowLeast, row) + slightly - sum : of(rowMost, row) - slightly - sum;
    },
    settle() {
      for (const column of trail.columns())
        for (const follower of followers[column] ?? []) {
          const by = lowestOf(sparse, state, follower) - of(values, follower);
          if (by < -slightly) change(follower, by);
        }
    },
    stand,
    back() {
      trail.undo(shift);
      total = before;
      stand();
    },
  };
}

/** The changes since the last stand. */
function createTrail({ columns }: Sparse, values: Float64Array) {
  const changed: number[] = [];
  const old: number[] = [];
  const turn = new Int8Array(columns);
  return {
    columns: (): readonly number[] => [...changed],
    isTurned: (column: number, isUp: boolean): boolean => turn[column] === (isUp ? -1 : 1),
    note(column: number, by: number): void {
      changed.push(column);
      old.push(of(values, column));
      turn[column] = by > 0 ? 1 : -1;
    },
    /** Each value is what it was to the last digit. */
    undo(shift: (column: number, by: number) => void): void {
      for (let index = changed.length - 1; index >= 0; index -= 1) {
        const column = of(changed, index);
        shift(column, of(old, index) - of(values, column));
        values[column] = of(old, index);
      }
    },
    clear(): void {
      for (const column of changed) turn[column] = 0;
      changed.length = 0;
      old.length = 0;
    },
  };
}

function worthOf(
  { cost, rowLeast, rowMost, byColumn }: Sparse,
  { sums, prices }: { readonly sums: Float64Array; readonly prices: Float64Array },
  column: number,
  by: number,
): number {
  const { starts, others, amounts } = byColumn;
  let worth = of(cost, column) * by;
  for (let at = of(starts, column); at < of(starts, column + 1); at += 1) {
    const row = of(others, at);
    const now = of(sums, row);
    const then = now + of(amounts, at) * by;
    const least = of(rowLeast, row);
    const most = of(rowMost, row);
    const was = now < least ? least - now : now > most ? now - most : 0;
    const is = then < least ? least - then : then > most ? then - most : 0;
    if (was !== is) worth += of(prices, row) * (is - was);
  }
  return worth;
}

/** The least a column may be as the others are. */
function lowestOf(
  { least, most, rowLeast, rowMost, byColumn: { starts, others, amounts } }: Sparse,
  { sums, values }: { readonly sums: Float64Array; readonly values: Float64Array },
  column: number,
): number {
  let low = of(least, column);
  for (let at = of(starts, column); at < of(starts, column + 1); at += 1) {
    const row = of(others, at);
    const by = of(amounts, at);
    const limit = by > 0 ? of(rowLeast, row) + slightly : of(rowMost, row) - slightly;
    if (Number.isFinite(limit)) low = Math.max(low, of(values, column) + (limit - of(sums, row)) / by);
  }
  return Math.min(low, of(most, column));
}

/** Of each row: what its terms come to. */
function sumsOf({ rows, byRow }: Sparse, values: Float64Array): Float64Array {
  const sums = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1)
    for (let at = of(byRow.starts, row); at < of(byRow.starts, row + 1); at += 1)
      sums[row] = of(sums, row) + of(byRow.amounts, at) * of(values, of(byRow.others, at));
  return sums;
}

/** Of each column: what costs something, need not be whole, and is held by a row of both. */
function followersOf({ columns, cost, isWhole, byRow, byColumn }: Sparse): readonly (readonly number[])[] {
  const all = Array.from({ length: columns }, () => new Set<number>());
  for (let column = 0; column < columns; column += 1) {
    if (isWhole[column] === 1 || of(cost, column) <= 0) continue;
    for (let at = of(byColumn.starts, column); at < of(byColumn.starts, column + 1); at += 1) {
      const row = of(byColumn.others, at);
      for (let term = of(byRow.starts, row); term < of(byRow.starts, row + 1); term += 1)
        all[of(byRow.others, term)]?.add(column);
    }
  }
  return all.map((each) => [...each]);
}

/** Within the array. */
export function of(array: { readonly [index: number]: number }, index: number): number {
  return array[index] ?? 0;
}
