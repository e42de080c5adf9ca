import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root, spawnGodwit } from './support/spawn-godwit.ts';

interface Row {
  readonly name: string;
  readonly servedRatio: number;
  readonly costUsd: number;
  readonly starts: number;
  readonly moves: number;
  readonly taken: number;
  readonly violations?: readonly string[];
}

/**
 * Ten hours, one replica, five minutes from a start until it serves. East: a machine until hour 4, and one from hour 6 on;
 * $1.20, and $2.40 from hour 8 on. West: one from hour 2 to hour 7, $1.80. On demand: always, $6.00.
 */
test('the case computed by hand comes out to the cent and the second', async () => {
  const trace = join(root, 'fixtures/traces/by-hand.csv');
  const { code, stdout, stderr } = await spawnGodwit(['backtest', '--trace', trace, '--demand', '1', '-o', 'json']);
  expect([code, stderr]).toEqual([0, '']);
  const { rows, endMs } = JSON.parse(stdout) as { readonly rows: readonly Row[]; readonly endMs: number };
  const row = (name: string): Row => {
    const found = rows.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no row ${name}`);
    return { ...found, costUsd: Math.round(found.costUsd * 100) / 100 };
  };
  const servedS = ({ servedRatio }: Row): number => Math.round((servedRatio * endMs) / 1000);
  const minute = 60;
  // Ten hours at $6, down for the first start-up.
  expect(row('on-demand only')).toMatchObject({ costUsd: 60, starts: 1, moves: 0, taken: 0 });
  expect(servedS(row('on-demand only'))).toBe(595 * minute);
  // 4 h at $1.20, 2 h at $1.20, 2 h at $2.40; four hours twice, each without five minutes.
  expect(row('spot only, east')).toMatchObject({ costUsd: 12, starts: 2, moves: 0, taken: 1 });
  expect(servedS(row('spot only, east'))).toBe((235 + 235) * minute);
  // 5 h at $1.80.
  expect(row('spot only, west')).toMatchObject({ costUsd: 9, starts: 1, moves: 0, taken: 1 });
  expect(servedS(row('spot only, west'))).toBe(295 * minute);
  // East to hour 4, west to hour 7, east to the end: 4.80 + 5.40 + (1.20 + 4.80).
  expect(row('round robin over spot')).toMatchObject({ costUsd: 16.2, starts: 3, moves: 2, taken: 2 });
  expect(servedS(row('round robin over spot'))).toBe((235 + 175 + 175) * minute);
  // East to hour 4, west from 3:55 to 6:05, east from hour 6 on: 4.80 + 3.90 + (2.40 + 4.80).
  expect(row('clairvoyant optimum')).toMatchObject({ costUsd: 15.9, starts: 3, moves: 2, taken: 1 });
  expect(servedS(row('clairvoyant optimum'))).toBe(595 * minute);
  // The engine goes west at hour 4 as round robin does, some seconds later; its hot pool in the east is filled at hour 6,
  // and serves at hour 7 without a start-up.
  const godwit = row('godwit');
  expect(godwit).toMatchObject({ starts: 3, moves: 2, taken: 2, violations: [] });
  expect(servedS(godwit)).toBeLessThan((235 + 175 + 180) * minute);
  expect(servedS(godwit)).toBeGreaterThan((235 + 175 + 180 - 3) * minute);
}, 60_000);
