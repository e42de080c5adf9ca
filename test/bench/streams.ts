/** Many streams at once: are any cut, what does a token cost the proxy, how much later does it come. */
import { Agent, type ClientRequest, request as send } from 'node:http';
import { join } from 'node:path';
import type { Bench } from './main.ts';
import { coreBusy, cpuSeconds, harnessCore, listens, start } from './processes.ts';
import { type ProxySide, startGateway, startHaproxy } from './proxies.ts';
import { judge, median, percentile, type Row } from './stats.ts';

const tokensPerSecond = 50;
/** Above this the harness itself delays tokens, and the figures are about it. */
const fullCore = 0.92;

interface Shot {
  readonly cut: number;
  /** Processor microseconds of the proxy for each token. */
  readonly cpuUs: number;
  readonly p99Us: number;
  readonly harness: number;
}

export async function benchStreams(bench: Bench): Promise<readonly Row[]> {
  const many = await measure(bench, 500);
  if (many.harness <= fullCore) return rowsOf(500, many);
  return rowsOf(200, await measure(bench, 200));
}

type Sides = { readonly godwit: readonly Shot[]; readonly haproxy: readonly Shot[]; readonly harness: number };

async function measure({ dir, runs, seconds }: Bench, count: number): Promise<Sides> {
  const [backendPort, godwitPort, haproxyPort] = [18120, 18121, 18122];
  const backend = start(harnessCore, process.execPath, [
    join(import.meta.dirname, 'token-server.ts'),
    String(backendPort),
    String(tokensPerSecond),
  ]);
  await listens(backendPort);
  const godwit = await startGateway(dir, godwitPort, backendPort);
  // Requests kept for a second sending cost HAProxy 15 ms a token here; the harder peer is the one that only forwards.
  const haproxy = await startHaproxy(dir, haproxyPort, backendPort, 'plain');
  const shots = { godwit: [] as Shot[], haproxy: [] as Shot[] };
  try {
    await shoot(godwit, count, 2);
    for (let run = 0; run < runs; run += 1) {
      shots.godwit.push(await shoot(godwit, count, seconds));
      shots.haproxy.push(await shoot(haproxy, count, seconds));
    }
  } finally {
    await Promise.all([backend.stop(), godwit.stop(), haproxy.stop()]);
  }
  return { ...shots, harness: median([...shots.godwit, ...shots.haproxy].map(({ harness }) => harness)) };
}

function rowsOf(count: number, { godwit, haproxy, harness }: Sides): readonly Row[] {
  const of = (shots: readonly Shot[], pick: (shot: Shot) => number): number => median(shots.map(pick));
  const raw = (pick: (shot: Shot) => number): Record<string, number[]> => ({
    godwit: godwit.map(pick),
    haproxy: haproxy.map(pick),
  });
  const isConclusive = harness <= fullCore;
  const [cpu, peerCpu] = [of(godwit, ({ cpuUs }) => cpuUs), of(haproxy, ({ cpuUs }) => cpuUs)];
  const [p99, peerP99] = [of(godwit, ({ p99Us }) => p99Us), of(haproxy, ({ p99Us }) => p99Us)];
  const cut = Math.max(...godwit.map((shot) => shot.cut));
  const part = `streams (${count})`;
  return [
    {
      part,
      what: 'cut',
      godwit: cut,
      peer: Math.max(...haproxy.map((shot) => shot.cut)),
      value: cut,
      target: '0',
      verdict: judge(cut, (each) => each === 0),
      raw: raw(({ cut: each }) => each),
    },
    {
      part,
      what: 'CPU per token, µs',
      godwit: cpu,
      peer: peerCpu,
      value: cpu / peerCpu,
      target: '<= 2',
      verdict: judge(cpu / peerCpu, (each) => each <= 2, isConclusive),
      raw: raw(({ cpuUs }) => cpuUs),
    },
    {
      part,
      what: 'p99 delay per token, µs',
      godwit: p99,
      peer: peerP99,
      value: p99 / peerP99,
      target: '<= 5 (goal 1.5)',
      verdict: judge(p99 / peerP99, (each) => each <= 5, isConclusive),
      raw: raw(({ p99Us }) => p99Us),
    },
    {
      part,
      what: 'busy share of the harness core',
      godwit: harness,
      peer: undefined,
      value: harness,
      target: `<= ${fullCore}`,
      verdict: isConclusive ? undefined : 'inconclusive',
      raw: raw((shot) => shot.harness),
    },
  ];
}

async function shoot(proxy: ProxySide, count: number, seconds: number): Promise<Shot> {
  const agent = new Agent({ keepAlive: false, maxSockets: count });
  const delays: number[] = [];
  let cut = 0;
  let isOver = false;
  const requests = Array.from({ length: count }, () =>
    open(agent, proxy.port, delays, () => {
      if (!isOver) cut += 1;
    }),
  );
  await new Promise((wake) => setTimeout(wake, 1500));
  delays.length = 0;
  const cpuBefore = cpuSeconds(proxy.pid);
  const harnessBusy = coreBusy(harnessCore);
  await new Promise((wake) => setTimeout(wake, seconds * 1000));
  const tokens = delays.length;
  const shot = {
    cut,
    cpuUs: ((cpuSeconds(proxy.pid) - cpuBefore) * 1e6) / tokens,
    p99Us: percentile(delays, 0.99),
    harness: harnessBusy(),
  };
  isOver = true;
  for (const request of requests) request.destroy();
  agent.destroy();
  return shot;
}

function open(agent: Agent, port: number, delays: number[], onCut: () => void): ClientRequest {
  const body = '{"model":"tiny","stream":true}';
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
      response.on('data', (part: Buffer) => {
        const nowUs = Number(process.hrtime.bigint() / 1000n);
        // A part holds one token or a few; each says when it was sent.
        const text = part.toString('latin1');
        for (let at = text.indexOf('"sent":'); at >= 0; at = text.indexOf('"sent":', at + 7)) {
          const sentUs = Number.parseInt(text.slice(at + 7, at + 27), 10);
          if (sentUs > 0) delays.push(nowUs - sentUs);
        }
      });
      response.once('end', onCut);
      response.once('error', onCut);
    },
  );
  request.once('error', onCut);
  request.end(body);
  return request;
}
