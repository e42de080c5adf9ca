import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTrace } from '../../../src/config/trace/read-trace.ts';
import type { TraceFile } from '../../../src/config/trace/refuse.ts';
import { GodwitError } from '../../../src/errors.ts';
import type { Trace, TracePool } from '../../../src/model/trace.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures/traces');

function read(
  text: string,
  terms: { readonly path?: string; readonly prices?: string; readonly wanted?: number } = {},
) {
  const { path = 'some.csv', prices, wanted = 1 } = terms;
  return readTrace({
    ...{ files: [{ path, text }], wanted },
    prices: prices === undefined ? undefined : { path: 'prices.yaml', text: prices },
  });
}

function fixture(name: string): Trace {
  return readTrace({ files: [fileOf(name)], prices: undefined, wanted: 1 });
}

function fileOf(name: string): TraceFile {
  return { path: `traces/${name}`, text: readFileSync(join(fixtures, name), 'utf8') };
}

function countAt({ nodes }: Pick<TracePool, 'nodes'>, atMs: number): number {
  return nodes.filter(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs).length;
}

function spotOf(trace: Trace): TracePool {
  const [pool] = trace.pools;
  if (pool === undefined) throw new Error('a trace has a pool');
  return pool;
}

/** What it is refused for, and what it says to do. */
function mistakeIn(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof GodwitError) return `${error.code} ${error.message} (${error.hint})`;
    throw error;
  }
  return 'nothing';
}

const head = 'at_ms,site,machine,market,capacity,preempted,usd_per_hour,price_source,price_as_of';

describe('CSV', () => {
  const text = [
    head,
    '0,east,g5,spot,2,,1.25,price page,2026-11-28',
    '60000,east,g5,spot,3,1,,,',
    '60000,west,g5,spot,1,,,,',
    '120000,east,g5,spot,1,,2.5,,',
    '180000,west,g5,spot,,,,,',
  ].join('\n');

  test('says from each row on how many there are, which of them were there before, and what one costs', () => {
    const trace = read(text);
    expect(trace.endMs).toBe(180_000);
    const [east, west] = trace.pools;
    expect(east?.nodes).toEqual([
      { name: 'machine-1', fromMs: 0, untilMs: 60_000 },
      { name: 'machine-2', fromMs: 0, untilMs: 120_000 },
      { name: 'machine-3', fromMs: 60_000, untilMs: 120_000 },
      { name: 'machine-4', fromMs: 60_000, untilMs: 180_000 },
    ]);
    const points = [
      { atMs: 0, usdPerHour: 1.25 },
      { atMs: 120_000, usdPerHour: 2.5 },
    ];
    expect(east?.price).toEqual({ points, source: 'price page', asOf: '2026-11-28' });
    expect(west?.site).toBe('west');
    expect(west?.price).toBeUndefined();
  });

  test.for([
    ['1,east,g5,spot,2', 'some.csv:2: 5 values, not 9'],
    ['x,east,g5,spot,2,,,,', 'some.csv:2: at_ms must be a whole number, not "x"'],
    ['1,east,g5,cheap,2,,,,', 'some.csv:2: market must be on-demand, spot, reserved, not "cheap"'],
    ['1,,g5,spot,2,,,,', 'some.csv:2: site and machine must be named'],
    ['1,east,g5,spot,-2,,,,', 'some.csv:2: capacity must be a whole number, not "-2"'],
    ['1,east,g5,spot,2,1,,,', 'some.csv:2: 1 preempted where 0 were'],
    ['1,east,g5,spot,,1,,,', 'some.csv:2: preempted without capacity'],
    ['1,east,g5,spot,2,,much,a,2026-11-28', 'some.csv:2: "much" is no price'],
    ['1,east,g5,spot,2,,1.5,,', 'some.csv:2: a price needs its source and its day'],
    ['1,east,g5,spot,2,,1.5,a,2026-13-01', 'some.csv:2: a price needs its source and its day'],
    ['5,east,g5,spot,2,,,,\n4,east,g5,spot,2,,,,', 'some.csv:3: 4 ms is before the row above'],
    ['1,east,g5,spot,4,,,,\n2,east,g5,spot,2,1,,,', 'some.csv:3: 4 were there, 1 are preempted, and 2 are left'],
    ['0,east,g5,spot,4,,,,', 'some.csv:1: nothing happens after 0 ms'],
  ] as const)('refuses %j at its line', ([rows, message]) => {
    expect(mistakeIn(() => read(`${head}\n${rows}`))).toContain(`ConfigInvalid ${message}`);
  });
});

describe('JSON', () => {
  const pool = { site: 'east', machine: 'g5', market: 'spot', price: { source: 'price page', asOf: '2026-11-28' } };
  const points = [
    { atMs: 0, capacity: 2, usdPerHour: 1 },
    { atMs: 500, capacity: 1 },
  ];
  const textOf = (own: object, endMs: unknown = 1000): string =>
    JSON.stringify({ kind: 'Trace', endMs, pools: [{ ...pool, points, ...own }] }, undefined, 1);

  test('has the same in another shape', () => {
    expect(spotOf(read(textOf({}), { path: 'some.json' }))).toEqual({
      ...{ site: 'east', machine: 'g5', market: 'spot', isAssumed: false },
      nodes: [
        { name: 'machine-1', fromMs: 0, untilMs: 500 },
        { name: 'machine-2', fromMs: 0, untilMs: 1000 },
      ],
      price: { points: [{ atMs: 0, usdPerHour: 1 }], source: 'price page', asOf: '2026-11-28' },
    });
  });

  test.for([
    [{ market: 'cheap' }, 8, 'pools.0.market: must be on-demand, spot, reserved'],
    [{ price: undefined }, 10, 'a price needs its source and its day'],
    [{ points: [{ atMs: -1 }] }, 15, 'pools.0.points.0.atMs: must be at least 0'],
    [{ points: [{ atMs: 5 }, { atMs: 4 }] }, 17, '4 ms is before the point above'],
    [{ points: [{ atMs: 5, preempted: 1, capacity: 1 }] }, 14, '1 preempted where 0 were'],
    [{ colour: 'red' }, 5, 'pools.0'],
  ] as const)('refuses %j at its line', ([own, line, message]) => {
    const mistake = mistakeIn(() => read(textOf(own), { path: 'some.json' }));
    expect(mistake).toContain(`some.json:${line}: `);
    expect(mistake).toContain(message);
  });

  test('refuses what is no JSON, and what is too long for it', () => {
    expect(mistakeIn(() => read('{"kind": ', { path: 'some.json' }))).toContain('ConfigInvalid some.json:');
    expect(mistakeIn(() => read(`{${' '.repeat(1024 * 1024)}}`))).toContain('more than 1 MiB of JSON (write it as CSV');
  });
});

describe('public records', () => {
  test('of named machines take the very machine that they name', () => {
    const trace = fixture('aws-g4dn.csv');
    const pool = spotOf(trace);
    expect(pool).toMatchObject({ site: 'aws-g4dn', market: 'spot' });
    expect(pool.price).toBeUndefined();
    expect(pool.nodes.find(({ name }) => name === 'node13')).toMatchObject({ fromMs: 600_000, untilMs: 1_440_000 });
    expect([479_999, 480_000, 600_000, 1_440_000].map((atMs) => countAt(pool, atMs))).toEqual([0, 1, 21, 19]);
  });

  test('of named machines in lists end where they say so', () => {
    const trace = fixture('spotserve.txt');
    const pool = spotOf(trace);
    expect(trace.endMs).toBe(540_000);
    expect([0, 60_000, 120_000, 300_000, 480_000].map((atMs) => countAt(pool, atMs))).toEqual([9, 8, 6, 7, 10]);
    // In the order in which they came, which tells nobody what becomes of them.
    expect(pool.nodes.map(({ name }) => name).slice(0, 6)).toEqual([0, 1, 2, 3, 4, 5].map((each) => `node-${each}`));
    expect(pool.nodes.find(({ name }) => name === 'node-4')?.untilMs).toBe(60_000);
  });

  test('of counts take machines evenly over all that there are', () => {
    const text = ['2021-12-11, 10:00:00, 8', '2021-12-11, 10:01:00, 6', '2021-12-11, 10:02:00, 6'].join('\n');
    const gone = spotOf(read(text)).nodes.filter(({ untilMs }) => untilMs === 60_000);
    expect(gone.map(({ name }) => name)).toEqual(['machine-3', 'machine-7']);
  });

  test('of counts that go back in time keep what was measured', () => {
    const pool = spotOf(fixture('google-v100.txt'));
    const at = (minutes: number, seconds: number): number => (minutes * 60 + seconds) * 1000;
    // 13:07:45 80, 13:08:45 70, 13:09:45 60, 13:10:58 58: the rows between were drawn out from the one before.
    expect([at(0, 0), at(1, 0), at(2, 0), at(3, 13)].map((atMs) => countAt(pool, atMs))).toEqual([80, 70, 60, 58]);
  });

  test('of hours have the last word on a moment', () => {
    const pool = spotOf(fixture('aws-p2.csv'));
    expect([0, 0.03, 0.059, 0.083, 0.181].map((hours) => countAt(pool, hours * 3_600_000 + 1))).toEqual([
      0, 9, 2, 0, 16,
    ]);
  });

  test.for([
    ['0,add,a\n0,add,a', 'some.csv:2: a is there already'],
    ['0,add,a\n5,remove,b', 'some.csv:2: b is not there'],
    ['5,add,a\n4,add,b', 'some.csv:2: 4 ms is before the line above'],
    ['5,add,a\nand so on', 'some.csv:2: not milliseconds, add or remove, and a name'],
    ['[0, "add", {"nodes": ["a"]}]\n[1, "add", {"nodes": [b]}]', 'some.csv:2: b is no name in quotes'],
    [
      '[0, "add", {"nodes": ["a"]}]\n[1, "lose", {"nodes": []}]',
      'some.csv:2: not milliseconds, add or remove, and nodes',
    ],
    ['1.5,2\n1.5', 'some.csv:2: not a time and a whole number of machines'],
    ['2021-12-11, 10:00:00, 8\n2021-13-11, 10:00:00, 8', 'some.csv:2: not a time and a whole number of machines'],
    ['0,add,a\n2678400001,remove,a', 'some.csv:1: a trace of more than 31 days'],
    ['what is this', 'some.csv:1: no shape of a trace that is known'],
    [' \n', 'some.csv:1: the trace is empty'],
  ] as const)('refuse %j at its line', ([text, message]) => {
    expect(mistakeIn(() => read(text))).toContain(`ConfigInvalid ${message}`);
  });
});

describe('several files, and prices beside them', () => {
  const spot = '{ site: some, market: spot, usdPerHour: 0.5, source: price page, asOf: 2026-11-28 }';
  const onDemand = '{ site: some, market: on-demand, usdPerHour: 2, source: price page, asOf: 2026-11-28 }';
  const text = '0,add,a\n60000,remove,a';

  test('are played side by side until the shortest ends', () => {
    const long = { path: 'long.csv', text: '0,add,a\n90000,remove,a' };
    const { endMs, pools } = readTrace({ files: [{ path: 'some.csv', text }, long], prices: undefined, wanted: 1 });
    expect(endMs).toBe(60_000);
    expect(pools.map(({ site, nodes }) => [site, nodes[0]?.untilMs])).toEqual([
      ['some', 60_000],
      ['long', 60_000],
      ['anywhere', 60_000],
    ]);
    const again = { path: 'b/some.csv', text };
    const files = [{ path: 'some.csv', text }, again];
    expect(mistakeIn(() => readTrace({ files, prices: undefined, wanted: 1 }))).toContain(
      'b/some.csv:1: some any spot',
    );
  });

  test('assume on-demand machines for twice what is wanted where none were recorded', () => {
    const [, assumed] = read(text, { wanted: 3 }).pools;
    expect(assumed).toMatchObject({ site: 'anywhere', market: 'on-demand', isAssumed: true });
    expect(assumed?.nodes).toHaveLength(6);
  });

  test('price the pools that they name, and declare the on-demand one', () => {
    const { pools } = read(text, { prices: `prices:\n- ${spot}\n- ${onDemand}\n` });
    expect(
      pools.map(({ site, market, price, isAssumed }) => [site, market, price?.points[0]?.usdPerHour, isAssumed]),
    ).toEqual([
      ['some', 'spot', 0.5, false],
      ['some', 'on-demand', 2, true],
    ]);
    expect(pools[0]?.price).toMatchObject({ source: 'price page', asOf: '2026-11-28' });
  });

  test.for([
    [`- ${spot}\n- ${spot}`, 'prices.yaml:3: some any spot is priced twice'],
    [`- ${spot.replace('some', 'sime')}`, 'prices.yaml:2: no pool sime any spot'],
    [
      `- ${spot.replace('2026-11-28', '2026-02-30')}`,
      'prices.yaml:2: prices.0.asOf: must be a day, such as 2026-11-28',
    ],
    [`- ${spot.replace('2026-11-28', 'today')}`, 'prices.yaml:2: prices.0.asOf: must be a day, such as 2026-11-28'],
    [`- ${spot.replace('source: price page, ', '')}`, 'prices.yaml:2: prices.0.source: must be text'],
  ] as const)('refuse %j at its line', ([prices, message]) => {
    expect(mistakeIn(() => read(text, { prices: `prices:\n${prices}\n` }))).toContain(`ConfigInvalid ${message}`);
  });

  test('refuse a price beside the one in the trace', () => {
    const own = `${head}\n0,some,g5,spot,2,,1,price page,2026-11-28\n5,some,g5,spot,1,,,,`;
    const mistake = mistakeIn(() => read(own, { prices: `prices:\n- ${spot}\n` }));
    expect(mistake).toContain('prices.yaml:2: some g5 spot has its price in the trace');
  });

  test('refuse more pools than are replayed', () => {
    const rows = Array.from({ length: 20 }, (_, index) => `0,site-${index},g5,spot,1,,,,`);
    expect(mistakeIn(() => read([head, ...rows, '5,site-0,g5,spot,1,,,,'].join('\n')))).toContain(
      '21 pools, more than 20',
    );
  });
});
