/** Small requests per second through each proxy on one core: 2 KB in, 2 KB out, 64 connections. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './main.ts';
import { coreBusy, harnessCore, proxyCore, runToEnd } from './processes.ts';
import { startGateway, startHaproxy } from './proxies.ts';
import { startStaticBackend } from './static-backend.ts';
import { judge, median, type Row } from './stats.ts';

export async function benchSmall({ dir, runs, seconds }: Bench): Promise<readonly Row[]> {
  const [backendPort, godwitPort, haproxyPort, plainPort] = [18100, 18101, 18102, 18103];
  const script = join(dir, 'post.lua');
  writeFileSync(
    script,
    `wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\nwrk.body = '{"model":"tiny","pad":"' .. string.rep("x", 2000) .. '"}'\n`,
  );
  const backend = await startStaticBackend(dir, backendPort);
  const godwit = await startGateway(dir, godwitPort, backendPort);
  const haproxy = await startHaproxy(dir, haproxyPort, backendPort);
  const plain = await startHaproxy(dir, plainPort, backendPort, 'plain');
  const rates = { direct: [] as number[], godwit: [] as number[], haproxy: [] as number[], plain: [] as number[] };
  const busy = { godwit: [] as number[], haproxy: [] as number[], plain: [] as number[] };
  const shoot = (port: number): number => {
    const text = runToEnd(harnessCore, 'wrk', [
      '-t1',
      '-c64',
      `-d${seconds}s`,
      '-s',
      script,
      `http://127.0.0.1:${port}/v1/chat/completions`,
    ]);
    return Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
  };
  try {
    shoot(godwitPort);
    for (let run = 0; run < runs; run += 1) {
      rates.direct.push(shoot(backendPort));
      for (const side of [godwit, haproxy, plain]) {
        const proxyBusy = coreBusy(proxyCore);
        rates[side.name].push(shoot(side.port));
        busy[side.name].push(proxyBusy());
      }
    }
  } finally {
    await Promise.all([backend, godwit, haproxy, plain].map((each) => each.stop()));
  }
  // The figure says something of a proxy only while its own core was the bottleneck. HAProxy held back makes the ratio too good.
  const isConclusive = median(busy.haproxy) > 0.9;
  const ratio = median(rates.godwit) / median(rates.haproxy);
  const plainRatio = median(rates.godwit) / median(rates.plain);
  return [
    {
      part: 'small',
      what: 'requests/s',
      godwit: median(rates.godwit),
      peer: median(rates.haproxy),
      value: ratio,
      target: '>= 0.3 (goal 0.5)',
      verdict: judge(ratio, (each) => each >= 0.3, isConclusive || ratio < 0.3),
      raw: { godwit: rates.godwit, haproxy: rates.haproxy },
    },
    {
      part: 'small',
      what: 'requests/s, peer only forwards',
      godwit: median(rates.godwit),
      peer: median(rates.plain),
      value: plainRatio,
      target: '>= 0.3 (goal 0.5)',
      verdict: judge(plainRatio, (each) => each >= 0.3, median(busy.plain) > 0.9 || plainRatio < 0.3),
      raw: { godwit: rates.godwit, plain: rates.plain },
    },
    {
      part: 'small',
      what: 'requests/s without a proxy',
      godwit: median(rates.direct),
      peer: undefined,
      value: median(rates.direct),
      target: '(baseline)',
      verdict: undefined,
      raw: { direct: rates.direct },
    },
    {
      part: 'small',
      what: 'busy share of the proxy core',
      godwit: median(busy.godwit),
      peer: median(busy.haproxy),
      value: median(busy.haproxy),
      target: '(peer > 0.9)',
      verdict: isConclusive ? undefined : 'inconclusive',
      raw: busy,
    },
  ];
}
