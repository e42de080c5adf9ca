/** Added latency at 1,000 requests a second, evenly spaced: what a proxy adds to the same requests sent directly. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './main.ts';
import { coreBusy, harnessCore, runToEnd } from './processes.ts';
import { startGateway, startHaproxy } from './proxies.ts';
import { startStaticBackend } from './static-backend.ts';
import { judge, median, percentile, type Row } from './stats.ts';

const rate = 1000;
/** Above this the harness itself delays answers, and the figures are about it. */
const fullCore = 0.92;

export async function benchLatency({ dir, runs, seconds }: Bench): Promise<readonly Row[]> {
  const [backendPort, godwitPort, haproxyPort, plainPort] = [18110, 18111, 18112, 18113];
  writeFileSync(join(dir, 'latency.body'), JSON.stringify({ model: 'tiny', pad: 'x'.repeat(2000) }));
  const backend = await startStaticBackend(dir, backendPort);
  const godwit = await startGateway(dir, godwitPort, backendPort);
  const haproxy = await startHaproxy(dir, haproxyPort, backendPort);
  const plain = await startHaproxy(dir, plainPort, backendPort, 'plain');
  const p50: Record<string, number[]> = { direct: [], godwit: [], haproxy: [], plain: [] };
  const p99: Record<string, number[]> = { direct: [], godwit: [], haproxy: [], plain: [] };
  const harness: number[] = [];
  try {
    shoot(dir, godwitPort, 2);
    for (let run = 0; run < runs; run += 1) {
      for (const [name, port] of [
        ['direct', backendPort],
        ['godwit', godwitPort],
        ['haproxy', haproxyPort],
        ['plain', plainPort],
      ] as const) {
        const busy = coreBusy(harnessCore);
        const times = shoot(dir, port, seconds);
        harness.push(busy());
        p50[name]?.push(percentile(times, 0.5));
        p99[name]?.push(percentile(times, 0.99));
      }
    }
  } finally {
    await Promise.all([backend, godwit, haproxy, plain].map((each) => each.stop()));
  }
  const added = (times: Record<string, number[]>, name: string): number =>
    median(times[name] ?? []) - median(times['direct'] ?? []);
  const row = (times: Record<string, number[]>, what: string, peer: 'haproxy' | 'plain', most?: number): Row => {
    const ratio = added(times, 'godwit') / added(times, peer);
    const isConclusive = added(times, peer) > 0 && median(harness) <= fullCore;
    return {
      part: 'latency',
      what: `added ${what} at 1,000/s, µs${peer === 'plain' ? ', peer only forwards' : ''}`,
      godwit: added(times, 'godwit'),
      peer: added(times, peer),
      value: ratio,
      target: most === undefined ? '(reported)' : `<= ${most}`,
      verdict: most === undefined ? undefined : judge(ratio, (each) => each <= most, isConclusive),
      raw: { ...times, harnessBusy: harness },
    };
  };
  return [
    row(p50, 'p50', 'haproxy', 1.5),
    row(p50, 'p50', 'plain', 1.5),
    row(p99, 'p99', 'haproxy'),
    row(p99, 'p99', 'plain'),
  ];
}

/** Microseconds from each request's sending to the end of its answer: one connection, a request each millisecond. */
function shoot(dir: string, port: number, seconds: number): readonly number[] {
  const log = join(dir, 'latency.log');
  rmSync(log, { force: true });
  runToEnd(harnessCore, 'h2load', [
    '--h1',
    '-t1',
    '-c1',
    `--rps=${rate}`,
    `-D${seconds}`,
    '--warm-up-time=1',
    '-d',
    join(dir, 'latency.body'),
    '-H',
    'content-type: application/json',
    `--log-file=${log}`,
    `http://127.0.0.1:${port}/v1/chat/completions`,
  ]);
  const answers = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  const failed = answers.filter(([, status]) => status !== '200').length;
  if (failed > 0) throw new Error(`${failed} of ${answers.length} requests through port ${port} failed`);
  return answers.map(([, , tookUs]) => Number(tookUs));
}
