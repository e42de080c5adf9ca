import { expect, test } from 'vitest';
import type { Backtest } from '../../../src/model/backtest.ts';
import { backtestText } from '../../../src/report/text/backtest.ts';
import { plainStyle } from '../../../src/report/text/style.ts';
import { widthOf } from '../../../src/report/text/width.ts';
import { hostileStrings, terminalControls } from '../hostile.ts';
import { someBacktest } from '../support/backtest.ts';

const narrow = { isWide: false };

test('says what was replayed, then each row: availability, cost, moves', () => {
  const lines = backtestText(someBacktest(), narrow, plainStyle).split('\n');
  expect(lines.slice(0, 9)).toEqual([
    '10h of a trace, 2 replicas wanted at all times, 5m from a start until it serves',
    'east g5, spot: at most 3 machines at once, 5 taken; $1.00 to $1.505 an hour',
    '(price page, 2026-11-28)',
    'anywhere, on-demand: assumed always to be had; no declared price',
    '',
    'WAY                  SERVED   ALL UP  NONE UP    COST  MOVES  TAKEN',
    'godwit               74.32%   50.00%    0.01%  $21.46      1      2',
    'spot only, east      60.00%   40.00%   10.00%       -      1      2',
    'clairvoyant optimum  99.99%  100.00%    0.00%  $20.00      1      2',
  ]);
  expect(lines.every((line) => widthOf(line) <= 80)).toBe(true);
});

test('has hours and starts beside when there is room, and hours instead of a cost that nobody declared', () => {
  const wide = backtestText(someBacktest(), { isWide: true }, { ...plainStyle, width: 160 });
  expect(wide).toContain('COST  REPLICA-H  STARTS  MOVES  TAKEN');
  const rows = someBacktest().rows.map((row) => ({ ...row, costUsd: undefined }));
  const unpriced = backtestText({ ...someBacktest(), rows }, narrow, plainStyle);
  expect(unpriced).toContain('NONE UP  REPLICA-H  MOVES');
  expect(unpriced).toContain('the optimum has the fewest');
});

test('says of which pool a price is charged before it is known, and for how long', () => {
  const flat = (backtest: Backtest): string => backtestText(backtest, narrow, plainStyle).replaceAll('\n', ' ');
  const { pools, ...rest } = someBacktest();
  const late = pools.map((pool) =>
    pool.price ? { ...pool, price: { ...pool.price, assumedForMs: 7_200_000 } } : pool,
  );
  expect(flat({ ...rest, pools: late })).toContain('(price page, 2026-11-28), known only after the first 2h');
  const note = 'No price is known yet when the trace begins of east g5, spot: until one is, the first is charged.';
  expect(flat({ ...rest, pools: late })).toContain(note);
  expect(flat(someBacktest())).not.toContain('is charged');
});

test('names whose policy the engine followed', () => {
  const flat = (text: string): string => text.replaceAll('\n', ' ');
  expect(flat(backtestText(someBacktest(), narrow, plainStyle))).toContain('with its default policy in mode auto');
  const own = { ...someBacktest(), policyOf: 'chat' };
  expect(flat(backtestText(own, narrow, plainStyle))).toContain('with the policy of chat in mode auto');
});

test('says between what a demand lies, and what the engine makes of it', () => {
  const demand = [
    { atMs: 0, replicas: 1 },
    { atMs: 18_000_000, replicas: 2 },
  ];
  const text = backtestText({ ...someBacktest(), demand }, narrow, plainStyle);
  expect(text).toContain('10h of a trace, 1 to 2 replicas wanted, 5m from a start');
  expect(text).toContain('godwit holds the most that is ever wanted');
});

test('says how often the row beside it is rebalanced, and nothing of that where none is', () => {
  const wide = { ...plainStyle, width: 240 };
  const text = backtestText({ ...someBacktest(), rebalancedEveryMs: 900_000 }, narrow, wide);
  expect(text).toContain('Rebalanced: the same engine, and godwit rebalance beside it every 15m, with the prices');
  expect(backtestText(someBacktest(), narrow, wide)).not.toMatch(/rebalance/i);
});

test('tells what is assumed, and which invariants did not hold', () => {
  expect(backtestText(someBacktest(), narrow, plainStyle)).toContain('checked after every event: godwit broke none.');
  const text = backtestText(someBacktest('east', { violations: ['I4 at 12 s: nobody serves'] }), narrow, plainStyle);
  expect(text).toContain('godwit broke them once.');
  const silent = backtestText(someBacktest('east', { silent: ['I4', 'I9'] }), narrow, { ...plainStyle, width: 120 });
  expect(silent).toContain('broke none (not looked at: I4, I9, for which its probes are too slow)');
  expect(text).toContain('x VIOLATION of I4 at 12 s: nobody serves');
  expect(text).toContain('On-demand machines were not recorded');
});

test.for(hostileStrings)('lets no control character through: %j', (name) => {
  const backtest = someBacktest(name, { violations: [name] });
  expect(backtestText(backtest, narrow, plainStyle)).not.toMatch(terminalControls);
});
