/** Added latency at 1,000 requests a second, open loop: what a proxy adds to the same requests sent directly. */
import { Agent, request as send } from 'node:http';
import type { Bench } from './main.ts';
import { coreBusy, harnessCore } from './processes.ts';
import { startGateway, startHaproxy } from './proxies.ts';
import { startStaticBackend } from './static-backend.ts';
import { judge, median, percentile, type Row } from './stats.ts';

const rate = 1000;
/** Above this the harness itself delays answers, and the figures are about it. */
const fullCore = 0.92;

export async function benchLatency({ dir, runs, seconds }: Bench): Promise<readonly Row[]> {
  const [backendPort, godwitPort, haproxyPort] = [18110, 18111, 18112];
  const backend = await startStaticBackend(dir, backendPort);
  const godwit = await startGateway(dir, godwitPort, backendPort);
  const haproxy = await startHaproxy(dir, haproxyPort, backendPort);
  const p50: Record<string, number[]> = { direct: [], godwit: [], haproxy: [] };
  const p99: Record<string, number[]> = { direct: [], godwit: [], haproxy: [] };
  const harness: number[] = [];
  try {
    await shoot(godwitPort, 2);
    for (let run = 0; run < runs; run += 1) {
      for (const [name, port] of [
        ['direct', backendPort],
        ['godwit', godwitPort],
        ['haproxy', haproxyPort],
      ] as const) {
        const busy = coreBusy(harnessCore);
        const times = await shoot(port, seconds);
        harness.push(busy());
        p50[name]?.push(percentile(times, 0.5));
        p99[name]?.push(percentile(times, 0.99));
      }
    }
  } finally {
    await Promise.all([backend.stop(), godwit.stop(), haproxy.stop()]);
  }
  const added = (times: Record<string, number[]>, name: string): number =>
    median(times[name] ?? []) - median(times['direct'] ?? []);
  const ratio50 = added(p50, 'godwit') / added(p50, 'haproxy');
  const ratio99 = added(p99, 'godwit') / added(p99, 'haproxy');
  return [
    {
      part: 'latency',
      what: 'added p50 at 1,000/s, µs',
      godwit: added(p50, 'godwit'),
      peer: added(p50, 'haproxy'),
      value: ratio50,
      target: '<= 1.5',
      verdict: judge(ratio50, (each) => each <= 1.5, added(p50, 'haproxy') > 0 && median(harness) <= fullCore),
      raw: { ...p50, harnessBusy: harness },
    },
    {
      part: 'latency',
      what: 'added p99 at 1,000/s, µs',
      godwit: added(p99, 'godwit'),
      peer: added(p99, 'haproxy'),
      value: ratio99,
      target: '(reported)',
      verdict: undefined,
      raw: p99,
    },
  ];
}

/** Microseconds from each request's sending to the end of its answer; sending never waits for an answer. */
async function shoot(port: number, seconds: number): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  const body = JSON.stringify({ model: 'tiny', pad: 'x'.repeat(2000) });
  const times: number[] = [];
  const asked: Promise<void>[] = [];
  const startedMs = performance.now();
  const total = rate * seconds;
  await new Promise<void>((done) => {
    // A timer, not a loop that spins: the backend shares this core.
    const timer = setInterval(() => {
      const due = Math.min(total, Math.floor(((performance.now() - startedMs) * rate) / 1000));
      while (asked.length < due) asked.push(once(agent, port, body, times));
      if (asked.length < total) return;
      clearInterval(timer);
      done();
    }, 1);
  });
  await Promise.all(asked);
  agent.destroy();
  return times;
}

function once(agent: Agent, port: number, body: string, times: number[]): Promise<void> {
  return new Promise((done, fail) => {
    const began = process.hrtime.bigint();
    const request = send(
      {
        host: '127.0.0.1',
        port,
        path: '/v1/chat/completions',
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': body.length },
      },
      (response) => {
        response.resume();
        response.once('end', () => {
          times.push(Number(process.hrtime.bigint() - began) / 1000);
          done();
        });
      },
    );
    request.once('error', fail);
    request.end(body);
  });
}
