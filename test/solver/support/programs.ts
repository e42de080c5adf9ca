/** Programs for the solver, and an independent word on their solutions. */
import type { Column, Program, Row } from '../../../src/model/program.ts';
import { createSeededRandom } from '../../../src/testkit/seeded-random.ts';

const tiny = 1e-5;
const none = Number.NEGATIVE_INFINITY;

/** What is wrong with these values; undefined: nothing is. */
export function wrongWith({ columns, rows }: Program, values: readonly number[]): string | undefined {
  if (values.length !== columns.length) return `${values.length} values for ${columns.length} columns`;
  for (const [index, { least, most, isWhole }] of columns.entries()) {
    const value = values[index] ?? Number.NaN;
    if (!(value >= least - tiny && value <= most + tiny)) return `column ${index} is ${value}`;
    if (isWhole && !Number.isInteger(value)) return `column ${index} is no whole number: ${value}`;
  }
  for (const [index, { least, most, terms }] of rows.entries()) {
    const sum = terms.reduce((all, [column, by]) => all + by * (values[column] ?? 0), 0);
    if (!(sum >= least - tiny && sum <= most + tiny)) return `row ${index} is ${sum}`;
  }
  return undefined;
}

export function costOf({ columns }: Program, values: readonly number[]): number {
  return columns.reduce((sum, { cost }, index) => sum + cost * (values[index] ?? 0), 0);
}

/** Of whole columns alone: every choice is looked at. Undefined: none is feasible. */
export function cheapestByHand(program: Program): number | undefined {
  let best: number | undefined;
  const values: number[] = [];
  const choose = (index: number): void => {
    const column = program.columns[index];
    if (column === undefined) {
      const cost = costOf(program, values);
      if ((best === undefined || cost < best) && wrongWith(program, values) === undefined) best = cost;
      return;
    }
    for (let value = column.least; value <= column.most; value += 1) {
      values[index] = value;
      choose(index + 1);
    }
  };
  choose(0);
  return best;
}

/** Up to five whole columns, and rows both ways. */
export function smallProgram(seed: number): Program {
  const random = createSeededRandom(seed);
  const upTo = (most: number): number => Math.floor(random.next() * (most + 1));
  const columns = Array.from({ length: 2 + upTo(3) }, (): Column => {
    return { cost: upTo(20) - 4, least: 0, most: 1 + upTo(3), isWhole: true };
  });
  const rows = Array.from({ length: 1 + upTo(3) }, (): Row => {
    const terms = columns.map((_, index) => [index, 1 + upTo(6)] as const);
    const limit = upTo(40);
    return upTo(1) === 0
      ? { least: limit, most: Number.POSITIVE_INFINITY, terms }
      : { least: none, most: limit, terms };
  });
  return { columns, rows };
}

export interface BlockTerms {
  readonly blocks: number;
  /** What the links hold, as a share of what all blocks could take of them at their cheapest; more is easier. */
  readonly room: number;
}

/** Each block must cover a demand by units of ten pools, which all of them want; a continuous column each for what is over. */
export function blockProgram(seed: number, { blocks, room }: BlockTerms): Program {
  const random = createSeededRandom(seed);
  const upTo = (most: number): number => Math.floor(random.next() * (most + 1));
  const pools = 10;
  const prices = Array.from({ length: pools }, () => 3 + upTo(9));
  const columns: Column[] = [];
  const rows: Row[] = [];
  const taken = Array.from({ length: pools }, (): [number, number][] => []);
  let wanted = 0;
  for (let block = 0; block < blocks; block += 1) {
    const demand = 5 + upTo(40);
    wanted += demand;
    const terms = prices.flatMap((price, pool): [number, number][] => {
      const rated = 3 + upTo(5);
      taken[pool]?.push([columns.length, 1 + upTo(1)]);
      columns.push({ cost: price + upTo(3), least: 0, most: 8, isWhole: true, block });
      return [[columns.length - 1, rated]];
    });
    columns.push({ cost: 0.01, least: 0, most: 100, isWhole: false, block });
    rows.push({ least: demand, most: demand, terms: [...terms, [columns.length - 1, -1]] });
  }
  const each = (wanted / 5 / pools) * room;
  for (const terms of taken) rows.push({ least: none, most: Math.ceil(each), terms });
  return { columns, rows };
}
