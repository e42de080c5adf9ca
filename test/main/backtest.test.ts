import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTrace } from '../../src/config/trace/read-trace.ts';
import { runBacktest } from '../../src/main/backtest.ts';
import type { Deployment } from '../../src/model/deployment.ts';
import type { CompletionProbeSpec } from '../../src/model/probe-spec.ts';
import type { Trace, TracePool } from '../../src/model/trace.ts';
import { config } from '../cli/support/models.ts';

const path = join(import.meta.dirname, '../../fixtures/traces/spotserve.txt');
const prices = [
  'prices:',
  '- { site: spotserve, market: spot, usdPerHour: 0.6, source: made up for this test, asOf: 2026-11-28 }',
  '- { site: spotserve, market: on-demand, usdPerHour: 1.2, source: made up for this test, asOf: 2026-11-28 }',
].join('\n');
const terms = { wanted: 2, startupMs: 60_000, policyOf: undefined };

function trace() {
  const files = [{ path, text: readFileSync(path, 'utf8') }];
  return readTrace({ files, prices: { path: 'prices.yaml', text: prices }, wanted: terms.wanted });
}

test('the engine plays beside what it is compared with, from the cheaper pool on', { timeout: 60_000 }, async () => {
  const report = await runBacktest(trace(), terms, new AbortController().signal);
  if (report === undefined) throw new Error('nobody interrupts it');
  const { rows, pools, endMs, policyOf } = report;
  expect(policyOf).toBeUndefined();
  expect(endMs).toBe(540_000);
  expect(pools[0]).toMatchObject({
    site: 'spotserve',
    market: 'spot',
    mostNodes: 10,
    taken: 3,
    price: { fromUsd: 0.6 },
  });
  expect(rows.map(({ name, kind }) => [name, kind])).toEqual([
    ['godwit', 'engine'],
    ['on-demand only', 'baseline'],
    ['spot only, spotserve', 'baseline'],
    ['clairvoyant optimum', 'optimum'],
  ]);
  const [godwit, onDemand, spot, optimum] = rows;
  // Minutes 1 and 2 take machines 4, 1 and 5, in the order in which they came: of two replicas the second loses its own.
  expect(spot).toMatchObject({ starts: 3, taken: 1, servedRatio: (480 + 60 + 360) / (2 * 540) });
  expect(onDemand?.costUsd).toBeCloseTo(2 * 0.15 * 1.2, 9);
  expect(optimum?.costUsd).toBeCloseTo(2 * 0.15 * 0.6, 9);
  expect(godwit).toMatchObject({ violations: [], silent: ['I4', 'I9', 'I10'], moves: 0 });
  expect(godwit?.servedRatio).toBeLessThanOrEqual(spot?.servedRatio ?? 0);
  expect(godwit?.servedRatio).toBeGreaterThan((spot?.servedRatio ?? 0) - 0.1);
});

const probe: CompletionProbeSpec = {
  ...{ kind: 'completion', name: 'completion', everyMs: 5000, timeoutMs: 10_000, path: '/v1/completions' },
  ...{ model: 'tiny', prompt: 'ready?', maxTokens: 4, firstTokenLimitMs: 1000, contains: undefined },
};

test('the engine follows a policy that is given, in mode auto', { timeout: 60_000 }, async () => {
  const [chat] = config().deployments;
  if (chat === undefined) throw new Error('the configuration has a deployment');
  const { detector } = chat.failover;
  const slow = { ...chat.failover, mode: 'off', detector: { ...detector, evaluateEveryMs: 20_000 } } as const;
  const at = async (policyOf: Deployment | undefined) => {
    const report = await runBacktest(trace(), { ...terms, policyOf }, new AbortController().signal);
    return report?.rows[0]?.servedRatio ?? 0;
  };
  const [usual, slowly] = [await at(undefined), await at({ ...chat, failover: slow, probes: [probe] })];
  // Whoever looks every 20 s starts what is missing that much later, but starts it.
  expect(slowly).toBeGreaterThan(0);
  expect(slowly).toBeLessThan(usual - 0.02);
});

test('a signal ends it', async () => {
  expect(await runBacktest(trace(), terms, AbortSignal.abort('SIGINT'))).toBeUndefined();
});

const minute = 60_000;

/** East costs 1 dollar an hour for 20 minutes, then 5; west costs 2 all the time. Both have a machine for two hours. */
function dearerEast(): Trace {
  const nodes = (name: string) => [{ name, fromMs: 0, untilMs: 120 * minute }];
  const poolOf = (site: string, points: readonly (readonly [number, number])[]): TracePool => ({
    ...{ site, machine: 'g5', market: 'spot', nodes: nodes(site), isAssumed: false },
    price: {
      ...{ source: 'made up for this test', asOf: '2026-11-28' },
      points: points.map(([at, usdPerHour]) => ({ atMs: at * minute, usdPerHour })),
    },
  });
  return {
    endMs: 120 * minute,
    pools: [
      poolOf('east', [
        [0, 1],
        [20, 5],
      ]),
      poolOf('west', [[0, 2]]),
    ],
  };
}

test('rebalanced, it moves to what has become cheaper, and serves all the while', { timeout: 60_000 }, async () => {
  const rebalance = { everyMs: 10 * minute, policy: undefined };
  const options = { wanted: 1, startupMs: minute, policyOf: undefined, rebalance };
  const report = await runBacktest(dearerEast(), options, new AbortController().signal);
  const row = (name: string) => report?.rows.find((each) => each.name === name);
  const [stays, moves] = [row('godwit'), row('godwit, rebalanced')];
  expect(report?.rebalancedEveryMs).toBe(10 * minute);
  // 20 minutes at 1 dollar and 100 at 5.
  expect(stays).toMatchObject({ starts: 1, moves: 0, violations: [] });
  expect(stays?.costUsd).toBeCloseTo(20 / 60 + (100 * 5) / 60, 1);
  expect(moves).toMatchObject({ starts: 2, moves: 1, taken: 0, violations: [] });
  // The run at 20 minutes finds it, or the one ten minutes later. Then a minute to start, and a few to prove, move and drain.
  expect(moves?.costUsd).toBeGreaterThan(20 / 60 + (100 * 2) / 60);
  expect(moves?.costUsd).toBeLessThan(20 / 60 + (15 * 5) / 60 + (100 * 2) / 60);
  expect(moves?.servedRatio).toBe(stays?.servedRatio);
});

test('without prices nobody rebalances: nothing costs less anywhere else', { timeout: 60_000 }, async () => {
  const { endMs, pools } = dearerEast();
  const free = { endMs, pools: pools.map(({ price: _, ...each }) => each) };
  const rebalance = { everyMs: 10 * minute, policy: undefined };
  const options = { wanted: 1, startupMs: minute, policyOf: undefined, rebalance };
  const report = await runBacktest(free, options, new AbortController().signal);
  expect(report?.rows.filter(({ kind }) => kind === 'engine').map(({ name }) => name)).toEqual(['godwit']);
  expect(report?.rebalancedEveryMs).toBeUndefined();
});
