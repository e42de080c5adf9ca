/** `npm run traces`: backtests over public records of spot capacity, which are kept beside the checkout. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openTrace } from '../../src/config/trace/open-trace.ts';
import { runBacktest } from '../../src/main/backtest.ts';
import type { Backtest } from '../../src/model/backtest.ts';
import { backtestText } from '../../src/report/text/backtest.ts';
import { plainStyle } from '../../src/report/text/style.ts';

interface Case {
  readonly files: readonly string[];
  readonly wanted: number;
  /** Machines of the first file that are taken before its end, as awk counts them in it. */
  readonly taken: number;
  /** Beside the checkout's fixtures; a scheduler rebalances every two minutes by them. */
  readonly prices?: string;
}

const cases: readonly Case[] = [
  { files: ['spotserve-2023/trace_0203.txt'], wanted: 4, taken: 3 },
  { files: ['spotserve-2023/trace_0304.txt'], wanted: 4, taken: 3 },
  { files: ['spotserve-2023/trace_0506.txt'], wanted: 4, taken: 3 },
  { files: ['spotserve-2023/trace_0506.txt'], wanted: 4, taken: 3, prices: 'assumed-prices.yaml' },
  { files: ['bamboo-2022/g4dn-trace.csv'], wanted: 4, taken: 73 },
  { files: ['bamboo-2022/a100x1-east1b.txt'], wanted: 4, taken: 154 },
  { files: ['bamboo-2022/p3-trace.csv', 'bamboo-2022/v100x1-east1c.txt'], wanted: 8, taken: 166 },
];

const startupMs = 300_000;
/** Beside the last digits of floating point. */
const tiny = 1e-9;

const folder = process.env['GODWIT_TRACES'] ?? resolve(import.meta.dirname, '../../../shared/traces');
const missing = cases.flatMap(({ files }) => files).filter((file) => !existsSync(join(folder, file)));
if (missing.length > 0) {
  console.error(`not in ${folder}: ${missing.join(', ')}`);
  console.error('put the public records there, or set GODWIT_TRACES to where they are');
  process.exit(1);
}

const { signal } = new AbortController();
const began = performance.now();
let broken = 0;
for (const each of cases) {
  const trace = await openTrace(
    each.files.map((file) => join(folder, file)),
    { prices: each.prices && join(import.meta.dirname, '../../fixtures/traces', each.prices), wanted: each.wanted },
  );
  const rebalance = { everyMs: 120_000, policy: undefined };
  const options = { wanted: each.wanted, startupMs, policyOf: undefined, rebalance };
  const backtest = await runBacktest(trace, options, signal);
  if (backtest === undefined) break;
  const text = backtestText(backtest, { isWide: true }, { ...plainStyle, width: 120 });
  // Without how to read it, which is the same each time.
  console.log(`${each.files.join(' beside ')}\n${text.split('\n\n').slice(0, 2).join('\n\n')}`);
  for (const what of mistakesIn(backtest, each)) {
    broken += 1;
    console.error(`BROKEN  ${what}`);
  }
  console.log('');
}
console.log(`${cases.length} backtests in ${Math.round((performance.now() - began) / 1000)} s, ${broken} broken`);
process.exitCode = broken > 0 ? 1 : 0;

/** What must hold of any trace, where on-demand machines can always be had. */
function mistakesIn({ rows, pools, endMs, wanted }: Backtest, { taken }: Case): readonly string[] {
  const best = rows.find(({ kind }) => kind === 'optimum')?.servedRatio ?? 0;
  const onDemand = rows.find(({ name }) => name === 'on-demand only')?.servedRatio ?? 0;
  const possible = 1 - startupMs / endMs;
  const counted = pools[0]?.taken;
  return [
    ...rows.filter((row) => row.servedRatio > best + tiny).map(({ name }) => `${name} serves more than the optimum`),
    ...(Math.abs(onDemand - possible) > tiny ? ['on-demand only does not serve all but its first start-up'] : []),
    ...(Math.abs(best - possible) > tiny ? ['the optimum does not serve all but the first start-up'] : []),
    ...(counted === taken ? [] : [`${counted} machines are taken, and the file has ${taken}`]),
    ...rows.flatMap(({ name, violations = [] }) => violations.map((violation) => `${name}: ${violation}`)),
    ...rows.flatMap(({ name, served, replicaHours }) => {
      const servedHours = served.reduce(
        (sum, span) => sum + (Math.min(span.replicas, wanted) * (span.untilMs - span.fromMs)) / 3_600_000,
        0,
      );
      return servedHours > replicaHours + tiny ? [`${name} serves for longer than it pays`] : [];
    }),
  ];
}
