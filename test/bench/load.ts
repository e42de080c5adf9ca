/** The load of drills: whether it holds its rate beside a gateway and a model server on two cores, and hides no stall. */
import { join } from 'node:path';
import { createLoadGenerator } from '../../src/load/generator.ts';
import type { LoadRecord } from '../../src/model/load.ts';
import { createSeededRandom } from '../../src/testkit/seeded-random.ts';
import type { Bench } from './main.ts';
import { harnessCore, listens, start } from './processes.ts';
import { startGateway } from './proxies.ts';
import { judge, percentile, type Row } from './stats.ts';

const requestsPerSecond = 500;
const plan = {
  source: 'generated',
  requestsPerSecond,
  streamShare: 0.5,
  promptTokens: { p50: 50, p95: 400 },
  outputTokens: { p50: 20, p95: 20 },
} as const;
const stallMs = 2000;

export async function benchLoad({ dir, isQuick }: Bench): Promise<readonly Row[]> {
  const [backendPort, gatewayPort] = [18120, 18121];
  const seconds = isQuick ? 10 : 60;
  const server = start(harnessCore, process.execPath, [join(import.meta.dirname, 'word-server.ts'), `${backendPort}`]);
  await listens(backendPort);
  const gateway = await startGateway(dir, gatewayPort, backendPort);
  try {
    // Connections and code warm up first, as in a drill before its steady state.
    await run(gatewayPort, 3);
    const steady = await run(gatewayPort, seconds);
    const stalled = await run(backendPort, 8, async () => {
      await pass(3000);
      process.kill(server.pid, 'SIGSTOP');
      await pass(stallMs);
      process.kill(server.pid, 'SIGCONT');
    });
    return [...rateRows(steady), ...stallRows(stalled)];
  } finally {
    await Promise.all([gateway.stop(), server.stop()]);
  }
}

interface Run {
  readonly records: readonly LoadRecord[];
  readonly skipped: number;
  readonly sentPerSecond: number;
  readonly worstStallP99Ms: number;
  /** Of one core, 0–1. */
  readonly cpu: number;
}

async function run(port: number, seconds: number, meanwhile?: () => Promise<void>): Promise<Run> {
  const records: LoadRecord[] = [];
  const generator = createLoadGenerator({ random: createSeededRandom(6), onEnd: (record) => records.push(record) });
  const cpuBefore = process.cpuUsage();
  const fromMs = performance.now();
  const load = await generator.start(plan, { url: `http://127.0.0.1:${port}`, model: 'tiny', timeoutMs: 10_000 });
  await Promise.all([pass(seconds * 1000), meanwhile?.()]);
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpu = (user + system) / 1000 / (performance.now() - fromMs);
  const seen = await load.stop();
  // By the moments of sending: those due are always as many as asked.
  const sentMs = records.map((record) => record.sentMs).sort((a, b) => a - b);
  return {
    records,
    cpu,
    sentPerSecond: ((sentMs.length - 1) * 1000) / ((sentMs.at(-1) ?? 0) - (sentMs[0] ?? 0)),
    skipped: seen.reduce((sum, second) => sum + second.skipped, 0),
    worstStallP99Ms: Math.max(...seen.map((second) => second.firstTokenMs.p99 ?? 0)),
  };
}

function rateRows({ records, sentPerSecond, skipped, cpu }: Run): readonly Row[] {
  const lateMs = records.map((record) => record.sentMs - record.dueMs);
  const failed = records.filter(({ outcome }) => outcome === 'failed' || outcome === 'cut').length;
  const ratio = sentPerSecond / requestsPerSecond;
  return [
    {
      ...{ part: 'load', what: 'requests/s sent of 500', godwit: sentPerSecond, peer: requestsPerSecond, value: ratio },
      target: '0.99 to 1.01',
      verdict: judge(ratio, (each) => Math.abs(each - 1) <= 0.01),
    },
    figure('failed, cut or skipped', failed + skipped),
    figure('processor share of one core', cpu),
    figure('lateness of sending p50 ms', percentile(lateMs, 0.5)),
    figure('lateness of sending p99 ms', percentile(lateMs, 0.99)),
    figure('lateness of sending, worst ms', Math.max(...lateMs)),
  ];
}

/** Due evenly through the stall, all must have waited what was left of it. */
function stallRows({ worstStallP99Ms, records, skipped }: Run): readonly Row[] {
  const waited = records.map(({ firstTokenMs, endedMs, dueMs }) => (firstTokenMs ?? endedMs) - dueMs);
  const overHalf = waited.filter((ms) => ms >= stallMs / 2).length;
  const expected = (requestsPerSecond * stallMs) / 2000;
  return [
    {
      ...{ part: 'load', what: 'p99 of the second of a 2 s stall, ms', godwit: worstStallP99Ms, peer: undefined },
      value: worstStallP99Ms,
      target: '>= 1960',
      verdict: judge(worstStallP99Ms, (each) => each >= stallMs * 0.98),
    },
    {
      ...{ part: 'load', what: 'that waited over 1 s', godwit: overHalf, peer: expected, value: overHalf / expected },
      target: '>= 0.98, none skipped',
      verdict: judge(overHalf / expected, (each) => each >= 0.98 && skipped === 0),
    },
  ];
}

function figure(what: string, value: number): Row {
  return { part: 'load', what, godwit: value, peer: undefined, value, target: '-', verdict: undefined };
}

function pass(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}
